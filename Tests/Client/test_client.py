"""The official Python client, unmodified."""

import time

import jwt
import pytest
from seatable_api import Account, Base
from seatable_api.exception import AuthExpiredError

from support.bases import group_workspace
from support.service import SECRET


def test_account_signs_in_and_learns_who_it_is(member):
    assert len(member.token) == 40
    assert member.username.endswith("@auth.local")


def test_a_wrong_password_is_a_connection_error(service, member):
    with pytest.raises(ConnectionError) as error:
        Account(member.login_name, "wrong", service.url).auth()
    assert error.value.args[0] == 400


def test_workspaces_are_listed_with_their_bases(admin, member):
    kinds = [one["type"] for one in member.list_workspaces()["workspace_list"]]
    assert kinds == ["starred", "shared", "personal", "group"]
    group = group_workspace(admin)
    assert [table["name"] for table in group["table_list"]][:1] == ["Projects"]
    assert group["group_owner"] == admin.username


def test_a_base_is_made_in_the_own_workspace(member, name):
    base = member.add_base(name)
    personal = next(one for one in member.list_workspaces()["workspace_list"] if one["type"] == "personal")
    assert base["workspace_id"] == personal["id"]
    assert member.add_base(name + " again", workspace_id=personal["id"])["workspace_id"] == personal["id"]


def test_a_base_is_made_in_a_group_by_its_owner_alone(admin, member, name):
    workspace = group_workspace(admin)["id"]
    assert admin.add_base(name, workspace_id=workspace)["workspace_id"] == workspace
    with pytest.raises(ConnectionError) as error:
        member.add_base(name + " again", workspace_id=workspace)
    assert error.value.args[0] == 403


def test_a_base_is_copied(admin, member, name):
    workspace = group_workspace(admin)["id"]
    source = admin.add_base(name, workspace_id=workspace)
    personal = next(one for one in member.list_workspaces()["workspace_list"] if one["type"] == "personal")["id"]
    copy = member.copy_base(workspace, name, personal)
    assert copy["workspace_id"] == personal
    assert copy["uuid"] != source["uuid"]


def test_a_base_is_opened_with_a_temporary_token(member, base):
    opened = member.get_base(base["workspace_id"], base["name"])
    assert opened.dtable_uuid == base["uuid"]
    assert [table["name"] for table in opened.get_metadata()["tables"]] == ["Table1"]
    assert jwt.decode(opened.jwt_token, SECRET, algorithms=["HS256"])["username"] == member.username


@pytest.mark.parametrize("permission", ["r", "rw"])
def test_a_program_works_with_its_api_token(service, api_token, base, permission):
    program = Base(api_token(permission), service.url)
    program.auth()
    assert program.dtable_name == base["name"]
    assert program.workspace_id == base["workspace_id"]
    assert program.use_api_gateway
    assert program.get_metadata()["tables"]
    assert jwt.decode(program.jwt_token, SECRET, algorithms=["HS256"])["permission"] == permission


def test_collaborators_are_those_who_can_open_the_base(service, admin, member):
    projects = next(one for one in service.seeded["demo"]["api_tokens"] if one["base"] == "Projects")
    program = Base(projects["api_token"], service.url)
    program.auth()
    people = {user["email"] for user in program.get_related_users()}
    assert people == {admin.username, member.username}


def test_an_expired_base_token_is_an_expired_authorization(service, api_token):
    program = Base(api_token(), service.url)
    program.auth()
    claims = jwt.decode(program.jwt_token, SECRET, algorithms=["HS256"])
    claims["exp"] = int(time.time()) - 1
    program.api_gateway.headers["Authorization"] = "Token " + jwt.encode(claims, SECRET, algorithm="HS256")
    with pytest.raises(AuthExpiredError):
        program.get_metadata()


def test_an_unknown_api_token_is_refused(service):
    with pytest.raises(ConnectionError) as error:
        Base("0" * 40, service.url).auth()
    assert error.value.args[0] == 403
