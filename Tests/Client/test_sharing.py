"""Bases that are shared with people and groups, marked as favourites and put into folders."""

import jwt
import pytest
from seatable_api import Account

from support.bases import gateway, permission, shared
from support.http import EXCHANGE, place
from support.service import SECRET
from support.team import PASSWORD

WORKSPACE = "/api/v2.1/workspace/"
FAVORITES = "/api/v2.1/starred-dtables/"
SHARED_ALREADY = {"error_msg": "The base is already shared with them."}


def uuids(bases):
    return [one["uuid"] for one in bases]


# MARK: With people


def test_a_base_is_shared_with_a_person(mia, tom, stranger, fields):
    base = mia.base("Orders")
    shares = place(base, "share/")
    assert tom.call("GET", place(base, "access-token/")).status_code == 403
    made = mia.call("POST", shares, **fields(email=tom.id, permission="r"))
    assert (made.status_code, made.json()) == (201, {"success": True})
    listed = mia.get(shares)["user_list"]
    assert [(one["email"], one["name"], one["permission"]) for one in listed] == [(tom.id, "Tom", "r")]
    again = mia.call("POST", shares, **fields(email=tom.id, permission="rw"))
    assert (again.status_code, again.json()) == (400, SHARED_ALREADY)
    assert mia.call("POST", shares, **fields(email=mia.id, permission="r")).status_code == 400
    unknown = mia.call("POST", shares, **fields(email=stranger.id, permission="r"))
    assert (unknown.status_code, unknown.json()) == (404, {"error_msg": f"User {stranger.id} not found."})

    assert shared(tom) == [("Orders", "r")] and shared(mia) == []
    found = tom.get("/api/v2.1/dtables/shared/")["table_list"][0]
    assert (found["uuid"], found["from_user"], found["from_user_name"]) == (base["uuid"], mia.id, "Mia")
    assert permission(tom.call("GET", place(base, "access-token/"))) == "r"
    assert mia.call("PUT", shares, **fields(email=tom.id, permission="rw")).json() == {"success": True}
    assert permission(tom.call("GET", place(base, "access-token/"))) == "rw" and shared(tom) == [("Orders", "rw")]
    assert mia.call("PUT", shares, **fields(email=stranger.id, permission="r")).status_code == 404

    assert mia.call("DELETE", shares, **fields(email=tom.id)).json() == {"success": True}
    assert mia.call("DELETE", shares, **fields(email=tom.id)).status_code == 404
    assert tom.call("GET", place(base, "access-token/")).status_code == 403
    assert shared(tom) == [] and mia.get(shares) == {"user_list": []}


@pytest.mark.parametrize("wanted", ["", "x", "RW", "w", None])
def test_a_share_allows_reading_or_writing_and_nothing_else(mia, tom, wanted):
    base = mia.base("Orders")
    group = mia.group("Sales")
    assert mia.call("POST", place(base, "share/"), json={"email": tom.id, "permission": "r"}).status_code == 201
    assert mia.call("POST", place(base, "group-shares/"), json={"group_id": group, "permission": "r"}).ok
    other = mia.base("Plans")
    for answer in (
        mia.call("POST", place(other, "share/"), json={"email": tom.id, "permission": wanted}),
        mia.call("PUT", place(base, "share/"), json={"email": tom.id, "permission": wanted}),
        mia.call("POST", place(other, "group-shares/"), json={"group_id": group, "permission": wanted}),
        mia.call("PUT", place(base, f"group-shares/{group}/"), json={"permission": wanted}),
    ):
        assert (answer.status_code, answer.json()) == (400, {"error_msg": "permission invalid."})
    assert shared(tom) == [("Orders", "r")]


