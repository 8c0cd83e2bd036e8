"""A naïve evaluator of clients' SQL over tables in memory, to be compared with the service.

It walks the tree of a statement row by row and knows nothing of how the service does it. Logic has two values: a
condition over NULL is false, or true if it is a negative one. Its rules about values are those of `sql_values`.
"""

import itertools
import math
import re
from dataclasses import dataclass

from support import sql_functions
from support.sql_functions import RESULTS
from support.sql_tree import (
    Aggregate, Alias, Arithmetic, Between, Call, Compare, Const, Delete, Has, In, IsNull, IsTrue, Junction, Like,
    Not, Ref, Select, Word, walk)
from support.sql_values import Failure, common, converted, first, number_of, only, same, sort_key, tidied

ERROR = "#VALUE!"
USUAL_LIMIT, LARGEST_LIMIT = 100, 10_000


@dataclass
class Answer:
    """What a SELECT answers: all rows in order, before LIMIT; the keys they are sorted by; the part that LIMIT leaves;
    and whether rows with equal keys stand in the order of the table."""

    rows: list
    keys: list
    part: slice
    is_stable: bool

    @property
    def limited(self):
        return self.rows[self.part]


@dataclass(frozen=True)
class Scope:
    """Where an expression is evaluated: a row of each table; with GROUP BY those of the group, too."""

    rows: tuple
    group: tuple = ()


# MARK: Kinds


def kind(node):
    """The kind of an expression's values, known before any row is."""
    match node:
        case Const(value):
            return {bool: "boolean", str: "text"}.get(type(value), "nothing" if value is None else "number")
        case Ref(column, _):
            return column.kind
        case Alias(_, expression):
            return kind(expression)
        case Call(("if" | "switch" | "ifs") as name, arguments):
            results = {"if": arguments[1:], "ifs": arguments[1::2], "switch": arguments[2::2]}[name]
            return next(map(kind, results))
        case Call(name, _):
            return RESULTS[name]
        case Aggregate("MIN" | "MAX", argument):
            return element(argument)
        case Word() | Arithmetic() | Aggregate():
            return "number"
    return "boolean"


def element(node):
    """The kind of an expression's values, or of a list's elements."""
    column = node.column if isinstance(node, Ref) else None
    return column.element if column and column.kind == "list" else kind(node)


def comparable(left, right):
    """The kind in which two expressions are compared: a constant follows the other side."""
    if isinstance(left, Const) != isinstance(right, Const):
        return element(right if isinstance(left, Const) else left)
    return common(element(left), element(right))


# MARK: Expressions


def value(node, scope):
    """An expression's value, in which an error is NULL."""
    try:
        return raw(node, scope)
    except Failure:
        return None


def raw(node, scope):
    match node:
        case Const(constant):
            return tidied(constant)
        case Word(name):
            return sql_functions.CONSTANTS[name]
        case Ref(column, source):
            return tidied(scope.rows[source].get(column.name))
        case Alias(_, expression):
            return raw(expression, scope)
        case Call(name, arguments):
            return tidied(sql_functions.call(name, [raw(one, scope) for one in arguments]))
        case Arithmetic():
            return arithmetic(node, scope)
        case Aggregate():
            return aggregate(node, scope)
    return holds(node, scope)


def arithmetic(node, scope):
    left, right = (number_of(first(value(one, scope))) for one in (node.left, node.right))
    if left is None or right is None or (node.operator == "/" and right == 0):
        return None
    found = {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[node.operator](right)
    return found if math.isfinite(found) else None


def aggregate(node, scope):
    if node.argument is None:
        return float(len(scope.group))
    values = [value(node.argument, Scope(rows)) for rows in scope.group]
    if node.name == "COUNT":
        return float(sum(one is not None for one in values))
    values = [one for one in map(only, values) if one is not None]
    if node.name in ("SUM", "AVG"):
        values = [one for one in map(number_of, values) if one is not None]
    if not values:
        return None
    if node.name in ("MIN", "MAX"):
        return {"MIN": min, "MAX": max}[node.name](values)
    return math.fsum(values) / (len(values) if node.name == "AVG" else 1)


# MARK: Conditions


def holds(node, scope):
    """Whether a condition is true."""
    match node:
        case Junction("AND", parts):
            return all(holds(one, scope) for one in parts)
        case Junction("OR", parts):
            return any(holds(one, scope) for one in parts)
        case Not(condition):
            return not holds(condition, scope)
        case Compare(operator, left, right):
            return compare(operator, *pair(left, right, scope), several(left, right, scope))
        case Like():
            text = converted(value(node.operand, scope), "text")
            return matches(text, node.pattern.value, node.ignores_case) != node.negated
        case In(operand, values, negated):
            return any(compare("=", *pair(operand, one, scope)) for one in values) != negated
        case Between(operand, low, high, negated):
            is_between = compare(">=", *pair(operand, low, scope)) and compare("<=", *pair(operand, high, scope))
            return is_between != negated
        case IsNull(operand, negated):
            return (value(operand, scope) is None) != negated
        case IsTrue(operand, negated):
            return (first(value(operand, scope)) is True) != negated
        case Has(words, operand, values):
            return has(words, value(operand, scope) or (), {one.value for one in values})
    return value(node, scope) is True


def pair(left, right, scope):
    """Both sides of a comparison, in the same kind."""
    same_kind = comparable(left, right)
    return [converted(value(one, scope), same_kind) for one in (left, right)]


def several(left, right, scope):
    """Whether one side is a list of several numbers or dates, to which everything is unequal."""
    values = [value(one, scope) for one in (left, right)]
    return comparable(left, right) != "text" and any(isinstance(one, tuple) and len(one) > 1 for one in values)


def compare(operator, left, right, several=False):
    if operator in ("!=", "<>"):
        return several or left is None or right is None or left != right
    if left is None or right is None:
        return False
    return {
        "=": left == right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def matches(text, pattern, ignores_case):
    if text is None or not pattern:
        return False
    if ignores_case:
        text, pattern = text.lower(), pattern.lower()
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), text, re.DOTALL) is not None


