"""The command line: its help, and that no command makes an installation by mistake."""

import os
import re
import shutil
import subprocess

import jwt
import pytest
import requests
from seatable_api import Account

from support.http import FACTOR, PING, call, exchange, get
from support.postgres import psql
from support.process import BINARY, PATIENCE
from support.service import running
from support.team import PASSWORD, root_token, sign_in, totp, totp_step

pytestmark = pytest.mark.in_order  # of the rescued installation

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("BASEKEEPER_", "DATABASE_", "JWT_"))}

# Every command that works on an installation, with the arguments that it needs.
ON_AN_INSTALLATION = [
    ["migrate"], ["seed"], ["admin", "list"], ["admin", "create", "--email", "a@example.com"],
    ["admin", "reset-password", "--email", "a@example.com"], ["admin", "disable-2fa", "--email", "a@example.com"],
    ["admin", "end-sessions", "--email", "a@example.com"],
    ["audit", "verify"], ["keys", "list"], ["keys", "rotate"], ["keys", "retire", "--kid", "k"], ["keys", "master"],
    ["backup", "FILE"],
    ["restore", "FILE"], ["restore", "--check", "FILE"], ["restore", "--replace", "FILE"],
]


def run(*arguments, cwd=None, **settings):
    return subprocess.run(
        [BINARY, *arguments], env={**CLEAN, **settings}, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)


@pytest.fixture(scope="module")
def commands():
    """The commands, as the overview lists them."""
    return re.findall(r"^  ((?:[a-z0-9-]+ )*[a-z0-9-]+)  ", run("--help").stdout, re.MULTILINE)


# MARK: No installation by mistake


def test_every_command_on_an_installation_is_known_here(commands):
    others = {"serve", "healthcheck", "config", "routes", "completion", "man", "version"}
    ours = {next(name for name in commands if " ".join(command).startswith(name)) for command in ON_AN_INSTALLATION}
    assert ours | others == set(commands)


@pytest.fixture(scope="module")
def archive(service):
    """A good backup."""
    path = service.folder / "whole.backup"
    result = service.run("backup", str(path))
    assert result.returncode == 0, result.stderr
    return path


@pytest.mark.parametrize("command", ON_AN_INSTALLATION, ids=" ".join)
def test_a_command_without_settings_makes_no_installation(command, archive, tmp_path):
    words = [str(archive if command[0] == "restore" else tmp_path / "new.backup") if word == "FILE" else word
             for word in command]
    result = run(*words, cwd=tmp_path)
    assert result.returncode == 1 and result.stdout == ""
    assert "there is no database in ./.basekeeper" in result.stderr
    assert "--data-dir" in result.stderr and "--env-file" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [one for one in ON_AN_INSTALLATION if one[0] not in ("migrate", "seed")
                and one[:2] not in (["restore", "FILE"], ["restore", "--replace"])], ids=" ".join)
def test_nor_does_one_that_is_told_a_place_where_nothing_is(command, archive, tmp_path, service):
    words = [str(archive if command[0] == "restore" else tmp_path / "new.backup") if word == "FILE" else word
             for word in command]
    result = run(*words, "--data-dir", str(tmp_path / "data"), cwd=tmp_path)
    assert result.returncode == 1 and f"there is no database in {tmp_path}/data" in result.stderr
    assert list(tmp_path.iterdir()) == []
    if command[0] == "restore":
        return
    service.psql("create database nothing_there")
    try:
        url = service.url_of("nothing_there")
        result = run(*words, cwd=tmp_path, DATABASE_URL=url, BASEKEEPER_MASTER_KEY="k" * 40)
        assert result.returncode == 1 and "this database is not Basekeeper's" in result.stderr
        assert service.psql("select count(*) from pg_database where datname = 'nothing_there'") == "1"
        made = "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
        assert psql(url, made) == "0"
    finally:
        service.psql("drop database nothing_there with (force)")


