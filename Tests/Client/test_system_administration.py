"""System administrators, with plain requests: every operation and its effect."""

import http.client
import io
import json

import openpyxl
import pytest

from support.http import SIGN_IN, authorization
from support.process import PATIENCE
from support.team import PASSWORD, Person, new_address, root_token, token


def test_accounts(call, root, address):
    users = "/api/v2.1/admin/users/"
    made = call("POST", users, root, json={"email": address, "password": PASSWORD, "name": "Sam"})
    assert made.status_code == 200 and made.json()["add_user_tip"]
    person = users + made.json()["email"] + "/"
    page = call("GET", users + "?per_page=1000", root).json()
    assert page["total_count"] == len(page["data"]) and page["data"][-1]["name"] == "Sam"
    changed = call("PUT", person, root, json={
        "name": "Sam S.", "login_id": address[:8], "unit": "HR", "is_staff": True, "role": "guest", "quota_total": 1})
    assert changed.status_code == 200
    assert changed.json()["login_id"] == address[:8] and changed.json()["quota_total"] == 1_000_000
    assert call("POST", SIGN_IN, data={"username": address[:8], "password": PASSWORD}).status_code == 200
    admins = call("GET", "/api/v2.1/admin/admin-users/", root).json()["admin_user_list"]
    assert made.json()["email"] in [one["email"] for one in admins]
    role = call("PUT", "/api/v2.1/admin/admin-role/", root, json={"email": made.json()["email"], "role": "audit_admin"})
    assert role.json() == {"email": made.json()["email"], "role": "audit_admin"}
    reset = call("PUT", person + "reset-password/", root).json()
    login = {"username": address, "password": reset["new_password"]}
    assert call("POST", SIGN_IN, data=login).status_code == 200
    assert call("PUT", person + "two-factor-auth/", root, data={"force_2fa": "1"}).status_code == 200
    assert call("GET", person, root).json()["is_force_2fa"] is True
    assert call("DELETE", f"/api2/two-factor-auth/{made.json()['email']}/", root).status_code == 200
    found = call("GET", "/api/v2.1/admin/search-user/?query=sAm%20s", root).json()
    assert [one["email"] for one in found["user_list"]] == [made.json()["email"]] and found["has_next_page"] == "false"
    assert call("DELETE", person, root).status_code == 200
    assert call("GET", person, root).status_code == 404


def test_the_last_system_administrator_stays(call, root):
    admins = call("GET", "/api/v2.1/admin/admin-users/", root).json()["admin_user_list"]
    assert len(admins) == 1
    person = f"/api/v2.1/admin/users/{admins[0]['email']}/"
    for answer in (
        call("PUT", person, root, json={"is_staff": False}),
        call("PUT", person, root, json={"is_active": False}),
        call("DELETE", person, root),
    ):
        assert (answer.status_code, answer.json()) == (
            400, {"error_msg": "There must be at least one active system administrator."})


def test_accounts_from_a_file(call, root, address):
    lines = [
        "name,Email,password,unit",
        f'"Doe, Jane",{address},{PASSWORD},HR',
        f"Again,{address},{PASSWORD},",
        "Nobody,not an address,whatever it is,",
        "Short,short@example.com,short,",
    ]
    answer = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": "\r\n".join(lines)})
    assert answer.status_code == 200
    assert [(one["name"], one["contact_email"], one["unit"]) for one in answer.json()["success"]] == [
        ("Doe, Jane", address, "HR")]
    assert [one["error_msg"] for one in answer.json()["failed"]] == [
        "User already exists.", "email invalid.", "password invalid: it must have at least 8 characters."]
    for file in ("", "password\n", 'email,password\n"a', "email,password,email\n", b"email,password\n\xff"):
        assert call("POST", "/api/v2.1/admin/import-users/", root, files={"file": file}).status_code == 400
    assert call("POST", "/api/v2.1/admin/import-users/", root, data={"file": "email,password"}).status_code == 400