def has(words, items, values):
    items = {first((one,)) for one in items}
    match words:
        case "HAS ANY OF":
            return bool(items & values)
        case "HAS ALL OF":
            return values <= items
        case "HAS NONE OF":
            return not items & values
        case "IS EXACTLY":
            return items == values
    raise ValueError(words)


# MARK: Statements


def run(statement, tables):
    """Runs a statement. UPDATE and DELETE change the table; a SELECT returns its `Answer`."""
    if isinstance(statement, Select):
        return select(statement)
    found = [row for row in statement.table.rows if not statement.where or holds(statement.where, Scope((row,)))]
    if isinstance(statement, Delete):
        statement.table.rows[:] = [row for row in statement.table.rows if row not in found]
        return None
    for row in found:
        for column, constant in statement.changes:
            row[column.name] = written(constant, column)
    return None


def written(constant, column):
    """A constant as the value of a cell; NULL if the column cannot hold it."""
    if column.kind == "list":
        return tidied(constant if isinstance(constant, tuple) else (constant,) if constant else ())
    return converted(tidied(constant), column.kind)


def select(statement):
    scopes = [Scope(rows) for rows in itertools.product(*(table.rows for table in statement.tables))]
    if statement.where:
        scopes = [one for one in scopes if holds(statement.where, one)]
    if is_grouped(statement):
        scopes = grouped(statement, scopes)
    if statement.having:
        scopes = [one for one in scopes if holds(statement.having, one)]
    found = [(shown(statement, one), tuple(order_key(key, one) for key, _ in statement.order)) for one in scopes]
    if statement.distinct:
        found = distinct(found)
    for number, (_, descends) in reversed(list(enumerate(statement.order))):
        found.sort(key=lambda one: one[1][number], reverse=descends)
    start = statement.offset or 0
    limit = min(USUAL_LIMIT if statement.limit is None else statement.limit, LARGEST_LIMIT)
    is_plain = len(statement.tables) == 1 and not is_grouped(statement) and not statement.distinct
    is_stable = is_plain and not statement.order
    return Answer([row for row, _ in found], [key for _, key in found], slice(start, start + limit), is_stable)


def is_grouped(statement):
    expressions = (tuple(one.expression for one in statement.items), statement.having)
    return bool(statement.group) or any(isinstance(one, Aggregate) for one in walk(expressions))


def grouped(statement, scopes):
    """The scopes of the groups; without GROUP BY everything is one group, even if it is empty."""
    if not statement.group:
        rows = tuple(one.rows for one in scopes)
        return [Scope(rows[0] if rows else ({},) * len(statement.tables), rows)]
    groups = {}
    for scope in scopes:
        groups.setdefault(tuple(same(value(one, scope)) for one in statement.group), []).append(scope.rows)
    return [Scope(rows[0], tuple(rows)) for rows in groups.values()]


def shown(statement, scope):
    if not statement.items:
        (row,), (table,) = scope.rows, statement.tables
        return {column.name: tidied(row.get(column.name)) for column in table.columns}
    return {name_of(item): result(item.expression, scope) for item in statement.items}


def result(node, scope):
    try:
        return raw(node, scope)
    except Failure:
        return ERROR


def distinct(found):
    """Rows with their keys, each only the first time."""
    rows = {}
    for row, key in found:
        rows.setdefault(tuple(map(same_shown, row.values())), (row, key))
    return list(rows.values())


def same_shown(value):
    value = same(value)
    return repr(value) if isinstance(value, (dict, list)) else value


def name_of(item):
    """The name that an item has in the answer, by names."""
    if item.alias:
        return item.alias
    if isinstance(item.expression, Aggregate):
        argument = item.expression.argument
        return f"{item.expression.name}({argument.column.name if argument else '*'})"
    return item.expression.column.name


def order_key(node, scope):
    column = node
    while isinstance(column, Alias):
        column = column.expression
    return sort_key(value(node, scope), column.column if isinstance(column, Ref) else None)


