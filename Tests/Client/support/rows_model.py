"""A base's tables, rows, links and views in memory, which do what the service must do, one plain step at a time."""

import random
from dataclasses import dataclass, field

from support.rows import Program, Refusal, options

COLUMNS = [
    ("Name", "text", None), ("Amount", "number", {"format": "number"}), ("Done", "checkbox", None),
    ("Day", "date", {"format": "YYYY-MM-DD"}), ("State", "single-select", options("open", "done")),
    ("Tags", "multiple-select", options("a", "b"))]
STATES, TAGS, NAMES = ["open", "done", "never seen"], ["a", "b", "new"], ["pear", "plum", "Äpfel", "x y", "", None]


@dataclass
class Row:
    id: str
    cells: dict
    is_locked: bool = False


@dataclass
class View:
    """A view with filters, sorts and hidden columns."""

    filters: list = field(default_factory=list)
    conjunction: str = "And"
    sorts: list = field(default_factory=list)
    hidden: set = field(default_factory=set)


@dataclass
class Table:
    rows: list = field(default_factory=list)
    views: dict = field(default_factory=lambda: {"Default View": View()})


def stored(row):
    """What is left of a row as it is written: empty cells are absent."""
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def passes(filter, row):
    name, predicate, term = filter
    value = row.cells.get(name)
    if isinstance(value, list):
        return passes_list(predicate, set(value), set(term))
    if name == "Done":
        return bool(value) == term
    negative = {"does_not_contain": "contains", "is_not": "is", "not_equal": "equal", "is_none_of": "is_any_of",
                "is_not_empty": "is_empty", "has_none_of": "has_any_of"}.get(predicate)
    if negative:
        return not passes((name, negative, term), row)
    if value is None:
        return predicate == "is_empty"
    match predicate:
        case "contains":
            return term.lower() in value.lower()
        case "is" | "equal":
            return value == term
        case "is_any_of":
            return value in term
        case "greater" | "is_after":
            return value > term
        case "greater_or_equal" | "is_on_or_after":
            return value >= term
        case "less" | "is_before":
            return value < term
        case "less_or_equal" | "is_on_or_before":
            return value <= term
    return False


def passes_list(predicate, value, term):
    return {
        "has_any_of": bool(value & term), "has_all_of": value >= term, "has_none_of": not value & term,
        "is_exactly": value == term, "is_empty": False, "is_not_empty": True}[predicate]


def shown(table, view, ranks={}):
    """The rows that a view shows: their identifiers and cells. `ranks` has the places of options, by which they are sorted."""
    join = all if view.conjunction == "And" else any
    rows = [row for row in table.rows if not view.filters or join(passes(one, row) for one in view.filters)]
    for name, direction in reversed(view.sorts):
        key = lambda row: ranks.get(name, {}).get(row.cells[name], row.cells[name])
        full = [row for row in rows if row.cells.get(name) is not None]
        rows = sorted(full, key=key, reverse=direction == "down") + [row for row in rows if row.cells.get(name) is None]
    return [(row.id, {name: value for name, value in row.cells.items() if name not in view.hidden}) for row in rows]


