"""The description as a page, in a real browser; and that it is sent again only if it has changed."""

import contextlib
import gzip
import hashlib
import http.client
import json
import re

import pytest
import requests

from support.browser import Browser
from support.http import SIGN_IN, call, get
from support.process import ROOT
from support.team import token

FILES = [
    "/openapi.yaml", "/api/docs/", "/api/docs/start.js", "/api/docs/swagger-ui-bundle.js", "/api/docs/swagger-ui.css"]
COMPRESSED = FILES[3:]


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.close()


def test_the_page_shows_every_operation_and_tries_one_out(service, browser):
    secret = requests.post(
        service.url + SIGN_IN, timeout=30,
        data={"username": "root@example.com", "password": "correct horse battery"}).json()["token"]
    browser.call("Page.navigate", url=service.url + "/api/docs/")
    browser.wait("document.readyState == 'complete' && document.querySelectorAll('.opblock-tag').length > 10")
    assert browser.run("ui.specSelectors.operations().size") > 200
    answer = tried_out(browser, secret, "Service", "authPing")
    assert answer.startswith("200") and '"pong"' in answer
    # Everything that it drew, opened and sent complies with its policy, and no other server was asked.
    assert browser.problems == []
    assert {re.match(r"https?://[^/]+|data:", one).group() for one in browser.asked} <= {service.url, "data:"}


def tried_out(browser, secret, tag, operation):
    """What the page shows of the answer to an operation that it sends with this account token."""
    browser.run(f"ui.preauthorizeApiKey('accountToken', {json.dumps(secret)})")
    place = f"document.querySelector('#operations-{tag}-{operation}')"
    browser.run(f"document.querySelector('#operations-tag-{tag}').click()")
    for press in (".opblock-summary-control", ".try-out__btn", ".execute"):
        button = f"{place}.querySelector('{press}')"
        browser.wait(f"{place} && {button} && (({button}).click(), true)")
    return browser.wait(f"({place}.querySelector('.live-responses-table tr.response') || {{}}).innerText")


def test_names_in_an_answer_are_shown_as_text(service, browser):
    name = '<img src=x onerror="document.title=1">'
    demo = service.seeded["demo"]["member"]
    secret = token(service, demo["email"], demo["password"])
    path = "/api/v2.1/workspaces/"
    workspace = next(one for one in get(service, path, secret).json()["workspace_list"] if one["type"] == "personal")
    made = call(
        service, "POST", "/api/v2.1/dtables/", secret, data={"workspace_id": workspace["id"], "name": name})
    assert made.status_code == 201, made.text
    browser.call("Page.navigate", url=service.url + "/api/docs/")
    browser.wait("document.readyState == 'complete' && document.querySelectorAll('.opblock-tag').length > 10")
    title = browser.run("document.title")
    answer = tried_out(browser, secret, "Bases", "listWorkspaces")
    assert answer.startswith("200") and "<img src=x onerror" in answer
    assert browser.run("document.querySelectorAll('.live-responses-table img').length") == 0
    assert browser.run("document.title") == title and browser.problems == []


def test_the_browser_watches_the_policy(service, browser):
    """The check above can fail: an inline script is noticed."""
    browser.call("Page.navigate", url=service.url + "/api/docs/")
    browser.wait("document.readyState == 'complete' && document.querySelectorAll('.opblock-tag').length > 10")
    browser.run("document.head.append(Object.assign(document.createElement('style'), {textContent: 'p {color: red}'}))")
    browser.run("new Promise(done => setTimeout(done))")
    assert any("Content Security Policy" in one for one in browser.problems)


@pytest.mark.parametrize("path", FILES)
def test_what_a_client_has_is_not_sent_again(service, path):
    first = requests.get(service.url + path, timeout=30)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (tag, "W/" + tag, f'"other", {tag}', "*"):
        again = requests.get(service.url + path, headers={"If-None-Match": known}, timeout=30)
        assert again.status_code == 304 and again.headers["ETag"] == tag and again.content == b"", known
        assert again.headers["Cache-Control"] == "no-cache"
    for other in ('"other"', tag[:-1], tag.strip('"')):
        assert requests.get(service.url + path, headers={"If-None-Match": other}, timeout=30).content == first.content
    head = requests.head(service.url + path, headers={"If-None-Match": tag}, timeout=30)
    assert head.status_code == 304


@pytest.mark.parametrize("path", COMPRESSED)
def test_what_is_compressed_is_sent_to_who_reads_gzip(service, path):
    url, name = service.url + path, path.rsplit("/", 1)[1]
    compressed = (ROOT / f"Sources/Assets/docs/{name}.gz").read_bytes()
    for coding in ("gzip", "br, gzip;q=0.5", "*", "X-GZIP"):
        answer = requests.get(url, headers={"Accept-Encoding": coding}, timeout=30)
        assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Content-Length"] == str(len(compressed)) and answer.content == gzip.decompress(compressed)
    assert silent(service, path).getheader("Content-Encoding") == "gzip"
    for coding in ("identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", ""):
        answer = requests.get(url, headers={"Accept-Encoding": coding}, timeout=30)
        assert answer.status_code == 406, coding


def silent(service, path):
    """The answer to a request without Accept-Encoding."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    with contextlib.closing(connection):
        return connection.getresponse()


def test_the_files_are_those_that_their_readme_names():
    text = (ROOT / "Sources/Assets/docs/README.md").read_text() + (ROOT / "script/swagger-ui").read_text()
    for path in COMPRESSED:
        name = path.rsplit("/", 1)[1]
        content = gzip.decompress((ROOT / f"Sources/Assets/docs/{name}.gz").read_bytes())
        assert text.count(hashlib.sha256(content).hexdigest()) == 2, name


def test_the_page_has_a_policy_of_its_own(service):
    answer = requests.get(service.url + "/api/docs", timeout=30)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert {policy[kind] for kind in ("object-src", "base-uri", "form-action", "frame-ancestors")} == {"'none'"}


def test_the_page_is_off_where_a_setting_says_so(started):
    service = started(BASEKEEPER_API_DOCS="0")
    for path in FILES[1:]:
        answer = requests.get(service.url + path, timeout=30)
        assert (answer.status_code, answer.json()) == (404, {"error_msg": "Not found."})
    assert requests.get(service.url + "/openapi.yaml", timeout=30).status_code == 200
