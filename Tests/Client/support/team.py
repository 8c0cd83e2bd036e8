"""Teams and people for a single test."""

import base64
import hmac
import itertools
import struct
import time

from support import http
from support.http import SIGN_IN
from support.service import ADMINISTRATOR

numbers = itertools.count(1)
PASSWORD = "a password for tests"
LOOK = {"color": "#E91E63", "icon": "icon-worksheet"}


def sign_in(service, username, password=PASSWORD, otp=None, **fields):
    headers = {"X-SEAFILE-OTP": otp} if otp is not None else {}
    return http.call(
        service, "POST", SIGN_IN, data={"username": username, "password": password, **fields}, headers=headers)


def token(service, username, password=PASSWORD):
    """An account token."""
    answer = sign_in(service, username, password)
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def root_token(service):
    """An account token of the system administrator."""
    return token(service, *ADMINISTRATOR)


def totp_step():
    """The current time step for one-time passwords, with some seconds left."""
    left = 30 - time.time() % 30
    if left < 8:
        time.sleep(left)
    return int(time.time()) // 30


def totp(secret, step):
    """A one-time password by RFC 6238, as an app makes it."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    number = struct.unpack_from(">I", digest, digest[19] & 15)[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def new_address():
    return f"person{next(numbers)}@example.com"


def new_team(service, root=None, address=None):
    """A new team, made by the system administrator, with an admin who has signed in."""
    address = address or new_address()
    made = http.call(
        service, "POST", "/api/v2.1/admin/organizations/", root or root_token(service),
        json={"org_name": f"Team of {address}", "admin_email": address, "password": PASSWORD, "admin_name": "Tea",
              "with_workspace": True})
    assert made.status_code == 200, made.text
    return Team(service, made.json(), token(service, address))


class Team:
    def __init__(self, service, made, admin):
        self.service, self.admin = service, admin
        self.id, self.name, self.creator = made["org_id"], made["org_name"], made["creator_email"]
        self.path = f"/api/v2.1/org/{self.id}/admin/"

    def call(self, method, path, **options):
        """A request by the team's admin. A path without a leading slash is below that of the team's administration."""
        path = path if path.startswith("/") else self.path + path
        return http.call(self.service, method, path, self.admin, "Bearer", **options)

    def add(self, name="Mia", **fields):
        """A new member, as the answer describes them."""
        address = f"member{next(numbers)}@example.com"
        answer = self.call("POST", "users/", data={"email": address, "password": PASSWORD, "name": name, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def person(self, name, **fields):
        """A new member who has signed in."""
        made = self.add(name, **fields)
        return Person(self.service, made["email"], made["contact_email"])

    def group(self, name="Sales", owner=None):
        answer = self.call("POST", "groups/", data={"group_name": name, "group_owner": owner or self.creator})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def base(self, name="Orders"):
        answer = self.call("POST", "/api/v2.1/dtables/", data={"name": name, **LOOK})
        assert answer.status_code == 201, answer.text
        return answer.json()["table"]

    def set(self, **settings):
        answer = self.call("PUT", "/api/v2.1/org/admin/settings/", json=settings)
        assert answer.status_code == 200, answer.text


def demo_member(service, role="member"):
    """The demo team's member, or another one of its people."""
    person = service.seeded["demo"][role]
    return Person(service, None, person["email"], person["password"])


def demo_admin(service):
    """The demo team's admin."""
    return demo_member(service, "team_admin")


class Person:
    """A person with an account token."""

    def __init__(self, service, user, address, password=PASSWORD):
        self.service, self.id, self.address, self.password = service, user, address, password
        self.token = token(service, address, password)

    def call(self, method, path, **options):
        return http.call(self.service, method, path, self.token, **options)

    def get(self, path, **options):
        """The JSON of the answer to a GET."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def base(self, name, **fields):
        """A new base in their own workspace."""
        answer = self.call("POST", "/api/v2.1/dtables/", data={"name": name, **LOOK, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()["table"]

    def group(self, name, *people):
        """A new group of theirs with these people; returns its number."""
        answer = self.call("POST", "/api/v2.1/groups/", data={"name": name})
        assert answer.status_code == 201, answer.text
        for person in people:
            members = f"/api/v2.1/groups/{answer.json()['id']}/members/"
            assert self.call("POST", members, data={"email": person.id}).status_code == 201
        return answer.json()["id"]

    def workspace(self, kind, group=None):
        """One of their workspaces, as listed."""
        listed = self.get("/api/v2.1/workspaces/")["workspace_list"]
        return next(one for one in listed if one["type"] == kind and one.get("group_id") == group)
