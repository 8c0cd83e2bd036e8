"""The evaluator that judges clients' SQL is itself right: every function with the values that SeaTable promises, logic with
two values, lists, operands of different types; and the statements it is compared by are worth comparing."""

import collections
import random
from datetime import datetime

import pytest

from support.evaluator import ERROR, Scope, holds, result, run
from support.sql_difference import difference
from support.sql_functions import FUNCTIONS, REFUSED, RESULTS
from support.sql_statements import Statements
from support.sql_tables import definition, random_tables, wire
from support.sql_tree import (
    Aggregate, Arithmetic, Between, Call, Compare, Const, Delete, Has, In, IsNull, IsTrue, Item, Junction, Like, Not,
    Printer,
    Ref, Select, Update, Word, walk)
from support.sql_values import Column, Link, Table, converted, date_of, sort_key

COLUMNS = {
    one.name: one for one in [
        Column("0000", "text", "text"), Column("0001", "number", "number"), Column("0002", "done", "checkbox"),
        Column("0003", "day", "date"), Column("0004", "tags", "multiple-select", options=("a", "b", "c")),
        Column("0005", "state", "single-select", options=("z", "y", "x")),
        Column("0006", "others", "link", display="number"),
        Column("0007", "sum", "formula"), Column("0008", "place", "geolocation")]
}


def constant(value):
    return value if isinstance(value, (Call, Word, Compare)) else Const(value)


def call(name, *arguments):
    return Call(name, tuple(map(constant, arguments)))


def day(year, month, day, *time):
    return datetime(year, month, day, *time)


# MARK: Functions

