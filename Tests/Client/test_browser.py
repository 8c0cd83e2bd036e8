"""A web page from another origin, in a real browser."""

import http.server
import json
import re
import subprocess
import threading

import pytest
import requests

from support.browser import chromium
from support.ports import free_port
from support.process import PATIENCE, wait_until
from support.service import ADMINISTRATOR, running

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>A front end</title><pre id="result">waiting</pre><script>
const service = %(service)s, token = %(token)s
async function attempt(body) {
  try { return await body() } catch (error) { return error.name + ": " + error.message }
}
async function main() {
  const result = {}
  result.exchange = await attempt(async () => {
    const answer = await fetch(service + "/api/v2.1/dtable/app-access-token/", {
      headers: {Authorization: "Token " + token, "X-Request-Id": "from-a-page"}})
    return [answer.status, (await answer.json()).app_name, answer.headers.get("X-Request-Id")]
  })
  result.refused = await attempt(async () => {
    const answer = await fetch(service + "/api/v2.1/dtable/app-access-token/", {headers: {Authorization: "Token no"}})
    return [answer.status, (await answer.json()).error_msg]
  })
  result.write = await attempt(async () => {
    const answer = await fetch(service + "/api2/auth-token/", {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({username: "nobody"})})
    return [answer.status, answer.headers.get("Content-Type")]
  })
  result.picture = await attempt(() => new Promise((done, failed) => {
    const picture = new Image()
    picture.onload = () => done(picture.naturalWidth > 0)
    picture.onerror = () => done("not loaded")
    picture.src = service + "/media/avatars/default.png"
  }))
  document.getElementById("result").textContent = JSON.stringify(result)
}
main()
</script>"""


@pytest.fixture(scope="module")
def site():
    """A web server for pages, with an origin of its own."""
    pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = pages.get(self.path, "").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    server.pages = pages
    server.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def own(site):
    with running(BASEKEEPER_CORS_ORIGINS=f"https://app.example.com, {site.origin}") as service:
        yield service


def opened(site, service, host="127.0.0.1"):
    """What the page finds out when a browser opens it."""
    token = service.seeded["demo"]["api_tokens"][0]["api_token"]
    site.pages["/"] = PAGE % {"service": json.dumps(service.url), "token": json.dumps(token)}
    command = chromium(
        service.folder / "profile", "--virtual-time-budget=20000", "--dump-dom",
        f"http://{host}:{site.server_address[1]}/")
    page = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    text = re.search(r'<pre id="result">(.*?)</pre>', page.stdout, re.DOTALL)
    assert text, page.stderr[-2000:]
    return json.loads(text.group(1))


def test_a_page_of_an_allowed_origin_works_with_the_service(site, own):
    result = opened(site, own)
    status, app, request = result["exchange"]
    # A page may read what its request is called, and not call it so itself.
    assert (status, app) == (200, "My program") and re.fullmatch("[0-9a-z]{20}", request)
    assert result["refused"] == [403, "Permission denied."]
    assert result["write"] == [400, "application/json"]
    assert result["picture"] is True


def test_a_page_of_another_origin_learns_nothing(site, own):
    result = opened(site, own, host="localhost")
    for attempt in ("exchange", "refused", "write"):
        assert result[attempt].startswith("TypeError"), result
    assert result["picture"] is True


FORM = """<!DOCTYPE html><meta charset="utf-8"><title>A form</title>
<form method="post" action="%(action)s">%(fields)s</form><script>document.forms[0].submit()</script>"""


def test_a_form_of_another_origin_signs_nobody_in(site, own):
    """Without a script that reads the answer, and with the right password: a form needs no preflight."""
    fields = "".join(
        f'<input name="{name}" value="{value}">'
        for name, value in (("username", ADMINISTRATOR[0]), ("password", ADMINISTRATOR[1])))
    site.pages["/form"] = FORM % {"action": own.url + "/api2/auth-token/", "fields": fields}
    count = lambda: own.psql("select count(*) from account_token, login_log")
    before = count()
    for host, status in (("localhost", 403), ("127.0.0.1", 200)):
        command = chromium(
            own.folder / f"form-{host}", "--virtual-time-budget=20000", "--dump-dom",
            f"http://{host}:{site.server_address[1]}/form")
        subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        wait_until(lambda: status in [one["status"] for one in own.events("request") if one["route"] == "/api2/auth-token/"])
        # The second page is of an origin that the operator allows: the form is one that signs in.
        assert (count() == before) == (status == 403)


def test_pages_of_every_site_work_where_the_operator_lets_them(site, started_for_all):
    """As before, with the tokens that they have; only what anyone may read is marked for all."""
    result = opened(site, started_for_all, host="localhost")
    assert result["exchange"][:2] == [200, "My program"]
    assert result["refused"] == [403, "Permission denied."]
    assert result["write"] == [400, "application/json"]
    allowed = lambda path, origin: requests.get(
        started_for_all.url + path, headers={"Origin": origin}, timeout=10).headers.get("Access-Control-Allow-Origin")
    anyone = ("/openapi.yaml", "/api2/ping/", "/.well-known/jwks.json", "/media/avatars/default.png", "/server-info/")
    assert {allowed(path, origin) for path in anyone for origin in ("https://a.example", "null")} == {"*"}
    for path in ("/api2/account/info/", "/api/v2.1/dtable/app-access-token/", "/nowhere/"):
        assert [allowed(path, origin) for origin in ("https://a.example", "null")] == ["https://a.example", None]
    assert allowed("/metrics", "https://a.example") is None
    [warning] = [one for one in started_for_all.events() if "BASEKEEPER_CORS_ORIGINS is *" in one.get("reason", "")]
    assert warning["level"] == "warning"


@pytest.fixture(scope="module")
def started_for_all():
    with running(BASEKEEPER_CORS_ORIGINS="*") as service:
        yield service


def test_a_preflight_says_what_the_path_takes(own):
    asked = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "authorization,content-type"}
    answer = requests.options(own.url + "/api/v2.1/groups/1/", headers=asked, timeout=10)
    assert answer.status_code == 204 and answer.content == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    other = requests.options(own.url + "/api/v2.1/groups/1/", headers={**asked, "Origin": "https://evil.example"}, timeout=10)
    assert "Access-Control-Allow-Origin" not in other.headers
