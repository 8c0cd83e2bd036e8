"""Groups, as their owners, admins and members see them."""

import pytest

from support.bases import group_workspace

GROUPS = "/api/v2.1/groups/"
TAKEN = {"error_msg": "There is already a group with that name."}


def roles(person, group):
    """The roles of a group's members, by name."""
    return {one["name"]: one["role"] for one in person.get(f"{GROUPS}{group}/members/")}


def test_a_group_is_renamed_and_given_away_by_its_owner_alone(mia, tom, stranger, fields):
    group = mia.group("Sales", tom)
    mia.group("Service")
    place = f"{GROUPS}{group}/"
    shown = tom.get(place)
    assert (shown["id"], shown["name"], shown["owner"], shown["admins"]) == (group, "Sales", mia.id, [mia.id])
    assert mia.call("PUT", place, **fields(name="Sales 2")).json() == {**shown, "name": "Sales 2"}
    for name in ("Sales 2", "Service"):
        refused = mia.call("PUT", place, **fields(name=name))
        assert (refused.status_code, refused.json()) == (400, TAKEN)
    assert mia.call("PUT", place, **fields(name="")).status_code == 400
    assert tom.call("PUT", place, **fields(name="Sales 3")).status_code == 403
    given = mia.call("PUT", place, **fields(owner=tom.id)).json()
    assert given["owner"] == tom.id and sorted(given["admins"]) == sorted([mia.id, tom.id])
    assert mia.call("PUT", place, **fields(owner=mia.id)).status_code == 403
    refused = tom.call("PUT", place, **fields(owner=tom.id))
    assert (refused.status_code, refused.json()) == (400, {"error_msg": "User Tom is already group owner."})
    assert tom.call("PUT", place, **fields(owner=stranger.id)).status_code == 404
    assert tom.get(place)["name"] == "Sales 2" and roles(tom, group) == {"Mia": "Admin", "Tom": "Owner"}


def test_a_group_s_name_is_taken_within_its_team_alone(mia, tom, stranger):
    group = mia.group("Sales")
    refused = tom.call("POST", GROUPS, json={"name": "Sales"})
    assert (refused.status_code, refused.json()) == (400, TAKEN)
    # A refused change does nothing.
    mia.group("Service")
    assert mia.call("PUT", f"{GROUPS}{group}/", json={"owner": tom.id, "name": "Service"}).status_code == 400
    assert mia.get(f"{GROUPS}{group}/")["owner"] == mia.id
    assert stranger.call("DELETE", f"{GROUPS}{stranger.group('Sales')}/").json() == {"success": True}


def test_a_group_with_bases_is_not_deleted(service, mia, tom):
    group = mia.group("Sales", tom)
    mia.base("Leads", owner=f"{group}@seafile_group")
    refused = mia.call("DELETE", f"{GROUPS}{group}/")
    assert (refused.status_code, refused.json()) == (400, {"error_msg": "Cannot delete group with bases"})
    workspace = mia.workspace("group", group)["id"]
    assert mia.call("DELETE", f"/api/v2.1/workspace/{workspace}/dtable/", data={"name": "Leads"}).ok
    assert tom.call("DELETE", f"{GROUPS}{group}/").status_code == 403
    assert mia.call("DELETE", f"{GROUPS}{group}/").json() == {"success": True}
    for person in (mia, tom):
        assert person.call("GET", f"{GROUPS}{group}/").status_code == 404
        assert group not in [one["id"] for one in person.get(GROUPS)]


def test_members_come_one_by_one_or_many_at_once(team, mia, tom, stranger, fields):
    ada, group = team.person("Ada"), mia.group("Sales")
    members = f"{GROUPS}{group}/members/"
    added = mia.call("POST", members, **fields(email=tom.id))
    assert added.status_code == 201
    assert (added.json()["email"], added.json()["role"], added.json()["is_admin"]) == (tom.id, "Member", False)
    again = mia.call("POST", members, **fields(email=tom.id))
    assert (again.status_code, again.json()) == (400, {"error_msg": "User Tom is already a group member."})
    assert mia.call("POST", members, **fields(email=stranger.id)).status_code == 404
    assert tom.call("POST", members, **fields(email=ada.id)).status_code == 403

    outcome = mia.call("POST", members + "bulk/", **fields(emails=f"{ada.id}, {tom.id},{stranger.id}")).json()
    assert [one["email"] for one in outcome["success"]] == [ada.id]
    assert outcome["failed"] == [
        {"email": tom.id, "error_msg": "User Tom is already a group member."},
        {"email": stranger.id, "error_msg": f"User {stranger.id} not found."}]
    assert mia.call("POST", members + "bulk/", **fields(emails=" , ")).status_code == 400
    assert roles(tom, group) == {"Mia": "Owner", "Tom": "Member", "Ada": "Member"}


