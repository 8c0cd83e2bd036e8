"""What happens when PostgreSQL or the service ends."""

import collections
import os
import re
import signal
import subprocess

import pytest
import requests

from support.http import PING, exchange, get
from support.process import BINARY, PATIENCE, wait_until
from support.team import sign_in
from support.threads import Workers, beside

pytestmark = pytest.mark.apart


def test_postgresql_is_killed_under_load(own):
    token = own.seeded["demo"]["api_tokens"][0]["api_token"]
    answers = collections.Counter()

    def ask(session):
        answer = exchange(own, token, session=session)
        answers[answer.status_code] += 1
        if answer.status_code == 503:
            assert answer.json()["error_msg"] and int(answer.headers["Retry-After"]) > 0

    with Workers(*[ask] * 8) as load:
        load.wait_until(lambda: answers[200] > 100)
        killed = own.postmaster
        os.kill(killed, signal.SIGKILL)
        load.wait_until(lambda: answers[503] > 0)
        load.wait_until(lambda: own.postmaster not in (None, killed))
        again = answers[200]
        load.wait_until(lambda: answers[200] > again + 100)
    assert set(answers) == {200, 503}
    assert own.process.poll() is None
    assert own.stop() == 0


def test_the_end_of_postgresql_and_its_return_stand_in_the_log(own):
    killed = own.postmaster
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: own.postmaster not in (None, killed) and "runs again" in own.log.read_text())
    messages = own.events()
    ended, back = ([event for event in messages if part in event.get("reason", "")] for part in ("PostgreSQL ended", "runs again"))
    assert len(ended) == len(back) == 1 and ended[0]["level"] == back[0]["level"] == "warning"
    assert messages.index(ended[0]) < messages.index(back[0])
    # It was stopped and did not crash.
    assert own.stop() == 0
    assert own.log.read_text().count("the embedded PostgreSQL ended") == 1


def test_a_second_start_keeps_the_data_and_seeds_nothing_twice(own):
    token = own.seeded["demo"]["api_tokens"][0]["api_token"]
    assert own.stop() == 0
    assert own.postmaster is None
    assert own.seed() == {"administrator": None, "demo": None}
    own.start()
    assert exchange(own, token).status_code == 200


def test_what_a_killed_service_left_running_is_taken_over(own):
    own.kill()
    left = own.postmaster
    assert left
    own.start()
    assert own.postmaster == left
    assert own.stop(signal.SIGINT) == 0
    assert own.postmaster is None


def test_a_second_service_on_the_same_data_is_refused(own):
    result = own.run("serve", BASEKEEPER_LISTEN="127.0.0.1:0")
    assert result.returncode == 1 and "another" in result.stderr
    # With the same address it does not even open the data.
    result = own.run("serve")
    assert result.returncode == 2 and "Address already in use" in result.stderr


def test_other_commands_work_beside_the_service(own):
    assert own.run("migrate").stdout == "The database was up to date already.\n"
    assert "logs are unchanged" in own.run("audit", "verify").stdout
    assert "signs" in own.run("keys", "list").stdout
    assert own.answers("/readyz")


def test_a_request_under_way_is_answered_before_the_end(postgres, started):
    """It waits for the database while the service is told to stop."""
    service = started(DATABASE_URL=postgres.database("under_way"), BASEKEEPER_STATEMENT_TIMEOUT="60")
    token = service.seeded["demo"]["api_tokens"][0]["api_token"]

    def running():
        metrics = requests.get(service.url + "/metrics", timeout=30).text
        return int(re.search(r"^basekeeper_http_requests_running (\d+)", metrics, re.MULTILINE)[1])

    postgres.pause()
    with beside(lambda: exchange(service, token).status_code) as outcome:
        try:
            wait_until(lambda: running() == 2)  # that request, and the one that asks for the metrics
            service.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not service.listens)
            assert outcome == []
        finally:
            postgres.resume()
    assert outcome == [200]
    assert service.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    "name, value",
    [
        ("BASEKEEPER_LISTEN", "nowhere"),
        ("BASEKEEPER_PUBLIC_URL", "bases.example.com"),
        ("BASEKEEPER_PUBLIC_URL", "javascript://bases.example.com"),
        ("BASEKEEPER_PUBLIC_URL", "https://bases example.com"),
        ("BASEKEEPER_LOOPS", "0"),
        ("BASEKEEPER_DEMO", "perhaps"),
        ("BASEKEEPER_LOG_LEVEL", "loud"),
        ("BASEKEEPER_ADMIN_EMAIL", "root"),
        ("BASEKEEPER_ADMIN_PASSWORD", "short"),
        ("JWT_PRIVATE_KEY", "short"),
        ("BASEKEEPER_MAX_BODY_BYTES", "1k"),
        ("BASEKEEPER_LEAKED_PASSWORDS", "/nowhere/at/all"),
        ("BASEKEEPER_LEAKED_PASSWORDS", "/dev/zero"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(name, value, tmp_path):
    environment = {key: text for key, text in os.environ.items() if not key.startswith("BASEKEEPER_")}
    environment.update({"BASEKEEPER_DATA_DIR": str(tmp_path / "data"), name: value})
    result = subprocess.run([BINARY, "serve"], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 2
    assert name in result.stderr and result.stdout == ""


def test_a_database_that_is_not_there_is_named(tmp_path):
    environment = {**os.environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none?connect_timeout=2"}
    result = subprocess.run([BINARY, "migrate"], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 1
    assert "127.0.0.1" in result.stderr


def test_an_administrator_is_made(own):
    own.stop()
    made = own.run("admin", "create", "--email", "New@Example.com", "--password-stdin", input="a long enough one\n")
    assert made.returncode == 0, made.stderr
    twice = own.run("admin", "create", "--email", "new@example.com")
    assert twice.returncode != 0 and "already" in twice.stderr
    own.start()
    token = sign_in(own, "new@example.com", "a long enough one").json()["token"]
    info = get(own, "/api2/account/info/", token)
    assert info.json()["is_staff"] is True


def test_the_log_has_a_line_for_each_request_and_no_secret(own):
    person = own.seeded["demo"]["member"]
    token = sign_in(own, person["email"], person["password"]).json()["token"]
    get(own, f"{PING}?x={token}", token)
    own.stop()
    log = own.log.read_text()
    assert '"route":"/api2/auth-token/","status":200' in log
    assert '"route":"/api2/auth/ping/","status":200' in log
    for secret in (token, person["password"], own.seeded["demo"]["api_tokens"][0]["api_token"]):
        assert secret not in log
