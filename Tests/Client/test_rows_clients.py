"""What published clients do with a base's inside: each of their requests has the fields that they read, and what they do
in several steps comes to its end."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from support.row_clients import REQUESTS, SCHEMA, filled, missing
from support.rows import Program, options
from support.sql_values import date_of

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def program(unlimited):
    made = Program(unlimited)
    made.new_table("Companies", ("Name", "text"))
    made.new_table(
        "Contacts", ("Name", "text"), ("Age", "number"), ("Done", "checkbox"),
        ("Day", "date", {"format": "YYYY-MM-DD HH:mm"}),
        ("Status", "single-select", options("open", "spare")), ("Phase", "single-select", options("early")),
        ("Tags", "multiple-select", options("red")), ("Photos", "image"), ("Files", "file"))
    made.new_column("Contacts", "Others", "link", {"table": "Contacts", "other_table": "Companies"})
    return made


@pytest.fixture
def known(program):
    """What the placeholders stand for: rows, columns, tables and views of this test's own."""
    number = next(numbers)
    table, companies = program.table("Contacts"), program.table("Companies")
    columns = {one["name"]: one for one in table["columns"]}
    row, linked = program.append("Contacts", *[
        {"Name": "Mia", "Age": 30, "Done": True, "Photos": ["https://example.com/a.png"], "Status": "open"}] * 2)
    other, = program.append("Companies", {"Name": "Acme"})
    link = columns["Others"]["data"]["link_id"]
    program.link("POST", link, "Contacts", "Companies", **{linked: [other]})
    view = program.ask("POST", "views/", {"name": f"My View {number}"}, table_name="Contacts")["name"]
    spare = program.new_table(f"Spare {number}", ("Name", "text"))["name"]
    program.append(spare, {"Name": "x"})
    column = program.new_column("Contacts", f"Spare {number}", "number")["key"]
    option = next(one["id"] for one in columns["Status"]["data"]["options"] if one["name"] == "open")
    return {
        "uuid": program.uuid, "table": table["_id"], "other_table": companies["_id"], "row": row, "linked": linked,
        "other_row": other, "link": link, "link_column": columns["Others"]["key"], "view": view, "spare": spare,
        "column": column, "option": option, "number": number}


@pytest.mark.parametrize("request_of", REQUESTS, ids=str)
def test_a_client_finds_what_it_reads(program, known, request_of):
    path, query, body = (filled(one, known) for one in (request_of.path, request_of.query, request_of.body))
    answer = program.call(request_of.method, path, body, scheme=request_of.scheme, **query)
    assert answer.status_code == 200, answer.text
    needs = filled(request_of.needs, known)
    assert missing(answer.json() or {}, needs) is None, answer.text[:1000]


def test_the_table_has_every_client_and_no_request_twice():
    names = [str(one) for one in REQUESTS]
    assert len(set(names)) == len(names)
    assert {one.client for one in REQUESTS} == {
        "n8n v1", "n8n v1 trigger", "n8n v2", "n8n trigger", "Zapier", "MCP", "JS", "Budibase", "PHP"}


def test_missing_fields_are_noticed():
    answer = {"metadata": {"tables": [{"_id": "0000", "columns": []}]}, "rows": []}
    assert missing(answer, ["metadata.tables[]._id"]) is None
    assert missing(answer, ["metadata.tables[].columns[].key"]) == "metadata.tables[].columns[].key"
    assert missing(answer, ["rows[]"]) == "rows[]"
    assert missing({}, SCHEMA) == SCHEMA[0]


# MARK: What takes several steps


def upsert(program, name, row):
    """n8n's: looks for a row by a column, then updates it or creates one; returns the row with the columns' names."""
    found = program.ask("POST", "sql", {"sql": f'SELECT * FROM `Contacts` WHERE `Name` = "{name}"',
                                        "convert_keys": False})
    names = {one["key"]: one["name"] for one in found["metadata"]}
    if found["results"]:
        (one,) = found["results"]
        program.update("Contacts", **{one["_id"]: row})
        return {"_id": one["_id"], **row}
    first = program.ask("POST", "rows/", {"table_name": "Contacts", "rows": [{"Name": name, **row}]})["first_row"]
    return {names.get(key, key): value for key, value in first.items()}


