"""API tokens and base tokens, as clients of every kind see them."""

import time
import urllib.parse

import jwt
import pytest

from support.http import EXCHANGE, REVOKE, VERIFY
from support.service import SECRET


def claims(answer):
    return jwt.decode(answer.json()["access_token"], SECRET, algorithms=["HS256"])


def test_a_program_s_base_token_has_the_claims_of_seatable_and_its_source(call, api_token, base):
    answer = call("GET", EXCHANGE, api_token())
    token = answer.json()["access_token"]
    header = jwt.get_unverified_header(token)
    assert list(header.items()) == [("typ", "JWT"), ("alg", "HS256"), ("kid", header["kid"])]
    found = claims(answer)
    assert list(found) == [
        "exp", "dtable_uuid", "username", "permission", "app_name", "iss", "iat", "jti", "api_token_id",
        "api_token_generation"]
    assert found["exp"] - found["iat"] == 3 * 86400
    assert found["api_token_generation"] == 1
    assert found["dtable_uuid"] == base["uuid"]
    assert (found["username"], found["permission"], found["app_name"]) == ("", "rw", "app")
    assert len(found["jti"]) == 32
    assert found["exp"] == pytest.approx(time.time() + 3 * 86400, abs=30)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, SECRET + "x", algorithms=["HS256"])


def test_a_person_s_base_token_names_the_person(call, member, base):
    path = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{base['name']}/access-token/"
    found = claims(call("GET", path, member.token))
    assert list(found) == [
        "exp", "dtable_uuid", "username", "id_in_org", "permission", "iss", "iat", "jti", "account_id", "account_token_id",
        "account_generation"]
    assert found["username"] == member.username


def test_a_base_token_names_its_issuer_and_needs_no_audience(call, api_token):
    token = call("GET", EXCHANGE, api_token()).json()["access_token"]
    assert jwt.decode(token, SECRET, algorithms=["HS256"], issuer="basekeeper", options={"require": ["exp", "iat", "iss"]})
    with pytest.raises(jwt.InvalidIssuerError):
        jwt.decode(token, SECRET, algorithms=["HS256"], issuer="dtable-web")


@pytest.mark.parametrize("seconds, extra, status", [
    (3600, {}, 200), (3 * 86400, {}, 200), (3600, {"iss": "basekeeper", "aud": ["dtable-server", "basekeeper"]}, 200),
    (4 * 86400, {}, 403), (3600, {"iss": "dtable-web"}, 403), (3600, {"aud": "dtable-server"}, 403),
    (3600, {"nbf": 2**33}, 403), (60, {"iat": 0}, 403)])
def test_what_seatable_s_components_sign_is_accepted_unless_it_says_otherwise(call, base, seconds, extra, status):
    """The claims are those that dtable-web signs for dtable-server."""
    payload = {
        "exp": int(time.time()) + seconds, "dtable_uuid": base["uuid"], "permission": "rw", "org_id": -1,
        "owner_id": "a@auth.local", "username": "", "id_in_org": "",
        "user_department_ids_map": {"current_user_department_ids": [], "current_user_department_and_sub_ids": []}}
    token = jwt.encode({**payload, **extra}, SECRET, algorithm="HS256")
    path = f"/api-gateway/api/v2/dtables/{base['uuid']}/metadata/"
    assert call("GET", path, token).status_code == status
    assert call("GET", VERIFY, token).status_code == status


def test_no_two_base_tokens_are_the_same(call, api_token):
    token = api_token()
    assert len({claims(call("GET", EXCHANGE, token))["jti"] for _ in range(20)}) == 20


@pytest.mark.parametrize("exp, seconds", [("1m", 60), ("5h", 18000), ("3d", 259200), (None, 259200)])
def test_exp_sets_the_lifetime(call, api_token, exp, seconds):
    answer = call("GET", EXCHANGE, api_token(), params={"exp": exp} if exp else None)
    assert claims(answer)["exp"] == pytest.approx(time.time() + seconds, abs=30)


@pytest.mark.parametrize("exp", ["30s", "4d", "0h", "-1h", "3D", "", "1", "1 h", "x"])
def test_an_exp_that_cannot_be_is_refused(call, api_token, exp):
    answer = call("GET", EXCHANGE, api_token(), params={"exp": exp})
    assert (answer.status_code, answer.json()) == (400, {"error_msg": "exp invalid."})


def test_tokens_are_managed_in_every_encoding(call, member, tokens_path, fields):
    made = call("POST", tokens_path, member.token, **fields(app_name="Ä & b", permission="rw"))
    assert made.status_code == 201
    path = tokens_path + urllib.parse.quote("Ä & b", safe="") + "/"
    changed = call("PUT", path, member.token, scheme="Bearer", **fields(permission="r"))
    assert changed.json()["permission"] == "r"
    assert claims(call("GET", EXCHANGE, made.json()["api_token"], scheme="bearer"))["permission"] == "r"
    listed = call("GET", tokens_path, member.token).json()["api_tokens"]
    assert [one["api_token"] for one in listed] == [made.json()["api_token"][:4] + "*" * 36]
    assert call("DELETE", path, member.token).json() == {"success": True}
    refused = call("GET", EXCHANGE, made.json()["api_token"])
    assert (refused.status_code, refused.json()) == (403, {"error_msg": "Permission denied."})


