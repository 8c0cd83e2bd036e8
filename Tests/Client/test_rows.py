"""Rows, tables, columns and views, by the official client and by plain requests."""

import pytest
import requests
from seatable_api import Base
from seatable_api.constants import ColumnTypes

from support.process import PATIENCE
from support.service import running


@pytest.fixture
def opened(service, api_token):
    """The new base, in the official client, with a token that writes."""
    opened = Base(api_token(), service.url)
    opened.auth()
    return opened


@pytest.fixture
def grid(service, opened):
    """Sends a request with the client's base token: grid("GET", "rows/", params=...)."""

    def grid(method, path, token=opened.jwt_token, **options):
        return requests.request(
            method, f"{service.url}/api-gateway/api/v2/dtables/{opened.dtable_uuid}/{path}", timeout=PATIENCE,
            headers={"Authorization": f"Token {token}", **options.pop("headers", {})}, **options)

    return grid


def names(base, **options):
    return [row["Name"] for row in base.list_rows("Table1", **options)]


def test_rows_are_added_listed_changed_and_deleted(opened):
    first = opened.append_row("Table1", {"Name": "Ada"})
    assert first["0000"] == "Ada" and len(first["_id"]) == 22
    added = opened.batch_append_rows("Table1", [{"Name": "Bea"}, {"Name": "Cy"}])
    assert added["inserted_row_count"] == 2
    assert names(opened) == ["Ada", "Bea", "Cy"]
    assert names(opened, start=1, limit=1) == ["Bea"]
    assert opened.get_row("Table1", first["_id"])["Name"] == "Ada"
    opened.update_row("Table1", first["_id"], {"Name": "Eva"})
    changes = [{"row_id": one["_id"], "row": {"Name": "D"}} for one in added["row_ids"]]
    assert opened.batch_update_rows("Table1", changes)["success"]
    assert names(opened) == ["Eva", "D", "D"]
    assert opened.delete_row("Table1", first["_id"])["deleted_rows"] == 1
    assert opened.batch_delete_rows("Table1", [one["_id"] for one in added["row_ids"]])["deleted_rows"] == 2
    assert names(opened) == []


def test_tables_and_columns_are_made_and_changed(opened):
    table = opened.add_table("Contacts", columns=[{"column_name": "Name", "column_type": "text"}])
    assert table["name"] == "Contacts"
    opened.rename_table("Contacts", "People")
    age = opened.insert_column("People", "Age", ColumnTypes.NUMBER)
    assert age["type"] == "number"
    opened.insert_column("People", "State", ColumnTypes.SINGLE_SELECT)
    opened.add_column_options("People", "State", [{"name": "open", "color": "#ccc", "textColor": "#000"}])
    opened.append_row("People", {"Name": "Ada", "Age": "36", "State": "open"})
    opened.append_row("People", {"Name": "Bea", "State": "closed"})
    rows = opened.list_rows("People")
    assert [(row["Name"], row["Age"], row["State"]) for row in rows] == [("Ada", 36, "open"), ("Bea", None, "closed")]
    opened.rename_column("People", age["key"], "Years")
    opened.modify_column_type("People", "Years", ColumnTypes.TEXT)
    assert opened.list_rows("People")[0]["Years"] == "36"
    opened.resize_column("People", "Years", 300)
    opened.freeze_column("People", "Years", True)
    opened.move_column("People", "State", "0000")
    assert [one["name"] for one in opened.list_columns("People")] == ["Name", "State", "Years"]
    opened.delete_column("People", "Years")
    opened.delete_table("People")
    assert [one["name"] for one in opened.get_metadata()["tables"]] == ["Table1"]


def test_views_are_made_and_changed(opened):
    opened.add_view("Table1", "Mine")
    assert opened.get_view_by_name("Table1", "Mine")["name"] == "Mine"
    opened.rename_view("Table1", "Mine", "Ours")
    assert [one["name"] for one in opened.list_views("Table1")["views"]] == ["Default View", "Ours"]
    opened.delete_view("Table1", "Ours")
    assert len(opened.list_views("Table1")["views"]) == 1