def test_restore_looks_at_its_file_before_anything_else(tmp_path):
    (tmp_path / "no.backup").write_text("no backup")
    for name, reason in (("missing.backup", "No such file"), ("no.backup", "not a backup by `basekeeper backup`")):
        result = run("restore", str(tmp_path / name), "--data-dir", str(tmp_path / "data"))
        assert result.returncode == 1 and reason in result.stderr
        assert not (tmp_path / "data").exists()


def test_a_file_named_env_here_is_suggested_and_not_read(tmp_path, service):
    (tmp_path / ".env").write_text(f"DATABASE_URL='{service.database_url}'\n")
    result = run("admin", "list", cwd=tmp_path)
    assert result.returncode == 1 and "--env-file .env" in result.stderr
    assert "root@example.com" in run("admin", "list", "--env-file", ".env", cwd=tmp_path).stdout


def test_a_command_makes_no_master_key(service, tmp_path):
    result = run("keys", "list", DATABASE_URL=service.database_url, BASEKEEPER_DATA_DIR=str(tmp_path))
    assert result.returncode == 1 and "the master key is missing" in result.stderr
    assert list(tmp_path.iterdir()) == []


# MARK: Keys


def test_the_keys_are_those_of_the_service_whatever_is_set_for_the_command(service):
    exchanged = exchange(service, service.seeded["demo"]["api_tokens"][0]["api_token"], scheme="Bearer")
    signing = jwt.get_unverified_header(exchanged.json()["access_token"])["kid"]

    def listed(**settings):
        result = service.run("keys", "list", **settings)
        assert result.returncode == 0, result.stderr
        return {line.split("  ")[0]: line for line in result.stdout.splitlines()}

    assert re.search(r"  signs  \(JWT_PRIVATE_KEY\)$", listed()[signing])
    for settings in ({"JWT_PRIVATE_KEY": ""}, {"JWT_PRIVATE_KEY": "another secret, which no service signs with"}):
        found = listed(**settings)
        assert "  signs  (the service's JWT_PRIVATE_KEY, which is not set here)" in found[signing]
        assert sum("  signs" in line for line in found.values()) == 1
        assert "JWT_PRIVATE_KEY signs" in service.run("keys", "rotate", **settings).stderr
        assert "signs" in service.run("keys", "retire", "--kid", signing, **settings).stderr


# MARK: Help


def test_every_command_and_every_family_of_them_has_help(commands):
    families = {name.split()[0] for name in commands}
    for words in [[], *(name.split() for name in commands), *([family] for family in families)]:
        for asked in ([*words, "--help"], [*words, "-h"], ["help", *words]):
            result = run(*asked)
            assert result.returncode == 0 and "Usage: basekeeper" in result.stdout, asked
            assert all(len(line) <= 120 for line in result.stdout.splitlines())
    assert all(name in run("admin", "--help").stdout for name in commands if name.startswith("admin "))


@pytest.mark.parametrize(
    "typed, meant",
    [("srve", "`serve`"), ("admn create", "`admin create`"), ("admin crate", "`admin create`"),
     ("admin reset-pasword --email a@b", "`admin reset-password`"), ("kyes list", "`keys list`"),
     ("admin create --emial a@b", "--email"), ("restore --relpace f", "--replace"),
     ("serve --envfile x", "--env-file"), ("admin", "`admin create`"), ("keys", "`keys rotate`")])
def test_who_mistypes_is_told_what_was_meant(typed, meant):
    result = run(*typed.split())
    assert result.returncode == 2 and meant in result.stderr


@pytest.mark.parametrize(
    "typed, reason",
    [("admin create", "--email ADDRESS is missing"), ("keys retire", "--kid KID is missing"),
     ("backup", "FILE is missing"), ("backup a b", "b: unexpected argument"), ("admin create --email", "--email needs a value"),
     ("seed --json=1", "--json takes no value"), ("completion tcsh", "must be one of bash, zsh, fish"),
     ("nonsense", "no such command")])
def test_what_cannot_be_understood_is_said(typed, reason):
    result = run(*typed.split())
    assert result.returncode == 2 and reason in result.stderr


# MARK: Shells and the manual


