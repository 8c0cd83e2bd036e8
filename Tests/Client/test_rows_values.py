"""What cells make of the values that clients send: as SeaTable does, silently; or refused, in strict mode."""

import itertools

import pytest

from support import http
from support.rows import Program, options
from support.sql_values import date_of

STRICT = {"X-Basekeeper-Strict": "1"}
ME = "0123456789abcdef0123456789abcdef@auth.local"
FILE = {"name": "a.pdf", "size": 3, "type": "file", "url": "https://example.com/a.pdf"}
numbers = itertools.count(1)
COLUMNS = [
    ("Name", "text"), ("Note", "long-text"), ("Amount", "number", {"format": "number"}), ("People", "collaborator"),
    ("Day", "date", {"format": "YYYY-MM-DD"}), ("Time", "date", {"format": "YYYY-MM-DD HH:mm"}),
    ("German", "date", {"format": "DD.MM.YYYY"}),
    ("Span", "duration", {"format": "duration", "duration_format": "h:mm"}),
    ("State", "single-select", options("open")), ("Tags", "multiple-select", options("a")), ("Photos", "image"),
    ("Files", "file"), ("Mail", "email"), ("Site", "url"), ("Done", "checkbox"),
    ("Stars", "rate", {"rate_max_number": 5}),
    ("Place", "geolocation", {"geo_format": "lng_lat"}), ("Sum", "formula", {"formula": "1"}), ("Made", "ctime"),
    ("Changed", "mtime"), ("Maker", "creator"), ("Changer", "last-modifier"),
    ("Serial", "auto-number", {"format": "0000", "digits": 4, "prefix_type": "string", "prefix": "row"})]

# A column, what is written, what is read. A date is read as a time.
KEPT = [
    ("Name", "x", "x"), ("Name", " x ", " x "), ("Name", "<b>&'\"\\", "<b>&'\"\\"), ("Name", "", None),
    ("Name", None, None),
    ("Note", "# Title\n\n* one", "# Title\n\n* one"), ("Amount", 1.25, 1.25), ("Amount", "1.25", 1.25),
    ("Amount", 0, 0),
    ("Amount", -3, -3), ("Amount", 9007199254740991, 9007199254740991), ("Amount", None, None), ("People", [ME], [ME]),
    ("People", [], None), ("Day", "2026-11-06", "2026-11-06"), ("Day", "2026/11/06", "2026-11-06"),
    ("Time", "2026-11-06 09:30", "2026-11-06 09:30"), ("Time", "2026/11/06 09:30", "2026-11-06 09:30"),
    ("Time", "2026-11-06T09:30:00+01:00", "2026-11-06 08:30"), ("Time", "2026-11-06T09:30:00Z", "2026-11-06 09:30"),
    ("German", "06.11.2026", "2026-11-06"), ("Day", "", None), ("Span", 3600, 3600), ("Span", "3600", 3600),
    ("Span", "1:30", 5400), ("State", "open", "open"), ("State", "", None), ("Tags", ["a"], ["a"]), ("Tags", [], None),
    ("Photos", ["/workspace/1/asset/x/a.png"], ["/workspace/1/asset/x/a.png"]), ("Files", [FILE], [FILE]),
    ("Mail", "mia@example.com", "mia@example.com"), ("Site", "https://example.com", "https://example.com"),
    ("Done", True, True), ("Done", False, False), ("Done", None, None), ("Stars", 3, 3), ("Stars", 9, 9),
    ("Place", {"lng": 1.5, "lat": 2}, {"lng": 1.5, "lat": 2}), ("Place", {"lng": 1.5}, {"lng": 1.5})]
# What SeaTable changes or drops without a word.
LOST = [
    ("Day", "soon", None), ("Day", "2026-02-30", None), ("Done", 1, False), ("Sum", 5, None), ("nosuch", "x", None),
    ("Made", "2020-01-01", None), ("Changed", "2020-01-01", None), ("Maker", ME, None), ("Changer", ME, None),
    ("State", "never seen", "never seen"), ("Tags", ["a", "never seen"], ["a", "never seen"])]


@pytest.fixture(scope="module")
def program(unlimited):
    return Program(unlimited)


@pytest.fixture
def table(program):
    """A new table with every type of column."""
    name = f"Table of test {next(numbers)}"
    program.new_table(name, *COLUMNS)
    return name


def read(program, table, id, column):
    value = program.row(table, id).get(column)
    return value if value != [] else None


def alike(found, expected, column):
    if column in ("Day", "Time", "German"):
        return date_of(found) == date_of(expected) if expected else found is None
    return found == expected and type(found) in (type(expected), float)


@pytest.mark.parametrize("column, written, expected", KEPT, ids=str)
def test_a_cell_keeps_what_it_can_hold(program, table, column, written, expected):
    appended, changed = program.append(table, {"Name": "x", column: written}, {"Name": "x"})
    program.update(table, **{changed: {column: written}})
    for id in (appended, changed):
        assert alike(read(program, table, id, column), expected, column)