def test_what_the_client_does_not_call_works_by_plain_requests(grid):
    table = {"table_name": "Table1"}
    added = grid("POST", "rows", json={**table, "rows": [{"Name": "a"}]}).json()
    ids = {**table, "row_ids": [added["row_ids"][0]["_id"]]}
    assert grid("PUT", "lock-rows/", json=ids).json() == {"success": True}
    assert grid("GET", "rows", params=table).json()["rows"][0]["_locked"]
    assert grid("PUT", "unlock-rows/", json=ids).json() == {"success": True}
    columns = [{"column_name": name, "column_type": "single-select"} for name in ("Country", "City")]
    assert len(grid("POST", "batch-append-columns/", json={**table, "columns": columns}).json()["columns"]) == 2
    for name, option in (("Country", "France"), ("City", "Lyon")):
        option = {"name": option, "color": "#ccc", "textColor": "#000"}
        assert grid("POST", "column-options/", json={**table, "column": name, "options": [option]}).status_code == 200
    cascade = {"parent_column": "Country", "child_column": "City", "cascade_settings": {"France": ["Lyon"]}}
    assert grid("POST", "column-cascade-settings/", json={**table, **cascade}).json() == {"success": True}
    [city] = [one for one in grid("GET", "columns/", params=table).json()["columns"] if one["name"] == "City"]
    option = {"id": city["data"]["options"][0]["id"], "name": "Paris"}
    changed = grid(
        "PUT", "column-options/", json={**table, "column": "City", "options": [option], "return_options": True})
    assert changed.json()["options"][0]["name"] == "Paris"
    gone = grid("DELETE", "column-options/", json={**table, "column": "City", "option_names": ["Paris"]})
    assert gone.json() == {"success": True}
    hidden = grid("PUT", "views/Default View/", params=table, json={"hidden_columns": [city["key"]]})
    assert hidden.json()["hidden_columns"] == [city["key"]]


def test_a_token_that_reads_writes_nothing(service, api_token, opened, grid):
    opened.append_row("Table1", {"Name": "kept"})
    reader = Base(api_token("r", "reader"), service.url)
    reader.auth()
    assert names(reader) == ["kept"]
    for method, path in [
        ("POST", "rows/"), ("PUT", "rows/"), ("DELETE", "rows/"), ("PUT", "lock-rows/"), ("POST", "tables/"),
        ("POST", "columns/"), ("DELETE", "columns/"), ("POST", "views/?table_name=Table1"),
    ]:
        refused = grid(method, path, reader.jwt_token, json={"table_name": "Table1"})
        assert refused.status_code == 403
        assert refused.json() == {"error_msg": "Permission denied.", "error_message": "Permission denied."}
    for token in ("x", reader.jwt_token[:-4] + "AAAA"):
        refused = grid("GET", "rows/?table_name=Table1", token)
        assert (refused.status_code, refused.json()) == (403, {"error_message": "invalid token"})
    assert names(opened) == ["kept"]


def test_many_rows_pass_in_one_request_and_more_are_refused(opened, grid):
    rows = [{"Name": "row " * 250} for _ in range(1000)]
    assert grid("POST", "rows/", json={"table_name": "Table1", "rows": rows}).json()["inserted_row_count"] == 1000
    assert len(grid("GET", "rows/?table_name=Table1").json()["rows"]) == 1000
    refused = grid("POST", "rows/", json={"table_name": "Table1", "rows": rows + rows[:1]})
    assert refused.status_code == 400 and "1000" in refused.json()["error_message"]
    large = b'{"table_name": "Table1", "rows": [' + b" " * (16 << 20) + b"]}"
    assert grid("POST", "rows/", data=large, headers={"Content-Type": "application/json"}).status_code == 413


def test_the_limit_of_a_base_is_told_and_kept():
    with running(BASEKEEPER_RATE_LIMIT_BASE="3") as service:
        secret = service.seeded["demo"]["api_tokens"][0]["api_token"]
        program = Base(secret, service.url)
        program.auth()
        path = f"{service.url}/api-gateway/api/v2/dtables/{program.dtable_uuid}/metadata/"
        answers = [
            requests.get(path, headers={"Authorization": f"Token {program.jwt_token}"}, timeout=PATIENCE)
            for _ in range(4)
        ]
        statuses = [one.status_code for one in answers]
        assert statuses[-1] == 429 and statuses[0] == 200
        assert answers[0].headers["X-RateLimit-Limit"] == "3"
