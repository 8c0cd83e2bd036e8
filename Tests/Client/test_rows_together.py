"""Clients that write into one base at the same time: nothing is lost, nothing is made twice, no cell has what its column
cannot hold."""

import itertools

import pytest

from support.rows import Program, Refusal
from support.threads import at_once, beside

numbers = itertools.count(1)
WRITERS, BATCHES = 6, 8


@pytest.fixture(scope="module")
def program(unlimited):
    return Program(unlimited)


@pytest.fixture
def table(program):
    name = f"Table {next(numbers)}"
    program.new_table(name, ("Name", "text"), ("State", "single-select"),
                      ("Serial", "auto-number", {"format": "0000", "digits": 4}))
    return name


def batch(writer, number):
    return [{"Name": f"{writer}-{number}-{place}", "State": f"state {number}"} for place in range(20)]


def test_batches_are_whole_in_order_and_numbered_without_a_gap(program, table):
    def write(writer):
        return [program.append(table, *batch(writer, number)) for number in range(BATCHES)]

    written = at_once(write, range(WRITERS))
    rows = program.rows(table)
    places = {row["_id"]: place for place, row in enumerate(rows)}
    assert len(rows) == WRITERS * BATCHES * 20
    for batches in written:
        for ids in batches:
            assert [places[id] - places[ids[0]] for id in ids] == list(range(20))
    assert [row["Serial"] for row in rows] == [f"{number:04}" for number in range(1, len(rows) + 1)]


def test_an_option_that_many_write_first_is_made_once(program, table):
    at_once(lambda writer: [program.append(table, *batch(writer, number)) for number in range(BATCHES)], range(WRITERS))
    column = next(one for one in program.table(table)["columns"] if one["name"] == "State")
    names = [one["name"] for one in column["data"]["options"]]
    assert sorted(names) == sorted({f"state {number}" for number in range(BATCHES)})
    assert len({one["id"] for one in column["data"]["options"]}) == len(names)
    assert {row["State"] for row in program.rows(table)} == set(names)


def test_a_column_s_type_changes_under_writers_and_every_cell_fits(program, table):
    key = program.new_column(table, "Value", "text")["key"]

    def change():
        for type in ["number", "text", "checkbox", "number", "text", "number"]:
            program.ask("PUT", "columns/", {
                "table_name": table, "op_type": "modify_column_type", "column": key, "new_column_type": type})

    def write(value):
        for _ in range(BATCHES * 2):
            program.append(table, *({"Name": "x", "Value": value} for _ in range(10)))

    with beside(change):
        at_once(write, ["12", "soon", 3.5, True])
    rows = program.rows(table)
    assert len(rows) == 4 * BATCHES * 2 * 10
    assert all(row["Value"] is None or type(row["Value"]) in (int, float) for row in rows)
    assert {row["Value"] for row in rows} >= {3.5}


def test_a_column_is_deleted_under_writers(program, table):
    key = program.new_column(table, "Value", "number")["key"]

    def write(writer):
        for number in range(BATCHES * 2):
            program.append(table, {"Name": "x", "Value": number})

    with beside(lambda: program.ask("DELETE", "columns/", {"table_name": table, "column": key})):
        at_once(write, range(2))
    program.new_column(table, "Value", "number")
    assert {row["Value"] for row in program.rows(table)} == {None}


def test_a_row_is_changed_by_many_and_keeps_every_change(program, table):
    id, = program.append(table, {"Name": "x"})
    columns = [f"C{writer}" for writer in range(WRITERS)]
    for name in columns:
        program.new_column(table, name, "number")

    def write(name):
        for number in range(1, BATCHES + 1):
            program.update(table, **{id: {name: number}})

    at_once(write, columns)
    row = program.row(table, id)
    assert [row[name] for name in columns] == [BATCHES] * WRITERS


def test_a_name_is_given_to_one_table_and_one_column_only(program, table):
    column = {"table_name": table, "column_name": "Twice", "column_type": "text"}

    def make(request):
        try:
            return bool(program.ask("POST", *request))
        except Refusal as refusal:
            assert 400 <= refusal.status < 500, refusal
            return False

    assert sum(at_once(make, [("tables/", {"table_name": f"{table} twice"})] * 4)) == 1
    assert sum(at_once(make, [("columns/", column)] * 4)) == 1
    assert [one["name"] for one in program.table(table)["columns"]].count("Twice") == 1
    assert [one["name"] for one in program.metadata()["tables"]].count(f"{table} twice") == 1


def test_rows_are_deleted_by_one_of_many(program, table):
    ids = program.append(table, *batch(0, 0))
    answers = at_once(lambda _: program.delete(table, *ids)["deleted_rows"], range(4))
    assert sum(answers) == len(ids) and program.rows(table) == []