VALUES = [
    ("add", [1, 2], 3), ("add", [1.3, 2.6], 3.9000000000000004), ("subtract", [5, 4], 1), ("multiply", [3, 4], 12),
    ("divide", [3, 2], 1.5), ("divide", [3, 0], ERROR), ("mod", [15, 7], 1), ("power", [3, 2], 9),
    ("power", [10, 400], ERROR),
    ("greater", [2, 3], False), ("lessthan", [2, 3], True), ("greatereq", [2, 2], True), ("lessthaneq", [2, 2], True),
    ("equal", [2, "2"], True), ("equal", ["a", "b"], False), ("unequal", ["a", "A"], True),
    ("abs", [-2], 2), ("ceiling", [2.14], 3), ("ceiling", [-2.14, 4], 0), ("ceiling", [-2.14, -4], -4),
    ("even", [2.14], 4),
    ("even", [3], 4), ("even", [2], 2), ("exp", [1], 2.718281828459045), ("floor", [2.86], 2),
    ("floor", [-3.14, 5], -5),
    ("int", [-3.14], -4), ("lg", [100], 2), ("lg", [0], ERROR), ("log", [81, 3], 4), ("log", [1000], 3),
    ("odd", [-2.14], -1),
    ("odd", [2], 3), ("round", [3.14], 3), ("round", [3.14, 1], 3.1), ("round", [3.14, -3], 0), ("round", [2.5], 3),
    ("round", [-2.5], -3), ("rounddown", [3.12, 1], 3.1), ("rounddown", [-3.9], -3), ("roundup", [-3.15], -4),
    ("roundup", [3.11, 1], 3.2), ("sign", [-2], -1), ("sign", [0], 0), ("sqrt", [81], 9), ("sqrt", [-1], ERROR),
    ("concatenate", ["a", " b ", 3], "a b 3"), ("exact", ["SeaTable", "Seatable"], False), ("exact", ["a", "a"], True),
    ("find", ["Sea", "seaTable", 1], 0), ("find", ["table", "big table", 4], 5), ("find", ["", "seaTable", 1], 1),
    ("find", ["Sea", "", 1], None), ("find", ["T", "seaTable", 4.9], 4), ("search", ["Sea", "seaTable", 1], 1),
    ("search", ["table", "big table", 6], 0), ("search", ["", "x", 1], 1), ("search", ["x", "", 1], None),
    ("left", ["SeaTable", 3], "Sea"), ("left", ["SeaTable", 3.9], "Sea"), ("right", ["SeaTable", 5], "Table"),
    ("right", ["SeaTable", 0], None), ("len", ["SeaTable"], 8), ("len", ["Zürich"], 6), ("lower", ["German"], "german"),
    ("upper", ["German"], "GERMAN"), ("upper", ["ä"], "Ä"), ("mid", ["SeaTable is the best", 1, 8], "SeaTable"),
    ("mid", ["SeaTable is the best.", 10.9, 27.3], "is the best."), ("mid", ["SeaTable", 0, 1], ERROR),
    ("replace", ["SeaTable is the best.", 1, 8, "Seafile"], "Seafile is the best."),
    ("replace", ["SeaTable is the best.", 1, 0, "Seafile"], "SeafileSeaTable is the best."),
    ("rept", ["Sea", 3], "SeaSeaSea"),
    ("substitute", ["SeaTableTable", "Table", "file", 1], "SeafileTable"),
    ("substitute", ["SeaTableTable", "Table", "file", 2], "SeaTablefile"),
    ("substitute", ["SeaTableTable", "Table", "file"], "Seafilefile"), ("T", ["123"], "123"), ("T", [123], None),
    ("text", [150, "euro"], "€150"), ("text", [50, "percent"], "5000%"), ("text", [1.5, "dollar"], "$1.5"),
    ("text", [1, "yuan"], "¥1"), ("text", [1, "number"], "1"), ("trim", [" SeaTable "], "SeaTable"),
    ("value", ["123"], 123),
    ("value", ["x"], ERROR),
    ("date", [2025, 1, 3], day(2025, 1, 3)), ("date", [99, 1, 3], day(1999, 1, 3)),
    ("date", [2025, 14, 3], day(2026, 2, 3)),
    ("date", [2025, 1, 32], day(2025, 2, 1)), ("dateAdd", ["2024-02-03", 2, "days"], day(2024, 2, 5)),
    ("dateAdd", ["2024-09-04 13:05:18", 36, "hours"], day(2024, 9, 6, 1, 5, 18)),
    ("dateAdd", ["2024-02-03", -1, "months"], day(2024, 1, 3)), ("dateAdd", ["2024-02-03", 2, "years"], day(2026, 2,
                                                                                                            3)),
    ("dateAdd", ["2024-02-03", 1, "weeks"], day(2024, 2, 10)), ("dateAdd", ["2024-02-03", 61, "minutes"], day(2024, 2,
                                                                                                              3, 1, 1)),
    ("dateAdd", ["2024-02-03", 61, "seconds"], day(2024, 2, 3, 0, 1, 1)), ("dateAdd", ["", 1, "days"], ERROR),
    ("dateDif", ["2023-01-01", "2025-01-01", "Y"], 2), ("dateDif", ["2024-10-11", "2025-12-12", "M"], 14),
    ("dateDif", ["2024-01-01", "2024-01-03"], 2), ("dateDif", ["2024-01-01", "2024-01-02", "S"], 86_400),
    ("dateDif", ["2024-10-11", "2025-12-12", "YD"], 62), ("dateDif", ["2024-10-11", "2025-12-12", "YM"], 2),
    ("dateDif", ["2024-10-11", "2025-12-12", "MD"], 1), ("dateDif", ["2024-10-20", "2025-12-12", "MD"], 22),
    ("dateDif", ["", "1900-01-03"], 2), ("dateDif", ["", ""], 0), ("day", ["2025-01-03"], 3),
    ("eomonth", ["2025-01-01", 1], day(2025, 2, 28)), ("eomonth", ["2025-01-01", -1], day(2024, 12, 31)),
    ("hour", ["2025-02-14 13:14:52"], 13), ("hour", ["2025-02-14"], 0), ("hour", [""], ERROR),
    ("minute", ["2025-02-14 13:14:52"], 14), ("month", ["2025-02-14 13:14:52"], 2),
    ("second", ["2025-02-14 13:14:52"], 52),
    ("months", ["2025-02-01 13:14", "2025-03-31 15:54"], 1),
    ("networkdays", ["2025-01-01", "2025-01-07", "2025-01-01"], 4),
    ("networkdays", ["2025-09-08", "2025-09-10"], 3), ("weekday", ["2025-01-01", "Monday"], 3),
    ("weekday", ["2025-01-01", "Thursday"], 4), ("weekday", ["2025-01-01"], 4), ("weeknum", ["2025-01-12", 11], 2),
    ("weeknum", ["2025-01-12"], 3), ("weeknum", ["2025-01-12", 2], 2), ("weeknum", ["2024-12-30", 21], 1),
    ("weeknum", ["2025-01-03", 15], 2), ("weeknum", ["2025-01-03", 3], ERROR), ("year", ["2025-01-01"], 2025),
    ("startofweek", ["2025-04-28"], day(2025, 4, 27)), ("startofweek", ["2025-04-28 10:00", "monday"], day(2025, 4,
                                                                                                           28)),
    ("quarter", ["2025-01-01"], 1), ("quarter", ["2025-12-31"], 4), ("isodate", ["2025-01-01 11:00:00"], "2025-01-01"),
    ("isomonth", ["2025-01-01 11:00:00"], "2025-01"),
    ("and", [1, "", 2], False), ("and", [1, "x", True], True), ("or", [1, "", 2], True), ("or", [0, "", False], False),
    ("not", [call("and", 1, "", 2)], True), ("if", [Compare(">", Const(1), Const(2)), 3, 4], 4),
    ("if", [Compare(">", Const(1), Const(2)), "yes"], None), ("xor", [1, 0, Compare("<", Const(2), Const(1))], True),
    ("ifs", [Compare(">", Const(1), Const(2)), 3, Compare(">", Const(5), Const(4)), 9], 9),
    ("switch", [call("int", call("divide", 68, 10)), 6, "OK", 6, "KO"], "OK"),
    ("switch", [5, 1, "a", "other"], "other"),
    ("average", [1, 2, 3, 4, 5], 3), ("counta", [1, "", 2, "3"], 3), ("countall", [1, "", 2, "3"], 4),
    ("countblank", [1, "", 2, "3"], 1), ("multiply", [Word("pi"), 2], 6.283185307179586),
    ("add", [Word("e"), 0], 2.718281828459045),
]


