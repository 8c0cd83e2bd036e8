"""How the console's page and files are served: their types, policies and caches, and what hostile paths get."""

import gzip
import hashlib
import re

import pytest
import requests

from support.process import PATIENCE, ROOT

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
PAGES = ["/", "/console", "/console/", "/console/team/tokens", "/console/bases/x/tokens", "/console/any/thing?a=b"]
LINKS = ["/dtable/links/abc/", "/groups/links/abc/", "/dtable/external-links/abc/", "/dtable/external-links/custom/abc/"]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
         "txt": "text/plain; charset=utf-8"}


def fetch(service, path, method="GET", **headers):
    # Paths are sent as they are: no client tidies them up.
    request = requests.Request(method, service.url, headers=headers).prepare()
    request.url = service.url + path
    return requests.Session().send(request, timeout=PATIENCE, allow_redirects=False)


def folder(service):
    """The path below which the page's files are."""
    return re.search(r'src="(/console/files/[0-9a-f]{20})/app\.js"', fetch(service, "/").text).group(1)


@pytest.mark.parametrize("path", PAGES)
def test_the_page_has_its_policy_and_is_asked_for_again(service, path):
    answer = fetch(service, path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-cache" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    again = fetch(service, path, **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == answer.headers["ETag"]
    assert fetch(service, path, "HEAD").headers["Content-Length"] == str(len(answer.content))
    assert fetch(service, path, "POST").status_code == 405


@pytest.mark.parametrize("path", LINKS)
def test_links_show_the_page_to_browsers_and_json_to_programs(service, path):
    assert fetch(service, path, **BROWSER).headers["Content-Type"].startswith("text/html")
    assert fetch(service, path, Accept="TEXT/HTML ; q=1").status_code == 200
    for accept in ("*/*", "application/json", "text/plain", "text/htmlx", ""):
        answer = fetch(service, path, Accept=accept)
        assert answer.status_code == 404 and answer.json() == {"error_msg": "Not found."}
    assert fetch(service, path + "more/and/more/", **BROWSER).status_code == 404


def test_every_file_is_kept_for_a_year_and_compressed_for_who_reads_that(service):
    place = folder(service)
    files = [one for one in (ROOT / "Sources/Console").rglob("*")
             if one.is_file() and one.suffix[1:] in TYPES and not one.name.endswith(".d.ts")]
    assert len(files) > 30
    for file in files:
        path = f"{place}/{file.relative_to(ROOT / 'Sources/Console')}"
        answer = fetch(service, path, **{"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and answer.content == file.read_bytes(), path
        assert answer.headers["Content-Type"] == TYPES[file.suffix[1:]]
        assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        plain = fetch(service, path, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers and plain.content == file.read_bytes()


@pytest.mark.parametrize("path", [
    "/console/files", "/console/files/", "{}", "{}/", "{}/index.html", "{}/README.md", "{}/deno.json",
    "{}/vendor/preact.d.ts", "{}/ui", "{}/ui/", "{}/../app.js", "{}/ui/../app.js", "{}/%2e%2e/app.js", "{}/ui%2fmenu.js",
    "{}//app.js", "{}/app.js%00", "{}/APP.JS", "{}/app.js/x", "/console/files/0123456789abcdef0123/app.js",
    "/console/files/{}/app.js", "{}/" + "a/" * 500, "{}/" + "e%CC%81" * 1000, "{}/%ff", "{}/..%5capp.js"])
def test_what_is_not_a_file_is_not_found(service, path):
    answer = fetch(service, path.replace("{}", folder(service)), **BROWSER)
    assert answer.status_code in (400, 404) and answer.headers["Content-Type"] == "application/json", answer.text
    assert "trusted-types" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/consolex", "/api/v2.1/nothing/", "/index.html", "/app.js", "/favicon.ico", "/dtable/"])
def test_other_paths_keep_their_json(service, path):
    answer = fetch(service, path, **BROWSER)
    assert answer.status_code == 404 and answer.json() == {"error_msg": "Not found."}


def test_what_is_vendored_is_what_its_readme_says():
    [(name, digest)] = re.findall(
        r"^\| (vendor/\S+) +\| `([0-9a-f]{64})` \|$", (ROOT / "Sources/Console/README.md").read_text(), re.M)
    assert hashlib.sha256((ROOT / "Sources/Console" / name).read_bytes()).hexdigest() == digest


def test_a_setting_turns_it_off(started):
    service = started(BASEKEEPER_CONSOLE="no")
    for path in PAGES + LINKS:
        assert fetch(service, path, **BROWSER).json() == {"error_msg": "Not found."}


def test_a_public_url_with_a_path_works(started):
    service = started(BASEKEEPER_PUBLIC_URL="https://example.com/some/bases")
    page = fetch(service, "/").text
    assert re.findall(r'(?:src|href)="(/[a-z/]+)/[0-9a-f]{20}/', page) == ["/some/bases/console/files"] * page.count("/files/")


def test_the_first_page_is_small(console, watched):
    """What a browser loads until somebody can sign in, compressed as it is sent."""
    profile = watched()
    page = profile.page()
    page.goto(console.url)
    page.get_by_role("heading", name="Sign in").wait_for()
    assert profile.asked[0] == console.url + "/" and len(profile.asked) > 10
    sizes = {url: int(fetch(console, url.removeprefix(console.url), "HEAD", **{"Accept-Encoding": "gzip"})
                      .headers["Content-Length"]) for url in profile.asked}
    print(sum(sizes.values()), "bytes in", len(sizes), "files")
    assert sum(sizes.values()) <= 60_000, sizes


def test_files_are_as_small_as_their_compression_makes_them(service):
    style = (ROOT / "Sources/Console/style.css").read_bytes()
    sent = int(fetch(service, f"{folder(service)}/style.css", "HEAD", **{"Accept-Encoding": "gzip"})
               .headers["Content-Length"])
    assert sent <= len(gzip.compress(style, 9)) + 16
