"""Requests about bases."""

import jwt

from support.service import SECRET


def permission(answer):
    """The permission of the base token in an answer."""
    assert answer.status_code == 200, answer.text
    return jwt.decode(answer.json()["access_token"], SECRET, algorithms=["HS256"])["permission"]


def gateway(call, base, token):
    """The gateway's status for a base token."""
    return call("GET", f"/api-gateway/api/v2/dtables/{base['uuid']}/metadata/", token).status_code


def shared(person):
    """The bases that others share with a person: the permission, by name."""
    listed = person.get("/api/v2.1/dtables/shared/")["table_list"]
    assert person.workspace("shared")["shared_table_list"] == listed
    return [(one["name"], one["permission"]) for one in listed]


def group_workspace(account):
    """The workspace of the official client's group."""
    return next(one for one in account.list_workspaces()["workspace_list"] if one["type"] == "group")
