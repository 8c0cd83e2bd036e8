"""The first start: nothing that it generates is lost, and its output is for people or for programs, not for both."""

import datetime
import json
import re
import shutil
import socket
import subprocess
import sys

import pytest
import requests

from support.http import exchange
from support.process import PATIENCE, ROOT, wait_until
from support.service import Service
from support.team import sign_in
from support.terminal import Terminal

pytestmark = pytest.mark.apart


@pytest.fixture
def new():
    """A service that generates its passwords and was never started."""
    service = Service(BASEKEEPER_ADMIN_PASSWORD="", JWT_PRIVATE_KEY="", BASEKEEPER_MASTER_KEY="")
    yield service
    service.delete()


def notes(service):
    return service.folder / "data/first-start.txt"


def admin_password(text):
    return re.search(r"root@example.com +password: (\S+)", text)[1]


def can_sign_in(service, email, password):
    return sign_in(service, email, password).status_code == 200


def events(service):
    """The log. Every line of both streams must be JSON. The last one may not be written to its end yet."""
    return [json.loads(line) for line in service.log.read_text().split("\n")[:-1]]


# MARK: Nothing is lost


@pytest.mark.parametrize("listens", [True, False])
def test_a_start_on_a_taken_port_makes_nothing(new, listens):
    with socket.socket() as other:
        other.bind(("127.0.0.1", new.port))
        if listens:
            other.listen()
        result = new.run("serve")
    assert result.returncode == 2 and f"BASEKEEPER_LISTEN: 127.0.0.1:{new.port}: Address already in use" in result.stderr
    assert not (new.folder / "data").exists()
    new.start()
    assert can_sign_in(new, "root@example.com", admin_password(notes(new).read_text()))


def test_the_passwords_stay_in_a_file_of_its_owner_until_the_administrator_has_signed_in(new):
    new.start()
    assert notes(new).stat().st_mode & 0o777 == 0o600
    text = notes(new).read_text()
    member = re.search(r"max@demo.example +password: (\S+)", text)[1]
    token = re.search(r'"My program" for Projects, rw: (\S+)', text)[1]
    assert exchange(new, token, scheme="Bearer").status_code == 200
    assert can_sign_in(new, "max@demo.example", member)
    assert new.stop() == 0
    # A second start names the file, but shows nothing of its content.
    new.start()
    assert notes(new).read_text() == text
    assert sum(event.get("file") == str(notes(new)) for event in events(new)) == 2
    assert can_sign_in(new, "root@example.com", admin_password(text))
    wait_until(lambda: not notes(new).exists())
    assert new.stop() == 0
    assert sorted(path.name for path in (new.folder / "data").iterdir() if "first" in path.name) == []


