"""What the log says about security, whatever its level is."""

import json
import os
import re
import socket
import subprocess

import requests

from support.http import EXCHANGE, authorization, exchange, get
from support.process import wait_until
from support.service import running
from support.team import sign_in, token

MEMBERS = [
    "time", "level", "message", "event", "reason", "account", "credential", "target", "count", "request_id", "method",
    "route", "status", "address"]


def told(service, event, reason=None):
    return [one for one in service.events("security") if one["event"] == event and reason in (None, one["reason"])]


def test_sign_ins_and_refusals_are_told_at_every_level_without_what_was_sent():
    with running(BASEKEEPER_LOG_LEVEL="error") as service:
        person = service.seeded["demo"]["member"]
        secret = token(service, person["email"], person["password"])
        assert sign_in(service, person["email"], "not the password").status_code == 400
        path = f"/api/v2.1/admin/users/?secret={'q' * 20}"
        refused = requests.get(service.url + path, headers=authorization(secret), timeout=10)
        assert refused.status_code == 403
        assert requests.get(service.url + "/api2/ping/", timeout=10).status_code == 200
        events = wait_until(lambda: told(service, "refused") and service.events("security"))
        assert [(one["event"], one["reason"], one["level"]) for one in events] == [
            ("keys_changed", "signs", "info"), ("signed_in", "password", "info"),
            ("sign_in_failed", "wrong_password", "warning"), ("refused", "not_administrator", "warning")]
        assert all(list(one) == MEMBERS for one in events)
        assert events[1]["account"] == events[2]["account"] == events[3]["account"]
        assert re.fullmatch("account_token [0-9]+", events[3]["credential"])
        assert events[3]["request_id"] == refused.headers["X-Request-Id"]
        assert (events[3]["route"], events[3]["status"]) == ("/api/v2.1/admin/users/", 403)
        text = service.log.read_text()
        assert not any(word in text for word in (secret, person["email"], person["password"], "q" * 20))
        # Nothing but these: the level is what it was.
        assert {one["message"] for one in service.events() if one["level"] == "info"} == {"security"}


def test_what_succeeds_with_a_token_writes_no_line(service):
    before = len(service.events("security"))
    secret = service.seeded["demo"]["api_tokens"][0]["api_token"]
    for _ in range(20):
        assert exchange(service, secret).ok
    assert get(service, EXCHANGE, "0" * 40).status_code == 403
    wait_until(lambda: len(service.events("security")) > before)
    assert len(service.events("security")) == before + 1


def test_a_change_of_keys_is_told_once_by_the_running_service():
    with running(BASEKEEPER_TOKEN_ALGORITHM="EdDSA", JWT_PRIVATE_KEY="") as service:
        first = service.run("keys", "list").stdout.split()[0]
        second = service.run("keys", "rotate").stdout.split()[0]
        service.psql("update signing_key set activates_at = now()")
        wait_until(lambda: len(told(service, "keys_changed", "signs")) == 2)
        assert service.run("keys", "retire", "--kid", first).returncode == 0
        wait_until(lambda: told(service, "keys_changed", "ended"))
        assert [(one["reason"], one["target"]) for one in told(service, "keys_changed")] == [
            ("signs", f"key {first}"), ("added", f"key {second}"), ("signs", f"key {second}"), ("ended", f"key {first}")]


def test_a_broken_audit_log_is_told_by_the_command_that_finds_it():
    with running() as service:
        whole = service.run("audit", "verify")
        assert (whole.returncode, whole.stderr) == (0, "")
        service.psql(
            "set session_replication_role = replica",
            "update audit_log set operation = 'group_create' where chain = 1 and number = 1")
        broken = service.run("audit", "verify")
        line, text = broken.stderr.splitlines()
        event = json.loads(line)
        assert broken.returncode == 1 and "is broken at entry 1" in text
        assert (event["event"], event["level"], event["target"]) == ("audit_broken", "error", "entry 1 of team 1")
        assert service.run("audit", "verify", BASEKEEPER_LOG_FORMAT="text").stderr == text + "\n"


def ping(service, times):
    """Sends requests whose log lines are long, without waiting for the answers."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        request = f"GET /api2/ping/ HTTP/1.1\r\nHost: a\r\nX-Request-Id: {'x' * 64}\r\n"
        connection.sendall((f"{request}\r\n" * (times - 1) + f"{request}Connection: close\r\n\r\n").encode())
        while connection.recv(1 << 20):
            pass


def test_lines_about_security_are_kept_when_those_about_requests_are_dropped(tmp_path):
    """Nobody reads the log for a while: what a flood writes fills it, and the refusal is there nevertheless."""
    with running() as first, running(DATABASE_URL=first.database_url) as service:
        assert service.stop() == 0
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as output:
            service.process = subprocess.Popen(
                [service.binary, "serve"], env=service.environment, stdout=output, stderr=output)
        service.wait_until_it_is_ready()

        def drops():
            ping(service, 2000)
            metrics = requests.get(service.url + "/metrics", timeout=30).text
            return float(re.search(r"^basekeeper_log_drops_total (\S+)", metrics, re.M)[1]) > 0

        wait_until(drops)
        assert get(service, EXCHANGE, "0" * 40).status_code == 403
        service.process.terminate()
        with os.fdopen(reading) as log:
            events = [json.loads(line) for line in log]
        assert service.process.wait(60) == 0
        assert [one["message"] for one in events].count("log lines were dropped") >= 1
        [refused] = [one for one in events if one["message"] == "security" and one["event"] == "refused"]
        assert refused["reason"] == "bad_api_token"
