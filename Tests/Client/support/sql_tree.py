"""The syntax tree of clients' SQL, and how it is printed. Nothing here knows how the service reads it."""

import random
import re
from dataclasses import dataclass, field

# Words that cannot stand as a name without backticks: keywords, and everything that looks like a function.
RESERVED = set("""
    all and any as asc average between by count delete desc distinct e exactly false from group has having ilike in is like
    limit max min none not null of offset or order pi select set sum true update where abs date day left len lower month
    right text today upper value year
    """.split())


@dataclass(frozen=True)
class Const:
    """A constant: None, text, a number, True or False."""

    value: object


@dataclass(frozen=True)
class Word:
    """`pi` or `e`, which stand only inside functions."""

    name: str


@dataclass(frozen=True)
class Ref:
    """A column of the table with this number in FROM."""

    column: object
    source: int = 0


@dataclass(frozen=True)
class Alias:
    """The name that an item of SELECT has; in GROUP BY, HAVING and ORDER BY."""

    name: str
    expression: object


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple = ()


@dataclass(frozen=True)
class Arithmetic:
    operator: str
    left: object
    right: object


@dataclass(frozen=True)
class Aggregate:
    """COUNT, SUM, MIN, MAX or AVG; without an argument COUNT(*)."""

    name: str
    argument: object = None


@dataclass(frozen=True)
class Compare:
    operator: str
    left: object
    right: object


@dataclass(frozen=True)
class Like:
    operand: object
    pattern: Const
    negated: bool = False
    ignores_case: bool = False


@dataclass(frozen=True)
class In:
    operand: object
    values: tuple
    negated: bool = False


@dataclass(frozen=True)
class Between:
    operand: object
    low: object
    high: object
    negated: bool = False


@dataclass(frozen=True)
class IsNull:
    operand: object
    negated: bool = False


@dataclass(frozen=True)
class IsTrue:
    operand: object
    negated: bool = False


@dataclass(frozen=True)
class Has:
    """HAS ANY OF, HAS ALL OF, HAS NONE OF or IS EXACTLY."""

    words: str
    operand: object
    values: tuple


@dataclass(frozen=True)
class Junction:
    """AND or OR."""

    word: str
    parts: tuple


@dataclass(frozen=True)
class Not:
    condition: object


CONDITIONS = (Compare, Like, In, Between, IsNull, IsTrue, Has, Junction, Not)


@dataclass(frozen=True)
class Item:
    expression: object
    alias: str | None = None


@dataclass(frozen=True)
class Select:
    """Without items SELECT *. `order` has pairs of an expression and whether it descends."""

    tables: tuple
    items: tuple = ()
    where: object = None
    group: tuple = ()
    having: object = None
    order: tuple = ()
    limit: int | None = None
    offset: int | None = None
    distinct: bool = False


@dataclass(frozen=True)
class Update:
    """`changes` has pairs of a column and a constant, or a tuple of constants for a list."""

    table: object
    changes: tuple
    where: object = None


@dataclass(frozen=True)
class Delete:
    table: object
    where: object = None


def walk(node):
    """A node and everything below it."""
    if isinstance(node, tuple):
        for one in node:
            yield from walk(one)
        return
    yield node
    for name in getattr(node, "__dataclass_fields__", {}):
        if name not in ("column", "table", "tables", "value"):
            yield from walk(getattr(node, name))


# MARK: Printing


