"""The service's answers to clients' SQL, held against the evaluator's, over tables that both have."""

import random
from dataclasses import dataclass

from support.evaluator import Answer, run
from support.rows import Program, Refusal
from support.sql_difference import difference
from support.sql_statements import Statements
from support.sql_tables import GIVEN, definition, random_tables, wire
from support.sql_tree import Select
from support.sql_values import SYSTEM, Link, date_of

# How many of the statements write.
WRITES = 0.04


@dataclass
class Difference:
    seed: int
    text: str
    parameters: list
    found: str

    def __str__(self):
        return f"seed {self.seed}: {self.text} {self.parameters or ''}\n    {self.found}"


class Check:
    """Random tables in a base of the service, and in memory."""

    def __init__(self, service, seed):
        self.seed, self.program = seed, Program(service)
        self.tables = random_tables(random.Random(seed))
        self.statements = Statements(seed, self.tables, WRITES)
        for table in self.tables:
            self.program.ask("POST", "tables/", {"table_name": table.name, "columns": definition(table)})
        first, second = (one.name for one in self.tables)
        link = self.program.new_column(first, "Others", "link", {"table": first, "other_table": second})
        for table in reversed(self.tables):
            self.append(table, table.rows)
        self.link(link["data"]["link_id"])

    def append(self, table, rows):
        for row, id in zip(rows, self.program.append(table.name, *(wire(table, row) for row in rows)), strict=True):
            row["_id"] = id
        self.learn(table)

    def link(self, id):
        """Links the rows as they are in memory, where the other rows have their identifiers of the service now."""
        first, second = self.tables
        ids = {row["Number"]: row["_id"] for row in second.rows}
        by_old = {f"second-{position:015}": ids[row["Number"]] for position, row in enumerate(second.rows)}
        for row in first.rows:
            row["Others"] = tuple(Link(by_old[one.row], one.display) for one in row["Others"])
        pairs = {row["_id"]: [one.row for one in row["Others"]] for row in first.rows if row["Others"]}
        self.program.link("POST", id, first.name, second.name, **pairs)

    def learn(self, table):
        """Takes over what only the service writes: identifiers, times, authors, numbers."""
        listed = {row["_id"]: row for row in self.program.rows(table.name)}
        assert [row["_id"] for row in table.rows] == list(listed), "other rows, or in another order"
        given = [one for one in table.columns if one.type in GIVEN and one.type not in ("link", "formula")]
        for row in table.rows:
            for column in [*given, *SYSTEM.values()]:
                value = listed[row["_id"]][column.name]
                row[column.name] = date_of(value) if column.kind == "date" else value

    def differences(self, count):
        """The differences in this many statements."""
        for _ in range(count):
            if found := self.one():
                yield found

    def one(self):
        made = self.statements.next()
        try:
            body = {"parameters": made.parameters} if made.parameters else {}
            answer = self.program.sql(made.text, **body)
        except Refusal as refusal:
            found = str(refusal)
        else:
            found = self.compare(made.statement, answer)
        return Difference(self.seed, made.text, made.parameters, found) if found else None

    def compare(self, statement, answer):
        before = [dict(row) for row in self.tables[0].rows]
        expected = run(statement, self.tables)
        if isinstance(expected, Answer):
            return difference(statement, expected, answer["results"])
        # An author and a time change with each write; the rest must be what the evaluator wrote.
        if sorted(row["_id"] for row in self.program.rows(self.tables[0].name)) != sorted(
                row["_id"] for row in self.tables[0].rows):
            return self.again(before, "other rows are left")
        self.learn(self.tables[0])
        whole = Select((self.tables[0],), limit=10_000)
        found = difference(whole, run(whole, self.tables),
                           self.program.select(f"SELECT * FROM {self.tables[0].name} LIMIT 10000"))
        gone = [row for row in before if row["_id"] not in {one["_id"] for one in self.tables[0].rows}]
        return self.again(before, found) if found else self.restore(gone)

    def restore(self, gone):
        """Appends rows that were deleted, now without their links."""
        for row in gone:
            row["Others"] = ()
        if gone:
            self.tables[0].rows += gone
            self.append(self.tables[0], gone)

    def again(self, rows, found):
        """Makes both sides the same again after a difference, so that it is not found in all that follows."""
        table = self.tables[0]
        self.program.delete(table.name, *(row["_id"] for row in self.program.rows(table.name)))
        table.rows[:] = [{**row, "Others": ()} for row in rows]
        self.append(table, table.rows)
        return found