def test_the_readme_leads_from_the_first_start_to_a_team_of_ones_own(new):
    block = re.search(r"^## Your own team\n.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    new.start()
    password = admin_password(notes(new).read_text()).replace("'", "'\\''")
    script = block.replace("THE PASSWORD OF THE FIRST START", password).replace("admin@example.com", "root@example.com")
    assert "http://127.0.0.1:8080" in script and password in script
    script = script.replace("http://127.0.0.1:8080", new.url)
    result = subprocess.run(["sh", "-eu"], input=script, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stderr
    assert '"app_name":"My shop","access_token":"' in result.stdout and '"contact_email":"kim@my.example"' in result.stdout


def test_what_the_readme_shows_of_rows_is_what_comes_out(new):
    text = (ROOT / "README.md").read_text().partition("## A base with rows\n")[2].partition("\n## ")[0]
    python, printed, shell, answers = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    new.start()
    token = re.search(r'"My program" for Projects, rw: (\S+)', notes(new).read_text())[1]
    opened = exchange(new, token).json()
    known = {"http://127.0.0.1:8080": new.url, "API_TOKEN": token, "DTABLE_UUID": opened["dtable_uuid"],
             "ACCESS_TOKEN": opened["access_token"]}
    for one, value in known.items():
        python, shell = python.replace(one, value), shell.replace(one, value)
    ran = subprocess.run([sys.executable, "-"], input=python, capture_output=True, text=True, timeout=PATIENCE)
    assert (ran.returncode, ran.stdout) == (0, printed), ran.stderr
    ran = subprocess.run(["sh", "-eu"], input=shell, capture_output=True, text=True, timeout=PATIENCE)
    assert ran.returncode == 0, ran.stderr
    assert [shape(one) for one in read_all(ran.stdout)] == [shape(one) for one in read_all(answers)]


def read_all(text):
    """The JSON values in a text, one after the other."""
    found, text = [], text.strip()
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        found, text = [*found, value], text[end:].strip()
    return found


def shape(value):
    """An answer without what is different each time: identifiers, times, and the keys of columns."""
    if isinstance(value, dict):
        return sorted(((name if name.startswith("_") else "", shape(one)) for name, one in value.items()), key=str)
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "" if isinstance(value, str) and re.search(r"^.{22}$|@auth|^20..-", value) else str(value)


def test_a_start_that_is_killed_as_soon_as_it_has_seeded_loses_no_password(new):
    new.launch()
    wait_until(lambda: notes(new).exists(), new.process)
    new.kill()
    new.start()
    assert can_sign_in(new, "root@example.com", admin_password(notes(new).read_text()))


def test_passwords_of_a_start_that_came_to_nothing_are_not_those_that_are_shown_first(new, postgres):
    new.environment["DATABASE_URL"] = postgres.database("cut_off")
    new.environment["BASEKEEPER_MASTER_KEY"] = "a master key of thirty-two bytes or more"
    (new.folder / "data").mkdir()
    assert new.run("migrate").returncode == 0
    postgres.psql(
        "create function fail() returns trigger language plpgsql as $$ begin raise 'no commit'; end $$",
        "create constraint trigger late after insert on seed deferrable initially deferred for each row "
        "execute function fail()", database="cut_off")
    assert new.run("seed").returncode == 1
    void = admin_password(notes(new).read_text())
    postgres.psql("drop trigger late on seed", database="cut_off")
    new.start()
    text = notes(new).read_text()
    assert admin_password(text) != void and void in text
    assert can_sign_in(new, "root@example.com", admin_password(text))


def test_a_demo_team_that_comes_later_is_added_to_the_file(new):
    new.environment["BASEKEEPER_DEMO"] = "no"
    assert new.run("seed").returncode == 0
    first = notes(new).read_text()
    assert "demo.example" not in first
    later = new.run("seed", BASEKEEPER_DEMO="yes").stdout
    both = notes(new).read_text()
    heading, accounts = first.split("\n", 1)
    assert both.startswith(heading) and both.endswith(accounts) and admin_password(both) == admin_password(first)
    assert "max@demo.example" in later and "max@demo.example" in both
    assert str(notes(new)) in later


def test_with_a_database_elsewhere_and_no_data_directory_secrets_do_not_get_into_the_log(new, postgres):
    new.environment["DATABASE_URL"] = postgres.database("kept_nowhere")
    new.environment["BASEKEEPER_MASTER_KEY"] = "a master key of thirty-two bytes or more"
    new.has_place = False
    for settings in ({}, {"BASEKEEPER_LOG_FORMAT": "text"}, {"BASEKEEPER_ADMIN_PASSWORD": "correct horse battery"}):
        refused = new.run("serve", **settings)
        assert refused.returncode == 1 and "set BASEKEEPER_ADMIN_PASSWORD, without BASEKEEPER_DEMO" in refused.stderr
        assert "password:" not in refused.stdout + refused.stderr and '"seeded"' not in refused.stdout
    assert postgres.rows("select count(*) from account", database="kept_nowhere") == [["0"]]
    new.environment |= {"BASEKEEPER_ADMIN_PASSWORD": "correct horse battery", "BASEKEEPER_DEMO": "no"}
    new.start()
    assert can_sign_in(new, "root@example.com", "correct horse battery")
    assert not (new.folder / "data").exists() and "correct horse" not in new.log.read_text()


def test_on_a_terminal_they_are_shown_once(new, postgres):
    new.environment["DATABASE_URL"] = postgres.database("shown_once")
    new.environment["BASEKEEPER_MASTER_KEY"] = "a master key of thirty-two bytes or more"
    text = on_a_terminal(new, "serve").until("ready ")
    assert "This is shown only now." in text and not (new.folder / "data").exists()
    assert can_sign_in(new, "root@example.com", admin_password(text))


def test_times_are_in_utc_wherever_the_machine_is(new):
    new.environment["TZ"] = "America/St_Johns"
    before = datetime.datetime.now(datetime.UTC)
    new.start()
    assert new.stop() == 0
    after = datetime.datetime.now(datetime.UTC)
    times = [one["time"] for one in events(new)]
    assert len(times) > 3 and all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", one) for one in times)
    read = [datetime.datetime.fromisoformat(one) for one in times]
    margin = datetime.timedelta(milliseconds=10)  # clocks are read to a part of a second
    assert before - margin <= min(read) and max(read) <= after + margin


def test_where_the_file_cannot_be_written_nothing_is_seeded(new):
    assert new.run("migrate").returncode == 0
    (new.folder / "data/first-start.txt").mkdir()
    refused = new.run("seed")
    assert refused.returncode == 1 and "first-start.txt" in refused.stderr and "nothing was seeded" in refused.stderr
    (new.folder / "data/first-start.txt").rmdir()
    assert new.run("seed").returncode == 0
    assert admin_password(notes(new).read_text())


def test_what_the_operator_has_chosen_is_in_no_file(new):
    new.environment.update(BASEKEEPER_ADMIN_PASSWORD="correct horse battery", BASEKEEPER_DEMO="no")
    new.start()
    assert not notes(new).exists()
    assert "correct horse battery" not in new.log.read_text()


# MARK: For people or for programs


def test_everything_that_is_written_where_nobody_reads_is_json(new):
    new.environment.update(BASEKEEPER_LISTN="x")
    new.start()
    assert new.stop() == 0
    messages = [event["message"] for event in events(new)]
    assert "ready" in messages and "stopped" in messages and any("BASEKEEPER_LISTN" in event.get("reason", "") for event in events(new))
    password = admin_password(notes(new).read_text())
    assert password not in new.log.read_text()


def test_so_is_the_reason_why_it_does_not_start(new):
    for settings, status in (({"BASEKEEPER_LOOPS": "x", "BASEKEEPER_DEMO": "x"}, 2), ({"BASEKEEPER_PG_BIN": "/no"}, 1)):
        result = new.run("serve", **settings)
        assert result.returncode == status
        lines = [json.loads(line) for line in result.stderr.splitlines()]
        assert len(lines) == (2 if status == 2 else 1)
        assert all(line["level"] == "error" and line["message"] == "cannot serve" for line in lines)


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_the_line_of_the_manual_reads_the_log_of_a_first_start(new):
    """The filter in docs/operate.md, on everything that a service manager would have collected."""
    filters = re.findall(r"jq -r '([^']+)'", (ROOT / "docs/operate.md").read_text())
    assert filters
    new.start()
    new.stop()
    for one in filters:
        result = subprocess.run(["jq", "-r", one, str(new.log)], capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0, result.stderr


def on_a_terminal(service, *arguments, **settings):
    """The service on a terminal."""
    terminal = Terminal([service.binary, *arguments], env={**service.environment, **settings})
    service.process = terminal.process
    return terminal


def test_on_a_terminal_people_read_text_in_the_order_of_the_events(new):
    terminal = on_a_terminal(new, "serve", NO_COLOR="1")
    text = terminal.until("ready ")
    assert "\x1b" not in text
    assert text.index("migration applied") < text.index("The system administrator:") < text.index("ready ")
    assert "Basekeeper listens on" in text and str(notes(new)) in text
    requests.get(new.url + "/api2/ping/", timeout=PATIENCE)
    requests.get(new.url + "/nowhere/", timeout=PATIENCE)
    text = terminal.until("404")
    lines = [line for line in text.splitlines() if re.match(r"\d\d:\d\d:\d\d\.\d\d\d  ", line)]
    requested = [line for line in lines if "  request " in line]
    assert re.search(r"  info     request           GET     200 +\d+\.\d ms  /api2/ping/  .*address=127.0.0.1", requested[0])
    assert len({line.index(" ms ") for line in requested}) == 1, "the fields stand below each other"
    assert re.search(r"info     ready +listen=127", "\n".join(lines))


def test_colours_can_be_had_and_left_out(new):
    terminal = on_a_terminal(new, "serve")
    assert "\x1b[32minfo" in terminal.until("ready ")


@pytest.mark.parametrize("format", ["text", "json"])
def test_the_form_of_the_log_can_be_chosen(new, format):
    if format == "text":
        new.environment["BASEKEEPER_LOG_FORMAT"] = "text"
        new.start()
        text = new.log.read_text()
        assert not text.startswith("{") and "\x1b" not in text and "  info     " in text
    else:
        terminal = on_a_terminal(new, "serve", BASEKEEPER_LOG_FORMAT="json")
        for line in terminal.until('"message":"ready"').splitlines():
            json.loads(line)


def test_no_field_moves_the_cursor_of_a_terminal(new):
    new.environment["BASEKEEPER_LOG_FORMAT"] = "text"
    new.start()
    requests.get(new.url + "/api2/ping/", headers={"X-Request-Id": "a" * 20}, timeout=PATIENCE)
    odd = new.run("serve", BASEKEEPER_LOG_FORMAT="json", BASEKEEPER_LISTEN="\x1b[2J")
    assert "\x1b" not in odd.stderr
    assert new.stop() == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", new.log.read_text())
