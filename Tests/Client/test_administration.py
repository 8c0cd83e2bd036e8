"""Team admins and system administrators, with plain requests: every operation and its effect."""

import http.client
import io
import json

import openpyxl
import pytest
import requests

from support.http import EXCHANGE, PING, SIGN_IN, authorization, exchange
from support.process import PATIENCE
from support.team import LOOK, PASSWORD, Person, new_address, root_token, token


# MARK: Team admins


def test_a_member_from_the_first_day_to_the_last(service, team):
    made = team.add(with_workspace="true")
    assert made["name"] == "Mia" and made["is_active"] and not made["is_org_admin"] and made["workspace_id"]
    person = f"users/{made['email']}/"
    listed = team.call("GET", "users/").json()["user_list"]
    assert [one["email"] for one in listed] == [team.creator, made["email"]]
    assert [one["email"] for one in team.call("GET", "users/?page=2&per_page=1").json()["user_list"]] == [made["email"]]
    changed = team.call("PUT", person, json={"name": "Mia M.", "is_staff": "true", "id_in_org": "17", "quota_total": 3})
    assert changed.json()["is_org_admin"] and changed.json()["quota_total"] == 3_000_000
    shown = team.call("GET", person).json()
    assert (shown["name"], shown["id_in_org"], shown["is_org_admin"]) == ("Mia M.", "17", True)

    first = token(service, made["contact_email"], PASSWORD)
    password = team.call("PUT", person + "set-password/").json()["new_password"]
    mine = {"Authorization": f"Token {first}"}
    assert requests.get(service.url + PING, headers=mine, timeout=30).status_code == 401
    second = {"Authorization": f"Token {token(service, made['contact_email'], password)}"}
    assert requests.get(service.url + PING, headers=second, timeout=30).status_code == 200
    assert team.call("PUT", person, json={"is_active": False}).json()["is_active"] is False
    assert requests.get(service.url + PING, headers=second, timeout=30).status_code == 401
    assert team.call("PUT", person, json={"is_active": True}).status_code == 200
    assert requests.get(service.url + PING, headers=second, timeout=30).status_code == 401

    assert team.call("PUT", person + "two-factor-auth/", json={"force_2fa": True}).status_code == 200
    assert team.call("GET", person).json()["is_force_2fa"] is True
    assert team.call("DELETE", person + "two-factor-auth/").status_code == 200
    assert team.call("GET", person).json()["is_force_2fa"] is True
    assert team.call("PUT", person + "two-factor-auth/", json={"force_2fa": False}).status_code == 200
    assert team.call("GET", person).json()["is_force_2fa"] is False

    assert team.call("DELETE", person).status_code == 200
    assert team.call("GET", person).status_code == 404
    again = team.call("POST", "users/", data={"email": made["contact_email"].upper(), "password": PASSWORD})
    assert (again.status_code, again.json()) == (400, {"error_msg": "User already exists."})
    logins = team.call("GET", f"login-logs/?status=success&start={shown['ctime'][:10]}").json()
    assert logins["total_count"] >= 3 and logins["login_list"][0]["login_success"] is True


def test_the_last_admin_stays(team):
    person = f"users/{team.creator}/"
    for answer in (
        team.call("PUT", person, json={"is_staff": False}),
        team.call("PUT", person, json={"is_active": False}),
        team.call("DELETE", person),
    ):
        assert (answer.status_code, answer.json()) == (
            400, {"error_msg": "A team must keep at least one active admin."})


