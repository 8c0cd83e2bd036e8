"""What becomes of rows when something happens to their base, or to the people who have written them."""

import json

import pytest

from support.http import call, exchange, place
from support.process import wait_until
from support.rows import Program
from support.service import running
from support.team import Person, new_address, new_team, root_token

TABLES = ["data_base", "data_table", "data_row", "data_link", "data_operation"]


def filled(service, person, base=None):
    """A program of a person's base, with two tables, three rows, of which one is locked, and a link."""
    program = Program(service, person=person, base=base or person.base("Orders"))
    program.new_table("Customers", ("Name", "text"), ("Since", "date", {"format": "YYYY-MM-DD"}))
    column = program.new_column("Table1", "Customer", "link", {"table": "Table1", "other_table": "Customers"})
    program.orders = program.append("Table1", {"Name": "first"}, {"Name": "second"})
    program.customers = program.append("Customers", {"Name": "Ada", "Since": "2026-02-03"})
    program.link(
        "POST", column["data"]["link_id"], "Table1", "Customers", **{program.orders[0]: program.customers})
    lock(program, program.orders[1])
    return program


def lock(program, *ids, word="lock", **options):
    return program.call("PUT", f"{word}-rows/", {"table_name": "Table1", "row_ids": list(ids)}, **options)


def content(program):
    """All that a base holds, without what tells of locks."""
    tables = [one["name"] for one in program.metadata()["tables"]]
    return [
        {name: value for name, value in row.items() if not name.startswith("_locked")}
        for table in tables for row in program.rows(table)]


def kept(service, base):
    """How many rows each table of the database has for a base, and how many of them are locked."""
    counts = [f"(select count(*) from {table} where base_id = {base})" for table in TABLES]
    locked = f"(select count(*) from data_row where base_id = {base} and locked_by is not null)"
    return [int(count) for count in service.psql(f"select {', '.join([*counts, locked])}").split("|")]


def personal(program, person):
    """A base token of a person."""
    answer = person.call("GET", place(program.base, "access-token/"))
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


@pytest.fixture(scope="module")
def own():
    """A service whose jobs these tests wait for."""
    with running() as service:
        yield service


@pytest.fixture
def team(own):
    return new_team(own)


@pytest.fixture
def mia(team):
    return team.person("Mia")


@pytest.fixture
def tom(team):
    return team.person("Tom")


# MARK: Copies, the trash, and after


def test_a_copy_has_the_rows_and_links_but_neither_locks_nor_a_past(own, mia):
    program = filled(own, mia)
    body = {"src_workspace_id": program.base["workspace_id"], "name": "Orders",
            "dst_workspace_id": program.base["workspace_id"]}
    made = mia.call("POST", "/api/v2.1/dtable-copy/", data=body)
    assert made.status_code == 200, made.text
    copy = Program(own, person=mia, base=made.json()["dtable"])
    assert content(copy) == content(program)
    assert kept(own, copy.base["id"]) == [1, 2, 3, 1, 0, 0]
    assert kept(own, program.base["id"])[-1] == 1
    # Each has its own rows from then on.
    assert copy.delete("Table1", *copy_ids(copy))["deleted_rows"] == 2
    assert [row["Name"] for row in program.rows("Table1")] == ["first", "second"]


def copy_ids(program):
    return [row["_id"] for row in program.rows("Table1")]


def test_a_base_in_the_trash_shows_nothing_and_comes_back_whole(own, mia):
    program = filled(own, mia)
    before, counts = content(program), kept(own, program.base["id"])
    workspace = f"/api/v2.1/workspace/{program.base['workspace_id']}/dtable/"
    assert mia.call("DELETE", workspace, json={"name": "Orders"}).status_code == 200
    body = {"table_name": "Table1", "rows": [{"Name": "late"}]}
    for method, path, sent in [
        ("GET", "metadata/", None), ("GET", "rows/?table_name=Table1", None), ("POST", "rows/", body),
        ("GET", f"rows/{program.orders[0]}/?table_name=Table1", None), ("POST", "tables/", {"table_name": "Late"}),
        ("POST", "sql/", {"sql": "SELECT * FROM Table1"}), ("POST", "sql/", {"sql": "DELETE FROM Table1"}),
        ("GET", "", None), ("GET", "operations/", None), ("GET", "activities/", None),
        ("GET", f"/dtable-server/api/v1/dtables/{program.uuid}/rows/?table_name=Table1", None),
    ]:
        answer = program.call(method, path, sent)
        assert answer.status_code in (403, 404) and "first" not in answer.text, (method, path)
    assert kept(own, program.base["id"]) == counts
    assert mia.call("PUT", f"/api/v2.1/trash-dtables/{program.base['id']}/").status_code == 200
    assert content(program) == before