@pytest.mark.parametrize("yes, no", [("true", "false"), (True, False)])
def test_a_member_becomes_an_admin_and_a_member_again(team, mia, tom, yes, no):
    ada, group = team.person("Ada"), mia.group("Sales", tom)
    members = f"{GROUPS}{group}/members/"
    assert mia.call("PUT", f"{members}{tom.id}/", json={"is_admin": yes}).json() == {"success": True}
    listed = mia.get(members)
    assert {one["name"]: (one["role"], one["is_admin"]) for one in listed} == {"Mia": ("Owner", 1), "Tom": ("Admin", 1)}
    assert not any(isinstance(one["is_admin"], bool) for one in listed), "a number in this one list"
    assert tom.call("POST", members, data={"email": ada.id}).status_code == 201
    assert [one["name"] for one in mia.get(members + "?is_admin=true")] == ["Mia", "Tom"]
    assert tom.call("PUT", f"{members}{mia.id}/", json={"is_admin": no}).status_code == 400
    assert mia.call("PUT", f"{members}{tom.id}/", json={"is_admin": no}).json() == {"success": True}
    assert mia.get(members)[1]["is_admin"] == 0
    assert tom.call("PUT", f"{members}{ada.id}/", json={"is_admin": yes}).status_code == 403
    for value in ("", "yes", 2, None):
        assert mia.call("PUT", f"{members}{tom.id}/", json={"is_admin": value}).status_code == 400


def test_everybody_but_the_owner_may_leave(team, mia, tom):
    ada = team.person("Ada")
    group = mia.group("Sales", tom, ada)
    members = f"{GROUPS}{group}/members/"
    base = mia.base("Leads", owner=f"{group}@seafile_group")
    size = f"/api/v2.1/dtable/{base['uuid']}/size/"
    assert tom.get(size) == {"result": 0}
    assert tom.call("DELETE", f"{members}{ada.id}/").status_code == 403
    assert tom.call("DELETE", f"{members}{tom.id}/").json() == {"success": True}
    assert tom.call("GET", size).status_code == 403
    assert tom.call("GET", members).status_code == 403
    assert mia.call("DELETE", f"{members}{mia.id}/").status_code == 400
    assert mia.call("DELETE", f"{members}{ada.id}/").json() == {"success": True}
    assert mia.call("DELETE", f"{members}{ada.id}/").status_code == 404
    assert roles(mia, group) == {"Mia": "Owner"}


def test_members_and_groups_are_found_by_a_part_of_their_names(mia, tom, stranger):
    group = mia.group("Sales", tom)
    search = f"{GROUPS}{group}/search-member/?q="
    assert [one["name"] for one in mia.get(search + "tO")] == ["Tom"]
    assert [one["name"] for one in mia.get(search + tom.address[:-4])] == ["Tom"]
    assert mia.get(search + "%25") == []
    assert mia.call("GET", search).status_code == 400
    # Everyone in a team may share with any of its groups, even if they are not in it.
    other = tom.group("After sales")
    assert [one["id"] for one in mia.get("/api/v2.1/search-group/?q=SALES")] == [group, other]
    assert mia.get("/api/v2.1/search-group/?q=%25") == []
    assert [one["name"] for one in mia.get("/api/v2.1/shareable-groups/")] == ["Sales", "After sales"]
    assert not {group, other} & {one["id"] for one in stranger.get("/api/v2.1/search-group/?q=a")}
    assert not {group, other} & {one["id"] for one in stranger.get("/api/v2.1/shareable-groups/")}


def test_an_invite_link_of_a_group_makes_members(service, team, mia, tom, stranger, fields):
    group = mia.group("Sales")
    links = f"{GROUPS}{group}/invite-links/"
    made = mia.call("POST", links, **fields(expire_days=1)).json()
    secret = made["token"]
    assert len(secret) == 52 and secret in made["link"] and made["expire_date"] and made["group_id"] == group
    listed = mia.get(links)["invite_link_list"]
    assert [one["token"] for one in listed] == [secret[:20]]
    assert secret[:20] + "*" * 32 in listed[0]["link"] and secret not in str(listed)

    accept = GROUPS + "invite-links/{}/accept/"
    assert tom.call("POST", accept.format(secret[:20])).status_code == 404
    assert stranger.call("POST", accept.format(secret)).status_code == 404
    accepted = tom.call("POST", accept.format(secret)).json()
    assert (accepted["email"], accepted["role"]) == (tom.id, "Member")
    assert tom.call("GET", links).status_code == 403
    # For anyone already in the group, nothing changes.
    assert mia.call("POST", accept.format(secret)).json()["role"] == "Owner"
    assert roles(tom, group) == {"Mia": "Owner", "Tom": "Member"}

    ada = team.person("Ada")
    service.psql(f"update group_link set expires_at = now() - interval '1 hour' where handle = '{secret[:20]}'")
    assert mia.get(links)["invite_link_list"][0]["is_expired"] is True
    assert ada.call("POST", accept.format(secret)).status_code == 403
    other = mia.call("POST", links).json()
    assert other["expire_date"] == "" and other["is_expired"] is False
    assert mia.call("DELETE", f"{links}{secret[:20]}/").json() == {"success": True}
    assert mia.call("DELETE", f"{links}{other['token']}/").json() == {"success": True}
    assert mia.call("DELETE", f"{links}{other['token']}/").status_code == 404
    assert ada.call("POST", accept.format(other["token"])).status_code == 404
    assert roles(tom, group) == {"Mia": "Owner", "Tom": "Member"}
    for days in ("-1", "3651", "soon"):
        assert mia.call("POST", links, **fields(expire_days=days)).status_code == 400