@pytest.mark.parametrize("column, written, expected", LOST, ids=str)
def test_a_cell_loses_what_it_cannot_hold_without_a_word_as_in_seatable(program, table, column, written, expected):
    id, = program.append(table, {"Name": "x", column: written})
    found = read(program, table, id, column)
    assert found != written if column in ("Made", "Changed", "Maker", "Changer") else found == expected


@pytest.mark.parametrize("column, written", [one[:2] for one in LOST], ids=str)
def test_in_strict_mode_a_loss_is_refused_with_its_row_and_column(program, table, column, written):
    for method, body in [
            ("POST", {"table_name": table, "rows": [{"Name": "good"}, {"Name": "bad", column: written}]}),
            ("PUT", {"table_name": table, "updates": [{"row_id": program.append(table, {"Name": "y"})[0],
                                                       "row": {column: written}}]})]:
        before = program.rows(table)
        answer = strictly(program, method, body)
        assert answer.status_code == 400, answer.text
        assert column in answer.json()["error_message"]
        assert program.rows(table) == before


@pytest.mark.parametrize("column, written, expected", KEPT, ids=str)
def test_in_strict_mode_what_is_kept_is_kept(program, table, column, written, expected):
    answer = strictly(program, "POST", {"table_name": table, "rows": [{"Name": "x", column: written}]})
    assert answer.status_code == 200, answer.text
    assert alike(read(program, table, answer.json()["first_row"]["_id"], column), expected, column)


def strictly(program, method, body):
    return http.call(program.service, method, program.root + "rows/", program.token, json=body, headers=STRICT)


def test_rows_are_numbered_on(program, table):
    program.append(table, {"Name": "a"}, {"Name": "b"})
    program.delete(table, program.rows(table)[1]["_id"])
    program.append(table, {"Name": "c"})
    assert [row["Serial"] for row in program.rows(table)] == ["row-0001", "row-0003"]


def test_an_object_without_any_known_name_makes_no_row(program, table):
    answer = program.ask("POST", "rows/", {"table_name": table, "rows": [{}, {"nosuch": 1}]})
    assert (answer["inserted_row_count"], answer["row_ids"], answer["first_row"]) == (0, [], None)
    assert program.rows(table) == []


def test_new_options_are_made_once(program, table):
    program.append(table, *({"State": "later", "Tags": ["later", "a"]} for _ in range(5)))
    columns = {one["name"]: one for one in program.table(table)["columns"]}
    for name, before in [("State", "open"), ("Tags", "a")]:
        assert [one["name"] for one in columns[name]["data"]["options"]] == [before, "later"]


def test_a_new_row_is_shown_by_keys_with_the_cells_that_are_set(program, table):
    answer = program.ask("POST", "rows/", {"table_name": table, "rows": [{"Name": "x", "Day": "2026-11-06"}],
                                           "convert_keys": True})
    columns = {one["name"]: one["key"] for one in program.table(table)["columns"]}
    first = answer["first_row"]
    assert (first["0000"], first[columns["Day"]], first["_id"]) == ("x", "2026-11-06", answer["row_ids"][0]["_id"])
    assert columns["Amount"] not in first


def test_a_row_without_cells_has_every_column_of_the_table(program, table):
    id, = program.append(table, {"Name": ""})
    row = program.row(table, id)
    assert {name for name, *_ in COLUMNS} <= row.keys()
    assert row["Name"] is None and row["Amount"] is None
    assert {"_id", "_ctime", "_mtime", "_creator", "_last_modifier", "_locked", "_locked_by", "_archived"} <= row.keys()


def test_a_change_of_a_row_that_is_not_there_changes_nothing(program, table):
    id, = program.append(table, {"Name": "x"})
    body = {"table_name": table, "updates": [{"row_id": id, "row": {"Name": "y"}}, {"row_id": "A" * 22,
                                                                                    "row": {"Name": "z"}}]}
    assert 400 <= program.call("PUT", "rows/", body).status_code < 500
    assert program.row(table, id)["Name"] == "x"


def test_a_reader_cannot_write(unlimited, program, table):
    reader = Program(unlimited, "r", program.base)
    id, = program.append(table, {"Name": "x"})
    assert [row["_id"] for row in reader.rows(table)] == [id]
    for method, path, body in [
            ("POST", "rows/", {"rows": [{"Name": "y"}]}),
            ("PUT", "rows/", {"updates": [{"row_id": id, "row": {"Name": "y"}}]}),
            ("DELETE", "rows/", {"row_ids": [id]}), ("PUT", "lock-rows/", {"row_ids": [id]}), ("DELETE", "tables/", {}),
            ("POST", "columns/", {"column_name": "y", "column_type": "text"}),
            ("POST", "tables/", {"table_name": "y"})]:
        assert reader.call(method, path, {"table_name": table, **body}).status_code == 403
    assert [row["Name"] for row in program.rows(table)] == ["x"]
