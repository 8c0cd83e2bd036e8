"""The master key is replaced while the service runs: nobody notices, and nothing is ever half done."""

import contextlib
import subprocess
import time
import uuid

import pytest

from support.http import EXCHANGE, FACTOR, VERIFY, call, get
from support.process import BINARY, PATIENCE, wait_until
from support.service import Service, running
from support.team import PASSWORD, Person, new_team, sign_in, totp
from support.threads import at_once

pytestmark = pytest.mark.apart

OLD, NEW = "the master key that is to be replaced", "the master key that replaces the other one"
KNOWING_BOTH = {"BASEKEEPER_MASTER_KEY": OLD, "BASEKEEPER_NEXT_MASTER_KEY": NEW, "JWT_PRIVATE_KEY": ""}
ONLY_OLD = {**KNOWING_BOTH, "BASEKEEPER_NEXT_MASTER_KEY": ""}
ONLY_NEW = {**ONLY_OLD, "BASEKEEPER_MASTER_KEY": NEW}


def step():
    return int(time.time() // 30)


class Scene:
    """What was made with the old master key: base tokens, temporary tokens, second factors, a stored answer."""

    def __init__(self, service):
        self.team = new_team(service)
        self.person = self.team.person("Pia")
        self.base = self.person.base("Orders")
        self.path = f"/api/v2.1/workspace/{self.base['workspace_id']}/dtable/Orders/"
        self.key = {"Idempotency-Key": str(uuid.uuid4())}
        stored = self.store(service)
        assert stored.status_code == 201, stored.text
        self.stored = stored.json()
        self.api_token = self.stored["api_token"]
        self.base_token = get(service, EXCHANGE, self.api_token).json()["access_token"]
        self.temporary = self.make_temporary(service)
        self.factors = [enrol(service, self.team.add()["contact_email"]) for _ in range(6)]

    def store(self, service):
        fields = {"app_name": "stored", "permission": "rw"}
        return call(service, "POST", self.path + "api-tokens/", self.person.token, headers=self.key, json=fields)

    def make_temporary(self, service):
        return get(service, self.path + "temp-api-token/", self.person.token).json()["api_token"]

    def check(self, *services):
        """Everything works at each of these copies, also what was made at another one; a person signs in at each."""
        fresh = [(self.make_temporary(one), get(one, EXCHANGE, self.api_token).json()["access_token"]) for one in services]
        for service in services:
            for temporary, base_token in [(self.temporary, self.base_token), *fresh]:
                assert get(service, EXCHANGE, temporary).status_code == 200
                assert get(service, VERIFY, base_token).status_code == 200
            again = self.store(service)
            assert (again.status_code, again.json()) == (201, self.stored)
            assert again.headers["Idempotency-Replayed"] == "true"
            address, secret = self.factors.pop()
            assert sign_in(service, address, otp=totp(secret, step())).status_code == 200
            enrol(service, self.team.add()["contact_email"])


def enrol(service, address):
    """Gives a person a second factor; returns their address and its secret."""
    account = sign_in(service, address).json()["token"]
    secret = call(service, "POST", FACTOR, account, json={"password": PASSWORD}).json()["secret"]
    # With an early code: the current one is left for the sign-in. It is too early if the next step has begun meanwhile.
    for _ in range(3):
        answer = call(service, "PUT", FACTOR, account, json={"code": totp(secret, step() - 1)})
        if answer.text != '{"error_msg":"code invalid."}':
            break
    assert answer.status_code == 200, answer.text
    return address, secret


def replace(service, **settings):
    settings = {**KNOWING_BOTH, "DATABASE_URL": service.database_url, **settings}
    return service.run("keys", "master", **settings)


def master_key_check(service):
    return service.psql("select master_key_check from installation")


def seals(service):
    """All that is sealed in the database."""
    return service.psql(
        "select totp_sealed from account where totp_sealed is not null order by id",
    ), service.psql("select sealed from signing_key order by id")


@pytest.fixture(scope="module")
def first():
    with running(**KNOWING_BOTH) as service:
        yield service


@pytest.fixture(scope="module")
def second(first):
    with running(DATABASE_URL=first.database_url, **KNOWING_BOTH) as service:
        yield service


def test_a_key_that_is_killed_replaces_nothing_and_a_finished_one_everything(first, second, tmp_path):
    scene = Scene(first)
    backup = tmp_path / "before.backup"
    assert first.run("backup", str(backup)).returncode == 0
    before, sealed = master_key_check(first), seals(first)

    # Killed in the middle: it has sealed factors, and waits for somebody who holds the last one.
    with holding(first, "select from account where totp_sealed is not null order by id desc limit 1 for update"):
        command = subprocess.Popen(
            [BINARY, "keys", "master"], env={**first.environment, "DATABASE_URL": first.database_url})
        wait_until(lambda: "1" in first.psql("""
            select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%totp_sealed%'"""),
            command)
        command.kill()
        command.wait(PATIENCE)
    assert (master_key_check(first), seals(first)) == (before, sealed)
    scene.check(first)

    with running(DATABASE_URL=first.database_url, **ONLY_OLD) as third:
        assert third.answers("/readyz")
        done = replace(first)
        assert done.returncode == 0, done.stderr
        assert "second factors: 7" in done.stdout and "BASEKEEPER_MASTER_KEY" in done.stdout
        assert OLD not in done.stdout + done.stderr and NEW not in done.stdout + done.stderr
        assert master_key_check(first) != before
        for old, new in zip(sealed, seals(first)):
            assert not set(old.split()) & set(new.split())
        scene.check(first, second)
        # Who knows only the old key says so, and gets no requests from balancers.
        wait_until(lambda: get(third, "/readyz").json() == {"status": "unavailable", "reason": "master key replaced"}
                   if get(third, "/readyz").status_code == 503 else False)
    for service in (first, second):
        told = wait_until(lambda: [event for event in service.events("security") if event["reason"] == "seals"])
        assert [(event["event"], event["target"]) for event in told] == [("keys_changed", "key master")]

    twice = replace(first)
    assert twice.returncode == 0 and "already" in twice.stdout
    refused = first.run("keys", "list", **ONLY_OLD, DATABASE_URL=first.database_url)
    assert refused.returncode == 1 and "BASEKEEPER_MASTER_KEY to the new one" in refused.stderr

    # The copies are restarted with the new key alone, one after the other.
    second.environment.update(ONLY_NEW)
    assert second.stop() == 0
    second.start()
    scene.check(first, second)

    # A backup from before needs the old key.
    wrong = first.run("restore", "--check", str(backup), **ONLY_NEW, DATABASE_URL=first.database_url)
    assert wrong.returncode == 1 and "the master key is not the one" in wrong.stderr
    right = first.run("restore", "--check", str(backup), **ONLY_OLD, DATABASE_URL=first.database_url)
    assert right.returncode == 0, right.stderr


@contextlib.contextmanager
def holding(service, statement):
    """Holds rows in a transaction that is open until the end of the block."""
    session = subprocess.Popen(
        ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", service.database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)
    try:
        session.stdin.write(f"begin; {statement}; select 'held';\n")
        session.stdin.flush()
        wait_until(lambda: session.stdout.readline().strip() == "held", session)
        yield
    finally:
        session.stdin.close()
        session.wait(PATIENCE)


def test_people_who_enrol_meanwhile_keep_their_factors():
    with running(**KNOWING_BOTH) as one, running(DATABASE_URL=one.database_url, **KNOWING_BOTH) as other:
        team = new_team(one)
        people = [team.add()["contact_email"] for _ in range(12)]
        factors = []

        def work(number):
            if number == len(people):
                assert replace(one).returncode == 0
            else:
                factors.append(enrol((one, other)[number % 2], people[number]))

        at_once(work, range(len(people) + 1))
        assert len(factors) == len(people)
        for number, (address, secret) in enumerate(factors):
            assert sign_in((one, other)[number % 2], address, otp=totp(secret, step())).status_code == 200
        again = one.run("keys", "master", **KNOWING_BOTH, DATABASE_URL=one.database_url)
        assert again.returncode == 0 and "already" in again.stdout


def test_a_key_in_a_file_is_replaced_beside_the_service_and_after_a_crash_between_two_files():
    service = Service(BASEKEEPER_MASTER_KEY="", JWT_PRIVATE_KEY="")
    try:
        service.seeded = service.seed()
        service.start()
        scene = Scene(service)
        file = service.folder / "data/master.key"
        old = file.read_text()
        done = service.run("keys", "master")
        assert done.returncode == 0, done.stderr
        new = file.read_text()
        assert new != old and new.strip() not in done.stdout
        assert [one.name for one in file.parent.glob("master.key*")] == ["master.key"]
        assert file.stat().st_mode & 0o777 == 0o600
        scene.check(service)
        assert service.stop() == 0

        # The crash: the database is sealed with the new key, which does not have its name yet.
        file.with_name("master.key.next").write_text(new)
        file.write_text(old)
        service.start()
        assert file.read_text() == new
        assert [one.name for one in file.parent.glob("master.key*")] == ["master.key"]
        scene.check(service)
        assert service.stop() == 0
    finally:
        service.delete()


def test_without_a_next_key_the_command_says_what_to_set(service):
    result = service.run("keys", "master", DATABASE_URL=service.database_url)
    assert result.returncode == 1 and "BASEKEEPER_NEXT_MASTER_KEY" in result.stderr
    short = service.run("keys", "master", DATABASE_URL=service.database_url, BASEKEEPER_NEXT_MASTER_KEY="short")
    assert short.returncode == 2 and "BASEKEEPER_NEXT_MASTER_KEY" in short.stderr