def test_a_token_survives_renaming_and_the_trash(call, member, api_token, base):
    token = api_token()
    workspace = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/"
    new_name = base["name"] + " renamed"
    assert call("PUT", workspace, member.token, data={"name": base["name"], "new_name": new_name}).status_code == 200
    assert call("GET", EXCHANGE, token).json()["dtable_name"] == new_name
    assert call("DELETE", workspace, member.token, json={"name": new_name}).status_code == 200
    trashed = call("GET", EXCHANGE, token)
    assert trashed.status_code == 404
    assert trashed.json() == {"error_msg": f"dtable _(deleted_{base['id']}) {new_name} not found."}
    listed = call("GET", "/api/v2.1/trash-dtables/?per_page=1000", member.token).json()
    assert base["id"] in [one["id"] for one in listed["trash_dtable_list"]]
    assert call("PUT", f"/api/v2.1/trash-dtables/{base['id']}/", member.token).status_code == 200
    assert call("GET", EXCHANGE, token).status_code == 200


@pytest.mark.parametrize("name", ["a b", "Zürich", "100%", "a+b", "a.b", "...", "api-tokens", "名前", "a;b=c"])
def test_a_base_is_found_by_any_name_it_can_have(call, member, name):
    base = member.add_base(name)
    path = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{urllib.parse.quote(name, safe='')}/temp-api-token"
    answer = call("GET", path.replace("/..", "/%2e%2e"), member.token)
    assert answer.status_code == 200 or name == ".."  # urllib3 resolves dots before it sends
    assert call("DELETE", f"/api/v2.1/workspace/{base['workspace_id']}/dtable/", member.token, data={"name": name}).ok


@pytest.mark.parametrize("path", ["/api2/auth/ping", "/api2/auth/ping/", "//api2/auth/ping/"])
def test_paths_work_with_any_slashes_and_never_redirect(call, member, path):
    for method in ["GET", "HEAD"]:
        answer = call(method, path, member.token, allow_redirects=False)
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == "6"


def test_get_and_delete_may_carry_an_empty_object(call, member, api_token):
    headers = {"Content-Type": "application/json"}
    assert call("GET", EXCHANGE, api_token(), headers=headers, data="{}").status_code == 200
    assert call("GET", EXCHANGE, api_token(app_name="other"), headers=headers).status_code == 200
    assert call("DELETE", "/api/v2.1/trash-dtables/", member.token, headers=headers, data="{}").status_code == 200


def test_a_group_s_trash_is_emptied_back_into_the_group(call, admin, member, name):
    group = call("POST", "/api/v2.1/groups/", admin.token, json={"name": "Group " + name}).json()["id"]
    workspaces = call("GET", "/api/v2.1/workspaces/?detail=false", admin.token).json()["workspace_list"]
    workspace = next(one["id"] for one in workspaces if one.get("group_id") == group)
    made = call("POST", "/api/v2.1/dtables/", admin.token, data={"name": name, "owner": f"{group}@seafile_group"})
    uuid = made.json()["table"]["uuid"]
    assert call("DELETE", f"/api/v2.1/workspace/{workspace}/dtable/", admin.token, data={"name": name}).ok
    trash = f"/api/v2.1/groups/{group}/trash-dtables/"
    assert [one["uuid"] for one in call("GET", trash, admin.token).json()["trash_dtable_list"]] == [uuid]
    assert call("GET", trash, member.token).status_code == 403
    assert call("PUT", f"{trash}{uuid}/", admin.token).json() == {"success": True}
    listed = call("GET", "/api/v2.1/user-admin-dtables/", admin.token).json()
    assert uuid in [base["uuid"] for one in listed["groups"] for base in one["dtables"]]
    assert group in [one["id"] for one in call("GET", "/api/v2.1/groups/", admin.token).json()]


def test_the_gateway_takes_a_base_token_for_its_own_base_alone(call, member, api_token, base, name):
    token = call("GET", EXCHANGE, api_token()).json()["access_token"]
    other = member.add_base(name + " other")
    for ending in ["metadata", "metadata/", "related-users/"]:
        assert call("GET", f"/api-gateway/api/v2/dtables/{base['uuid']}/{ending}", token).status_code == 200
        assert call("GET", f"/api-gateway/api/v2/dtables/{other['uuid']}/{ending}", token).status_code == 403
    assert call("GET", f"/api/v2.1/dtables/{base['uuid']}/related-users/", token).status_code == 200
    path = f"/api-gateway/api/v2/dtables/{base['uuid']}/metadata/"
    assert call("GET", path, jwt.encode(jwt.decode(token, SECRET, ["HS256"]), None, algorithm="none")).status_code == 403
    assert call("GET", path).status_code == 403


def test_a_base_token_is_ended_alone(call, member, api_token, base):
    token = api_token()
    first, second = (call("GET", EXCHANGE, token).json()["access_token"] for _ in range(2))
    path = f"/api-gateway/api/v2/dtables/{base['uuid']}/metadata/"
    assert call("POST", REVOKE, data={"token": first}).json() == {"success": True}
    assert call("GET", path, first).status_code == 403
    assert call("GET", path, second).status_code == 200
    verify = VERIFY
    assert call("POST", verify, member.token, data={"token": first}).json() == {"active": False}
    assert call("POST", verify, member.token, data={"token": second}).json()["active"] is True
    assert call("POST", REVOKE, data={"token": "no token at all"}).status_code == 200


def test_the_service_says_what_it_is(call):
    assert set(call("GET", "/server-info/").json()) >= {"version", "edition"}
    assert call("GET", "/api2/ping/").json() == "pong"
    assert call("GET", "/api-gateway/api/v2/ping/").json() == {"ret": "pong"}
    assert call("GET", "/dtable-db/ping/").json() == {"ret": "pong"}
    assert call("GET", "/dtable-server/ping/").text == "pong"
    assert call("GET", "/healthz").json() == {"status": "ok"}
