"""Schemathesis against a running service, as every kind of caller. Each has a team of their own: half of the requests
use its IDs and names, the others random ones."""

import json
import os
import pathlib
import re
import subprocess
import sys

from support import description
from support.http import exchange
from support.team import LOOK, new_team

SETTINGS = pathlib.Path(__file__).with_name("schemathesis.toml")
# These would end the caller's own access, so that later requests have no caller. Other tests call them.
ENDS = ["teamDeleteTeam"]
CALLERS = ["anonymous", "member", "group owner", "team admin", "system administrator", "API token", "base token"]


class Scene:
    """A team for one caller, with a group of two people that has a base with a token."""

    def __init__(self, service, root):
        self.service, self.root = service, root
        self.team = new_team(service, root)
        self.member, self.owner = self.team.person("Mia"), self.team.person("Tom")
        self.group = self.owner.group("Sales", self.member)
        self.workspace = self.owner.workspace("group", self.group)["id"]
        self.base = "Projects"
        made = self.owner.call(
            "POST", "/api/v2.1/dtables/", data={"name": self.base, "workspace_id": self.workspace, **LOOK})
        assert made.status_code == 201, made.text
        self.uuid = made.json()["table"]["uuid"]
        self.path = f"/api/v2.1/workspace/{self.workspace}/dtable/{self.base}/"
        made = self.owner.call("POST", self.path + "api-tokens/", data={"app_name": "My program", "permission": "rw"})
        assert made.status_code == 201, made.text
        self.api_token = made.json()["api_token"]
        self.base_token = exchange(service, self.api_token).json()["access_token"]

    def token(self, caller):
        return {
            "anonymous": None, "member": self.member.token, "group owner": self.owner.token,
            "team admin": self.team.admin, "system administrator": self.root, "API token": self.api_token,
            "base token": self.base_token,
        }[caller]

    @property
    def names(self):
        """The values of the path variables here."""
        return {
            "org_id": self.team.id, "workspace_id": self.workspace, "base_name": self.base, "group_id": self.group,
            "base_uuid": self.uuid, "user_id": self.member.id, "group_member": self.member.id, "app_name": "My program",
        }


def settings(scene, caller):
    """The settings of a run: the file's, the caller, and what exists."""
    lines = []
    token = scene.token(caller)
    if token:
        lines.append(f'headers = {{ Authorization = "Bearer {token}" }}')
    text = "\n".join([*lines, SETTINGS.read_text()])
    dictionaries = [f'"{name}" = {{ values = [{quoted(value)}] }}' for name, value in scene.names.items()]
    bindings = [
        f'"path.{name}" = {{ dictionary = "{name}", probability = 0.5 }}' for name in scene.names]
    return "\n".join([text, "[dictionaries]", *dictionaries, "[parameters]", *bindings]) + "\n"


def quoted(value):
    return str(value) if isinstance(value, int) else f'"{value}"'


class Attack:
    """A run of Schemathesis as one caller, beside others."""

    def __init__(self, scene, caller, folder, phases, examples, seed):
        self.scene, self.caller = scene, caller
        folder = pathlib.Path(folder) / caller.replace(" ", "-")
        folder.mkdir(parents=True)
        (folder / "settings.toml").write_text(settings(scene, caller))
        (folder / "openapi.json").write_text(json.dumps(description.with_forms()))
        self.output = folder / "output"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", folder / "settings.toml", "run",
                 folder / "openapi.json", "--url", scene.service.url, "--checks", "all",
                 "--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--no-shrink",
                 "--continue-on-failure", "--request-timeout", "30", "--no-color",
                 *(f"--exclude-operation-id={name}" for name in ENDS)],
                cwd=folder, env={**os.environ, "PYTHONHASHSEED": "0"}, stdout=output, stderr=subprocess.STDOUT)

    def wait(self):
        """Waits for its end. Returns what was found, as text, and the number of requests."""
        code = self.process.wait()
        text = self.output.read_text(errors="replace")
        generated = re.search(r"([\d,]+) generated", text)
        assert generated, f"Schemathesis as {self.caller} did not run: {text[-3000:]}"
        return (None if code == 0 else text), int(generated[1].replace(",", ""))


def attack(service, root, folder, phases, examples, seed, callers=CALLERS, at_once=2):
    """Runs `at_once` of them at a time; yields each caller with what was found and the number of requests."""
    # The scenes are made first, since the system administrator may end their own access.
    waiting, running = [(Scene(service, root), caller) for caller in callers], []
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(Attack(*waiting.pop(0), folder, phases, examples, seed))
        first = running.pop(0)
        yield first.caller, *first.wait()