def test_people_are_imported_as_their_file_has_them(call, service, root):
    """Quoted fields are taken as they are; other fields lose their leading and trailing blanks."""
    file = ' Email , password,Login ID\nblanks1@example.com,"  Zebra crossing  ",\n blanks2@example.com , a long one ,  \n'
    answer = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": file}).json()
    assert [one["contact_email"] for one in answer["success"]] == ["blanks1@example.com", "blanks2@example.com"], answer
    assert token(service, "blanks1@example.com", "  Zebra crossing  ")
    assert token(service, "blanks2@example.com", "a long one")
    with pytest.raises(AssertionError):
        token(service, "blanks1@example.com", "Zebra crossing")
    refused = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": "email;password\na@example.com;secret\n"})
    assert refused.status_code == 400 and "semicolons" in refused.json()["error_msg"]


def test_people_are_imported_from_a_workbook(call, service, root):
    book = openpyxl.Workbook()
    book.active.append(["Email", "Password", "Name", "ID in org", "Unit"])
    book.active.append(["sheet1@example.com", "a password of Ann", "Ann & Söhne", 4711, "HR"])
    book.active.append([])
    book.active.append(["sheet2@example.com", 481516234299, None, None, "Sales"])
    book.active.append(["no address", "a password of nobody"])
    book.create_sheet("Another").append(["other@example.com", "a password of others"])
    file = io.BytesIO()
    book.save(file)
    answer = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": ("people.xlsx", file.getvalue())})
    assert answer.status_code == 200, answer.text
    assert [(one["contact_email"], one["name"], one["id_in_org"], one["unit"]) for one in answer.json()["success"]] == [
        ("sheet1@example.com", "Ann & Söhne", "4711", "HR"), ("sheet2@example.com", "sheet2", "", "Sales")]
    assert answer.json()["failed"] == [{"email": "no address", "error_msg": "email invalid."}]
    assert token(service, "sheet1@example.com", "a password of Ann")
    assert token(service, "sheet2@example.com", "481516234299")
    for name, content in (
            ("people.csv", file.getvalue()), ("people.xlsx", b"email\n"), ("people.exe", b"MZ\x90\x00" + bytes(1000)),
            ("people.csv", b"MZ\x90\x00" + bytes(1000)), ("people.exe", file.getvalue())):
        refused = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": (name, content)})
        assert refused.status_code == 400 and "file invalid" in refused.json()["error_msg"]
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    connection.request("POST", "/api/v2.1/admin/import-users/", headers={
        **authorization(root), "Content-Type": "multipart/form-data; boundary=x", "Content-Length": "100000000"})
    huge = connection.getresponse()  # before any of it has come
    assert (huge.status, json.load(huge)) == (413, {"error_msg": "The body is too large: it may have 1048576 bytes."})
    for broken in (b"PK\x03\x04", file.getvalue()[:2000], b"PK\x03\x04" + bytes(5000), b"\xd0\xcf\x11\xe0" + bytes(600)):
        refused = call("POST", "/api/v2.1/admin/import-users/", root, files={"file": broken})
        assert refused.status_code == 400 and "file invalid" in refused.json()["error_msg"]


