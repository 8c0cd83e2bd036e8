"""Random expressions of clients' SQL: constants taken from the data, and every function.

A function that can fail stands at the outside, since what a function makes of another's error is not promised.
"""

from datetime import datetime

from support.sql_tables import COUNTRIES, MAILS, STATES, TAGS, WORDS
from support.sql_tree import Arithmetic, Call, Compare, Const, Ref, Word
from support.sql_values import first, text_of

UNITS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"]
# Later than every date in the tables, and without a day that some month does not have.
LATE = "2040-03-15"
# Columns that are never empty.
FULL = ("Number",)


class Expressions:
    """Random expressions over the first table, or over several in FROM."""

    def __init__(self, random, tables):
        self.random, self.tables, self.pick = random, tables, random.choice

    def chance(self, probability):
        return self.random.random() < probability

    def column(self, *kinds, full=False):
        """A column of one of these kinds."""
        sources = list(enumerate(self.tables))
        found = [Ref(one, source) for source, table in sources for one in table.columns if one.kind in kinds]
        found = [one for one in found if one.column.name in FULL] if full else found
        return self.pick(found)

    def sample(self, ref):
        """A value that this column has in some row; None if there is none."""
        rows = self.tables[ref.source].rows
        return self.pick(rows).get(ref.column.name) if rows else None

    def text(self, value):
        """A text constant near a value: a date in one of its forms, an element of a list."""
        if isinstance(value, datetime):
            return self.date_text(value)
        return text_of(first(value))

    def date_text(self, time):
        return self.pick([
            time.strftime("%Y-%m-%d"), time.strftime("%Y-%m-%d %H:%M:%S"), time.strftime("%Y-%m-%d %H:%M"),
            f"{time.year}-{time.month}-{time.day}", f"{time.year}-{time.month}-{time.day} {time:%H:%M:%S}",
            time.strftime("%Y-%m-%dT%H:%M:%S+00:00"), time.strftime("%Y-%m-%dT%H:%M:%SZ")])

    def some_text(self):
        return Const(self.pick([*WORDS, *MAILS, *STATES, *TAGS, *COUNTRIES]))

    def some_number(self):
        return Const(self.pick([self.random.randint(-20, 60), self.random.randint(-2000, 2000) / 100, 0, 1]))

    # MARK: Numbers

    def number(self, depth=2):
        """An expression that is a number."""
        choices = [lambda: self.column("number"), self.some_number]
        if depth:
            choices += [lambda: self.arithmetic(depth), lambda: self.number_call(depth)] * 2
        return self.pick(choices)()

    def arithmetic(self, depth):
        operator = self.pick("+-*/")
        left = self.pick([lambda: self.number(depth - 1), lambda: self.column("number")])()
        return Arithmetic(operator, left, self.number(depth - 1))

    def number_call(self, depth):
        """A call that never fails, whatever its arguments are."""
        number, text = lambda: self.safe_number(depth - 1), lambda: self.safe_text(depth - 1)
        name = self.pick([
            "add", "subtract", "multiply", "abs", "even", "odd", "int", "round", "rounddown", "roundup", "sign",
            "ceiling",
            "floor", "len", "counta", "countall", "countblank", "countItems", "average"])
        match name:
            case "add" | "subtract" | "multiply":
                arguments = number(), number()
            case "round" | "rounddown" | "roundup":
                arguments = self.column("number"), Const(self.pick([0, 1, -1, -2]))
                arguments = arguments[:self.pick([1, 2])]
            case "ceiling" | "floor":
                arguments = (number(), Const(self.pick([1, 2, 4, 5])))[:self.pick([1, 2])]
            case "len":
                arguments = (text(),)
            case "counta" | "countall" | "countblank":
                values = [self.column("text"), self.column("number"), Const(""), self.some_text(), self.some_number()]
                arguments = tuple(self.random.sample(values, self.random.randint(1, 4)))
            case "countItems":
                arguments = (self.column("list"),)
            case "average":
                arguments = tuple(self.some_number() for _ in range(3)) + (self.column("number", full=True),)
            case _:
                arguments = (number(),)
        return Call(name, arguments)

    def object(self, type):
        """The column with this type of object; a list if the tables have none."""
        found = [Ref(one, source) for source, table in enumerate(self.tables) for one in table.of(type)]
        return found[0] if found else self.column("list")

    def safe_number(self, depth):
        if depth > 0 and self.chance(0.3):
            return self.number_call(depth)
        return self.pick([lambda: self.column("number"), self.some_number, lambda: Word("pi"), lambda: Word("e")])()

    def risky_number(self):
        """A call that can fail."""
        number, date = self.column("number"), self.date_argument()
        if self.chance(0.4):
            return Call(self.pick("day hour minute month second year quarter weekday weeknum".split()), (date,))
        return self.pick([
            lambda: Call("divide", (number, self.some_number())), lambda: Call("mod", (number, self.some_number())),
            lambda: Call("power", (number, Const(self.pick([2, 3, 0, -1])))), lambda: Call("sqrt", (number,)),
            lambda: Call("exp", (Call("divide", (number, Const(100))),)), lambda: Call("lg", (number,)),
            lambda: Call("log", (number, Const(self.pick([2, 3, 10])))), lambda: Call("log", (number,)),
            lambda: Call("value", (self.column("text"),)), lambda: self.finding(),
            lambda: Call("weekday", (date, Const(self.pick(["Monday", "monday", "Sunday", "Thursday"])))),
            lambda: Call("weeknum", (date, Const(self.pick([1, 2, *range(11, 18), 21])))),
            lambda: Call("dateDif", (self.date_argument(), Const(LATE), Const(self.pick(["S", "D", "M", "Y"])))),
            lambda: Call("dateDif", (Const("2020-02-10"), date, Const(self.pick(["YD", "YM", "MD", "D"])))),
            lambda: Call("dateDif", (date, Const(LATE))), lambda: Call("months", (date, Const(LATE))),
            lambda: Call("networkdays", (Const("2026-06-01"), Const("2026-07-15"), date)),
        ])()

    def finding(self):
        needle = self.pick([Const("e"), Const("P"), Const("zürich"), Const(""), Const("nowhere")])
        start = Const(self.pick([1, 2, 3.7]))
        return Call(self.pick(["find", "search"]), (needle, self.column("text"), start))

    # MARK: Texts

    def safe_text(self, depth):
        if depth > 0 and self.chance(0.4):
            return self.text_call(depth)
        return self.pick([lambda: self.column("text"), lambda: self.column("text"), self.some_text])()

    def text_call(self, depth=1):
        """A text made by a call that never fails."""
        text, small = lambda: self.safe_text(depth - 1), lambda: Const(self.pick([0, 1, 2, 3, 3.9, 30]))
        name = self.pick([
            "concatenate", "left", "right", "mid", "lower", "upper", "trim", "replace", "rept", "substitute", "T",
            "text",
            "country"])
        match name:
            case "concatenate":
                arguments = text(), Const("-"), self.pick([text, lambda: self.column("number")])()
            case "left" | "right" | "rept":
                arguments = text(), Const(self.pick([0, 1, 2, 2.9]))
            case "mid":
                arguments = text(), Const(self.pick([1, 2, 3.9])), Const(self.pick([1, 2, 27.3]))
            case "replace":
                arguments = text(), Const(self.pick([1, 2, 3])), small(), self.some_text()
            case "substitute":
                index = (Const(self.pick([0, 1, 2])),) if self.chance(0.5) else ()
                arguments = (text(), Const(self.pick(["p", "e", "ü", "apple"])), Const("Q"), *index)
            case "text":
                forms = Const(self.pick(["number", "percent", "euro", "dollar", "yuan"]))
                arguments = Call("abs", (self.column("number", full=True),)), forms
            case "country":
                place = self.object("geolocation")
                if place.column.type != "geolocation":
                    return Call("upper", (text(),))
                arguments = (place,)
            case _:
                arguments = (text(),)
        return Call(name, arguments)

    def risky_text(self):
        """A call that fails if its date is empty."""
        return Call(self.pick(["isodate", "isomonth"]), (self.date_argument(),))

    # MARK: Dates and truth

    def date_argument(self):
        return self.pick([self.column("date"), self.column("date"), Const("2026-02-14 13:14:52"), Const("2026-2-3")])

    def date_call(self):
        """A call that returns a date; it fails if its argument is empty."""
        date, random = self.date_argument(), self.random
        return random.choice([
            lambda: Call("dateAdd", (date, Const(random.randint(-30, 30)), Const(random.choice(UNITS)))),
            lambda: Call("eomonth", (date, Const(random.randint(-13, 13)))),
            lambda: Call("startofweek", (date, Const(random.choice(["Monday", "Sunday"])))),
            lambda: Call("startofweek", (date,)),
            lambda: Call("date", tuple(map(Const, (random.choice([2026, 99, 2024]), random.randint(1, 14),
                                                   random.randint(1, 40))))),
        ])()

    def boolean_call(self):
        """A call that returns true or false."""
        text, number, random = self.column("text"), self.column("number"), self.random
        constants = [Const(1), Const(0), Const("")]
        truth = lambda: random.choice([number, text, self.column("boolean"), self.comparison(), *constants])
        return random.choice([
            lambda: Call(random.choice(["greater", "lessthan", "greatereq", "lessthaneq"]),
                         (number, self.some_number())),
            lambda: Call(random.choice(["equal", "unequal"]), (text, Const(self.text(self.sample(text))))),
            lambda: Call(random.choice(["equal", "unequal"]), (number, self.some_number())),
            lambda: Call("exact", (text, Const(self.text(self.sample(text))))),
            lambda: Call(random.choice(["and", "or", "xor"]), tuple(truth() for _ in range(random.randint(2, 3)))),
            lambda: Call("not", (truth(),)),
        ])()

    def choice_call(self):
        """`if`, `ifs` or `switch`, of one kind."""
        of = self.pick([lambda: self.safe_text(0), lambda: self.safe_number(0)])
        condition, values = self.comparison, [of() for _ in range(3)]
        always = Compare("=", Const(1), Const(1))
        return self.pick([
            lambda: Call("if", (condition(), *values[:2])),
            lambda: Call("ifs", (condition(), values[0], condition(), values[1], always, values[2])),
            lambda: Call("switch", (self.column("number"), Const(3), values[0], Const(7), values[1], values[2])),
            lambda: Call("switch", (self.column("text"), Const("pear"), values[0], Const("x"), values[1], values[2])),
        ])()

    def comparison(self):
        """What `if` takes as its condition."""
        operator = self.pick(["<", "<=", ">", ">=", "=", "!="])
        return Compare(operator, self.column("number"), self.some_number())

    def any_call(self):
        return self.pick([
            lambda: self.number_call(2), self.risky_number, lambda: self.text_call(2), self.risky_text, self.date_call,
            self.boolean_call, self.choice_call])()
