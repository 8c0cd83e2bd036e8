"""Every statement on what a base holds finds it by the base: `base_id` with a value of its own is an index condition of each
scan of such a table, so that a cluster that is spread by it runs each statement on one shard."""

import json
import re

import pytest

from support import http
from support.process import wait_until
from support.row_clients import REQUESTS
from support.service import running
from test_rows_isolation import READS, build, send

pytestmark = pytest.mark.apart

TABLES = {"data_base", "data_table", "data_row", "data_link", "data_operation"}
INDEX_SCANS = {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}
# Jobs that look after all bases at once, and what administrators are told of them.
OVER_ALL = ["where base.id is null", "at < now() - make_interval", "join data_table as own on own.base_id = base.id"]
STATEMENTS = [
    "SELECT * FROM Contacts", "SELECT Name, COUNT(*) FROM Contacts WHERE Age > 1 GROUP BY Name HAVING COUNT(*) > 0",
    "SELECT Others FROM Contacts WHERE Others LIKE '%a%' ORDER BY Others LIMIT 5 OFFSET 1",
    "SELECT Contacts.Name, Companies.Name FROM Contacts, Companies WHERE Contacts.Name = Companies.Name",
    "SELECT DISTINCT Status FROM Contacts WHERE Tags HAS ANY OF ('red')", "UPDATE Contacts SET Age = 3 WHERE Others IS NOT NULL",
    "UPDATE Contacts SET Status = 'quite new'", "DELETE FROM Contacts WHERE Name IN ('x', 'y')", "DELETE FROM Contacts"]


@pytest.fixture(scope="module")
def planned():
    """A service whose PostgreSQL logs its plans, which have no scan of a whole table if there is an index for it."""
    with running() as service:
        for setting in ["session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0",
                        "auto_explain.log_format = 'json'", "enable_seqscan = off"]:
            service.psql(f"alter database basekeeper set {setting}")
        service.psql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
        wait_until(lambda: is_warm(service))
        yield service


def is_warm(service):
    """Whether it has its connections again, which were cut."""
    try:
        build(service, "x")
    except AssertionError:
        return False
    return http.get(service, "/readyz").status_code == 200


def drive(service):
    """Has the service run every kind of statement that it has for a base's inside."""
    shared = build(service, "x")
    for request in {(one.method, one.path): one for one in REQUESTS}.values():
        program = shared if request in READS else build(service, "x")
        assert send(request, program, program.known).status_code == 200, request
    program = build(service, "x")
    filters = [{"column_name": name, "filter_predicate": predicate, "filter_term": term} for name, predicate, term in [
        ("Name", "contains", "x"), ("Others", "contains", "x"), ("Others", "is_empty", None), ("Age", "greater", 1),
        ("Day", "is_before", "2026-01-01"), ("Status", "is_any_of", ["open"]), ("Tags", "has_any_of", ["red"]),
        ("Done", "is", True)]]
    for filter in filters:
        program.ask("POST", "filtered-rows/", {"filters": [filter]}, table_name="Contacts")
    program.ask("GET", "")
    program.new_column("Contacts", "Itself", "link", {"table": "Contacts", "other_table": "Contacts"})
    link = next(one for one in program.table("Contacts")["columns"] if one["name"] == "Itself")["data"]["link_id"]
    row, other = program.known["row"], program.known["linked"]
    for method in ("POST", "PUT", "DELETE"):
        program.link(method, link, "Contacts", "Contacts", **{row: [other]})
    program.new_column("Contacts", "No", "auto-number")
    for type in ("number", "text", "multiple-select", "single-select"):
        program.ask("PUT", "columns/", {
            "table_name": "Contacts", "op_type": "modify_column_type", "column": program.known["column"],
            "new_column_type": type})
    program.ask("DELETE", "column-options/", {"table_name": "Contacts", "column": "Status", "option_names": ["open"]})
    for statement in STATEMENTS:
        program.sql(statement)
    for one in ("rows/", "columns/", "tables/"):
        body = {"rows/": {"row_ids": [row]}, "columns/": {"column": "Others"}, "tables/": {}}[one]
        program.ask("DELETE", one, {"table_name": "Contacts", **body})
    body = {"src_workspace_id": program.base["workspace_id"], "name": program.base["name"],
            "dst_workspace_id": program.base["workspace_id"]}
    assert program.person.call("POST", "/api/v2.1/dtable-copy/", data=body).status_code == 200


def plans(log):
    """The plans in a log, each with its statement."""
    decoder = json.JSONDecoder()
    for found in re.finditer(r"duration: [0-9.]+ ms  plan:\n\s*(?=\{)", log):
        yield decoder.raw_decode(log, found.end())[0]


def nodes(plan):
    yield plan
    for one in plan.get("Plans", []):
        yield from nodes(one)


def faults(plan):
    """The scans of a plan that do not find a base's data by the base."""
    for node in nodes(plan):
        table, kind = node.get("Relation Name"), node["Node Type"]
        if table in TABLES and kind in ("Seq Scan", "Sample Scan", "Tid Scan"):
            yield f"{kind} on {table}"
        is_of_data = table in TABLES or node.get("Index Name", "").startswith("data_")
        if is_of_data and kind in INDEX_SCANS:
            condition = node.get("Index Cond", "")
            if not re.search(r"base_id = (\$\d+|'\d+'::bigint)\)", condition):
                yield f"{kind} on {table or node['Index Name']} by {condition or 'nothing'}"


def test_each_scan_finds_the_base_by_its_index(planned):
    before = planned.database_log.stat().st_size
    drive(planned)
    log = planned.database_log.read_bytes()[before:].decode()
    found = [one for one in plans(log) if not any(text in one["Query Text"] for text in OVER_ALL)]
    seen = {node.get("Relation Name") for one in found for node in nodes(one["Plan"])}
    assert TABLES <= seen
    statements = {one["Query Text"] for one in found if TABLES & {node.get("Relation Name") for node in nodes(one["Plan"])}}
    assert len(statements) > 60
    wrong = {fault + "\n" + one["Query Text"] for one in found for fault in faults(one["Plan"])}
    assert not wrong, f"{len(wrong)} of {len(statements)}:\n" + "\n\n".join(sorted(wrong)[:10])


def test_a_scan_without_the_base_is_a_fault():
    scan = {"Node Type": "Index Scan", "Relation Name": "data_row", "Index Name": "data_row_pkey"}
    assert not list(faults({**scan, "Index Cond": "((base_id = $1) AND (id = own.id))"}))
    assert list(faults({**scan, "Index Cond": "(base_id = base.id)"})) and list(faults(scan))
    assert list(faults({"Node Type": "Append", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "data_link"}]}))