def test_teams(call, root, team):
    teams = "/api/v2.1/admin/organizations/"
    place = f"{teams}{team.id}/"
    listed = call("GET", teams + "?per_page=1000", root).json()
    assert listed["count"] == len(listed["organizations"]) and listed["organizations"][-1]["org_id"] == team.id
    assert call("GET", f"{teams}?role=unheard_of", root).json() == {"organizations": [], "count": 0}
    names = call("GET", f"/api/v2.1/admin/organizations-basic-info/?org_ids={team.id},999999", root).json()
    assert names == {"organization_list": [{"org_id": team.id, "org_name": team.name}]}
    shown = call("GET", place, root).json()
    assert (shown["users_count"], shown["active_users_count"], shown["groups_count"]) == (1, 1, 0)

    person = {"email": f"of{team.id}@example.com", "password": PASSWORD, "name": "Ole", "with_workspace": True}
    made = call("POST", place + "users/", root, data=person).json()
    assert (made["org_id"], made["is_org_admin"], made["active"]) == (team.id, False, True)
    full = call("PUT", place, root, json={"max_user_number": "2", "org_name": "Full", "role": "org_enterprise"}).json()
    assert (full["max_user_number"], full["org_name"], full["role"]) == (2, "Full", "org_enterprise")
    third = {"email": f"third{team.id}@example.com", "password": PASSWORD}
    for refused in (call("POST", place + "users/", root, data=third), team.call("POST", "users/", data=third)):
        assert (refused.status_code, refused.json()) == (
            403, {"error_msg": "The number of users exceeds the limit."})
    assert call("PUT", place, root, json={"max_user_number": -1}).json()["max_user_number"] == -1
    changed = call("PUT", f"{place}users/{made['email']}/", root, json={"is_admin": True, "name": "Ole O."}).json()
    assert changed["is_org_admin"] is True and changed["name"] == "Ole O."
    found = call("GET", f"/api/v2.1/admin/search-user-by-org-id/?query=ole&org_id={team.id}", root).json()
    assert [one["email"] for one in found["users"]] == [made["email"]]
    assert len(call("GET", place + "users/", root).json()["users"]) == 2

    base = team.base("Seen from above")
    assert call("GET", place + "dtables/", root).json()["dtable_list"][0]["uuid"] == base["uuid"]
    own = call("GET", f"/api/v2.1/admin/users/{team.creator}/dtables/", root).json()
    assert (own["count"], own["dtable_list"][0]["uuid"]) == (1, base["uuid"])
    everything = call("GET", "/api/v2.1/admin/dtables/?per_page=1", root).json()
    assert everything["page_info"] == {"has_next_page": True, "current_page": 1}
    everything = call("GET", "/api/v2.1/admin/dtables/?per_page=1000", root).json()
    assert everything["dtables"][-1]["uuid"] == base["uuid"] and not everything["page_info"]["has_next_page"]
    assert call("DELETE", f"/api/v2.1/admin/dtable/{base['uuid']}/", root).status_code == 200
    trash = call("GET", "/api/v2.1/admin/trash-dtables/", root).json()
    assert trash["trash_dtable_list"][0]["uuid"] == base["uuid"] and trash["trash_dtable_list"][0]["org_name"] == "Full"
    assert call("PUT", f"/api/v2.1/admin/trash-dtables/{base['id']}/", root).status_code == 200
    assert call("PUT", f"/api/v2.1/admin/trash-dtables/{base['id']}/", root).status_code == 404

    group = {"group_name": f"Above {team.id}", "group_owner": team.creator}
    group = call("POST", "/api/v2.1/admin/groups/", root, json=group).json()
    assert call("GET", f"/api/v2.1/admin/groups/?name=above%20{team.id}", root).json()["groups"][0]["id"] == group["id"]
    moved = call("PUT", f"/api/v2.1/admin/groups/{group['id']}/", root, json={"new_owner": made["email"]}).json()
    assert moved["owner"] == made["email"] and sorted(moved["admins"]) == sorted([team.creator, made["email"]])
    assert [one["group_id"] for one in call("GET", place + "groups/", root).json()["group_list"]] == [group["id"]]
    assert call("DELETE", f"{place}groups/{group['id']}/", root).status_code == 200
    assert call("DELETE", f"/api/v2.1/admin/groups/{group['id']}/", root).status_code == 404
    other = call("POST", "/api/v2.1/admin/groups/", root, json={
        "group_name": "Of a single", "group_owner": team.creator}).json()
    assert call("DELETE", f"/api/v2.1/admin/groups/{other['id']}/", root).status_code == 200

    assert call("DELETE", f"{place}users/{made['email']}/", root).status_code == 200
    assert call("DELETE", place, root).status_code == 200
    assert call("GET", place, root).status_code == 404
    assert call("GET", f"/api/v2.1/admin/users/{team.creator}/", root).json()["org_id"] == -1