def test_who_a_base_is_shared_with_may_leave_it_and_does_not_administer_it(mia, tom, team):
    ada, base = team.person("Ada"), mia.base("Orders")
    shares = place(base, "share/")
    for person in (tom, ada):
        assert mia.call("POST", shares, data={"email": person.id, "permission": "rw"}).status_code == 201
    for method, path, body in (
        ("GET", "share/", None),
        ("POST", "share/", {"email": ada.id, "permission": "r"}),
        ("PUT", "share/", {"email": ada.id, "permission": "r"}),
        ("DELETE", "share/", {"email": ada.id}),
        ("GET", "group-shares/", None),
        ("GET", "external-links/", None),
        ("POST", "external-links/", {"expire_days": 1}),
        ("GET", "api-tokens/", None),
    ):
        assert tom.call(method, place(base, path), json=body).status_code == 403, (method, path)
    assert tom.call("DELETE", f"{WORKSPACE}{base['workspace_id']}/dtable/", data={"name": "Orders"}).status_code == 403
    assert tom.call("DELETE", f"{shares}?email={tom.id}").json() == {"success": True}
    assert shared(tom) == [] and shared(ada) == [("Orders", "rw")]
    assert tom.call("DELETE", shares, data={"email": tom.id}).status_code == 403


def test_another_team_s_bases_are_not_there(mia, tom, stranger):
    base = mia.base("Orders")
    gone = {"error_msg": f"Workspace {base['workspace_id']} not found."}
    for method, path, body in (
        ("GET", "share/", None),
        ("POST", "share/", {"email": stranger.id, "permission": "rw"}),
        ("PUT", "share/", {"email": tom.id, "permission": "rw"}),
        ("DELETE", "share/", {"email": tom.id}),
        ("GET", "group-shares/", None),
        ("POST", "group-shares/", {"group_id": 1, "permission": "rw"}),
        ("GET", "external-links/", None),
        ("POST", "external-links/", {"expire_days": 1}),
        ("GET", "related-users/", None),
        ("GET", "access-token/", None),
    ):
        answer = stranger.call(method, place(base, path), json=body)
        assert (answer.status_code, answer.json()) == (404, gone), (method, path)
    assert stranger.call("GET", f"/api/v2.1/dtable/{base['uuid']}/size/").status_code == 404
    assert stranger.call("POST", FAVORITES, json={"dtable_uuid": base["uuid"]}).status_code == 404
    assert stranger.call("GET", f"{WORKSPACE}{base['workspace_id']}/dtable/?name=Orders").status_code == 404


def test_a_temporary_token_gives_no_more_than_the_share(call, mia, tom):
    base = mia.base("Orders")
    assert mia.call("POST", place(base, "share/"), json={"email": tom.id, "permission": "rw"}).status_code == 201
    temporary = tom.get(place(base, "temp-api-token/"))["api_token"]
    assert permission(call("GET", EXCHANGE, temporary)) == "rw"
    assert mia.call("PUT", place(base, "share/"), json={"email": tom.id, "permission": "r"}).ok
    assert permission(call("GET", EXCHANGE, temporary)) == "r"
    assert mia.call("DELETE", place(base, "share/"), json={"email": tom.id}).ok
    assert call("GET", EXCHANGE, temporary).status_code == 403


def test_lowering_a_share_ends_the_base_tokens_that_allow_more(call, mia, tom):
    base = mia.base("Orders")
    shares = place(base, "share/")
    assert mia.call("POST", shares, json={"email": tom.id, "permission": "rw"}).status_code == 201
    token = lambda: tom.get(place(base, "access-token/"))["access_token"]
    writing = token()
    assert gateway(call, base, writing) == 200
    assert mia.call("PUT", shares, json={"email": tom.id, "permission": "r"}).ok
    reading = token()
    assert (gateway(call, base, writing), gateway(call, base, reading)) == (403, 200)
    assert mia.call("PUT", shares, json={"email": tom.id, "permission": "rw"}).ok
    assert (gateway(call, base, writing), gateway(call, base, reading)) == (200, 200)
    assert mia.call("DELETE", shares, json={"email": tom.id}).ok
    assert (gateway(call, base, writing), gateway(call, base, reading)) == (403, 403)


