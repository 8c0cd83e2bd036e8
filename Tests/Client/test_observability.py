"""What operators see: metrics, alerts, the dashboard, the log."""

import json
import re
import shutil
import subprocess
import time

import pytest
import requests

from support.http import EXCHANGE, From, authorization, exchange
from support.metrics import scrape, value
from support.process import ROOT, wait_until
from support.service import running
from support.team import sign_in, token

CONTRIB = ROOT / "contrib"


@pytest.fixture(scope="module")
def own():
    """A service for this module, so that nobody else changes its counters."""
    with running(BASEKEEPER_TRUSTED_PROXIES="127.0.0.2") as service:
        yield service


def test_requests_exchanges_and_logins_are_counted_exactly(own):
    token = own.seeded["demo"]["api_tokens"][0]["api_token"]
    person = own.seeded["demo"]["member"]
    before = scrape(own)
    for _ in range(7):
        assert exchange(own, token).ok
    for _ in range(3):
        assert exchange(own, "0" * 40).status_code == 403
    for password, status in [(person["password"], 200), ("wrong", 400)]:
        assert sign_in(own, person["email"], password).status_code == status
    for path in ["/nowhere", "/api2/nowhere/", "/x" * 50]:
        assert requests.get(own.url + path, timeout=10).status_code == 404
    after = scrape(own)

    def grown(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)

    route = {"method": "GET", "route": EXCHANGE}
    assert grown("basekeeper_http_requests_total", status="200", **route) == 7
    assert grown("basekeeper_http_requests_total", status="403", **route) == 3
    assert grown("basekeeper_http_request_duration_seconds_count", **route) == 10
    assert grown("basekeeper_http_request_duration_seconds_bucket", le="+Inf", **route) == 10
    assert grown("basekeeper_http_request_duration_seconds_sum", **route) > 0
    assert grown("basekeeper_token_exchanges_total", result="succeeded") == 7
    assert grown("basekeeper_token_exchanges_total", result="refused") == 3
    assert grown("basekeeper_logins_total", result="succeeded") == 1
    assert grown("basekeeper_logins_total", result="refused") == 1
    # Unknown paths make no series of their own.
    assert grown("basekeeper_http_requests_total", method="GET", route="none", status="404") == 3
    assert not any("nowhere" in str(labels) for _, labels in after)


def test_the_state_of_the_process_is_shown(own):
    samples = scrape(own)
    assert value(samples, "basekeeper_http_connections") >= 1
    assert value(samples, "basekeeper_http_requests_running") == 1  # this very request
    assert value(samples, "basekeeper_db_connections", database="primary", state="shared") >= 1
    assert value(samples, "basekeeper_db_connects_total", database="primary", result="succeeded") >= 1
    assert value(samples, "process_resident_memory_bytes") > 1_000_000
    assert value(samples, "process_open_fds") > 10
    assert value(samples, "process_cpu_seconds_total") > 0
    [build] = [dict(labels) for name, labels in samples if name == "basekeeper_build_info"]
    assert build["version"] == own.run("version").stdout.split()[1]
    wait_until(lambda: value(scrape(own), "basekeeper_loop_lag_seconds_count", loop="1") > 0)


def test_every_background_job_shows_when_it_ran_last_and_how_long_that_took(own):
    loops = {"measure-lag", "write-last-uses", "read-keys"}
    replica = {"clear-trash", "clear-rows", "clear-files", "forget-attempts", "forget-answers", "compare-clocks", "forget-dead-work"}

    def ran(name):
        samples = scrape(own)
        return value(samples, "basekeeper_job_runs_total", name=name, result="succeeded") > 0 and samples

    for name in loops | replica:
        samples = wait_until(lambda: ran(name))
        assert value(samples, "basekeeper_job_runs_total", name=name, result="failed") == 0
        assert abs(value(samples, "basekeeper_job_last_run_timestamp_seconds", name=name) - time.time()) < 600
        assert 0 <= value(samples, "basekeeper_job_last_run_duration_seconds", name=name) < 60


def test_histograms_never_fall_from_bucket_to_bucket(own):
    buckets = {}
    for (name, labels), count in scrape(own).items():
        if name.endswith("_bucket"):
            labels = dict(labels)
            bound = float(labels.pop("le"))
            buckets.setdefault((name, frozenset(labels.items())), []).append((bound, count))
    assert len(buckets) > 3
    for series in buckets.values():
        counts = [count for _, count in sorted(series)]
        assert counts == sorted(counts)


