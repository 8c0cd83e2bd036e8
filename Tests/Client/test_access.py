"""What ends what: each cell of the table in docs/access.md, with two copies of the service on one database. The event
happens at one copy, and its effect is tried at the other."""

import uuid

import jwt
import pytest
import requests

from support import http


from support.http import EXCHANGE, FACTOR, PING, SIGN_IN, VERIFY
from support.process import ROOT
from support.service import SECRET, pair
from support.team import PASSWORD, new_team, numbers, root_token, totp, totp_step

DOCUMENT = ROOT / "docs/access.md"
CREDENTIALS = [
    "account token", "API token", "temporary token", "base token of a program", "file link", "base token of a person",
    "base token of a link", "guest", "stored answer",
]


def table():
    """The document's table: {event: {credential: ends, waits or stays}}."""
    lines = DOCUMENT.read_text().split("## What ends what")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0][1:] == CREDENTIALS
    return {row[0]: dict(zip(CREDENTIALS, row[1:], strict=True)) for row in rows[2:]}


TABLE = table()


@pytest.fixture(scope="module")
def copies():
    with pair(BASEKEEPER_LOG_LEVEL="warning") as (first, second):
        yield Copies(first, second)


class Copies:
    """The copy where the events happen, the one where their effects are tried, and the people that all tests share."""

    def __init__(self, here, there):
        self.here, self.there = here, there
        self.root = root_token(here)
        self.guest = new_team(here, self.root).person("Gus")
        self.seen = {}

    def outcome(self, event):
        """What each event has done to each credential; an event happens once."""
        if event not in self.seen:
            self.seen[event] = Scene(self, event).play()
        return self.seen[event]