def test_the_official_client_opens_a_base_that_is_shared_with_it(service, mia, tom):
    owner, account = (Account(person.address, PASSWORD, service.url) for person in (mia, tom))
    owner.auth()
    account.auth()
    base = owner.add_base("Orders")
    with pytest.raises(ConnectionError) as error:
        account.get_base(base["workspace_id"], "Orders")
    assert error.value.args[0] == 403
    assert mia.call("POST", place(base, "share/"), data={"email": tom.id, "permission": "r"}).status_code == 201
    found = next(one for one in account.list_workspaces()["workspace_list"] if one["type"] == "shared")
    found = found["shared_table_list"][0]
    opened = account.get_base(found["workspace_id"], found["name"])
    assert opened.dtable_uuid == base["uuid"] and opened.get_metadata()["tables"]
    assert {one["name"] for one in opened.get_related_users()} == {"Mia", "Tom"}
    assert jwt.decode(opened.jwt_token, SECRET, algorithms=["HS256"])["permission"] == "r"
    own = next(one for one in account.list_workspaces()["workspace_list"] if one["type"] == "personal")
    assert account.copy_base(base["workspace_id"], "Orders", own["id"])["workspace_id"] == own["id"]
    with pytest.raises(Exception, match="workspace_id invalid"):
        account.add_base("Mine", workspace_id=base["workspace_id"])


# MARK: With groups


def test_a_base_is_shared_with_a_group(call, mia, tom, stranger, fields):
    base, group = mia.base("Orders"), tom.group("Sales")
    shares = place(base, "group-shares/")
    made = mia.call("POST", shares, **fields(group_id=group, permission="r"))
    assert (made.status_code, made.json()) == (200, {
        "dtable_group_share": {"group_id": str(group), "group_name": "Sales", "permission": "r"}})
    listed = mia.get(shares)["dtable_group_share_list"]
    assert [(one["group_id"], one["group_name"], one["permission"]) for one in listed] == [(group, "Sales", "r")]
    again = mia.call("POST", shares, **fields(group_id=group, permission="rw"))
    assert (again.status_code, again.json()) == (400, SHARED_ALREADY)
    other = stranger.group(f"Group {tom.id[:32]}")
    for number in (other, 999999):
        assert mia.call("POST", shares, **fields(group_id=number, permission="r")).status_code == 404

    found = tom.get("/api/v2.1/dtables/group-shared/")["group_shared_dtables"]
    assert {number: uuids(bases) for number, bases in found.items()} == {str(group): [base["uuid"]]}
    assert uuids(tom.workspace("group", group)["group_shared_dtables"]) == [base["uuid"]]
    assert tom.get("/api/v2.1/dtables/shared/") == {"table_list": []}
    assert permission(tom.call("GET", place(base, "access-token/"))) == "r"

    assert mia.call("PUT", f"{shares}{group}/", **fields(permission="rw")).json() == {"success": True}
    token = tom.call("GET", place(base, "access-token/"))
    assert permission(token) == "rw" and gateway(call, base, token.json()["access_token"]) == 200
    assert mia.call("PUT", f"{shares}{other}/", **fields(permission="rw")).status_code == 404
    assert mia.call("DELETE", f"{shares}{group}/").json() == {"success": True}
    assert mia.call("DELETE", f"{shares}{group}/").status_code == 404
    assert gateway(call, base, token.json()["access_token"]) == 403
    assert tom.get("/api/v2.1/dtables/group-shared/") == {"group_shared_dtables": {}}


def test_of_several_ways_into_a_base_the_widest_counts(mia, tom):
    base, group = mia.base("Orders"), mia.group("Sales", tom)
    opened = lambda: permission(tom.call("GET", place(base, "access-token/")))
    assert mia.call("POST", place(base, "share/"), data={"email": tom.id, "permission": "r"}).status_code == 201
    assert opened() == "r"
    assert mia.call("POST", place(base, "group-shares/"), data={"group_id": group, "permission": "rw"}).ok
    assert opened() == "rw" and shared(tom) == [("Orders", "rw")]
    assert tom.call("DELETE", f"/api/v2.1/groups/{group}/members/{tom.id}/").ok
    assert opened() == "r" and shared(tom) == [("Orders", "r")]