@pytest.mark.parametrize("name, arguments, expected", VALUES)
def test_a_function_has_the_values_that_seatable_promises(name, arguments, expected):
    found = result(call(name, *arguments), Scope(({},)))
    assert found == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected)
    assert type(found) is bool or not isinstance(expected, bool)


def test_no_function_is_without_a_value():
    """But for those of the time of the test and of columns, which have their own tests."""
    names = {name for name, _, _ in VALUES} | {"now", "today", "country", "countItems"}
    assert names == set(FUNCTIONS) and set(RESULTS) == set(FUNCTIONS)


def test_the_functions_are_all_those_of_seatable_and_no_other():
    names = """
        concatenate exact find left len lower mid replace rept right search substitute T text trim upper value add subtract
        multiply divide mod power greater lessthan greatereq lessthaneq equal unequal abs ceiling even exp floor int lg log
        odd round rounddown roundup sign sqrt date dateAdd dateDif day eomonth hour isodate isomonth minute month months
        networkdays now quarter second startofweek today weekday weeknum year and if ifs not or switch xor average counta
        countall countblank countItems country""".split()
    assert set(names) == set(FUNCTIONS)
    # replace() and date() are refused only with other numbers of arguments.
    known = {name.lower() for name in FUNCTIONS}
    assert {name for name in REFUSED if name.lower() in known} == {"REPLACE", "DATE"}


def test_functions_of_columns_and_of_the_time():
    row = {"place": {"country_region": "Germany"}, "tags": ("a", "b")}
    scope = Scope((row,))
    assert result(Call("country", (Ref(COLUMNS["place"]),)), scope) == "Germany"
    assert result(Call("countItems", (Ref(COLUMNS["tags"]),)), scope) == 2
    assert result(Call("countItems", (Ref(COLUMNS["tags"]),)), Scope(({},))) == 0
    today, now = (result(Call(name), scope) for name in ("today", "now"))
    assert today <= now and today.hour == 0