def test_of_a_base_that_is_gone_for_good_nothing_is_left(own, mia):
    program, other = filled(own, mia), filled(own, mia, mia.base("Others"))
    program.append("Table1", *[{"Name": str(number)} for number in range(1000)])
    workspace = f"/api/v2.1/workspace/{program.base['workspace_id']}/dtable/"
    assert mia.call("DELETE", workspace, json={"name": "Orders"}).status_code == 200
    before = kept(own, other.base["id"])
    assert mia.call("DELETE", "/api/v2.1/trash-dtables/").status_code == 200
    own.psql("delete from job where name = 'clear-rows'")  # its turn is at the next start
    own.stop()
    own.start()
    wait_until(lambda: kept(own, program.base["id"]) == [0] * 6)
    assert kept(own, other.base["id"]) == before


# MARK: What was done


def test_what_cells_were_is_noted_before_they_change(own, mia):
    """By plain changes and by SQL; some of the cells are emptied, and some were empty."""
    program = filled(own, mia)
    program.update("Table1", **{program.orders[0]: {"Name": "second name"}})
    program.update("Customers", **{program.customers[0]: {"Since": None, "Name": "Eva"}})
    program.sql("UPDATE Table1 SET Name = 'third name' WHERE Name = 'second name'")
    program.sql("UPDATE Customers SET Since = '2026-05-06'")
    noted = own.psql(
        f"""
        select jsonb_path_query_array(operation, '$.rows.*.old.*') from data_operation
        where base_id = {program.base['id']} and op_type = 'modify_rows' order by op_id
        """).splitlines()
    assert [sorted(json.loads(one)) for one in noted] == [["first"], ["2026-02-03", "Ada"], ["second name"], []]


# MARK: People


def test_the_lock_of_somebody_who_may_not_write_any_more_holds_nobody_off(own, team, mia, tom):
    group = mia.group("Sales", tom)
    base = mia.base("Orders", owner=f"{group}@seafile_group")
    program = Program(own, person=mia, base=base)
    row, = program.append("Table1", {"Name": "first"})
    hers, his = personal(program, tom), personal(program, mia)
    assert lock(program, row, token=hers).status_code == 200
    holder = program.rows("Table1")[0]["_locked_by"]
    assert holder == tom.id
    change = {"table_name": "Table1", "updates": [{"row_id": row, "row": {"Name": "changed"}}]}
    named = {"table_name": "Table1", "row_ids": [row]}
    for method, path, body in [
        ("PUT", "rows/", change), ("DELETE", "rows/", named), ("PUT", "unlock-rows/", named),
        ("PUT", "lock-rows/", named),
    ]:
        assert program.call(method, path, body, token=his).status_code == 403
    answer = mia.call("DELETE", f"/api/v2.1/groups/{group}/members/{tom.id}/")
    assert answer.status_code == 200, answer.text
    assert program.call("PUT", "rows/", change, token=his).status_code == 200
    # It says whose lock it was until somebody takes that away.
    found, = program.rows("Table1")
    assert (found["_locked"], found["_locked_by"], found["Name"]) == (True, tom.id, "changed")
    assert lock(program, row, word="unlock", token=his).status_code == 200
    found, = program.rows("Table1")
    assert (found["_locked"], found["_locked_by"]) == (None, None)