def test_a_base_is_not_shared_with_the_group_it_is_in(mia, tom):
    group = mia.group("Sales", tom)
    base = mia.base("Leads", owner=f"{group}@seafile_group")
    answer = mia.call("POST", place(base, "group-shares/"), json={"group_id": group, "permission": "r"})
    assert (answer.status_code, answer.json()) == (404, {"error_msg": f"Group {group} not found."})


# MARK: Administrators


def test_a_team_admin_sees_and_ends_all_shares(team, mia, tom, stranger):
    base, group = mia.base("Orders"), tom.group("Sales")
    assert mia.call("POST", place(base, "share/"), json={"email": tom.id, "permission": "rw"}).status_code == 201
    assert mia.call("POST", place(base, "group-shares/"), json={"group_id": group, "permission": "r"}).ok
    shares = team.call("GET", "shares/").json()
    assert [(one["email"], one["dtable_uuid"]) for one in shares["dtable_user_shares"]] == [(tom.id, base["uuid"])]
    assert [(one["group_id"], one["permission"]) for one in shares["dtable_group_shares"]] == [(group, "r")]
    assert {one["dtable_name"] for kind in ("user", "group") for one in shares[f"dtable_{kind}_shares"]} == {"Orders"}
    assert shares["view_user_shares"] == shares["view_group_shares"] == []

    own = f"dtables/{base['uuid']}/"
    assert [one["type"] for one in team.call("GET", own + "shares/").json()["share_list"]] == ["user", "group"]
    assert stranger.call("GET", team.path + own + "shares/").status_code == 403
    assert team.call("DELETE", f"{own}shares/{tom.id}/").json() == {"success": True}
    assert team.call("DELETE", f"{own}shares/{tom.id}/").status_code == 404
    assert permission(tom.call("GET", place(base, "access-token/"))) == "r"
    assert team.call("DELETE", f"{own}group-shares/{group}/").json() == {"success": True}
    assert team.call("DELETE", f"{own}group-shares/{group}/").status_code == 404
    assert tom.call("GET", place(base, "access-token/")).status_code == 403
    log = team.call("GET", "admin-logs/?operation_group=base").json()["logs"]
    assert [one["operation"] for one in log][:2] == ["base_group_share_delete", "base_share_delete"]
    elsewhere = stranger.base(f"Base of {tom.address}")
    shared = team.call("GET", f"users/{tom.id}/shared-dtables/").json()
    assert shared == {"count": 0, "dtable_list": []}
    assert mia.call("POST", place(base, "share/"), json={"email": tom.id, "permission": "r"}).status_code == 201
    shared = team.call("GET", f"users/{tom.id}/shared-dtables/").json()
    assert [(one["name"], one["from_user"]) for one in shared["dtable_list"]] == [(base["name"], mia.id)]
    assert team.call("GET", f"users/{stranger.id}/shared-dtables/").status_code == 404
    assert team.call("GET", f"dtables/{elsewhere['uuid']}/shares/").status_code == 404


def test_a_system_administrator_sees_what_is_shared_with_somebody(call, root, mia, tom):
    shares = f"/api/v2.1/admin/users/{tom.id}/shared-dtables/"
    assert call("GET", shares, root).json() == {"count": 0, "dtable_list": []}
    bases = [mia.base(name) for name in ("Orders", "Plans")]
    for base in bases:
        assert mia.call("POST", place(base, "share/"), json={"email": tom.id, "permission": "r"}).status_code == 201
    listed = call("GET", shares, root).json()
    assert (listed["count"], uuids(listed["dtable_list"])) == (2, uuids(bases))
    assert uuids(call("GET", shares + "?page=2&per_page=1", root).json()["dtable_list"]) == [bases[1]["uuid"]]
    assert mia.call("GET", shares).status_code == 403


# MARK: How people keep their bases