class Scene:
    """A team with a base, a person with every kind of credential for it, and an event."""

    def __init__(self, copies, event):
        self.here, self.there, self.root, self.guest = copies.here, copies.there, copies.root, copies.guest
        self.event = EVENTS[event]
        self.team = new_team(self.here, self.root)
        self.person = self.team.person("Pia")
        self.group = self.team.group(f"Group {next(numbers)}", self.team.creator)
        self.maker = self.person
        if self.event.shares:
            self.maker = self.team.person("Mia")
        self.join(self.maker)
        workspace = next(
            one for one in self.maker.get("/api/v2.1/workspaces/")["workspace_list"]
            if one.get("group_id") == self.group["id"])
        self.place = workspace["id"]
        self.base = self.admin("POST", "/api/v2.1/dtables/", {"name": "Orders", "workspace_id": self.place})["table"]
        self.path = f"/api/v2.1/workspace/{self.place}/dtable/Orders/"
        self.tokens = f"/api/v2.1/org/{self.team.id}/admin/dtables/{self.base['uuid']}/api-tokens/"
        self.user = f"/api/v2.1/org/{self.team.id}/admin/users/{self.person.id}/"
        if self.event.shares:
            self.admin("POST", self.path + "share/", {"email": self.person.id, "permission": "rw"})
        self.make()

    # MARK: The scene

    def join(self, person, is_admin=True):
        members = f"/api/v2.1/groups/{self.group['id']}/members/"
        self.admin("POST", members, {"email": person.id})
        self.admin("PUT", f"{members}{person.id}/", {"is_admin": "true" if is_admin else "false"})

    def make(self):
        self.key, self.password, self.stored = str(uuid.uuid4()), PASSWORD, None
        self.shown = self.person.token  # used for what the person does themselves
        other = self.call(self.here, "POST", "/api/v2.1/user/account-tokens/", self.shown, {"name": "other"}).json()
        self.other, self.other_id = other["token"], other["id"]
        self.stored = self.store()
        assert self.stored.status_code == 201, self.stored.text
        self.api_token = self.stored.json()["api_token"]
        self.temporary = self.get(self.path + "temp-api-token/", self.shown)["api_token"]
        self.file_link = self.make_file_link()
        self.link = self.make_link("external-links/", {})
        self.invitation = self.make_link("/api/v2.1/dtables/invite-links/", {
            "table_name": "Orders", "workspace_id": self.place, "permission": "r"})
        self.guest.call("POST", f"/api/v2.1/dtables/invite-links/{self.invitation}/accept/").raise_for_status()
        opened = self.get(f"/api/v2.1/external-link-tokens/{self.link}/access-token/")
        self.base_tokens = {
            "base token of a program": self.aged(self.get(EXCHANGE, self.api_token)["access_token"]),
            "base token of a person": self.aged(self.get(self.path + "access-token/", self.shown)["access_token"]),
            "base token of a link": self.aged(opened["access_token"]),
        }

    def make_file_link(self):
        """The path of a link for downloading a file."""
        link = self.get("/api/v2.1/dtable/app-upload-link/", self.api_token)
        path = link["file_relative_path"]
        upload = link["upload_link"].split("/seafhttp/")[1]
        answer = requests.post(
            f"{self.here.url}/seafhttp/{upload}", data={"parent_dir": link["parent_path"], "relative_path": path},
            files={"file": ("report.txt", b"text")})
        assert answer.status_code == 200, answer.text
        made = self.get(f"/api/v2.1/dtable/app-download-link/?path=/{path}/report.txt", self.api_token)
        return "/seafhttp/" + made["download_link"].split("/seafhttp/")[1]

    def make_link(self, path, fields):
        path = path if path.startswith("/") else self.path + path
        answer = self.call(self.here, "POST", path, self.maker.token, fields)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["token"]

    @staticmethod
    def aged(base_token):
        """Makes everything look five minutes old."""
        claims = jwt.decode(base_token, SECRET, algorithms=["HS256"])
        aged = {"iat": claims["iat"] - 300, "exp": claims["exp"] - 300}  # no token lives longer than three days
        return jwt.encode(claims | aged, SECRET, algorithm="HS256")

    # MARK: Calls

    def call(self, copy, method, path, credential=None, fields=None, **headers):
        return http.call(copy, method, path, credential, headers=headers, data=fields)

    def get(self, path, credential=None):
        answer = self.call(self.here, "GET", path, credential)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, credential, method, path, fields=None):
        answer = self.call(self.here, method, path, credential, fields)
        assert answer.status_code in (200, 201), (method, path, answer.text)
        return answer.json()

    def admin(self, method, path, fields=None):
        return self.do(self.team.admin, method, path, fields)

    def store(self):
        """The request that creates the API token; it is repeated, and first sent where the events happen."""
        copy = self.there if self.stored else self.here
        fields = {"app_name": "app", "permission": "rw"}
        return self.call(
            copy, "POST", self.path + "api-tokens/", self.maker.token, fields, **{"Idempotency-Key": self.key})

    # MARK: The effect

    def play(self):
        """What the event does to each credential: ends, waits or stays."""
        assert self.good() == set(CREDENTIALS)
        self.event.happen(self)
        after = self.good()
        if self.event.undo:
            self.event.undo(self)
        later = self.good()
        return {
            one: "stays" if one in after else "waits" if self.event.undo and one in later else "ends"
            for one in CREDENTIALS
        }

    def good(self):
        """The credentials that the other copy accepts."""
        return {one for one in CREDENTIALS if self.counts(one)}

    def counts(self, credential):
        match credential:
            case "account token":
                return self.is_good(PING, self.other)
            case "API token":
                return self.is_good(EXCHANGE, self.api_token)
            case "temporary token":
                return self.is_good(EXCHANGE, self.temporary)
            case "file link":
                return self.is_good(self.file_link, None)
            case "guest":
                return self.is_good(self.path + "access-token/", self.guest.token)
            case "stored answer":
                return self.is_given_again()
            case _:
                base_token = self.base_tokens[credential]
                verdict = self.call(
                    self.there, "POST", VERIFY, self.root, {"token": base_token}).json()
                metadata = f"/api-gateway/api/v2/dtables/{self.base['uuid']}/metadata/"
                is_good = self.is_good(metadata, base_token)
                assert verdict["active"] == is_good, credential
                return is_good

    def is_good(self, path, credential):
        answer = self.call(self.there, "GET", path, credential)
        assert answer.status_code in (200, 401, 403, 404), (path, answer.text)
        return answer.status_code == 200

    def is_given_again(self):
        """Whether the person gets the stored answer now; if the account token has ended, after signing in, if they can."""
        answer = self.store()
        if answer.status_code == 401 and (new := self.sign_in()):
            self.maker.token = new
            answer = self.store()
        assert answer.status_code in (201, 401, 403, 404, 409), answer.text
        if answer.status_code != 201:
            return False
        assert answer.headers["Idempotency-Replayed"] == "true"
        return answer.text == self.stored.text

    def sign_in(self):
        """A new account token; None if the person cannot sign in."""
        answer = self.call(
            self.there, "POST", SIGN_IN, None, {"username": self.maker.address, "password": self.password})
        return answer.json()["token"] if answer.status_code == 200 else None


