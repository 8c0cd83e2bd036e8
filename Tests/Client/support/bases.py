"""Bases, as the tests ask for them."""

import jwt

from support.service import SECRET


def permission(answer):
    """What the base token of an answer allows."""
    assert answer.status_code == 200, answer.text
    return jwt.decode(answer.json()["access_token"], SECRET, algorithms=["HS256"])["permission"]


def gateway(call, base, token):
    """The status with which the gateway takes a base token."""
    return call("GET", f"/api-gateway/api/v2/dtables/{base['uuid']}/metadata/", token).status_code


def shared(person):
    """What others share with somebody: name and permission of each base."""
    listed = person.get("/api/v2.1/dtables/shared/")["table_list"]
    assert person.workspace("shared")["shared_table_list"] == listed
    return [(one["name"], one["permission"]) for one in listed]


def group_workspace(account):
    """The workspace of the group that the official client's account is in."""
    return next(one for one in account.list_workspaces()["workspace_list"] if one["type"] == "group")