def test_favourites_are_one_s_own(mia, tom, fields):
    base = mia.base("Orders")
    favorites = lambda person: uuids(person.get(FAVORITES)["user_starred_dtable_list"])
    for _ in range(2):
        assert mia.call("POST", FAVORITES, **fields(dtable_uuid=base["uuid"])).json() == {"success": True}
    assert favorites(mia) == [base["uuid"]] == uuids(mia.workspace("starred")["table_list"])
    assert mia.workspace("personal")["table_list"][0]["starred"] is True
    assert tom.call("POST", FAVORITES, **fields(dtable_uuid=base["uuid"])).status_code == 403
    assert mia.call("POST", FAVORITES, **fields(dtable_uuid="0" * 36)).status_code == 404

    assert mia.call("POST", place(base, "share/"), data={"email": tom.id, "permission": "r"}).status_code == 201
    assert tom.call("POST", FAVORITES, **fields(dtable_uuid=base["uuid"])).ok and favorites(tom) == [base["uuid"]]
    # A favourite disappears with the right to open the base, and returns with it.
    assert mia.call("DELETE", place(base, "share/"), data={"email": tom.id}).ok and favorites(tom) == []
    assert mia.call("POST", place(base, "share/"), data={"email": tom.id, "permission": "r"}).status_code == 201
    assert favorites(tom) == [base["uuid"]]
    assert tom.call("DELETE", FAVORITES, **fields(dtable_uuid=base["uuid"])).json() == {"success": True}
    assert mia.call("DELETE", f"{FAVORITES}?dtable_uuid={base['uuid']}").json() == {"success": True}
    assert favorites(tom) == favorites(mia) == []


def test_bases_are_found_wherever_they_lie(mia, tom):
    group = tom.group("Sales", mia)
    mine, ours = mia.base("My orders"), tom.base("Orders of us", owner=f"{group}@seafile_group")
    theirs = tom.base("ORDERS")
    tom.base("Orders of mine alone")
    assert tom.call("POST", place(theirs, "share/"), data={"email": mia.id, "permission": "r"}).status_code == 201
    assert mia.call("POST", FAVORITES, data={"dtable_uuid": ours["uuid"]}).ok
    search = "/api/v2.1/dtable/items-search/?query_str="
    found = mia.get(search + "oRDer&query_type=base")["results"]
    assert [(one["uuid"], one["type"], one["group_name"], one["starred"]) for one in found] == [
        (mine["uuid"], "personal", "personal", False), (ours["uuid"], "group", "Sales", True),
        (theirs["uuid"], "shared", "shared", False)]
    assert mia.get(search + "order")["results"] == found
    assert mia.get(search + "order&query_type=app") == mia.get(search + "%25") == {"results": []}
    for query in ("", "x&query_type=view"):
        assert mia.call("GET", search + query).status_code == 400


def test_a_base_is_shown_by_its_name(mia, tom):
    base = mia.base("Orders of ours")
    own = f"{WORKSPACE}{base['workspace_id']}/dtable/?name="
    assert mia.get(own + "Orders of ours") == {"table": base}
    assert mia.get(f"/api/v2.1/dtable/{base['uuid']}/size/") == {"result": 0}
    assert tom.call("GET", own + "Orders of ours").status_code == 403
    missing = mia.call("GET", own + "Plans")
    assert (missing.status_code, missing.json()) == (404, {"error_msg": "dtable Plans not found."})
    assert mia.call("GET", own).status_code == 400
    assert mia.call("GET", f"{WORKSPACE}x/dtable/?name=Orders").status_code == 404
    assert mia.call("POST", place(base, "share/"), data={"email": tom.id, "permission": "r"}).status_code == 201
    assert tom.get(own + "Orders of ours") == {"table": base}
    people = tom.get(place(base, "related-users/"))["user_list"]
    assert [(one["email"], one["name"]) for one in people] == [(mia.id, "Mia"), (tom.id, "Tom")]