class Event:
    """An event, and what undoes it; that may be None."""

    def __init__(self, happen, undo=None, shares=False):
        self.happen, self.undo, self.shares = happen, undo, shares


# MARK: Events


def reset_password(scene):
    scene.password = scene.admin("PUT", scene.user + "set-password/")["new_password"]


def change_password(scene):
    scene.password = "quite another password"
    scene.do(
        scene.shown, "PUT", "/api/v2.1/user/password/",
        {"old_password": PASSWORD, "new_password": scene.password})


def end_others(scene):
    scene.do(scene.shown, "DELETE", "/api/v2.1/user/account-tokens/", {"password": PASSWORD})


def end_sessions(scene):
    scene.admin("DELETE", scene.user + "sessions/")


def end_sessions_as_the_operator(scene):
    scene.do(scene.root, "DELETE", f"/api/v2.1/admin/users/{scene.person.id}/sessions/")


def confirm_factor(scene):
    secret = scene.do(scene.shown, "POST", FACTOR, {"password": PASSWORD})["secret"]
    scene.do(scene.shown, "PUT", FACTOR, {"code": totp(secret, totp_step())})


def end_one(scene):
    """Ends the account token that everything else was made with."""
    own = scene.get("/api/v2.1/user/account-tokens/", scene.shown)["account_tokens"]
    current = next(one["id"] for one in own if one["is_current"])
    scene.do(scene.other, "DELETE", f"/api/v2.1/user/account-tokens/{current}/", {"password": PASSWORD})
    scene.other = scene.shown


def reset_factor(scene):
    scene.admin("DELETE", scene.user + "two-factor-auth/")


def force_factor(scene, value="true"):
    scene.admin("PUT", scene.user + "two-factor-auth/", {"force_2fa": value})


def let_team_force(scene, value="true"):
    # Not as the team's admin, who would first have to enrol a factor.
    scene.here.psql(f"update team set forces_2fa = {value} where id = {scene.team.id}")


def activate(scene, value="true"):
    scene.admin("PUT", scene.user, {"is_active": value})


def leave_group(scene):
    scene.admin("DELETE", f"/api/v2.1/groups/{scene.group['id']}/members/{scene.person.id}/")


def set_role(scene, is_admin):
    members = f"/api/v2.1/groups/{scene.group['id']}/members/"
    scene.admin("PUT", f"{members}{scene.person.id}/", {"is_admin": is_admin})


def share(scene):
    scene.admin("POST", scene.path + "share/", {"email": scene.person.id, "permission": "rw"})


def unshare(scene):
    scene.admin("DELETE", scene.path + "share/", {"email": scene.person.id})


def set_share(scene, permission):
    scene.admin("PUT", scene.path + "share/", {"email": scene.person.id, "permission": permission})


def trash(scene):
    scene.admin("DELETE", f"/api/v2.1/workspace/{scene.place}/dtable/", {"name": "Orders"})


def restore(scene):
    scene.admin("PUT", f"/api/v2.1/groups/{scene.group['id']}/trash-dtables/{scene.base['uuid']}/")


def move(scene):
    folders = f"/api/v2.1/workspace/{scene.place}/"
    folder = scene.admin("POST", folders + "folders/", {"name": "Drawer"})["folder"]["id"]
    scene.admin(
        "POST", folders + "folder-item-moving/",
        {"item_type": "dtable", "item_id": scene.base["uuid"], "from": "/", "to": folder})


def change_token(scene, **fields):
    scene.admin("PUT", scene.tokens + "app/", fields)


def rotate(scene):
    scene.admin("POST", scene.tokens + "app/rotate/", {"grace": "0"})


def expire(scene):
    scene.here.psql(
        f"""
        update api_token set expires_at = now()
        where base_id = (select id from base where uuid = '{scene.base['uuid']}')
        """)


def delete_links(scene):
    administration = f"/api/v2.1/org/{scene.team.id}/admin/"
    scene.admin("DELETE", f"{administration}external-links/{scene.link}/")
    scene.admin("DELETE", f"{administration}invite-links/{scene.invitation}/")


