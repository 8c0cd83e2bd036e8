"""Compose: the secrets that script/init-env makes, and the database that compose.yaml makes of them."""

import contextlib
import os
import re
import subprocess

import pytest
import yaml

from support.postgres import Postgres
from support.process import ROOT
from support.service import ADMINISTRATOR, Service
from support.team import sign_in

SECRETS = {"superuser-password", "owner-password", "service-password", "master-key", "admin-password"}


@pytest.fixture
def checkout(tmp_path):
    """A folder with what script/init-env works on; returns a function that runs it."""
    (tmp_path / "script").mkdir()
    for name in ("script/init-env", ".env.template"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def init_env(checkout):
    return subprocess.run(["sh", str(checkout / "script/init-env")], capture_output=True, text=True)


def secrets_of(checkout):
    return {path.name: path.read_text() for path in (checkout / "secrets").iterdir()}


def test_the_environment_is_made_once_and_with_fresh_secrets(checkout):
    made = init_env(checkout)
    assert made.returncode == 0, made.stderr
    assert (checkout / ".env").stat().st_mode & 0o777 == 0o600
    # Nobody else can enter the folder; the users of the containers read single files, which are mounted.
    assert (checkout / "secrets").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in (checkout / "secrets").iterdir())
    files = secrets_of(checkout)
    assert set(files) == SECRETS | {"database-url", "database-owner-url"}
    fresh = [files[name] for name in SECRETS]
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in fresh) and len(set(fresh)) == len(SECRETS)
    assert f"basekeeper:{files['owner-password']}@" in files["database-owner-url"]
    assert f"basekeeper_service:{files['service-password']}@" in files["database-url"]
    assert not any(secret in (checkout / ".env").read_text() + made.stdout for secret in fresh)
    before = (checkout / ".env").read_text()
    assert init_env(checkout).returncode == 1
    assert (checkout / ".env").read_text() == before and secrets_of(checkout) == files
    assert sorted(path.name for path in checkout.iterdir()) == [".env", ".env.template", "script", "secrets"]


def test_the_secrets_of_an_environment_of_before_are_taken_over(checkout):
    before = {"POSTGRES_PASSWORD": "owner1", "POSTGRES_SERVICE_PASSWORD": "service1", "BASEKEEPER_MASTER_KEY": "m" * 64}
    text = "".join(f"{name}={value}\n" for name, value in before.items())
    (checkout / ".env").write_text(text)
    assert init_env(checkout).returncode == 0
    files = secrets_of(checkout)
    assert [files["owner-password"], files["service-password"], files["master-key"]] == list(before.values())
    assert (checkout / ".env").read_text() == text


def test_compose_mounts_the_secrets_that_are_made_and_sets_none(checkout):
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    init_env(checkout)
    assert {name: one["file"] for name, one in compose["secrets"].items()} == {
        name: f"secrets/{name}" for name in secrets_of(checkout)}
    service, database, migrate = (compose["services"][name] for name in ("basekeeper", "database", "migrate"))
    for container in (service, database, migrate):
        named = {value.removeprefix("/run/secrets/") for value in container["environment"].values()
                 if str(value).startswith("/run/secrets/")}
        assert named <= set(container["secrets"])
        # Neither a password nor a key is a variable.
        assert not any(value and re.search("PASSWORD|KEY|URL$", name) and not name.endswith(("_FILE", "PUBLIC_URL"))
                       for name, value in container["environment"].items())
    assert not {*service["secrets"], *migrate["secrets"]} & {"superuser-password", "owner-password", "service-password"}
    # The container that strangers reach does not know the owner of the data, and that one is reached by nobody.
    assert "database-owner-url" in migrate["secrets"] and "database-owner-url" not in service["secrets"]
    assert "DATABASE_OWNER_URL_FILE" not in service["environment"]
    assert migrate["networks"] == ["back"] and "ports" not in migrate and "restart" not in migrate
    assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in (service, database, migrate))
    # Both build the image, at the same time, which fails if both give it the same name.
    assert service["build"] == migrate["build"] and service["image"] != migrate.get("image")
    mounted = [one.split(":") for one in database["volumes"] if one.startswith("./")]
    assert mounted and all(
        (ROOT / source).is_file() and target.startswith("/docker-entrypoint-initdb.d/") for source, target, _ in mounted)


def test_compose_s_database_has_an_owner_that_is_no_superuser_and_a_role_that_serves(checkout, tmp_path):
    init_env(checkout)
    files = secrets_of(checkout)
    with contextlib.closing(Made(files["superuser-password"])) as server:
        made = subprocess.run(
            ["sh", str(ROOT / "contrib/compose/roles.sh")], capture_output=True, text=True,
            env={**os.environ, "SECRETS": str(checkout / "secrets"), "PGHOST": "127.0.0.1", "PGPORT": str(server.port),
                 "PGPASSWORD": files["superuser-password"]})
        assert made.returncode == 0, made.stderr
        names = {"database-url": "DATABASE_URL_FILE", "database-owner-url": "DATABASE_OWNER_URL_FILE"}
        settings = {"BASEKEEPER_DEMO": "",  # its passwords could be kept nowhere
                    "BASEKEEPER_MASTER_KEY_FILE": str(checkout / "secrets/master-key"),
                    "BASEKEEPER_ADMIN_PASSWORD_FILE": str(checkout / "secrets/admin-password"),
                    "BASEKEEPER_MASTER_KEY": "", "BASEKEEPER_ADMIN_PASSWORD": "", "JWT_PRIVATE_KEY": ""}
        for name, variable in names.items():
            place = tmp_path / f"{name}-here"
            place.write_text(files[name].replace("@database/", f"@127.0.0.1:{server.port}/"))
            settings[variable] = str(place)
        service = Service(**settings)
        try:
            migrated = service.run("migrate")
            assert migrated.returncode == 0, migrated.stderr
            # The service has no other way to the database than its own role, also at its first start.
            del service.environment["DATABASE_OWNER_URL_FILE"]
            service.start()
            assert not service.events("migration applied")
            assert sign_in(service, ADMINISTRATOR[0], files["admin-password"]).status_code == 200
            assert not service.events("serves as a superuser of the database")
            assert not service.events("serves as the owner of the database's tables")
            rights = server.rows("select rolname, rolsuper, rolcreaterole from pg_roles where rolname ~ '^basekeeper'")
            assert sorted(rights) == [["basekeeper", "f", "f"], ["basekeeper_service", "f", "f"]]
            assert service.stop() == 0
        finally:
            service.delete()


def test_compose_s_database_writes_no_values_into_its_log():
    """With the options of compose.yaml: a statement that fails is named by its error alone."""
    words = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["database"]["command"]
    options = dict(word.split("=") for word in words if "=" in word)
    assert words[0] == "postgres" and len(options) == 2
    server = Postgres(**options)
    try:
        server.psql("create table guest (name text primary key)", "insert into guest values ('Secretname')")
        again = "insert into guest values ('Secretname')"
        assert server.refusal(again, server.url) == "42501"
        assert server.refusal(again, server.url_of("basekeeper", user="postgres")) == "23505"
        log = server.log.read_text(errors="replace")
        assert "guest_pkey" in log and "Secretname" not in log
    finally:
        server.delete()


class Made(Postgres):
    """A server as its image makes it: with a superuser alone, who has a password."""

    def __init__(self, password):
        super().__init__(password=password)

    def database(self, name):
        pass

    def rows(self, query):
        return super().rows(query, database="basekeeper")

    def close(self):
        self.delete()