def test_bases_and_their_trash(service, team):
    made = team.add(with_workspace="true")
    own = {"Authorization": f"Token {token(service, made['contact_email'], PASSWORD)}"}
    base = requests.post(
        service.url + "/api/v2.1/dtables/", headers=own, data={"name": "Plans", **LOOK}, timeout=30).json()
    uuid = base["table"]["uuid"]
    team.base("Orders of ours")
    listed = team.call("GET", "dtables/").json()
    assert listed["count"] == 2 and [one["name"] for one in listed["dtable_list"]] == ["Plans", "Orders of ours"]
    assert team.call("GET", f"users/{made['email']}/dtables/").json()["dtable_list"][0]["owner"] == "Mia"
    shown = team.call("GET", f"dtables/{uuid}/").json()
    assert (shown["org_id"], shown["email"], shown["group_id"]) == (team.id, made["email"], -1)
    assert [one["uuid"] for one in team.call("GET", "search-dtables/?query=LAN").json()["results"]] == [uuid]
    assert team.call("GET", "search-dtables/?query=%25").json()["results"] == []

    assert team.call("DELETE", f"dtables/{uuid}/").status_code == 200
    assert team.call("GET", f"dtables/{uuid}/").status_code == 404
    trash = team.call("GET", "trash-dtables/").json()
    assert trash["count"] == 1 and trash["dtable_list"][0]["deleted"] is True
    assert team.call("PUT", f"trash-dtables/{uuid}/").status_code == 200
    assert team.call("PUT", f"trash-dtables/{uuid}/").status_code == 404
    assert requests.delete(
        f"{service.url}/api/v2.1/workspace/{base['table']['workspace_id']}/dtable/", headers=own, timeout=30,
        data={"name": "Plans"}).status_code == 200
    mine = requests.get(service.url + "/api/v2.1/trash-dtables/", headers=own, timeout=30).json()
    assert [one["uuid"] for one in mine["trash_dtable_list"]] == [uuid]
    # The bases go with the person, and come back without them.
    assert team.call("DELETE", f"users/{made['email']}/").status_code == 200
    assert [one["uuid"] for one in team.call("GET", "trash-dtables/").json()["dtable_list"]] == [uuid]
    assert team.call("PUT", f"trash-dtables/{uuid}/").status_code == 200
    assert team.call("GET", f"dtables/{uuid}/").json()["owner_deleted"] is True
    assert team.call("DELETE", f"dtables/{uuid}/").status_code == 200
    assert team.call("DELETE", "trash-dtables/").status_code == 200
    assert team.call("GET", "trash-dtables/").json()["count"] == 0


def test_groups_and_their_members(service, team):
    mia, tom = team.add("Mia"), team.add("Tom")
    group = team.group("Sales", mia["email"])
    place = f"groups/{group['id']}/"
    assert group["creator_email"] == mia["email"] and group["creator_name"] == "Mia"
    assert team.call("GET", place).json()["group_name"] == "Sales"
    page = team.call("GET", "groups/?per_page=1").json()
    assert (page["page"], page["per_page"], page["page_next"]) == (1, 1, False)
    added = team.call("POST", place + "members/", data={"email": [tom["email"], mia["email"], "0" * 32 + "@auth.local"]})
    assert [one["email"] for one in added.json()["success"]] == [tom["email"]]
    assert [one["error_msg"] for one in added.json()["failed"]] == [
        "User Mia is already a group member.", f"User {'0' * 32}@auth.local not found."]
    member = f"{place}members/{tom['email']}/"
    assert team.call("PUT", member, json={"is_admin": "true"}).status_code == 200
    members = team.call("GET", place + "members/").json()
    assert {one["name"]: one["role"] for one in members["members"]} == {"Mia": "Owner", "Tom": "Admin"}
    assert team.call("DELETE", f"{place}members/{mia['email']}/").status_code == 400
    changed = team.call("PUT", place, json={"new_group_name": "Sales 2", "new_owner": tom["email"]})
    assert (changed.json()["group_name"], changed.json()["creator_email"]) == ("Sales 2", tom["email"])
    again = team.call("PUT", place, json={"new_owner": tom["email"]})
    assert again.json() == {"error_msg": "User Tom is already group owner."}
    assert team.call("DELETE", f"{place}members/{mia['email']}/").status_code == 200
    # If its owner goes, a group passes to those who are left.
    assert team.call("POST", place + "members/", data={"email": mia["email"]}).status_code == 200
    assert team.call("DELETE", f"users/{tom['email']}/").status_code == 200
    assert team.call("GET", place).json()["creator_email"] == mia["email"]

    own = {"Authorization": f"Token {token(service, mia['contact_email'], PASSWORD)}"}
    base = requests.post(
        service.url + "/api/v2.1/dtables/", headers=own, timeout=30,
        data={"name": "Leads", "owner": f"{group['id']}@seafile_group"}).json()["table"]
    assert [one["name"] for one in team.call("GET", place + "dtables/").json()["tables"]] == ["Leads"]
    assert team.call("GET", f"dtables/{base['uuid']}/").json()["email"] == f"{group['id']}@seafile_group"
    refused = team.call("DELETE", place)
    assert (refused.status_code, refused.json()) == (400, {"error_msg": "Cannot delete group with bases"})
    assert team.call("DELETE", f"dtables/{base['uuid']}/").status_code == 200
    assert team.call("DELETE", place).status_code == 200
    assert team.call("GET", place).status_code == 404
    deleted = team.call("GET", "admin-logs/?operation=group_delete").json()["logs"][0]
    assert deleted["detail"]["name"] == "Sales 2" and deleted["detail"]["owner"] == mia["email"]
    log = team.call("GET", "group-member-audit/").json()
    assert log["count"] >= 5 and log["group_member_log_list"][0]["operator_email"] == team.creator
    assert "group_member_add" in {one["operation"] for one in log["group_member_log_list"]}


