"""Random statements of clients' SQL, in which what is empty, lists and operands of different types occur often."""

import random
from dataclasses import dataclass

from support.sql_expressions import Expressions
from support.sql_tables import PEOPLE, STATES, TAGS
from support.sql_tree import (
    Aggregate, Alias, Between, Compare, Const, Delete, Has, In, IsNull, IsTrue, Item, Junction, Like, Not, Printer, Ref,
    Select, Update)
from support.sql_values import SYSTEM, first

ORDERS = ["=", "=", "!=", "<>", "<", "<=", ">", ">="]
EVERYTHING = 10_000
# Columns whose values several rows share, by which rows are grouped.
KEYS = ["Status", "Done", "Stars", "Tags", "Code", "Maker", "Day"]
# Columns of both tables that may be equal.
JOINED = [("Name", "Name"), ("Number", "Number"), ("Stars", "Rank"), ("Code", "value"), ("Day", "Since")]


@dataclass
class Made:
    """A statement, its text and parameters, and which of "empty", "list" and "cross" occur in its conditions."""

    statement: object
    text: str
    parameters: list
    traits: set


class Statements:
    """An endless source of statements over two tables; the same for the same seed."""

    def __init__(self, seed, tables, writes=0.0):
        self.random, self.tables, self.writes = random.Random(seed), tables, writes
        self.pick = self.random.choice
        self.make = Expressions(self.random, tables[:1])
        self.traits = set()

    def next(self):
        self.traits, self.make = set(), Expressions(self.random, self.tables[:1])
        if self.chance(self.writes):
            statement = self.write()
        else:
            shapes = [self.plain, self.grouped, self.total, self.joined, self.unique, self.star]
            statement = self.random.choices(shapes, [42, 20, 6, 6, 8, 18])[0]()
        printer = Printer(random.Random(self.random.random()))
        text = printer.statement(statement)
        return Made(statement, text, printer.parameters, self.traits)

    def chance(self, probability):
        return self.random.random() < probability

    def maybe(self, probability, make):
        return make() if self.chance(probability) else None

    # MARK: Conditions

    def where(self):
        return self.maybe(0.85, lambda: self.condition(2))

    def condition(self, depth):
        choice = self.random.random()
        if depth and choice < 0.2:
            return Not(self.condition(depth - 1))
        if depth and choice < 0.5:
            parts = tuple(self.condition(depth - 1) for _ in range(self.random.randint(2, 3)))
            return Junction(self.pick(["AND", "OR", "OR"]), parts)
        leaves = [
            self.of_text, self.of_number, self.of_boolean, self.of_date, self.of_list, self.of_empty, self.of_types,
            self.of_call, self.of_arithmetic]
        return self.random.choices(leaves, [5, 4, 2, 4, 4, 3, 4, 4, 2])[0]()

    def constant(self, ref):
        """A constant that some row is likely to have."""
        value = self.make.sample(ref)
        if value is None:
            self.traits.add("empty")
        return Const(self.make.text(value) if ref.column.kind in ("date",
                                                                  "list") and value is not None else first(value))

    def of_text(self):
        ref = self.make.column("text")
        choice = self.random.random()
        if choice < 0.4:
            return Compare(self.pick(ORDERS), ref, self.constant(ref))
        if choice < 0.6:
            return In(ref, tuple(self.constant(ref) for _ in range(self.random.randint(1, 4))), self.chance(0.3))
        return self.like(ref)

    def like(self, operand):
        text = self.make.text(self.make.sample(operand) or "p").replace("_", "").replace("%", "") or "p"
        cut = self.random.randint(1, len(text))
        start, end = text[:cut], text[-cut:]
        pattern = self.pick([start + "%", "%" + end, f"%{start}%", text, f"{text[0]}%{text[-1]}", "%"])
        ignores_case = self.chance(0.4)
        pattern = self.pick([pattern.upper(), pattern.lower()]) if ignores_case and "ß" not in pattern else pattern
        return Like(operand, Const(pattern), self.chance(0.25), ignores_case)

    def of_number(self):
        ref, choice = self.make.column("number"), self.random.random()
        if choice < 0.5:
            return Compare(self.pick(ORDERS), ref, self.constant(ref))
        if choice < 0.75:
            low, high = sorted([self.make.some_number().value, self.make.some_number().value])
            return Between(ref, Const(low), Const(high), self.chance(0.3))
        return In(ref, tuple(self.constant(ref) for _ in range(self.random.randint(1, 4))), self.chance(0.3))

    def of_boolean(self):
        ref = self.make.column("boolean")
        if self.chance(0.5):
            return IsTrue(ref, self.chance(0.5))
        return Compare(self.pick(["=", "!="]), ref, Const(self.chance(0.5)))

    def of_date(self):
        ref, choice = self.make.column("date"), self.random.random()
        if choice < 0.6:
            return Compare(self.pick(ORDERS), ref, self.constant(ref))
        low, high = sorted([self.make.sample(ref), self.make.sample(ref)], key=str)
        low, high = (Const(self.make.date_text(one)) if one else Const("2026-1-1") for one in (low, high))
        return Between(ref, low, high, self.chance(0.3))

    def of_list(self):
        self.traits.add("list")
        ref, choice = self.make.column("list"), self.random.random()
        if choice < 0.25:
            return Compare(self.pick(["=", "!="]), ref, self.constant(ref))
        if choice < 0.4:
            return self.like(ref)
        if choice < 0.5:
            return IsNull(ref, self.chance(0.5))
        ref = self.make.column("list")
        names = {"multiple-select": TAGS, "collaborator": PEOPLE}.get(ref.column.type)
        values = self.random.sample(names or [self.constant(ref).value for _ in range(2)], self.random.randint(1, 2))
        words = self.pick(["HAS ANY OF", "HAS ALL OF", "HAS NONE OF", "IS EXACTLY"])
        return Has(words, ref, tuple(Const(one) for one in values if one) or (Const("nobody"),))

    def of_empty(self):
        """A condition about what is empty."""
        self.traits.add("empty")
        ref, choice = self.make.column("text", "number", "boolean", "date", "list"), self.random.random()
        if choice < 0.7:
            return IsNull(ref, self.chance(0.5))
        if choice < 0.85:
            return Compare(self.pick(["=", "!=", "<"]), self.make.column("text", "number"), Const(None))
        return Compare(self.pick(["=", "!="]), self.make.column("text"), Const(""))

    def of_types(self):
        """A condition whose operands have different types."""
        self.traits.add("cross")
        make, operator = self.make, self.pick(ORDERS)
        number, text, date, truth = (make.column(kind) for kind in ["number", "text", "date", "boolean"])
        return self.pick([
            lambda: Compare(operator, number, Const(self.pick(["12", "3.5", "-5", "0", "007", "1e1"]))),
            lambda: Compare(operator, number, Const(self.pick(["soon", "12 apples", "--1"]))),
            lambda: Compare(self.pick(["=", "!="]), text, Const(self.pick([12, 3.5, -5, 7]))),
            lambda: Compare(operator, text, number), lambda: Compare(operator, number, text),
            lambda: Compare(operator, date, Const(self.pick(["soon", "2026-13-45", "2026-02-30"]))),
            lambda: Compare(operator, date, text),
            lambda: Compare(self.pick(["=", "!="]), truth, Const(self.pick([1, 0, "true", "false", "yes"]))),
            lambda: Compare(self.pick(["=", "!="]), make.column("list"), Const(12)),
            lambda: Compare(self.pick(["=", "!="]), make.column("list"), text),
            lambda: In(number, (Const("12"), Const(3), Const("x")), self.chance(0.3)),
            lambda: In(text, (Const(12), Const("pear"), Const(-5)), self.chance(0.3)),
            lambda: Between(number, Const("-3"), Const("12.5"), self.chance(0.3)),
            lambda: Between(date, Const("soon"), Const("2027-01-01"), self.chance(0.5)),
        ])()

    def of_call(self):
        make, operator = self.make, self.pick(ORDERS)
        return self.pick([
            lambda: Compare(operator, make.number_call(2), make.some_number()),
            lambda: Compare(self.pick(["<", ">", "!="]), make.risky_number(), make.some_number()),
            lambda: Compare(operator, make.text_call(2), make.safe_text(1)),
            lambda: Compare(operator, make.risky_text(), Const(self.pick(["2026-03-05", "2026-07", "2025"]))),
            lambda: Compare(operator, make.date_call(), Const(self.pick(["2026-06-15", "2025-1-1 9:00:00"]))),
            lambda: Like(make.text_call(1), Const(self.pick(["%e%", "a%", "%"]))),
            lambda: IsNull(self.pick([make.date_call, make.risky_number, make.text_call])(), self.chance(0.5)),
            lambda: IsTrue(make.boolean_call(), self.chance(0.4)),
            lambda: Compare("=", make.boolean_call(), Const(True)),
            lambda: Compare(operator, make.choice_call(), make.some_number()),
        ])()

    def of_arithmetic(self):
        return Compare(self.pick(["<", "<=", ">", ">=", "!="]), self.make.arithmetic(2), self.make.some_number())

    # MARK: SELECT

    @property
    def table(self):
        return self.tables[0]

    def unordered(self, **parts):
        return Select(limit=EVERYTHING, **parts)

    def sorting(self, expressions):
        """Some of these expressions, up or down."""
        some = self.random.sample(expressions, min(len(expressions), self.random.randint(1, 2)))
        return tuple((one, self.chance(0.5)) for one in some)

    def ordered(self, **parts):
        """By the order of the table; by columns, with every tie; or in a unique order, of which LIMIT takes a part."""
        choice = self.random.random()
        if choice < 0.4:
            return Select(**parts, **self.limits())
        columns = [Ref(one) for one in self.table.columns if one.kind in ("text", "number", "boolean", "date", "list")]
        order = self.sorting(self.random.sample(columns, 3) + [self.make.number_call(1), self.make.text_call(1)])
        if choice < 0.65:
            return self.unordered(order=order, **parts)
        return Select(order=(*order, (Ref(self.table["Number"]), False)), **parts, **self.limits())

    def limits(self):
        limit = self.pick([None, None, 1, 5, 20, 150, EVERYTHING, 20_000])
        return {"limit": limit, "offset": self.pick([None, 0, 1, 7]) if limit else None}

    def star(self):
        return self.ordered(tables=(self.table,), where=self.where())

    def items(self):
        columns = [Ref(one) for one in self.table.columns] + [Ref(one) for one in SYSTEM.values()]
        columns = self.random.sample(columns, self.random.randint(1, 4))
        columns = [Item(one, None if self.chance(0.8) else f"c{number}") for number, one in enumerate(columns)]
        make = lambda: self.make.any_call() if self.chance(0.7) else self.make.arithmetic(2)
        return (*columns, *(Item(make(), f"x{number}") for number in range(self.random.randint(0, 2))))

    def plain(self):
        return self.ordered(tables=(self.table,), items=self.items(), where=self.where())

    def unique(self):
        columns = self.random.sample([*KEYS, "People"], self.random.randint(1, 2))
        items = tuple(Item(Ref(self.table[name])) for name in columns)
        order = self.maybe(0.5, lambda: self.sorting([one.expression for one in items])) or ()
        return self.unordered(tables=(self.table,), items=items, where=self.where(), distinct=True, order=order)

    def aggregates(self):
        """COUNT(*), and others under names of their own or those that they have anyway."""
        columns = {"COUNT": ("text", "number", "boolean", "date", "list"), "SUM": ("number",), "AVG": ("number",),
                   "MIN": ("number", "date"), "MAX": ("number", "date")}
        found = [Item(Aggregate("COUNT"))] if self.chance(0.6) else []
        for number in range(self.random.randint(0 if found else 1, 3)):
            name = self.pick(list(columns))
            argument = self.make.column(*columns[name])
            found.append(Item(Aggregate(name, argument), f"a{number}"))
        if self.chance(0.3):
            found.append(Item(Aggregate("SUM", Ref(self.table["Amount"]))))
        return found

    def total(self):
        return Select((self.table,), tuple(self.aggregates()), self.where())

    def grouped(self):
        names = self.random.sample([*KEYS, "Mail"], self.random.randint(1, 2))
        keys = [Ref(self.table[name]) for name in names]
        if self.chance(0.3):
            keys[0] = self.pick([self.make.number_call(1), self.make.text_call(1), self.make.risky_text()])
        items = [Item(one, f"k{number}" if not isinstance(one, Ref) or self.chance(0.3) else None)
                 for number, one in enumerate(keys)]
        shown = [Alias(one.alias, one.expression) if one.alias else one.expression for one in items]
        aggregates = self.aggregates()
        having = self.maybe(0.3, lambda: self.having(shown))
        order = self.maybe(0.5, lambda: self.sorting([*shown, *(one.expression for one in aggregates)])) or ()
        return self.unordered(
            tables=(self.table,), items=(*items, *aggregates), where=self.where(), group=tuple(shown), having=having,
            order=order)

    def having(self, keys):
        count = Compare(self.pick([">", ">=", "<", "!="]), Aggregate("COUNT"), Const(self.random.randint(1, 6)))
        other = self.pick([
            IsNull(self.pick(keys), self.chance(0.5)),
            Compare(">", Aggregate("SUM", Ref(self.table["Number"])), Const(300)),
            Compare("<", Aggregate("AVG", Ref(self.table["Amount"])), Const(2)),
            IsNull(Aggregate("MIN", Ref(self.table["Day"])), self.chance(0.5))])
        return self.pick([count, other, Junction("AND", (count, other)), Junction("OR", (count, other))])

    def joined(self):
        first_table, second = self.tables
        self.make = Expressions(self.random, self.tables)
        left, right = self.pick(JOINED)
        condition = Compare("=", Ref(first_table[left], 0), Ref(second[right], 1))
        if more := self.maybe(0.6, lambda: self.condition(1)):
            condition = Junction("AND", (condition, more))
        # In joins the answer has the identifiers of options, so that it does not show selects.
        columns = [one for one in first_table.columns if one.kind in ("text", "number", "date")]
        columns = [Ref(one, 0) for one in columns if one.type != "single-select"]
        columns = self.random.sample(columns, 2) + self.random.sample([Ref(one, 1) for one in second.columns], 2)
        items = tuple(Item(one, f"j{number}") for number, one in enumerate(columns))
        order = self.maybe(0.5, lambda: self.sorting(columns)) or ()
        return self.unordered(tables=self.tables, items=items, where=condition, order=order)

    # MARK: UPDATE, DELETE

    def write(self):
        where = self.condition(2)
        if self.chance(0.25):
            few = Compare("<", Ref(self.table["Number"]), Const(self.random.randint(2, 40)))
            return Delete(self.table, Junction("AND", (where, few)))
        columns = [one for one in self.table.columns if one.name != "Number" and one.type in WRITTEN]
        changes = tuple((one, self.new_value(one)) for one in self.random.sample(columns, self.random.randint(1, 3)))
        return Update(self.table, changes, where)

    def new_value(self, column):
        if self.chance(0.2):
            return self.pick([None, ""])
        match column.type:
            case "multiple-select":
                return tuple(self.random.sample(TAGS, self.random.randint(1, 3)))
            case "collaborator":
                return tuple(self.random.sample(PEOPLE, self.random.randint(1, 2)))
            case "single-select":
                return self.pick(STATES)
            case "checkbox":
                return self.chance(0.5)
            case "number" | "duration":
                return self.pick([self.make.some_number().value, "12", "soon"])
            case "rate":
                return self.random.randint(1, 5)
            case "date":
                return self.pick(["2026-11-6", "2027-01-02", "soon"])
        return self.pick([self.make.some_text().value, 12])


WRITTEN = {
    "text", "long-text", "number", "collaborator", "date", "duration", "single-select", "multiple-select", "email",
    "url",
    "checkbox", "rate"}