@dataclass
class Printer:
    """Prints a statement in one of the many ways that mean the same: keywords and names in any case, names with or
    without backticks, strings in either quotation mark, constants in the text or as parameters."""

    random: random.Random
    as_parameters: float = 0.15
    parameters: list = field(default_factory=list)
    tables: tuple = ()
    aliases: tuple = ()

    def statement(self, node):
        if isinstance(node, Select):
            return self.select(node)
        where = lambda: f" {self.word('WHERE')} {self.show(node.where)}" if node.where else ""
        self.tables, self.aliases = (node.table,), (None,)
        if isinstance(node, Delete):
            return f"{self.word('DELETE FROM')} {self.name(node.table.name)}" + where()
        changes = ", ".join(f"{self.name(column.name)} = {self.constant(value)}" for column, value in node.changes)
        return f"{self.word('UPDATE')} {self.name(node.table.name)} {self.word('SET')} {changes}" + where()

    def select(self, node):
        self.tables = node.tables
        self.aliases = tuple(f"t{number}" if self.random.random() < 0.3 else None for number in range(len(node.tables)))
        parts = [self.word("SELECT")] + ([self.word("DISTINCT")] if node.distinct else [])
        parts.append(", ".join(self.item(one) for one in node.items) if node.items else "*")
        parts += [self.word("FROM"), ", ".join(
            self.name(table.name) + (f" {self.word('AS')} {alias}" if alias else "")
            for table, alias in zip(self.tables, self.aliases))]
        if node.where:
            parts += [self.word("WHERE"), self.show(node.where)]
        if node.group:
            parts += [self.word("GROUP BY"), ", ".join(self.show(one) for one in node.group)]
        if node.having:
            parts += [self.word("HAVING"), self.show(node.having)]
        if node.order:
            order = ", ".join(self.show(one) + self.direction(descends) for one, descends in node.order)
            parts += [self.word("ORDER BY"), order]
        if node.limit is not None:
            parts += [self.word("LIMIT"), str(node.limit)]
        if node.offset is not None:
            parts += [self.word("OFFSET"), str(node.offset)]
        return " ".join(parts)

    def direction(self, descends):
        return " " + self.word("DESC") if descends else self.random.choice(["", " " + self.word("ASC")])

    def item(self, item):
        """An item of SELECT. What gives the answer its name is written as it is: an alias, a column in an aggregate."""
        match item.expression:
            case Aggregate(name, Ref(column, _)) if not item.alias:
                return f"{name}(`{column.name}`)"
        return self.show(item.expression) + (f" {self.word('AS')} `{item.alias}`" if item.alias else "")

    def word(self, text):
        return self.random.choice([text, text, text.lower(), text.capitalize()])

    def name(self, text):
        is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in RESERVED
        if is_plain and self.random.random() < 0.6:
            return self.random.choice([text, text, text.lower(), text.upper()])
        return "`" + text.replace("`", "``") + "`"

    def constant(self, value):
        if isinstance(value, tuple):
            return "(" + ", ".join(self.constant(one) for one in value) + ")"
        if value is not None and self.random.random() < self.as_parameters:
            self.parameters.append(value)
            return "?"
        return self.literal(value)

    def literal(self, value):
        if value is None:
            return self.word("NULL")
        if isinstance(value, bool):
            return self.word("TRUE" if value else "FALSE")
        if isinstance(value, (int, float)):
            return repr(int(value)) if value == int(value) else repr(value)
        mark = "'" if '"' in value else '"' if "'" in value else self.random.choice("'\"")
        assert mark not in value, "both quotation marks in one text"
        return mark + value + mark

    def show(self, node, inside=False):
        """The text of an expression or a condition; in parentheses if it is inside another operator."""
        text = self.plain(node, inside)
        # After NOT, a comparison belongs to what is negated: NOT (a) = 1 is NOT (a = 1).
        is_not = isinstance(node, Call) and node.name.lower() == "not"
        is_open = is_not or isinstance(node, (Arithmetic, *CONDITIONS))
        return f"({text})" if inside and is_open else text

    def plain(self, node, inside):
        match node:
            case Const(value):
                return self.constant(value)
            case Word(name):
                return name
            case Alias(name, _):
                return self.name(name)
            case Ref(column, source):
                return self.reference(column, source)
            case Call(name, arguments):
                return self.call(name, arguments)
            case Aggregate(name, None):
                return self.word(name) + "(*)"
            case Aggregate(name, argument):
                return self.word(name) + self.list((argument,))
            case Arithmetic(operator, left, right) | Compare(operator, left, right):
                left = self.show(left, True)
                return f"{left} {operator} {self.show(right, True)}"
            case Junction(word, parts):
                return f" {self.word(word)} ".join([self.show(one, True) for one in parts])
            case Not(condition):
                return f"{self.word('NOT')} ({self.show(condition)})"
        return self.predicate(node)

    def call(self, name, arguments):
        """A function. Inside it no column of the only table is named with its alias."""
        aliases, self.aliases = self.aliases, self.aliases if len(self.tables) > 1 else (None,)
        text = self.random.choice([name, name.lower(), name.upper()]) + self.list(arguments)
        self.aliases = aliases
        return text

    def predicate(self, node):
        negation = self.word("NOT") + " " if getattr(node, "negated", False) else ""
        operand = self.show(node.operand, True)
        match node:
            case Like():
                word = self.word("ILIKE" if node.ignores_case else "LIKE")
                return f"{operand} {negation}{word} {self.show(node.pattern)}"
            case In():
                return f"{operand} {negation}{self.word('IN')} {self.list(node.values)}"
            case Between():
                low = self.show(node.low, True)
                return f"{operand} {negation}{self.word('BETWEEN')} {low} {self.word('AND')} {self.show(node.high, True)}"
            case IsNull():
                return f"{operand} {self.word('IS')} {negation}{self.word('NULL')}"
            case IsTrue():
                return f"{operand} {self.word('IS')} {negation}{self.word('TRUE')}"
            case Has():
                return f"{operand} {self.word(node.words)} {self.list(node.values)}"
        raise TypeError(node)

    def list(self, nodes):
        return "(" + ", ".join([self.show(one) for one in nodes]) + ")"

    def reference(self, column, source):
        alias = self.aliases[source]
        if len(self.tables) > 1 or (alias and self.random.random() < 0.5):
            return f"{alias or self.name(self.tables[source].name)}.{self.name(column.name)}"
        return self.name(column.name)