@pytest.mark.parametrize("event", ["deactivated", "deleted"])
def test_the_lock_of_a_person_who_leaves_lasts_as_long_as_their_programs(own, team, event):
    tom, mia = team.person("Tom"), team.person("Mia")
    group = tom.group("Sales", mia)
    base = tom.base("Orders", owner=f"{group}@seafile_group")
    program = Program(own, person=tom, base=base)
    row, = program.append("Table1", {"Name": "first"})
    assert lock(program, row).status_code == 200
    hers = personal(program, mia)
    made = mia.call("POST", place(base, "api-tokens/"), data={"app_name": "hers", "permission": "rw"})
    assert made.status_code in (201, 403)
    answer = team.call("PUT", f"groups/{group}/", data={"new_owner": mia.id})
    assert answer.status_code == 200, answer.text
    user = f"users/{tom.id}/"
    left = team.call("DELETE", user) if event == "deleted" else team.call("PUT", user, data={"is_active": "false"})
    assert left.status_code == 200, left.text
    # The program that he has made goes on, and has its lock.
    assert lock(program, row, token=hers).status_code == 403
    assert program.update("Table1", **{row: {"Name": "second"}}) == {"success": True}
    assert program.row("Table1", row)["_creator"] == tom.id
    assert mia.call("DELETE", place(base, f"api-tokens/{program.access['app_name']}/")).status_code == 200
    assert program.call("GET", "metadata/").status_code == 403
    assert lock(program, row, word="unlock", token=hers).status_code == 200
    found = program.call("GET", "rows/?table_name=Table1&convert_keys=true", token=hers).json()["rows"]
    assert [(one["Name"], one["_creator"], one["_locked"]) for one in found] == [("second", tom.id, None)]


def test_the_rows_of_somebody_who_comes_into_a_team_come_along(own, team):
    address = new_address()
    root = root_token(own)
    made = call(own, "POST", "/api/v2.1/admin/users/", root, json={"email": address, "password": "a password for tests"})
    kim = Person(own, made.json()["email"], address)
    program = filled(own, kim)
    before, counts = content(program), kept(own, program.base["id"])
    usage = team.call("GET", "/api/v2.1/org/admin/info/").json()["row_usage"]
    joined = call(own, "POST", f"/api/v2.1/admin/organizations/{team.id}/users/{kim.id}/", root)
    assert joined.status_code == 200, joined.text
    program.token = exchange(own, program.api_token).json()["access_token"]
    assert content(program) == before and kept(own, program.base["id"]) == counts
    assert team.call("GET", "/api/v2.1/org/admin/info/").json()["row_usage"] == usage + 3
    # The audit log of the team has what is done to its tables from now on.
    program.new_table("More", ("Name", "text"))
    entries = own.psql(
        f"select count(*) from audit_log where operation = 'base_table_create' and chain = {team.id}")
    assert entries == "1"


def test_a_token_of_another_base_reads_and_writes_nothing(own, mia):
    program, other = filled(own, mia), filled(own, mia, mia.base("Others"))
    before = content(program)
    for method, path, body in [
        ("GET", "metadata/", None), ("GET", "rows/?table_name=Table1", None),
        ("GET", f"rows/{program.orders[0]}/?table_name=Table1", None), ("GET", "columns/?table_name=Table1", None),
        ("GET", "views/?table_name=Table1", None),
        ("POST", "rows/", {"table_name": "Table1", "rows": [{"Name": "x"}]}),
        ("DELETE", "rows/", {"table_name": "Table1", "row_ids": program.orders}),
        ("POST", "sql/", {"sql": "SELECT * FROM Table1"}), ("POST", "sql/", {"sql": "UPDATE Table1 SET Name = 'x'"}),
        ("GET", "operations/", None), ("GET", "activities/", None), ("GET", "", None),
        ("DELETE", "tables/", {"table_name": "Table1"}),
    ]:
        assert program.call(method, path, body, token=other.token).status_code == 403, (method, path)
        # The same request is answered for the token's own base.
        mine = other.call(method, path, body)
        assert mine.status_code == (404 if program.orders[0] in path else 200), mine.text
    assert content(program) == before
