"""Nothing of a base is read or changed through another one: by no route, by no statement, with no name or identifier of it.
Each is first proved to be found with the right token."""

import json
import re

import pytest

from support.process import ROOT
from support.row_clients import GATEWAY, REQUESTS, filled
from support.rows import Program, options
from support.sql_check import Check
from support.sql_tables import definition
from support.sql_tree import Select

CANARY = "canary of the first base"
STATEMENTS = 200


def build(service, value):
    """A base with a table, a link, a view, and one row that has this value."""
    program = Program(service)
    program.new_table("Companies", ("Name", "text"))
    program.new_table(
        "Contacts", ("Name", "text"), ("Age", "number"), ("Done", "checkbox"),
        ("Day", "date", {"format": "YYYY-MM-DD"}),
        ("Status", "single-select", options("open", "spare")), ("Phase", "single-select", options("early")),
        ("Tags", "multiple-select", options("red")), ("Photos", "image"))
    column = program.new_column("Contacts", "Others", "link", {"table": "Contacts", "other_table": "Companies"})
    program.ask("POST", "views/", {"name": "My View"}, table_name="Contacts")
    program.new_table("Spare", ("Name", "text"))
    program.link_id, program.link_column = column["data"]["link_id"], column["key"]
    add_rows(program, value)
    return program


def add_rows(program, value):
    row = {"Name": value, "Age": 30, "Done": True, "Photos": [f"https://example.com/{value}.png"], "Status": "open"}
    row_id, linked = program.append("Contacts", row, row)
    other, = program.append("Companies", {"Name": value})
    program.link("POST", program.link_id, "Contacts", "Companies", **{linked: [other]})
    tables = {one["name"]: one for one in program.metadata()["tables"]}
    columns = {one["name"]: one for one in tables["Contacts"]["columns"]}
    program.known = {
        "uuid": program.uuid, "table": tables["Contacts"]["_id"], "other_table": tables["Companies"]["_id"],
        "row": row_id,
        "linked": linked, "other_row": other, "link": program.link_id, "link_column": program.link_column,
        "view": "My View",
        "spare": "Spare", "column": columns["Age"]["key"], "option": columns["Status"]["data"]["options"][0]["id"],
        "number": "n"}


def contents(program):
    """All that a base has, in one text."""
    tables = {name: program.rows(name) for name in ("Contacts", "Companies")}
    return json.dumps([program.metadata(), tables], sort_keys=True)


@pytest.fixture(scope="module")
def first(unlimited):
    return build(unlimited, CANARY)


@pytest.fixture(scope="module")
def second(unlimited):
    """Another base of the same person, with tables, views and columns of the same names."""
    return build(unlimited, "of the second base")


def send(request, program, known, token=None):
    path, query, body = (filled(one, known) for one in (request.path, request.query, request.body))
    return program.call(request.method, path, body, token=token, scheme=request.scheme, **query)


READS = [one for one in REQUESTS if one.method == "GET" or "/sql" in one.path or "query" in one.path]
WRITES = [one for one in REQUESTS if one not in READS]


@pytest.mark.parametrize("request_of", REQUESTS, ids=str)
def test_another_base_s_token_opens_nothing(first, second, request_of):
    before = contents(first)
    answer = send(request_of, first, first.known, token=second.token)
    assert answer.status_code == 403
    assert CANARY not in answer.text and contents(first) == before


@pytest.mark.parametrize("request_of", READS, ids=str)
def test_another_base_s_names_and_identifiers_find_nothing(first, second, request_of):
    right = send(request_of, first, {**first.known, "link_column": first.link_column})
    assert right.status_code == 200, right.text
    wrong = send(request_of, second, {**first.known, "uuid": second.uuid})
    assert wrong.status_code < 500
    assert CANARY not in wrong.text
    for id in [first.known["row"], first.known["linked"], first.known["other_row"]]:
        assert f'"_id":"{id}"' not in wrong.text.replace(" ", "")


@pytest.mark.parametrize("request_of", WRITES, ids=str)
def test_another_base_s_names_and_identifiers_change_nothing(unlimited, first, second, request_of):
    before = contents(first)
    wrong = send(request_of, second, {**first.known, "uuid": second.uuid})
    assert wrong.status_code < 500
    assert CANARY not in wrong.text and contents(first) == before
    # In a base of its own the same request is answered: it is another base that makes the difference.
    program = build(unlimited, "of a third base")
    right = send(request_of, program, program.known)
    assert right.status_code == 200, right.text


def test_every_route_of_the_gateway_is_among_these():
    """But for those that no client of the table uses, which are named here."""
    described = set()
    path = None
    for line in (ROOT / "openapi.yaml").read_text().splitlines():
        if found := re.fullmatch(r"  (/\S*):", line):
            path = found[1]
        elif path and path.startswith(GATEWAY.replace("{uuid}",
                                                      "{base_uuid}")) and (found := re.fullmatch(r"    (get|post|put|delete):", line)):
            described.add((found[1].upper(), shape(path)))
    called = {(one.method, shape(one.path)) for one in REQUESTS if one.path.startswith(GATEWAY)}
    assert described - called - OTHERS == set()