def test_functions_see_what_is_empty_as_zero_or_as_empty_text():
    text, number = Ref(COLUMNS["text"]), Ref(COLUMNS["number"])
    empty = Scope(({},))
    assert result(Call("add", (number, Const(1))), empty) == 1
    assert result(Call("concatenate", (text, Const("x"))), empty) == "x"
    assert result(Call("len", (text,)), empty) == 0
    assert result(Arithmetic("+", number, Const(1)), empty) is None


# MARK: Conditions

EMPTY, FULL = {}, {
    "text": "pear", "number": 12.0, "done": True, "day": day(2026, 11, 6, 9), "tags": ("b", "a"), "state": "y",
    "others": (Link("r", 4.0),)}


def ref(name):
    return Ref(COLUMNS[name])


def positive(name, constant):
    """Conditions that no empty cell fulfils, with their opposites, which every empty cell fulfils."""
    operand, other = ref(name), Const(constant)
    return [
        (Compare("=", operand, other), Compare("!=", operand, other)),
        (In(operand, (other,)), In(operand, (other,), True)),
        (IsNull(operand, True), IsNull(operand))]


PAIRS = [
    *positive("text", "pear"), *positive("number", 12), *positive("day", "2026-11-6 09:00:00"), *positive("state", "y"),
    *positive("tags", "b"), *positive("others", 4), (Like(ref("text"), Const("p%")), Like(ref("text"), Const("p%"),
                                                                                          True)),
    (Like(ref("text"), Const("%EA%"), False, True), Like(ref("text"), Const("%EA%"), True, True)),
    (Between(ref("number"), Const(12), Const(13)), Between(ref("number"), Const(12), Const(13), True)),
    (Has("HAS ANY OF", ref("tags"), (Const("a"), Const("z"))), Has("HAS NONE OF", ref("tags"), (Const("a"),))),
    (IsTrue(ref("done")), IsTrue(ref("done"), True))]


@pytest.mark.parametrize("positive, negative", PAIRS, ids=str)
def test_logic_has_two_values(positive, negative):
    full, empty = Scope((FULL,)), Scope((EMPTY,))
    assert holds(positive, full) and not holds(negative, full)
    assert not holds(positive, empty) and holds(negative, empty)
    assert holds(Not(positive), empty) and not holds(Not(negative), empty)
    assert holds(Junction("OR", (positive, negative)), empty) and not holds(Junction("AND", (positive, negative)),
                                                                            empty)


@pytest.mark.parametrize("condition, is_true", [
    (Compare("=", ref("number"), Const("12")), True), (Compare("=", ref("number"), Const("12 apples")), False),
    (Compare("!=", ref("number"), Const("12 apples")), True), (Compare("<", ref("number"), Const("x")), False),
    (Compare("=", ref("text"), Const(12)), False), (Compare("=", ref("day"), Const("soon")), False),
    (Compare("!=", ref("day"), Const("soon")), True), (Compare("=", ref("day"), Const("2026-11-06T10:00:00+01:00")),
                                                       True),
    (Compare("=", ref("done"), Const(1)), True), (Compare("=", ref("text"), ref("number")), False),
    (Compare("!=", ref("text"), ref("number")), True), (Compare("=", ref("text"), Const(None)), False),
    (Compare("!=", ref("text"), Const(None)), True), (Compare("=", ref("text"), Const("")), False),
    (Compare("=", ref("sum"), Const(1)), False), (Compare("!=", ref("sum"), Const(1)), True),
    (IsNull(ref("sum")), True),
    (Has("HAS ALL OF", ref("tags"), (Const("a"), Const("b"))), True),
    (Has("HAS ALL OF", ref("tags"), (Const("c"),)), False),
    (Has("IS EXACTLY", ref("tags"), (Const("a"), Const("b"))), True),
    (Has("IS EXACTLY", ref("tags"), (Const("b"),)), False),
    (Like(ref("text"), Const("P%")), False), (Like(ref("tags"), Const("b%")), True),
    (Like(ref("tags"), Const("a%")), False),
    (Compare("=", Arithmetic("/", ref("number"), Const(0)), Const(0)), False),
    (Compare(">", Arithmetic("*", ref("number"), Const("2")), Const(23)), True)], ids=str)
def test_operands_of_different_types_and_what_is_empty(condition, is_true):
    assert holds(condition, Scope((FULL,))) is is_true