def test_n8n_upserts_the_same_row_twice_and_has_one(program):
    first, second = (upsert(program, "Only one", {"Age": age}) for age in (1, 2))
    assert first["Name"] == "Only one" and first["_id"] == second["_id"]
    assert program.select("SELECT Age FROM Contacts WHERE `Name` = 'Only one'") == [{"Age": 2}]


def unpadded(time):
    """A time as n8n's trigger writes it: in UTC, the day without a leading zero."""
    return f"{time:%Y-%m}-{time.day} {time:%H:%M:%S}"


@pytest.mark.parametrize("path", ["sql", "/dtable-db/api/v1/query/{uuid}/"])
def test_n8n_s_trigger_sees_a_new_row_once(program, known, path):
    """It asks for what was made between its last look and this one. Its looks are laid around the row's time."""
    row = program.row("Contacts", known["row"])
    made = date_of(row["_ctime"]).replace(microsecond=0)
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    looks = [made - 2 * hour, made - hour, made + second, made + hour, made + 30 * 24 * hour]

    def poll(start, end):
        sql = (f'SELECT * FROM Contacts WHERE _ctime BETWEEN "{unpadded(start)}" AND "{unpadded(end)}" '
               f"ORDER BY _ctime DESC LIMIT 1000")
        answer = program.ask("POST", filled(path, known), {"sql": sql, "convert_keys": True})
        return [one["_id"] for one in answer["results"]]

    assert [known["row"] in poll(*look) for look in itertools.pairwise(looks)] == [False, True, False, False]
    program.update("Contacts", **{known["row"]: {"Name": "changed"}})
    assert [known["row"] in poll(*look) for look in itertools.pairwise(looks)] == [False, True, False, False]


@pytest.mark.parametrize("field", ["_ctime", "_mtime"])
def test_n8n_s_trigger_with_a_view_compares_times_itself(program, known, field):
    query = {"table_name": "Contacts", "view_name": "Default View", "limit": 1000, "convert_keys": "true"}
    start = date_of(program.row("Contacts", known["row"])["_mtime"])
    new, = program.append("Contacts", {"Name": "new"})
    program.update("Contacts", **{known["linked"]: {"Age": 31}})
    rows = program.ask("GET", "rows/", **query)["rows"]
    seen = {row["_id"] for row in rows if date_of(row[field]) > start} & {new, known["row"], known["linked"]}
    assert seen == ({new} if field == "_ctime" else {new, known["linked"]})


def test_zapier_sees_a_new_row_once_and_an_updated_one_again(program, known):
    """It remembers what it has seen: by `_id` for new rows, by `_id` and `_mtime` for changed ones."""
    seen = set()

    def poll(identity):
        rows = program.ask("GET", "rows/", table_id=known["table"], view_id="0000")["rows"]
        new = [row["_id"] for row in rows if identity(row) not in seen]
        seen.update(map(identity, rows))
        return new

    by_time = lambda row: row["_id"] + row["_mtime"]
    poll(lambda row: row["_id"])
    poll(by_time)
    new, = program.append("Contacts", {"Name": "zapped"})
    assert poll(lambda row: row["_id"]) == [new] and poll(lambda row: row["_id"]) == []
    assert poll(by_time) == [new] and poll(by_time) == []
    program.update("Contacts", **{new: {"Name": "zapped again"}})
    assert poll(by_time) == [new] and poll(lambda row: row["_id"]) == []


def test_zapier_creates_a_row_with_links_and_finds_its_identifier(program, known):
    columns = {one["name"]: one for one in program.table("Contacts")["columns"]}
    row = {"Name": "By Zapier", "Day": "2026-11-06T09:30:00+01:00", "Status": "open", "Tags": ["red", "brand new"]}
    answer = program.ask("POST", "rows/", {"table_id": known["table"], "rows": [row]})
    assert answer["inserted_row_count"] == 1
    new, data = answer["first_row"]["_id"], columns["Others"]["data"]
    # It takes the link's tables from the column, and swaps them if the row is on the other side.
    sides = [data["table_id"], data["other_table_id"]]
    table, other = sides if sides[0] == known["table"] else sides[::-1]
    program.ask("POST", "links/", {
        "table_id": table, "other_table_id": other, "link_id": data["link_id"],
        "other_rows_ids_map": {new: [known["other_row"]]}})
    found = program.row("Contacts", new)
    assert (found["Status"], found["Tags"]) == ("open", ["red", "brand new"])
    assert date_of(found["Day"]) == datetime(2026, 11, 6, 8, 30)
    assert [one["row_id"] for one in found["Others"]] == [known["other_row"]]
    names = [one["name"] for one in program.table("Contacts")["columns"][list(columns).index("Tags")]["data"]["options"]]
    assert names.count("brand new") == 1


