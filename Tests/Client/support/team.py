"""Teams and people of a test's own."""

import itertools

import requests

numbers = itertools.count(1)
PASSWORD = "a password for tests"
LOOK = {"color": "#E91E63", "icon": "icon-worksheet"}


def token(service, username, password):
    answer = requests.post(
        service.url + "/api2/auth-token/", data={"username": username, "password": password}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def new_address():
    return f"person{next(numbers)}@example.com"


def new_team(service, root, address):
    made = requests.post(
        service.url + "/api/v2.1/admin/organizations/", headers={"Authorization": f"Token {root}"}, timeout=30,
        json={"org_name": f"Team of {address}", "admin_email": address, "password": PASSWORD, "admin_name": "Tea",
              "with_workspace": True})
    assert made.status_code == 200, made.text
    return Team(service, made.json(), token(service, address, PASSWORD))


class Team:
    def __init__(self, service, made, admin):
        self.service, self.admin = service, admin
        self.id, self.name, self.creator = made["org_id"], made["org_name"], made["creator_email"]
        self.path = f"/api/v2.1/org/{self.id}/admin/"

    def call(self, method, path, **options):
        """A request by the team's admin; of a path without a slash in front, that of the team's administration."""
        url = self.service.url + (path if path.startswith("/") else self.path + path)
        headers = {"Authorization": f"Bearer {self.admin}"}
        return requests.request(method, url, headers=headers, timeout=30, **options)

    def add(self, name="Mia", **fields):
        """A new member: what the answer says of him."""
        address = f"member{next(numbers)}@example.com"
        answer = self.call("POST", "users/", data={"email": address, "password": PASSWORD, "name": name, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def person(self, name):
        """A new member who has signed in."""
        made = self.add(name)
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


class Person:
    """Somebody who calls with his own account token."""

    def __init__(self, service, user, address):
        self.service, self.id, self.address = service, user, address
        self.token = token(service, address, PASSWORD)

    def call(self, method, path, **options):
        headers = {"Authorization": f"Token {self.token}"}
        return requests.request(method, self.service.url + path, headers=headers, timeout=30, **options)

    def get(self, path, **options):
        """What a GET answers."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def base(self, name, **fields):
        """A new base in his own workspace."""
        answer = self.call("POST", "/api/v2.1/dtables/", data={"name": name, **LOOK, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()["table"]

    def group(self, name, *people):
        """A new group of his with people in it: its number."""
        answer = self.call("POST", "/api/v2.1/groups/", data={"name": name})
        assert answer.status_code == 201, answer.text
        for person in people:
            members = f"/api/v2.1/groups/{answer.json()['id']}/members/"
            assert self.call("POST", members, data={"email": person.id}).status_code == 201
        return answer.json()["id"]

    def workspace(self, kind, group=None):
        """One of his workspaces, as the list has it."""
        listed = self.get("/api/v2.1/workspaces/")["workspace_list"]
        return next(one for one in listed if one["type"] == kind and one.get("group_id") == group)