def completions(shell, folder, line):
    """What a shell offers as a completion of a line."""
    script = folder / "_basekeeper"
    script.write_text(run("completion", shell).stdout)
    words = line.split(" ")
    if shell == "bash":
        quoted = " ".join(f"'{word}'" for word in words)
        program = f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _basekeeper; " \
                  'printf "%s\\n" "${COMPREPLY[@]}"'
        command = ["bash", "-c", program]
    elif shell == "fish":
        command = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
    else:
        # Prints what zsh would show.
        quoted = " ".join(f"'{word}'" for word in words)
        program = "compdef() { }; _files() { print -l -- *; }; _describe() { print -l -- ${(P)2}; }; " \
                  f"source {script}; words=({quoted}); CURRENT={len(words)}; PREFIX='{words[-1]}'; _basekeeper"
        command = ["zsh", "-f", "-c", program]
    result = subprocess.run(command, cwd=folder, env=CLEAN, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0 and result.stderr == "", result.stderr
    offered = {re.split("[:\t]", found)[0] for found in result.stdout.splitlines()}
    return {found for found in offered if found.startswith(words[-1])}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_what_there_is(shell, commands, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert completions(shell, tmp_path, "basekeeper ") == {name.split()[0] for name in commands}
    assert completions(shell, tmp_path, "basekeeper ad") == {"admin"}
    inner = {name.split()[1] for name in commands if name.startswith("admin ")}
    assert completions(shell, tmp_path, "basekeeper admin ") == inner
    assert completions(shell, tmp_path, "basekeeper admin create --p") == {"--password-stdin"}
    assert completions(shell, tmp_path, "basekeeper admin create --email admin --n") == {"--name"}
    assert completions(shell, tmp_path, "basekeeper completion ") >= {"bash", "zsh", "fish"}
    (tmp_path / "nightly.backup").touch()
    assert completions(shell, tmp_path, "basekeeper restore ni") == {"nightly.backup"}
    assert completions(shell, tmp_path, "basekeeper restore --re") == {"--replace"}
    assert "nightly.backup" in completions(shell, tmp_path, "basekeeper serve --env-file ni")


@pytest.mark.skipif(not shutil.which("man") or not shutil.which("groff"), reason="man is not installed")
def test_the_manual_page_is_one_and_has_every_command(commands, tmp_path):
    page = tmp_path / "basekeeper.1"
    page.write_text(run("man").stdout)
    shown = subprocess.run(
        ["man", "--warnings=w", "--local-file", str(page)], env={**CLEAN, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=PATIENCE)
    assert shown.returncode == 0 and shown.stderr == "", shown.stderr
    plain = re.sub(".\b", "", shown.stdout)
    assert all(re.search(rf"^   {name}\b", plain, re.MULTILINE) for name in commands)
    assert "--password-stdin" in plain


# MARK: Rescue


@pytest.fixture(scope="module")
def rescued():
    """A service whose administrators need help."""
    with running() as service:
        yield service


def is_in(service, token):
    return get(service, PING, token).status_code == 200


def test_administrators_are_listed(rescued):
    made = rescued.run("admin", "create", "--email", "second@example.com", "--name", "Second One")
    assert made.returncode == 0, made.stderr
    rescued.psql("update account set is_active = false where email = 'second@example.com'")
    lines = rescued.run("admin", "list").stdout.splitlines()
    assert len(lines) == 2
    assert re.match(r"root@example.com +Administrator +active +no second factor +(never|last)", lines[0])
    assert re.match(r"second@example.com +Second One +deactivated +no second factor +never signed in$", lines[1])


def test_a_new_password_ends_what_the_old_one_has_opened(rescued):
    made = rescued.run("admin", "create", "--email", "third@example.com").stdout
    old = re.search(r"Password: (\S+)", made)[1]
    token = sign_in(rescued, "third@example.com", old).json()["token"]
    assert is_in(rescued, token)
    reset = rescued.run("admin", "reset-password", "--email", "Third@Example.com")
    new = re.search(r"Password: (\S+)", reset.stdout)[1]
    assert not is_in(rescued, token)
    assert sign_in(rescued, "third@example.com", old).status_code == 400
    assert sign_in(rescued, "third@example.com", new).status_code == 200
    given = rescued.run(
        "admin", "reset-password", "--email", "third@example.com", "--password-stdin", input="chosen by hand\n")
    assert given.returncode == 0 and "chosen by hand" not in given.stdout + given.stderr
    assert sign_in(rescued, "third@example.com", "chosen by hand").status_code == 200


def test_a_password_from_a_terminal_is_judged_and_kept_as_one_from_a_request(rescued):
    made = rescued.run("admin", "create", "--email", "accents@example.com")
    assert made.returncode == 0, made.stderr
    reset = lambda text: rescued.run(
        "admin", "reset-password", "--email", "accents@example.com", "--password-stdin", input=text + "\n")
    assert "at least 8 characters" in reset("e\u0301o\u0302u\u0300a\u030a").stderr  # four letters
    assert reset("cafe\u0301 at noon").returncode == 0
    for typed in ("caf\u00e9 at noon", "cafe\u0301 at noon"):
        assert sign_in(rescued, "accents@example.com", typed).status_code == 200


def test_a_new_password_leaves_the_second_factor(rescued):
    address = "factor@example.com"
    old = re.search(r"Password: (\S+)", rescued.run("admin", "create", "--email", address).stdout)[1]
    account = sign_in(rescued, address, old).json()["token"]
    secret = call(rescued, "POST", FACTOR, account, json={"password": old}).json()["secret"]
    confirmed = call(rescued, "PUT", FACTOR, account, json={"code": totp(secret, totp_step())})
    assert confirmed.status_code == 200, confirmed.text
    reset = rescued.run("admin", "reset-password", "--email", address)
    new = re.search(r"Password: (\S+)", reset.stdout)[1]
    refused = sign_in(rescued, address, new)
    assert (refused.status_code, refused.json()) == (
        400, {"non_field_errors": ["Two factor auth token is missing."]})
    code = confirmed.json()["recovery_codes"][0]
    assert sign_in(rescued, address, new, otp=code).status_code == 200


@pytest.mark.parametrize("command", ["reset-password", "disable-2fa"])
def test_a_rescue_ends_base_tokens_too(rescued, command):
    person = rescued.seeded["demo"]["member"]
    if command == "disable-2fa":  # not the same second as the other one's
        person = {**person, "password": "chosen by hand"}
    account = Account(person["email"], person["password"], rescued.url)
    account.auth()
    if command == "disable-2fa":
        rescued.psql(
            "update account set totp_sealed = decode('00', 'hex'), totp_confirmed_at = now() "
            f"where email = '{person['email']}'")
    made = account.add_base(f"Base of {command}")
    base = account.get_base(made["workspace_id"], f"Base of {command}")
    metadata = rescued.url + f"/api-gateway/api/v2/dtables/{base.dtable_uuid}/metadata/"
    headers = {"Authorization": f"Bearer {base.jwt_token}"}
    assert requests.get(metadata, headers=headers, timeout=PATIENCE).status_code == 200
    stdin = ["--password-stdin"] if command == "reset-password" else []
    done = rescued.run("admin", command, "--email", person["email"], *stdin, input="chosen by hand\n")
    assert done.returncode == 0, done.stderr
    assert requests.get(metadata, headers=headers, timeout=PATIENCE).status_code in (401, 403)


def test_a_lost_second_factor_is_taken_away(rescued):
    made = rescued.run("admin", "create", "--email", "fourth@example.com").stdout
    password = re.search(r"Password: (\S+)", made)[1]
    token = sign_in(rescued, "fourth@example.com", password).json()["token"]
    rescued.psql(
        "update account set totp_sealed = decode('00', 'hex'), totp_confirmed_at = now(), forces_2fa = true "
        "where email = 'fourth@example.com'",
        "insert into recovery_code (account_id, hash) select id, decode(repeat('00', 32), 'hex') from account "
        "where email = 'fourth@example.com'")
    done = rescued.run("admin", "disable-2fa", "--email", "fourth@example.com")
    assert done.returncode == 0, done.stderr
    assert not is_in(rescued, token)
    # Who must have one enrols another.
    anew = sign_in(rescued, "fourth@example.com", password).json()["token"]
    assert not is_in(rescued, anew)
    rescued.psql("update account set forces_2fa = false where email = 'fourth@example.com'")
    assert is_in(rescued, anew)
    ended = rescued.run("admin", "end-sessions", "--email", "Fourth@example.com")
    assert ended.returncode == 0 and "must sign in again" in ended.stdout, ended.stderr
    assert not is_in(rescued, anew)
    assert sign_in(rescued, "fourth@example.com", password).status_code == 200
    assert rescued.psql(
        "select count(*) from recovery_code join account on account.id = account_id "
        "where email = 'fourth@example.com'") == "0"


@pytest.mark.parametrize("command", ["reset-password", "disable-2fa", "end-sessions"])
def test_nobody_is_rescued_by_mistake(rescued, command):
    result = rescued.run("admin", command, "--email", "nobody@example.com")
    assert result.returncode == 1 and "there is no account with the address nobody@example.com" in result.stderr


@pytest.mark.parametrize(
    "email, password, reason",
    [("a b@@", "a good long one", "email"), ("nobody", "a good long one", "email"),
     ("@example.com", "a good long one", "email"),
     ("new@example.com", "password", "easy to guess"), ("new@example.com", "short", "8 characters"),
     ("new@example.com", "new@example.com", "easy to guess"), ("new@example.com", "x" * 1025, "password")])
def test_the_command_line_refuses_what_the_api_refuses(rescued, email, password, reason):
    """By the same rules, and in the same words."""
    answer = call(
        rescued, "POST", "/api/v2.1/admin/users/", root_token(rescued), data={"email": email, "password": password})
    assert answer.status_code == 400
    result = rescued.run("admin", "create", "--email", email, "--password-stdin", input=f"{password}\n")
    assert result.returncode == 1 and reason in result.stderr
    assert answer.json()["error_msg"] in result.stderr
    assert f"\n{email} " not in rescued.run("admin", "list").stdout


@pytest.mark.parametrize(
    "name, value",
    [("BASEKEEPER_ADMIN_EMAIL", "a b@@"), ("BASEKEEPER_ADMIN_EMAIL", "root"), ("BASEKEEPER_ADMIN_PASSWORD", "password"),
     ("BASEKEEPER_ADMIN_PASSWORD", "short"), ("BASEKEEPER_ADMIN_PASSWORD", "admin@example.com")])
def test_so_does_the_first_start_and_makes_nothing(tmp_path, rescued, name, value):
    result = run("serve", "--data-dir", str(tmp_path / "data"), **{name: value})
    assert result.returncode == 2 and name in result.stderr
    assert not (tmp_path / "data").exists()
    # After the first start it has no effect.
    assert rescued.run("seed", **{name: value}).returncode == 0


def test_leaked_passwords_are_read_from_the_operator_s_file(postgres, tmp_path):
    """By the service and by the command line; a client whose password is not among them notices nothing."""
    leaked = tmp_path / "leaked.txt"
    leaked.write_bytes("a password\r\nHeard in the CAFÉ\n".encode())
    settings = {"DATABASE_URL": postgres.database("leaked"), "BASEKEEPER_LEAKED_PASSWORDS": str(leaked)}
    with running(**settings) as service:
        for password, status in (("heard in the café", 400), ("A Password", 400), (PASSWORD, 200)):
            answer = call(
                service, "POST", "/api/v2.1/admin/users/", root_token(service),
                data={"email": "one@example.com", "password": password})
            assert answer.status_code == status, answer.text
        assert sign_in(service, "one@example.com", PASSWORD).status_code == 200
        refused = service.run(
            "admin", "reset-password", "--email", "one@example.com", "--password-stdin", input="heard in the café\n")
        assert refused.returncode == 1 and "it is on a list of leaked passwords" in refused.stderr
        assert sign_in(service, "one@example.com", PASSWORD).status_code == 200