@pytest.mark.parametrize("name", ["a/b", "a\\b", "/", " a", "a ", "a\nb", "a\u202eb", "x" * 256])
def test_a_base_s_name_has_no_slashes_and_nothing_invisible(mia, name):
    base = mia.base("Orders")
    own = f"{WORKSPACE}{base['workspace_id']}/"
    for answer in (
        mia.call("POST", "/api/v2.1/dtables/", json={"name": name}),
        mia.call("POST", own + "folders/", json={"name": name}),
    ):
        assert (answer.status_code, answer.json()) == (400, {"error_msg": "name invalid."})
    renamed = mia.call("PUT", own + "dtable/", json={"name": "Orders", "new_name": name})
    assert (renamed.status_code, renamed.json()) == (400, {"error_msg": "new_name invalid."})


def test_folders_hold_bases_of_their_workspace(mia, tom, fields):
    base = mia.base("Orders")
    own = f"{WORKSPACE}{base['workspace_id']}/"
    folders, moving = own + "folders/", own + "folder-item-moving/"
    made = [mia.call("POST", folders, **fields(name="Old")).json()["folder"] for _ in range(3)]
    assert [one["name"] for one in made] == ["Old", "Old (1)", "Old (2)"]
    assert made[0]["workspace_id"] == str(base["workspace_id"])
    old, new = made[0]["id"], made[1]["id"]
    renamed = mia.call("PUT", f"{folders}{new}/", **fields(name="New")).json()["folder"]
    assert (renamed["id"], renamed["name"]) == (new, "New")
    assert [one["name"] for one in mia.workspace("personal")["folders"]] == ["Old", "New", "Old (2)"]

    def move(source, target, item=base["uuid"], kind="dtable"):
        return mia.call("POST", moving, **fields(**{"item_type": kind, "item_id": item, "from": source, "to": target}))

    lies = lambda: mia.get(f"{own}dtable/?name=Orders")["table"]["folder_id"]
    assert lies() is None
    assert move("/", old).json() == {"success": True} and lies() == old
    assert move("/", new).status_code == 404 and lies() == old
    assert move(old, new).ok and lies() == new
    assert move(new, "/").ok and lies() is None
    assert move("/", new).ok
    plans = mia.call("POST", "/api/v2.1/dtables/", **fields(name="Plans", folder_id=new)).json()["table"]
    assert plans["folder_id"] == new
    for refused in (move(new, ""), move(new, "x"), move(new, "/", item="x"), move(new, "/", kind="view")):
        assert refused.status_code == 400

    # A folder of another workspace takes no base, and cannot be renamed or deleted from here.
    group = mia.group("Sales")
    elsewhere = f"{WORKSPACE}{mia.workspace('group', group)['id']}/folders/"
    other = mia.call("POST", elsewhere, **fields(name="Old")).json()["folder"]
    assert other["name"] == "Old"
    assert move(new, other["id"]).status_code == 404 and lies() == new
    assert mia.call("PUT", f"{folders}{other['id']}/", **fields(name="Mine")).status_code == 404
    assert mia.call("DELETE", f"{folders}{other['id']}/").status_code == 404
    assert mia.call("POST", "/api/v2.1/dtables/", **fields(name="No", folder_id=other["id"])).status_code == 404
    for answer in (tom.call("POST", folders, **fields(name="Mine")), tom.call("DELETE", f"{folders}{old}/")):
        assert answer.status_code == 403

    assert mia.call("DELETE", f"{folders}{new}/").json() == {"success": True}
    assert mia.call("DELETE", f"{folders}{new}/").status_code == 404
    assert [(one["name"], one["folder_id"]) for one in mia.workspace("personal")["table_list"]] == [
        ("Orders", None), ("Plans", None)]


def test_a_folder_is_not_renamed_to_a_name_that_is_taken(mia):
    folders = f"{WORKSPACE}{mia.base('Orders')['workspace_id']}/folders/"
    old, new = (mia.call("POST", folders, json={"name": name}).json()["folder"] for name in ("Old", "New"))
    renamed = mia.call("PUT", f"{folders}{new['id']}/", json={"name": "Old"})
    assert renamed.status_code == 400, renamed.text
    assert mia.call("PUT", f"{folders}{old['id']}/", json={"name": "Old"}).json()["folder"]["name"] == "Old"