def set_policy(scene, **policy):
    scene.admin("PUT", f"/api/v2.1/org/{scene.team.id}/admin/token-policy/", policy)


def age_account_tokens(scene):
    scene.here.psql(
        f"""
        update account_token set created_at = created_at - interval '2 days', proved_at = proved_at - interval '2 days'
        where account_id in (select id from account where email = '{scene.person.address}')
        """)


def in_turn(*steps):
    def happen(scene):
        for step in steps:
            step(scene)

    return happen


EVENTS = {
    "an admin resets the password": Event(reset_password),
    "the person changes the password": Event(change_password),
    "the person ends all other tokens": Event(end_others),
    "the person ends an account token": Event(end_one),
    "an admin ends the person's sessions": Event(end_sessions),
    "a system administrator ends the person's sessions": Event(end_sessions_as_the_operator),
    "the person confirms a second factor": Event(confirm_factor),
    "an admin resets the second factor": Event(reset_factor),
    "an admin forces a second factor": Event(force_factor, lambda scene: force_factor(scene, "false")),
    "the team forces second factors": Event(let_team_force, lambda scene: let_team_force(scene, "false")),
    "the person is deactivated": Event(lambda scene: activate(scene, "false"), activate),
    "the person is activated again": Event(in_turn(lambda scene: activate(scene, "false"), activate)),
    "the person is deleted": Event(
        lambda scene: scene.do(scene.root, "DELETE", f"/api/v2.1/admin/users/{scene.person.id}/")),
    "the person leaves the team": Event(lambda scene: scene.admin("DELETE", scene.user)),
    "what the person left behind is ended": Event(lambda scene: scene.admin("DELETE", scene.user + "left-behind/")),
    "the person leaves the group": Event(leave_group, lambda scene: scene.join(scene.person)),
    "the base is not shared with the person any more": Event(unshare, share, shares=True),
    "the person's role in the group is lowered": Event(
        lambda scene: set_role(scene, "false"), lambda scene: set_role(scene, "true")),
    "the person's share is lowered to reading": Event(
        lambda scene: set_share(scene, "r"), lambda scene: set_share(scene, "rw"), shares=True),
    "the base is put into the trash": Event(trash, restore),
    "the base is restored": Event(in_turn(trash, restore)),
    "the base is moved into a folder": Event(move),
    "the API token is deleted": Event(lambda scene: scene.admin("DELETE", scene.tokens + "app/")),
    "the API token is lowered to reading": Event(
        lambda scene: change_token(scene, permission="r"), lambda scene: change_token(scene, permission="rw")),
    "the API token is rotated without grace": Event(rotate),
    "the API token is kept to other networks": Event(
        lambda scene: change_token(scene, allowed_networks="203.0.113.0/24"),
        lambda scene: change_token(scene, allowed_networks="")),
    "the API token expires": Event(expire, lambda scene: change_token(scene, expire_days="1")),
    "the links are deleted": Event(delete_links),
    "the guest is removed": Event(
        lambda scene: scene.admin("DELETE", f"{scene.path}invite-link-guests/{scene.guest.id}/")),
    "the team closes its external links": Event(
        lambda scene: scene.team.set(enable_external_links=False),
        lambda scene: scene.team.set(enable_external_links=True)),
    "the team lets in nobody of other teams": Event(
        lambda scene: scene.team.set(enable_external_user_access_invite_link=False),
        lambda scene: scene.team.set(enable_external_user_access_invite_link=True)),
    "the team's policy lets base tokens live shorter": Event(
        lambda scene: set_policy(scene, max_base_token_minutes="2")),
    "the team's policy lets account tokens live shorter": Event(
        in_turn(age_account_tokens, lambda scene: set_policy(scene, max_account_token_days="1")),
        lambda scene: set_policy(scene, max_account_token_days="0")),
    "the team's policy forbids the API token": Event(
        lambda scene: set_policy(scene, require_expiry="true", max_token_days="1", forbid_member_rw="true")),
    "the team is deleted": Event(
        lambda scene: scene.do(scene.root, "DELETE", f"/api/v2.1/admin/organizations/{scene.team.id}/")),
}


# MARK: Tests


def test_the_document_has_every_event():
    assert list(TABLE) == list(EVENTS)


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("event", EVENTS)
def test_it_is_as_the_document_says(copies, event, credential):
    assert copies.outcome(event)[credential] == TABLE[event][credential]
