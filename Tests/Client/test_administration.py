"""Team admins, with plain requests: every operation and its effect."""

import requests

from support.http import EXCHANGE, PING, exchange
from support.team import LOOK, PASSWORD, token


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
    assert all_tokens("is_expired=true") == ([], 0) and all_tokens("is_expired=false")[1] == 2
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
