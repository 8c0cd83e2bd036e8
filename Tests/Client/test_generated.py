"""Clients that third-party generators make from openapi.yaml: they compile and work."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from support.process import ROOT

pytestmark = pytest.mark.apart

PROGRAMS = pathlib.Path(sys.executable).parent
DESCRIPTION = ROOT / "openapi.yaml"
# openapi-python-client knows these types only as bytes: it leaves them out and warns.
BYTES = {"content_type_overrides": {kind: "application/octet-stream" for kind in ("application/yaml", "image/png")}}
# For browsers, strictly, without the one rule of Deno's that the generator's runtime breaks.
COMPILER = {"strict": True, "noImplicitOverride": False, "lib": ["esnext", "dom", "dom.iterable", "deno.ns"]}

PYTHON = '''
import json, sys
from basekeeper_client import AuthenticatedClient, Client
from basekeeper_client.api.authentication import (
    create_api_token, get_account_tokenfrom_username, get_base_token_with_api_token, list_api_tokens)
from basekeeper_client.api.account import get_account_info
from basekeeper_client.api.bases import list_workspaces
from basekeeper_client.models import Login, NewApiToken, Permission

url, username, password, name = sys.argv[1:]
login = get_account_tokenfrom_username.sync(client=Client(url), body=Login(username=username, password=password))
person = AuthenticatedClient(url, login.token)
workspaces = list_workspaces.sync(client=person).workspace_list
workspace = next(one for one in workspaces if one.type_ in ("personal", "group") and one.table_list)
base = workspace.table_list[0].name
body = NewApiToken(app_name=name, permission=Permission.R, expire_days=30, allowed_networks=["127.0.0.0/8", "::1"])
made = create_api_token.sync(workspace.id, base, client=person, body=body)
grant = get_base_token_with_api_token.sync(client=AuthenticatedClient(url, made.api_token), exp="5h")
[listed] = [one for one in list_api_tokens.sync(workspace.id, base, client=person).api_tokens if one.app_name == name]
print(json.dumps({
    "person": get_account_info.sync(client=person).email, "made_by": made.generated_by, "expires": made.expires_at.year,
    "base": grant.dtable_name, "server": grant.dtable_server, "listed": listed.api_token,
    "secret": made.api_token, "networks": listed.allowed_networks, "rotated": listed.rotated_at}))
'''

TYPESCRIPT = '''
import { AccountApi, AuthenticationApi, BasesApi, Configuration, type Workspace } from "./client/index.ts";

const [basePath, username, password, name] = Deno.args;
const as = (accessToken?: string) => new Configuration({ basePath, accessToken });
const login = await new AuthenticationApi(as()).getAccountTokenfromUsername({ login: { username, password } });
const person = new AuthenticationApi(as(login.token));
const workspaces = (await new BasesApi(as(login.token)).listWorkspaces()).workspaceList;
const workspace = workspaces.find((one: Workspace) =>
  ["personal", "group"].includes(one.type) && one.tableList?.length)!;
const place = { workspaceId: workspace.id as number, baseName: workspace.tableList![0].name };
const made = await person.createApiToken({
  ...place,
  newApiToken: { appName: name, permission: "r", expireDays: 30, allowedNetworks: ["127.0.0.0/8", "::1"] },
});
const grant = await new AuthenticationApi(as(made.apiToken)).getBaseTokenWithApiToken({ exp: "5h" });
const listed = (await person.listApiTokens(place)).apiTokens.find((one) => one.appName === name)!;
console.log(JSON.stringify({
  person: (await new AccountApi(as(login.token)).getAccountInfo()).email, made_by: made.generatedBy,
  expires: made.expiresAt!.getUTCFullYear(), base: grant.dtableName, server: grant.dtableServer,
  listed: listed.apiToken, secret: made.apiToken, networks: listed.allowedNetworks, rotated: listed.rotatedAt,
}));
'''


def run(*command, folder, **environment):
    """Runs a program; returns its output."""
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", **environment}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, (result.stdout + result.stderr)[-4000:]
    return result.stdout


@pytest.fixture(scope="module")
def generator():
    assert shutil.which("java"), "java is missing: script/setup test installs it"
    return [PROGRAMS / "openapi-generator-cli"]


def check(result, service):
    """Checks what a client has found out, in any language."""
    result = json.loads(result)
    assert result["base"] == "Projects" and result["server"] == service.url + "/api-gateway/"
    assert result["person"] == result["made_by"] and result["person"].endswith("@auth.local")
    assert result["listed"][:4] == result["secret"][:4] and len(result["secret"]) == 40 and "*" in result["listed"]
    assert result["rotated"] is None and result["expires"] > 2000
    assert result["networks"] == ["127.0.0.0/8", "::1/128"]


def test_openapi_generator_finds_it_valid(generator, tmp_path):
    said = run(*generator, "validate", "-i", DESCRIPTION, folder=tmp_path)
    assert "No validation issues detected" in said


def test_a_generated_python_client_works(service, tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps(BYTES))
    run(PROGRAMS / "openapi-python-client", "generate", "--path", DESCRIPTION, "--meta", "none", "--fail-on-warning",
        "--config", "settings.json", "--output-path", "basekeeper_client", folder=tmp_path)
    modules = [
        ".".join(file.relative_to(tmp_path).with_suffix("").parts).removesuffix(".__init__")
        for file in sorted(tmp_path.glob("basekeeper_client/**/*.py"))]
    assert len(modules) > 400
    (tmp_path / "all.py").write_text("\n".join(f"import {one}" for one in modules))
    run(sys.executable, "all.py", folder=tmp_path)
    (tmp_path / "use.py").write_text(PYTHON)
    account = service.seeded["demo"]["team_admin"]
    said = run(
        sys.executable, "use.py", service.url, account["email"], account["password"], "In Python", folder=tmp_path)
    check(said, service)


def test_a_generated_typescript_client_works(generator, service, tmp_path):
    run(*generator, "generate", "-i", DESCRIPTION, "-g", "typescript-fetch", "-o", "client",
        "--additional-properties=importFileExtension=.ts", folder=tmp_path)
    (tmp_path / "deno.json").write_text(json.dumps({"compilerOptions": COMPILER}))
    (tmp_path / "use.ts").write_text(TYPESCRIPT)
    settings = {"DENO_DIR": str(tmp_path / "deno"), "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    run(PROGRAMS / "deno", "check", "--no-remote", "client/index.ts", "use.ts", folder=tmp_path, **settings)
    account = service.seeded["demo"]["team_admin"]
    said = run(PROGRAMS / "deno", "run", "--no-remote", f"--allow-net=127.0.0.1:{service.port}", "use.ts", service.url,
               account["email"], account["password"], "In TypeScript", folder=tmp_path, **settings)
    check(said, service)