def test_of_several_numbers_or_dates_a_list_is_only_unequal():
    several = Scope(({"others": (Link("r", 4.0), Link("s", 4.0))},))
    assert [operator for operator in ["=", "!=", "<", ">="] if holds(Compare(operator, ref("others"), Const(4)),
                                                                     several)] == ["!="]


@pytest.mark.parametrize("text, expected", [
    ("2026-11-6 09:00:00", day(2026, 11, 6, 9)), ("2026-1-2", day(2026, 1, 2)),
    ("2026-01-02T03:04:05Z", day(2026, 1, 2, 3, 4, 5)),
    ("2026-01-02T03:04:05.250+02:00", day(2026, 1, 2, 1, 4, 5, 250_000)), ("2026-01-02 03:04", day(2026, 1, 2, 3, 4)),
    ("2026-02-30", None), ("2026-13-01", None), ("tomorrow", None), ("20260102", None), ("2026-01-02 25:00", None),
    ("", None)])
def test_dates_are_read_in_every_form_that_clients_send(text, expected):
    assert date_of(text) == expected
    assert converted(text, "date") == expected


# MARK: Statements


@pytest.fixture
def table():
    rows = [
        {"text": "b", "number": 1.0, "tags": ("b", "a"), "state": "x"},
        {"text": "a", "number": 3.0, "tags": ("a", "b"), "state": "z"},
        {"number": 2.0, "tags": ("a",)}, {"text": "B", "state": "y"}, {"text": "a", "number": 6.0, "state": "z"}]
    return Table("T", list(COLUMNS.values()), rows)


def shown(statement):
    return [list(row.values()) for row in run(statement, None).limited]


@pytest.mark.parametrize("name, descends, expected", [
    ("text", False, [None, "B", "a", "a", "b"]), ("text", True, ["b", "a", "a", "B", None]),
    ("number", False, [None, 1, 2, 3, 6]), ("state", False, [None, "z", "z", "y", "x"]),
    ("tags", False, [None, None, ("a",), ("b", "a"), ("a", "b")])])
def test_what_is_empty_is_sorted_first_and_a_select_by_its_options(table, name, descends, expected):
    found = shown(Select((table,), (Item(ref(name)),), order=((ref(name), descends),)))
    assert [one for one, in found] == expected


def test_limit_is_100_without_one_and_10000_at_most(table):
    table.rows = [{"number": float(number)} for number in range(12_000)]
    count = lambda **limits: len(shown(Select((table,), (Item(ref("number")),), **limits)))
    assert (count(), count(limit=11_000), count(limit=5), count(limit=5, offset=11_998)) == (100, 10_000, 5, 2)


def test_groups_aggregates_and_having(table):
    items = (Item(ref("state")), Item(Aggregate("COUNT")), Item(Aggregate("SUM", ref("number")), "s"))
    select = Select((table,), items, group=(ref("state"),), order=((ref("state"), False),))
    assert shown(select) == [[None, 1, 2], ["z", 2, 9], ["y", 1, None], ["x", 1, 1]]
    assert list(run(select, None).rows[0]) == ["state", "COUNT(*)", "s"]
    having = Compare(">", Aggregate("COUNT"), Const(1))
    assert shown(Select((table,), items, group=(ref("state"),), having=having)) == [["z", 2, 9]]
    assert len(shown(Select((table,), (Item(ref("tags")),), group=(ref("tags"),)))) == 3
    assert len(shown(Select((table,), (Item(ref("text")),), distinct=True))) == 4
    nothing = Select((table,), items[1:], where=Compare("=", Const(1), Const(2)))
    assert shown(nothing) == [[0, None]]
    assert sort_key(None) < sort_key(0.0)


def test_updates_and_deletes(table):
    run(Update(table, ((COLUMNS["number"], "12"), (COLUMNS["text"], ""), (COLUMNS["tags"], ("c",))),
               IsNull(ref("state"))), None)
    run(Update(table, ((COLUMNS["number"], "soon"),), Compare("=", ref("state"), Const("x"))), None)
    assert (table.rows[2]["number"], table.rows[2]["text"], table.rows[2]["tags"]) == (12, None, ("c",))
    assert table.rows[0]["number"] is None
    run(Delete(table, IsNull(ref("number"), True)), None)
    assert [row.get("text") for row in table.rows] == ["b", "B"]