def test_the_callers_groups_are_in_the_order_he_wants(service, team):
    groups = [team.group(f"Group {number}")["id"] for number in range(3)]
    order = lambda: [one["id"] for one in team.call("GET", "/api/v2.1/groups/").json()]
    move = "/api/v2.1/groups/move-group/"
    assert order() == groups
    assert team.call("PUT", move, data={"group_id": groups[2], "anchor_group_id": groups[0]}).status_code == 200
    assert order() == [groups[2], groups[0], groups[1]]
    assert team.call("PUT", move, json={"group_id": groups[2], "to_last": True}).status_code == 200
    assert order() == groups
    assert team.call("PUT", move, data={"group_id": groups[2], "anchor_group_id": 999999}).status_code == 404


def test_tokens_of_all_bases(service, team):
    base = team.base()
    tokens = f"dtables/{base['uuid']}/api-tokens/"
    made = team.call("POST", tokens, data={"app_name": "My program", "permission": "rw"})
    assert made.status_code == 201
    secret = made.json()["api_token"]
    exchanged = lambda: exchange(service, secret)
    assert exchanged().status_code == 200
    assert team.call("POST", tokens, data={"app_name": "My program", "permission": "r"}).json() == {
        "error_msg": "app_name already exists."}
    assert team.call("PUT", tokens + "My program/", data={"permission": "r"}).json()["permission"] == "r"
    assert team.call("POST", tokens, data={"app_name": "A report", "permission": "r"}).status_code == 201
    listed = team.call("GET", tokens).json()["api_tokens"]
    assert [one["app_name"] for one in listed] == ["My program", "A report"]
    assert listed[0]["api_token"] == secret[:4] + "*" * 36

    def all_tokens(query):
        answer = team.call("GET", "api-tokens/?" + query)
        assert answer.status_code == 200, answer.text
        return [one["app_name"] for one in answer.json()["api_tokens"]], answer.json()["total_count"]

    assert all_tokens("") == (["A report", "My program"], 2)
    assert all_tokens("direction=asc&per_page=1&page=2") == (["A report"], 2)
    assert all_tokens("order_by=app_name") == (["My program", "A report"], 2)
    assert all_tokens("order_by=last_access&direction=asc") == (["My program", "A report"], 2)
    assert all_tokens(f"dtable_uuid={base['uuid']}&generated_by={team.creator}&permission=r&query=PRO") == (
        ["My program"], 1)
    assert all_tokens("unused_since=2020-01-01") == ([], 0)
    assert all_tokens("unused_since=2999-01-01") == (["A report", "My program"], 2)
    assert team.call("GET", "api-tokens/?order_by=secret").status_code == 400

    assert team.call("DELETE", tokens + "My program/").status_code == 200
    assert exchanged().status_code == 403
    log = team.call("GET", "admin-logs/?operation_group=token").json()
    assert [one["operation"] for one in log["logs"]] == [
        "api_token_refuse", "api_token_delete", "api_token_create", "api_token_update", "api_token_create"]
    assert log["logs"][3]["before"] == {"permission": "rw"} and log["logs"][3]["after"] == {"permission": "r"}
    assert secret not in team.call("GET", "admin-logs/").text
    same = team.call("GET", "audit-logs/?operation_group=token").json()
    assert same == {"audit_log_list": log["logs"], "count": log["total_count"]}