def test_logs_of_the_installation(call, service, root, team):
    call("POST", SIGN_IN, data={"username": "nobody@example.com", "password": "guessed"})
    logins = call("GET", "/api/v2.1/admin/logs/login-logs/", root).json()
    assert logins["login_log_list"][0]["log_success"] is False and logins["login_log_list"][0]["email"] == ""
    root_token(service)
    logins = call("GET", "/api/v2.1/admin/logs/login-logs/?status=success", root).json()
    assert logins["login_log_list"][0]["contact_email"] == "root@example.com"
    assert call("GET", "/api/v2.1/admin/registration-logs/", root).json() == {"invitation_logs": []}
    assert call("GET", "/api/v2.1/admin/email-sending-logs/", root).json() == {"count": 0, "email_sending_logs": []}
    assert call("GET", "/api/v2.1/admin/abuse-reports/", root).json() == {
        "abuse_report_list": [], "has_next_page": False}
    team.group()
    log = call("GET", f"/api/v2.1/admin/audit-logs/?org_id={team.id}", root).json()
    assert [one["operation"] for one in log["audit_log_list"]] == [
        "group_member_add", "group_create", "team_update", "user_add", "team_add"]
    assert log["total_count"] == 5 and log["audit_log_list"][0]["username"] == team.creator
    assert call("GET", "/api/v2.1/admin/audit-logs/?operation=team_add&per_page=1", root).json()["total_count"] > 1
    whole = call("GET", "/api/v2.1/admin/audit-logs/?per_page=2", root).json()
    last = whole["total_count"] // 2 + whole["total_count"] % 2
    assert call("GET", f"/api/v2.1/admin/audit-logs/?per_page=2&page={last}", root).json()["audit_log_list"][-1][
        "operation"] == "user_add"
    members = call("GET", "/api/v2.1/admin/group-member-audit/", root).json()
    assert members["group_member_log_list"][0]["user_email"] == team.creator
    user = call("GET", f"/api/v2.1/org/{team.id}/admin/login-logs/{team.creator}/", team.admin).json()
    assert user["total_count"] == 1 and user["data"][0]["login_ip"] == "127.0.0.1"


def test_figures_of_the_installation(call, root, team):
    day = call("GET", f"/api/v2.1/admin/users/{team.creator}/", root).json()["create_time"][:10]
    days = call("GET", f"/api/v2.1/admin/statistics/active-users/?start=2026-01-30&end={day}T23:59:59", root)
    assert days.json()["active_users"][0] == {"datetime": "2026-01-30T00:00:00+00:00", "count": 0}
    assert days.json()["active_users"][-1]["count"] >= 2
    active = call("GET", f"/api/v2.1/admin/daily-active-users/?date={day}&per_page=1000", root).json()
    assert active["total_count"] == len(active["active_user_list"])
    assert team.creator in [one["email"] for one in active["active_user_list"]]
    for query in ("", "?start=2026-01-01", "?start=2026-02-01&end=2026-01-01", "?start=2020-01-01&end=2026-01-01"):
        assert call("GET", "/api/v2.1/admin/statistics/active-users/" + query, root).status_code == 400
    info = call("GET", "/api/v2.1/admin/sysinfo/", root).json()
    assert info["users_count"] >= info["active_users_count"] >= 3 and info["org_count"] >= 2


def test_people_without_a_team_come_into_one(service, root, call, team):
    users = "/api/v2.1/admin/users/"
    ada, ben, eve = (
        Person(service, call("POST", users, root, json={"email": address, "password": PASSWORD}).json()["email"], address)
        for address in (new_address(), new_address(), new_address()))
    invited = [team.call("POST", "invitations/", json={"email": one.address}).json() for one in (ada, ben, eve)]
    assert [one["contact_email"] for one in invited] == [ada.address, ben.address, eve.address]
    assert team.call("GET", "invitations/").json()["count"] == 3
    own = "/api/v2.1/user/team-invitations/"
    seen = ada.get(own)["invitation_list"]
    assert [(one["id"], one["org_name"]) for one in seen] == [(invited[0]["id"], team.name)]

    assert ben.call("POST", f"{own}{invited[0]['id']}/accept/").status_code == 404
    assert ada.call("POST", f"{own}{invited[0]['id']}/accept/").json() == {"success": True}
    assert ada.get("/api2/account/info/")["org_id"] == team.id
    assert ben.call("DELETE", f"{own}{invited[1]['id']}/").json() == {"success": True}
    assert team.call("DELETE", f"invitations/{invited[2]['id']}/").json() == {"success": True}
    for person, one in zip((ben, eve), invited[1:]):
        assert person.call("POST", f"{own}{one['id']}/accept/").status_code == 404
    assert team.call("GET", "invitations/").json()["count"] == 0
    assert call("POST", f"/api/v2.1/admin/organizations/{team.id}/users/{eve.id}/", root).status_code == 200
    assert eve.get("/api2/account/info/")["org_id"] == team.id