def test_metrics_are_hidden_from_other_addresses(own):
    answer = requests.get(own.url + "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}, timeout=10)
    assert answer.status_code == 403
    with requests.Session() as session:
        answer = from_proxy(session, own.url + "/metrics", "203.0.113.9")
        assert answer.status_code == 403
        assert from_proxy(session, own.url + "/metrics", "127.0.0.1").status_code == 200


def test_the_log_has_the_caller_behind_the_proxy_the_trace_and_the_request(own):
    with requests.Session() as session:
        answer = from_proxy(
            session, own.url + "/api2/ping/", "203.0.113.9", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    entry = log_entry(own, answer.headers["X-Request-Id"])
    assert entry["address"] == "203.0.113.9"
    assert entry["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert entry["parent_id"] == "00f067aa0ba902b7"
    assert entry["route"] == "/api2/ping/" and entry["status"] == 200 and entry["level"] == "info"

    with requests.Session() as session:
        headers = {"X-Request-Id": "order-4711", "traceparent": "nonsense"}
        named = from_proxy(session, own.url + "/api2/ping/", "203.0.113.9", **headers)
    assert named.headers["X-Request-Id"] == "order-4711"
    assert not {"trace_id", "claimed_request_id"} & log_entry(own, "order-4711").keys()


def test_whoever_is_no_trusted_proxy_names_no_request(own):
    """What they call it is noted beside its name; a client that reads the name that comes back finds it in the log."""
    answer = requests.get(own.url + "/api2/ping/", headers={"X-Request-Id": 'order 4712"}{' + "x" * 200}, timeout=10)
    assert re.fullmatch("[0-9a-z]{20}", answer.headers["X-Request-Id"])
    entry = log_entry(own, answer.headers["X-Request-Id"])
    assert entry["claimed_request_id"] == "order4712" + "x" * 55
    admin = own.seeded["demo"]["team_admin"]
    made = requests.post(
        own.url + "/api/v2.1/groups/", headers={**authorization(token(own, admin["email"], admin["password"])),
        "X-Request-Id": "order-4713"}, data={"name": "Named by nobody"}, timeout=10)
    assert made.status_code == 201
    last = "select request_id from audit_log where operation = 'group_create' order by id desc limit 1"
    assert own.psql(last) == made.headers["X-Request-Id"] != "order-4713"


def test_what_no_client_sends_is_no_error_of_the_service_s(own):
    answer = requests.request("FOO", own.url + "/api2/ping/", timeout=10)
    assert answer.status_code == 501
    [entry] = wait_until(lambda: [one for one in own.events() if one.get("status") == 501])
    assert entry["level"] == "info"


def test_the_audit_log_has_the_caller_behind_the_proxy(own):
    admin = own.seeded["demo"]["team_admin"]
    with requests.Session() as session:
        session.headers.update(authorization(token(own, admin["email"], admin["password"])))
        answer = from_proxy(session, own.url + "/api/v2.1/groups/", "203.0.113.77", method="POST", data={"name": "Behind a proxy"})
    assert answer.status_code == 201
    assert "203.0.113.77" in own.psql("select address from audit_log where operation = 'group_create' order by id desc limit 1")


def test_every_name_in_the_dashboard_and_in_the_alerts_is_one_that_is_served(own):
    requests.get(own.url + "/api2/ping/", timeout=10)
    wait_until(lambda: value(scrape(own), "basekeeper_loop_lag_seconds_count", loop="1") > 0)
    served = {name for name, _ in scrape(own)}
    dashboard = json.loads((CONTRIB / "grafana/basekeeper.json").read_text())
    shown = "\n".join(target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", []))
    alerts = (CONTRIB / "prometheus/alerts.yaml").read_text()
    names = set(re.findall(r"\b((?:basekeeper|process)_[a-z_]+)\b(?![\"])", shown + alerts))
    assert len(names) > 12
    # Only with a standby: see test_standby.py.
    assert names - served == {"basekeeper_standby_loops"}


def test_prometheus_takes_the_metrics_and_the_alerts(own):
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: script/setup test installs it"
    text = requests.get(own.url + "/metrics", timeout=10).content
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()
    for arguments in [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts-test.yaml")]:
        checked = subprocess.run([promtool, *arguments], cwd=CONTRIB / "prometheus", capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def from_proxy(session, url, client, method="GET", data=None, **headers):
    """Sends a request as a trusted proxy, from the proxy's own address."""
    session.mount("http://", From("127.0.0.2"))
    return session.request(method, url, headers={"X-Forwarded-For": client, **headers}, data=data, timeout=10)


def log_entry(service, request):
    [entry] = wait_until(lambda: [one for one in service.events() if one.get("request_id") == request])
    return entry