class World:
    """The same base twice: in the service and here. A step is done to both, then what they show is compared."""

    def __init__(self, service, seed):
        self.random, self.seed, self.program = random.Random(seed), seed, Program(service)
        self.tables, self.links, self.steps = {}, set(), []
        for name in ("One", "Two"):
            self.program.new_table(name, *COLUMNS)
            self.tables[name] = Table()
        made = self.program.new_column("One", "Others", "link", {"table": "One", "other_table": "Two"})
        self.link_id = made["data"]["link_id"]
        self.other = next(one["name"] for one in self.program.table("Two")["columns"] if one["type"] == "link")
        self.number = 0

    def step(self):
        """One random step."""
        kinds = [self.append] * 4 + [self.update] * 4 + [self.delete] * 2 + [self.write_nothing] + [
            self.link] * 4 + [self.unlink] * 2 + [self.relink] * 2 + [
            self.add_view] * 2 + [self.change_view] * 3 + [self.delete_view, self.lock, self.unlock, self.sql_update,
                                                           self.sql_delete]
        kind = self.random.choice(kinds)
        self.steps.append(kind.__name__)
        kind()

    # MARK: Choosing

    def table(self):
        name = self.random.choice(["One", "Two"])
        return name, self.tables[name]

    def some(self, table, most=5):
        rows = [row for row in table.rows if not row.is_locked]
        return self.random.sample(rows, min(len(rows), self.random.randint(1, most)))

    def cells(self):
        pick = self.random.choice
        every = {
            "Name": pick(NAMES), "Amount": pick([1, 2.5, -3, 0, None]), "Done": pick([True, False]),
            "Day": pick(["2026-11-06", "2026-01-31", "", None]), "State": pick([*STATES, None]),
            "Tags": pick([["a"], ["b", "a"], ["new"], []])}
        return dict(self.random.sample(list(every.items()), self.random.randint(1, len(every))))

    # MARK: Rows

    def append(self):
        name, table = self.table()
        rows = [self.cells() for _ in range(self.random.randint(1, 6))]
        rows[0]["No such column"] = "ignored"
        ids = self.program.append(name, *rows)
        for row in rows:
            row.pop("No such column", None)
        table.rows += [Row(id, stored(row)) for id, row in zip(ids, rows, strict=True)]

    def update(self):
        name, table = self.table()
        changes = {row.id: self.cells() for row in self.some(table)}
        if changes:
            self.program.update(name, **changes)
            for row in table.rows:
                row.cells = stored({**row.cells, **changes.get(row.id, {})})

    def write_nothing(self):
        """A change of rows of which one does not exist changes none."""
        name, table = self.table()
        changes = {row.id: {"Name": "must not be"} for row in self.some(table)}
        self.refused(lambda: self.program.update(name, **changes, **{"A" * 22: {"Name": "x"}}))

    def delete(self):
        name, table = self.table()
        gone = {row.id for row in self.some(table, 3)}
        answer = self.program.delete(name, *gone, "A" * 22)
        assert answer["deleted_rows"] == len(gone)
        self.forget(name, gone)

    def forget(self, name, gone):
        table, side = self.tables[name], ["One", "Two"].index(name)
        table.rows = [row for row in table.rows if row.id not in gone]
        self.links = {pair for pair in self.links if pair[side] not in gone}

    def lock(self):
        name, table = self.table()
        if rows := self.some(table, 1):
            self.program.ask("PUT", "lock-rows/", {"table_name": name, "row_ids": [rows[0].id]})
            rows[0].is_locked = True

    def unlock(self):
        name, table = self.table()
        locked = [row for row in table.rows if row.is_locked]
        if locked:
            self.program.ask("PUT", "unlock-rows/", {"table_name": name, "row_ids": [row.id for row in locked]})
            for row in locked:
                row.is_locked = False

    def sql_update(self):
        name, table = self.table()
        self.program.sql(f"UPDATE {name} SET Amount = 7, State = ? WHERE Name LIKE ?", "done", "p%")
        for row in table.rows:
            if (row.cells.get("Name") or "").startswith("p"):
                row.cells |= {"Amount": 7, "State": "done"}

    def sql_delete(self):
        name, table = self.table()
        self.program.sql(f"DELETE FROM {name} WHERE Amount < 0")
        self.forget(name, {row.id for row in table.rows if row.cells.get("Amount", 0) < 0})

    # MARK: Links

    def pairs(self, side):
        """Some pairs of rows, seen from one side: its rows with those of the other."""
        names = ["One", "Two"][::1 if side == 0 else -1]
        ours, theirs = (self.some(self.tables[name], 3) for name in names)
        return names, {row.id: [other.id for other in theirs] for row in ours} if theirs else {}

    def unordered(self, pairs, side):
        found = {(row, other) for row, others in pairs.items() for other in others}
        return found if side == 0 else {(other, row) for row, other in found}

    def link(self):
        side = self.random.randint(0, 1)
        names, pairs = self.pairs(side)
        new = self.unordered(pairs, side)
        if not new:
            return
        make = lambda: self.program.link("POST", self.link_id, *names, **pairs)
        if new & self.links:
            self.refused(make)
        else:
            make()
            self.links |= new

    def unlink(self):
        side = self.random.randint(0, 1)
        names, pairs = self.pairs(side)
        if gone := self.unordered(pairs, side):
            answer = self.program.link("DELETE", self.link_id, *names, **pairs)
            assert answer["deleted_links_count"] == len(gone & self.links)
            self.links -= gone

    def relink(self):
        side = self.random.randint(0, 1)
        names, pairs = self.pairs(side)
        if pairs:
            self.program.link("PUT", self.link_id, *names, **pairs)
            self.links = {pair for pair in self.links if pair[side] not in pairs} | self.unordered(pairs, side)

    # MARK: Views

    def add_view(self):
        name, table = self.table()
        self.number += 1
        view = f"View {self.number}"
        self.program.ask("POST", "views/", {"name": view}, table_name=name)
        table.views[view] = View()
        self.refused(lambda: self.program.ask("POST", "views/", {"name": view}, table_name=name))

    def change_view(self):
        name, table = self.table()
        view = self.random.choice(list(table.views))
        if view == "Default View":
            return
        columns = {one["name"]: one for one in self.program.table(name)["columns"]}
        ids = {column: {one["name"]: one["id"] for one in columns[column]["data"]["options"]} for column in ("State",
                                                                                                             "Tags")}
        one = View(
            self.random.sample(FILTERS, self.random.choice([0, 1, 1, 2, 3])), self.random.choice(["And", "Or"]),
            self.random.sample(SORTS, self.random.choice([0, 1, 2])),
            set(self.random.sample(["Amount", "Done", "Day"], self.random.randint(0, 2))))
        self.program.ask("PUT", f"views/{view}/", {
            "filters": [self.wire_filter(filter, columns, ids) for filter in one.filters],
            "filter_conjunction": one.conjunction,
            "sorts": [{"column_key": columns[name]["key"], "sort_type": direction} for name, direction in one.sorts],
            "hidden_columns": [columns[name]["key"] for name in one.hidden]}, table_name=name)
        table.views[view] = one

    def wire_filter(self, filter, columns, ids):
        name, predicate, term = filter
        by_id = lambda one: ids[name].get(one, "none") if name in ids else one
        if predicate not in ("is_empty", "is_not_empty"):
            term = [by_id(one) for one in term] if isinstance(term, list) else by_id(term)
        more = {"filter_term_modifier": "exact_date"} if name == "Day" else {}
        return {"column_key": columns[name]["key"], "filter_predicate": predicate, "filter_term": term, **more}

    def delete_view(self):
        name, table = self.table()
        if len(table.views) > 1:
            view = list(table.views)[-1]
            self.program.ask("DELETE", f"views/{view}/", table_name=name)
            del table.views[view]

    # MARK: Comparing

    def refused(self, make):
        try:
            make()
        except Refusal as refusal:
            assert 400 <= refusal.status < 500, refusal
        else:
            raise AssertionError("it was not refused")

    def compare(self):
        """Asserts that both show the same: all rows in order, each view, and the links from either side."""
        for name, table in self.tables.items():
            rows = self.program.rows(name)
            assert [self.seen(row) for row in rows] == [(row.id, row.cells) for row in table.rows], self.trail
            assert [bool(row["_locked"]) for row in rows] == [row.is_locked for row in table.rows], self.trail
            columns = {one["name"]: one for one in self.program.table(name)["columns"]}
            ranks = {"State": {one["name"]: place for place, one in enumerate(columns["State"]["data"]["options"])}}
            for view, one in table.views.items():
                found = [self.seen(row) for row in self.program.rows(name, view_name=view)]
                assert found == shown(table, one, ranks), f"{view} {one} {self.trail}"
            column = "Others" if name == "One" else self.other
            side = ["One", "Two"].index(name)
            for row in rows:
                linked = {pair[1 - side] for pair in self.links if pair[side] == row["_id"]}
                assert {one["row_id"] for one in row[column] or []} == linked, self.trail
            count, = self.program.select(f"SELECT COUNT(*) FROM {name}")
            assert count == {"COUNT(*)": len(rows)}, self.trail

    @property
    def trail(self):
        return f"seed {self.seed}, after {self.steps[-12:]}"

    @staticmethod
    def seen(row):
        cells = {name: row[name] for name, _, _ in COLUMNS if name in row}
        if isinstance(cells.get("Day"), str):
            cells["Day"] = cells["Day"][:10]
        return row["_id"], stored(cells)