def test_tables_are_joined_by_what_is_equal(table):
    other = Table("U", [COLUMNS["text"]], [{"text": "a"}, {}, {"text": "b"}])
    select = Select((table, other), (Item(ref("number")), Item(Ref(COLUMNS["text"], 1), "t")),
                    where=Compare("=", ref("text"), Ref(COLUMNS["text"], 1)))
    assert sorted(shown(select)) == [[1, "b"], [3, "a"], [6, "a"]]


# MARK: What it is compared by


@pytest.fixture(scope="module")
def tables():
    return random_tables(random.Random(17))


def test_the_statements_are_worth_comparing(tables):
    """Most return rows, and many have what is empty, lists, or operands of different types."""
    source, counts = Statements(17, tables), collections.Counter()
    for _ in range(500):
        made = source.next()
        counts["rows"] += bool(run(made.statement, tables).limited)
        counts["special"] += bool(made.traits)
        counts.update(made.traits)
    assert counts["rows"] >= 300 and counts["special"] >= 150, counts
    assert min(counts[one] for one in ["empty", "list", "cross"]) >= 50, counts


def test_every_function_is_called(tables):
    source = Statements(17, tables)
    nodes = (node for _ in range(4_000) for node in walk(source.next().statement))
    assert set(FUNCTIONS) - {node.name for node in nodes if isinstance(node, Call)} == {"now", "today"}


def test_the_tables_have_every_type_of_column_and_empty_cells(tables):
    first, _ = tables
    types = {one.type for one in first.columns}
    assert types == {
        "text", "long-text", "number", "collaborator", "date", "duration", "single-select", "multiple-select", "image",
        "file",
        "email", "url", "checkbox", "rate", "geolocation", "formula", "link", "creator", "last-modifier", "ctime",
        "mtime",
        "auto-number", "digital-sign"}
    empty = [row for row in first.rows if not row.get("Amount")]
    assert len(first.rows) == 200 and 10 < len(empty) < 100
    assert len(definition(first)) == len(first.columns) - 1
    assert {"Made", "Serial", "Sum", "_id"}.isdisjoint(wire(first, first.rows[0]))


def test_the_same_seed_makes_the_same_statements(tables):
    texts = [[source.next().text for _ in range(50)] for source in (Statements(3, tables, 0.2),
                                                                    Statements(3, tables, 0.2))]
    assert texts[0] == texts[1] and len(set(texts[0])) > 45


def test_a_statement_is_printed_in_ways_that_mean_the_same(table):
    select = Select((table,), (Item(Aggregate("SUM", ref("number"))),), where=Like(ref("text"), Const("it's"), True))
    texts = {Printer(random.Random(seed), as_parameters=0).statement(select) for seed in range(30)}
    assert len({text.lower().replace("`", "").replace("t0.", "").replace(" as t0", "") for text in texts}) == 1
    assert len(texts) > 5 and all("SUM(`number`)" in text and '"it\'s"' in text for text in texts)


def test_a_difference_is_found_wherever_it_is(table):
    select = Select((table,), (Item(ref("text")), Item(ref("number")), Item(ref("day"))), limit=3)
    expected = run(select, None)
    answer = [{"text": "b", "number": 1, "day": None}, {"text": "a", "number": 3.0, "day": ""},
              {"text": None, "number": 2, "day": None}]
    assert difference(select, expected, answer) is None
    assert difference(select, expected, answer[:2]) == "2 rows instead of 3"
    assert "row 0" in difference(select, expected, answer[::-1])
    assert "number" in difference(select, expected, [{"text": "b", "day": None}, *answer[1:]])
    ordered = Select((table,), (Item(ref("text")), Item(ref("number"))), order=((ref("text"), False),))
    expected = run(ordered, None)
    rows = [[None, 2], ["B", None], ["a", 6], ["a", 3], ["b", 1]]
    assert difference(ordered, expected, [dict(zip(["text", "number"], row)) for row in rows]) is None
    assert difference(ordered, expected, [dict(zip(["text", "number"], row)) for row in [*rows[1:], rows[0]]])