def shape(path):
    """A path without what its variables are called."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0]).rstrip("/")


OTHERS = {(method, shape(GATEWAY + path))
          for method, path in [("GET", "/filtered-rows/"), ("POST", "/filtered-rows/"), ("GET", "/")]}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_filtered_rows_of_another_base_are_not_found(first, second, method):
    body = {"filters": [{"column_name": "Name", "filter_predicate": "is", "filter_term": CANARY}],
            "filter_conjunction": "And"}
    assert len(first.ask(method, "filtered-rows/", body, table_name="Contacts")["rows"]) == 2
    assert second.ask(method, "filtered-rows/", body, table_name="Contacts")["rows"] == []
    assert second.call(method, first.root + "filtered-rows/", body, table_name="Contacts").status_code == 403
    assert second.call(method, "filtered-rows/", body, table_id=first.known["table"] + "x").status_code in (400, 404)


def test_a_whole_base_is_not_another_one(first, second):
    assert CANARY in json.dumps(first.ask("GET", ""))
    assert CANARY not in json.dumps(second.ask("GET", ""))
    assert second.call("GET", first.root).status_code == 403


def test_no_statement_finds_another_base_s_rows(unlimited):
    """Random statements: with the right token most find rows; with another base's token, or in a base with the same empty
    tables, none does, and nothing is changed."""
    check = Check(unlimited, 9)
    other = Program(unlimited)
    for table in check.tables:
        other.ask("POST", "tables/", {"table_name": table.name, "columns": definition(table)})
    first, second = (one.name for one in check.tables)
    other.new_column(first, "Others", "link", {"table": first, "other_table": second})
    ids = {row["_id"] for table in check.tables for row in table.rows}
    found = 0
    for _ in range(STATEMENTS):
        made = check.statements.next()
        body = {"sql": made.text, "convert_keys": True, "parameters": made.parameters}
        assert other.call("POST", check.program.root + "sql/", body).status_code == 403
        elsewhere = other.ask("POST", "sql/", body)
        assert not [id for id in ids if id in json.dumps(elsewhere)]
        assert not isinstance(made.statement, Select) or not elsewhere["results"] or is_total(made.statement, elsewhere)
        if isinstance(made.statement, Select):
            found += bool(check.program.ask("POST", "sql/", body)["results"])
        else:
            assert {row["_id"] for table in check.tables for row in check.program.rows(table.name)} == ids
    assert found >= STATEMENTS * 0.6


def is_total(statement, answer):
    """Whether an answer is the one row of aggregates over no rows, in which every count is zero."""
    (row,) = answer["results"]
    return not statement.group and not any(row.values())


def test_no_statement_names_a_table_by_another_base_s_identifier(first, second):
    first.new_table("Only here", ("Name", "text"))
    id = first.append("Only here", {"Name": CANARY})[0]
    assert first.select("SELECT Name FROM `Only here`") == [{"Name": CANARY}]
    for name in ["Only here", first.table("Only here")["_id"], f"{first.uuid}.Only here"]:
        answer = second.call("POST", "sql/", {"sql": f"SELECT * FROM `{name}`"})
        assert answer.status_code == 400 and CANARY not in answer.text
    for text in [f"SELECT * FROM Contacts WHERE _id = '{id}'", f"UPDATE Contacts SET Name = 'x' WHERE _id = '{id}'",
                 f"DELETE FROM Contacts WHERE _id = '{id}'"]:
        assert not second.sql(text)["results"]
    assert first.row("Only here", id)["Name"] == CANARY


def test_links_join_no_rows_of_two_bases(first, second):
    """Not with this base's link and that one's rows, nor the other way round."""
    before = contents(first), contents(second)
    for link, row, other in [
            (second.link_id, first.known["row"], second.known["other_row"]),
            (second.link_id, second.known["row"], first.known["other_row"]),
            (first.link_id + "x", second.known["row"], second.known["other_row"])]:
        for method in ("POST", "PUT"):
            answer = second.call(method, "links/", {
                "link_id": link, "table_name": "Contacts", "other_table_name": "Companies",
                "other_rows_ids_map": {row: [other]}})
            assert 400 <= answer.status_code < 500, answer.text
    assert (contents(first), contents(second)) == before


def test_rows_of_a_base_in_the_trash_are_not_read(unlimited):
    program = build(unlimited, "thrown away")
    assert program.rows("Contacts")
    workspace = f"/api/v2.1/workspace/{program.base['workspace_id']}/dtable/"
    assert program.person.call("DELETE", workspace, json={"name": program.base["name"]}).status_code == 200
    for path in ["metadata/", "rows/?table_name=Contacts"]:
        assert program.call("GET", path).status_code in (403, 404)
    assert program.call("POST", "sql/", {"sql": "SELECT * FROM Contacts"}).status_code in (403, 404)