FILTERS = [
    ("Name", "contains", "P"), ("Name", "does_not_contain", "l"), ("Name", "is", "pear"), ("Name", "is_not", "pear"),
    ("Name", "is_empty", ""), ("Name", "is_not_empty", ""), ("Amount", "greater", 0), ("Amount", "less_or_equal", 1),
    ("Amount", "greater_or_equal", 2.5), ("Amount", "less", 0), ("Amount", "equal", 1), ("Amount", "not_equal", 1),
    ("Amount", "is_empty", ""), ("Amount", "is_not_empty", ""), ("Done", "is", True), ("Done", "is", False),
    *[("Day", predicate, "2026-11-06") for predicate in [
        "is", "is_not", "is_before", "is_after", "is_on_or_before", "is_on_or_after"]], ("Day", "is_empty", ""),
    ("State", "is", "open"), ("State", "is_not", "open"), ("State", "is_any_of", ["open", "done"]),
    ("State", "is_none_of", ["open"]), ("State", "is_empty", ""), ("Tags", "has_any_of", ["a"]),
    ("Tags", "has_none_of", ["a"]), ("Tags", "has_all_of", ["a", "b"]), ("Tags", "is_exactly", ["a", "b"]),
    ("Tags", "is_empty", "")]
SORTS = [(name, direction) for name in ("Name", "Amount", "Day", "State") for direction in ("up", "down")]