def test_a_team_admin_sees_and_ends_a_group_s_invite_links(team, mia, tom):
    group = mia.group("Sales")
    links, own = f"{GROUPS}{group}/invite-links/", f"groups/{group}/invite-links/"
    secrets = [mia.call("POST", links).json()["token"] for _ in range(2)]
    listed = team.call("GET", own).json()["invite_link_list"]
    assert [one["token"] for one in listed] == [secret[:20] for secret in secrets]
    assert not any(secret in str(listed) for secret in secrets)
    assert [team.call("DELETE", f"{own}{name}/").status_code for name in (secrets[0], secrets[1][:20])] == [200, 200]
    assert mia.get(links) == {"invite_link_list": []}
    for secret in secrets:
        assert tom.call("POST", f"{GROUPS}invite-links/{secret}/accept/").status_code == 404
    assert team.call("DELETE", f"{own}{secrets[0]}/").status_code == 404


def test_another_team_s_groups_are_not_there(mia, tom, stranger):
    group = mia.group("Sales", tom)
    place = f"{GROUPS}{group}/"
    for method, path, body in (
        ("GET", place, None),
        ("PUT", place, {"name": "Ours"}),
        ("DELETE", place, None),
        ("GET", place + "members/", None),
        ("POST", place + "members/", {"email": stranger.id}),
        ("POST", place + "members/bulk/", {"emails": stranger.id}),
        ("PUT", f"{place}members/{tom.id}/", {"is_admin": True}),
        ("DELETE", f"{place}members/{tom.id}/", None),
        ("GET", place + "search-member/?q=o", None),
        ("GET", place + "invite-links/", None),
        ("POST", place + "invite-links/", {"expire_days": 1}),
        ("DELETE", f"{place}invite-links/{'0' * 20}/", None),
    ):
        answer = stranger.call(method, path, json=body)
        assert (answer.status_code, answer.json()) == (404, {"error_msg": f"Group {group} not found."}), (method, path)
    assert roles(mia, group) == {"Mia": "Owner", "Tom": "Member"}


@pytest.mark.parametrize("name", ["Größe", "名前", "отдел", "قسم", "हिन्दी", "A b-c.d'e_f 12", "Ⅷ", "9"])
def test_a_group_has_a_name_in_any_script(mia, name):
    assert mia.get(f"{GROUPS}{mia.group(name)}/")["name"] == name


@pytest.mark.parametrize(
    "name",
    ["a/b", "a<b", "a\\b", "a&b", 'a"b', "a,b", "a@b", "a(b)", "a😀", "a\tb", "a\nb", "a\u202eb", " ", "x" * 256])
def test_a_group_s_name_has_letters_and_digits_and_little_else(team, mia, name):
    for answer in (
        mia.call("POST", GROUPS, json={"name": name}),
        mia.call("PUT", f"{GROUPS}{mia.group('Sales')}/", json={"name": name}),
    ):
        assert (answer.status_code, answer.json()) == (400, {"error_msg": "name invalid."})
    named = team.call("POST", "groups/", json={"group_name": name, "group_owner": mia.id})
    assert (named.status_code, named.json()) == (400, {"error_msg": "group_name invalid."})


def test_the_official_client_finds_a_group_it_was_added_to(call, admin, member, name):
    group = call("POST", GROUPS, admin.token, data={"name": "Group " + name}).json()["id"]
    own = lambda: [one.get("group_id") for one in member.list_workspaces()["workspace_list"]]
    assert group not in own() and group_workspace(member)["group_id"] != group
    members = f"{GROUPS}{group}/members/"
    assert call("POST", members, admin.token, data={"email": member.username}).status_code == 201
    assert group in own()
    workspace = next(one["id"] for one in member.list_workspaces()["workspace_list"] if one.get("group_id") == group)
    with pytest.raises(ConnectionError):
        member.add_base(name, workspace_id=workspace)
    assert call("PUT", f"{members}{member.username}/", admin.token, data={"is_admin": "true"}).ok
    base = member.add_base(name, workspace_id=workspace)
    assert admin.get_base(workspace, name).dtable_uuid == base["uuid"]
    assert call("DELETE", f"/api/v2.1/workspace/{workspace}/dtable/", member.token, data={"name": name}).ok
    assert call("DELETE", f"{GROUPS}{group}/", admin.token).ok
    assert group not in own()