def test_a_team_admin_issues_no_tokens_for_bases_he_cannot_open(service, team):
    made = team.add(with_workspace="true")
    own = {"Authorization": f"Token {token(service, made['contact_email'], PASSWORD)}"}
    base = requests.post(service.url + "/api/v2.1/dtables/", headers=own, data={"name": "Mine"}, timeout=30).json()
    tokens = f"dtables/{base['table']['uuid']}/api-tokens/"
    place = f"/api/v2.1/workspace/{base['table']['workspace_id']}/dtable/Mine/api-tokens/"
    requests.post(service.url + place, headers=own, data={"app_name": "mine", "permission": "r"}, timeout=30)
    assert team.call("POST", tokens, data={"app_name": "theirs", "permission": "r"}).status_code == 403
    assert team.call("PUT", tokens + "mine/", data={"permission": "rw"}).status_code == 403
    assert team.call("DELETE", tokens + "mine/").status_code == 200


def test_what_somebody_leaves_behind_is_told_and_ended(call, team, root):
    ada = team.person("Ada")
    base = ada.base("Orders")
    place = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/Orders/"
    made = ada.call("POST", place + "api-tokens/", data={"app_name": "report", "permission": "r"}).json()
    link = ada.call("POST", place + "external-links/").json()["token"]
    left = team.call("GET", f"users/{ada.id}/left-behind/").json()
    assert [one["app_name"] for one in left["api_tokens"]] == ["report"]
    assert [one["token"] for one in left["external_links"]] == [link[:20]]
    assert (left["name"], left["left_behind"]["account_tokens"]) == ("Ada", 1)
    out = team.call("PUT", f"users/{ada.id}/", data={"is_active": "false"}).json()
    assert out["left_behind"] == {**left["left_behind"], "account_tokens": 0, "count": 2}
    assert call("GET", EXCHANGE, made["api_token"]).status_code == 200
    ended = team.call("DELETE", f"users/{ada.id}/left-behind/").json()
    assert ended == {"success": True, "ended": out["left_behind"]}
    assert call("GET", EXCHANGE, made["api_token"]).status_code == 403
    assert call("GET", f"/api/v2.1/external-link-tokens/{link}/access-token/").status_code == 404
    above = f"/api/v2.1/admin/users/{ada.id}/left-behind/"
    assert call("GET", above, root).json()["left_behind"]["count"] == 0
    assert call("DELETE", above, root).json()["ended"]["count"] == 0
    assert team.call("DELETE", f"users/{ada.id}/").json()["left_behind"]["count"] == 0


def test_the_team_itself(team):
    team.add()
    info = team.call("GET", "/api/v2.1/org/admin/info/").json()
    assert (info["org_id"], info["org_name"], info["member_usage"], info["active_members"]) == (
        team.id, team.name, 2, 2)
    assert team.call("PUT", "/api/v2.1/org/admin/info/", data={"new_org_name": "Renamed"}).status_code == 200
    assert team.call("GET", "/api/v2.1/org/admin/info/").json()["org_name"] == "Renamed"
    settings = team.call("GET", "/api/v2.1/org/admin/settings/").json()
    changed = team.call("PUT", "/api/v2.1/org/admin/settings/", data={"enable_member_modify_name": "false"}).json()
    assert changed == {**settings, "enable_member_modify_name": False}
    base = team.base()
    assert team.call("DELETE", "/api/v2.1/org/admin/").status_code == 200
    assert team.call("GET", "/api/v2.1/org/admin/info/").status_code == 403
    account = team.call("GET", "/api2/account/info/").json()
    assert account["is_cloud_personal_account"] is True
    personal = team.call("GET", "/api/v2.1/user-admin-dtables/").json()["personal"]
    assert [one["uuid"] for one in personal] == [base["uuid"]]


# MARK: System administrators


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


def test_the_audit_log_is_verified_from_the_command_line(service, team):
    team.group()
    socket = (service.folder / "data/postgres/postmaster.pid").read_text().splitlines()[4]
    url = f"postgresql:///basekeeper?host={socket}&user=basekeeper"
    before = service.run("audit", "verify", "--heads", DATABASE_URL=url)
    assert before.returncode == 0 and f"team {team.id}: 5 entries" in before.stdout, before.stderr
    assert "logs are unchanged" in before.stdout
    touch = "set session_replication_role = replica; update audit_log set {} where chain = {} and operation = 'team_update'"
    service.psql(touch.format("operation = 'team_rename'", team.id))
    after = service.run("audit", "verify", DATABASE_URL=url)
    service.psql(touch.replace("'team_update'", "'team_rename'").format("operation = 'team_update'", team.id))
    assert after.returncode == 1
    assert f"the audit log of team {team.id} is broken at entry 3: it was changed" in after.stderr
    assert service.run("audit", "verify", DATABASE_URL=url).returncode == 0


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