def test_zapier_turns_options_into_names_by_the_schema(program, known):
    rows = program.ask("GET", "rows/", table_id=known["table"], view_id="0000")["rows"]
    row = next(one for one in rows if one["_id"] == known["row"])
    column = next(one for one in program.table("Contacts")["columns"] if one["name"] == "Status")
    names = {one["id"]: one["name"] for one in column["data"]["options"]}
    assert names.get(row[column["key"]], row[column["key"]]) == "open"


def test_mcp_finds_what_it_added_and_upserts_it(program):
    added = program.ask("POST", "rows/", {
        "table_name": "Contacts", "rows": [{"Name": "Mister O'Neill", "Age": 7}], "convert_keys": True})["first_row"]

    def search():
        return program.select("SELECT * FROM `Contacts` WHERE `Name` = ? AND `Age` = ?", "Mister O'Neill", 7)

    (found,) = search()
    assert found["_id"] == added["_id"] and found["Name"] == "Mister O'Neill"
    program.update("Contacts", **{found["_id"]: {"Name": "Mister O'Neill", "Age": 7, "Done": True}})
    (again,) = search()
    assert (again["_id"], again["Done"]) == (added["_id"], True)
    assert program.row("Contacts", added["_id"])["Age"] == 7


def test_mcp_pages_until_a_page_is_not_full(unlimited):
    program = Program(unlimited)
    program.new_table("Contacts", ("Name", "text"))
    program.append("Contacts", *({"Name": str(number)} for number in range(25)))
    pages, start = [], 0
    while not pages or len(pages[-1]) == 10:
        pages.append(program.ask("GET", "rows/", table_name="Contacts", start=start, limit=10,
                                 convert_keys="true")["rows"])
        start += 10
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [row["Name"] for page in pages for row in page] == [str(number) for number in range(25)]


def test_times_are_in_utc_with_a_fraction_as_the_python_client_parses_them(program, known):
    row = program.row("Contacts", known["row"])
    for name in ("_ctime", "_mtime"):
        made = datetime.strptime(row[name], "%Y-%m-%dT%H:%M:%S.%f+00:00")
        assert abs(datetime.now(UTC).replace(tzinfo=None) - made) < timedelta(days=1)
        assert re.search(r"\.\d{3}\+00:00$", row[name])


def test_a_table_that_looks_like_an_identifier_is_found_by_its_name(program, known):
    """The Python client sends the name of four characters as the identifier, too."""
    program.new_table("Test", ("Name", "text"))
    id, = (one["_id"] for one in program.ask("POST", "rows/",
                                             {"table_name": "Test", "table_id": "Test",
                                              "rows": [{"Name": "x"}]})["row_ids"])
    assert [one["_id"] for one in program.ask("GET", "rows/", table_name="Test", table_id="Test")["rows"]] == [id]


@pytest.mark.parametrize("path", ["metadata", "columns", "views", "rows", "rows/{row}", "related-users"])
def test_paths_without_a_trailing_slash_answer_the_same(program, known, path):
    query = {"table_name": "Contacts"}
    slashless, usual = (program.ask("GET", filled(path, known) + end, **query) for end in ("", "/"))
    assert slashless == usual


@pytest.mark.parametrize("uuid", [str.upper, lambda text: text.replace("-", ""), str])
def test_a_base_is_named_with_or_without_dashes(program, uuid):
    assert program.ask("GET", f"/api-gateway/api/v2/dtables/{uuid(program.uuid)}/metadata/")["metadata"]["tables"]
