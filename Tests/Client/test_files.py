"""Files of bases: what published clients do with them, step by step, and what hostile ones try."""

import concurrent.futures
import hashlib
import os
import re
import socket
import urllib.parse

import pytest
import requests

from support import http
from support.files import ASSET, CUSTOM, DOWNLOAD_LINK, download, download_link, send, upload, upload_link
from support.http import get
from support.process import PATIENCE, wait_until
from support.rows import Program
from support.service import running


@pytest.fixture(scope="module")
def own():
    with running(BASEKEEPER_BODY_TIMEOUT="2", BASEKEEPER_FILE_BYTES="3000000") as service:
        yield service


@pytest.fixture(scope="module")
def program(own):
    made = Program(own)
    made.new_table("Assets", ("Name", "text"), ("Photos", "image"), ("Files", "file"))
    return made


def left(service, base):
    """What the database has of a base's files: names, contents and pieces."""
    return service.psql(
        f"""
        select (select count(*) from data_file where base_id = {base}),
               (select count(*) from data_content where base_id = {base}),
               (select count(*) from data_content_piece where base_id = {base})
        """)


# MARK: Clients


def test_n8n_uploads_a_file_attaches_it_and_gets_its_public_url(own, program):
    """It rewrites the link to its own server, sends the file first, and with an authorisation that is of no use."""
    headers = {"Authorization": f"Token {program.api_token}"}
    metadata = program.ask("GET", "metadata")["metadata"]
    table = next(one for one in metadata["tables"] if one["name"] == "Assets")
    column = next(one for one in table["columns"] if one["name"] == "Files")
    row, = program.append("Assets", {"Name": "by n8n"})
    link = get(own, "/api/v2.1/dtable/app-upload-link/", program.api_token).json()
    url = f"{own.url}/seafhttp/upload-api/{link['upload_link'].split('seafhttp/upload-api/')[1]}?ret-json=true"
    relative = link["img_relative_path"] if column["type"] == "image" else link["file_relative_path"]
    parts = [("file", ("Bericht für März.pdf", b"%PDF-1.7", "application/pdf")), ("parent_dir", (None, link["parent_path"])),
             ("replace", (None, "0")), ("relative_path", (None, relative))]
    (made,) = requests.post(url, files=parts, headers=headers, timeout=PATIENCE).json()
    access = program.access
    made["url"] = f"/workspace/{access['workspace_id']}{link['parent_path']}/{relative}/{urllib.parse.quote(made['name'])}"
    made["type"] = "file"
    program.ask("PUT", "rows/", {"table_name": "Assets", "updates": [{"row_id": row, "row": {"Files": [made]}}]})
    (cell,) = program.row("Assets", row)["Files"]
    assert cell["url"] == made["url"] and cell["name"] == "Bericht für März.pdf"
    # The public URL is asked for by the path behind the base's UUID.
    path = urllib.parse.unquote(cell["url"]).split(program.uuid)[1]
    answer = get(own, DOWNLOAD_LINK, program.api_token, params={"path": path})
    assert answer.status_code == 200 and requests.get(answer.json()["download_link"], timeout=PATIENCE).content == b"%PDF-1.7"


def test_zapier_finds_a_new_asset_and_fetches_it(own, program):
    path = upload(program, "photo.png", b"\x89PNG...", relative_path=upload_link(program)["img_relative_path"])
    url = f"{own.url}/workspace/{program.access['workspace_id']}/asset/{program.uuid}{path}"
    row, = program.append("Assets", {"Name": "by Zapier", "Photos": [url]})
    found = program.sql(
        "SELECT _id, _ctime, _mtime, `Photos` FROM `Assets` WHERE `Photos` IS NOT NULL ORDER BY _mtime DESC")["results"]
    asset = next(one for one in found if one["_id"] == row)["Photos"][0]
    answer = http.call(own, "GET", DOWNLOAD_LINK, program.api_token, "Bearer",
                       params={"path": re.sub(r"^.*/asset/[^/]*", "", asset)})
    fetched = requests.get(answer.json()["download_link"], timeout=PATIENCE)
    assert fetched.content == b"\x89PNG..." and fetched.headers["Content-Type"] == "image/png"
    # Zapier's "Upload" takes the row's cell, adds the file, and writes it back.
    program.update("Assets", **{row: {"Photos": [url, url]}})
    assert program.row("Assets", row)["Photos"] == [url, url]


def test_mcp_uploads_with_a_bearer_token(own, program):
    link = http.call(own, "GET", "/api/v2.1/dtable/app-upload-link/", program.api_token, "Bearer").json()
    answer = requests.post(
        f"{link['upload_link']}?ret-json=1",
        data={"parent_dir": link["parent_path"], "relative_path": link["file_relative_path"], "replace": "1"},
        files={"file": ("notes.txt", b"from a model")}, timeout=PATIENCE)
    (made,) = answer.json()
    assert made["size"] == 12 and re.fullmatch("[0-9a-f]{40}", made["id"])
    assert download(program, f"{link['file_relative_path']}/{made['name']}").text == "from a model"


def test_a_browser_saves_what_it_gets_and_shows_nothing(program):
    for name in ["page.html", "picture.svg", "script.js", "feed.xml", "x.xhtml", "noending"]:
        answer = download(program, upload(program, name, b"<script>alert(1)</script>"))
        assert answer.headers["Content-Type"] == "application/octet-stream", name
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_address_in_a_cell_is_for_those_who_may_read_the_base(own, program):
    path = upload(program, "secret.txt", b"secret")
    address = f"/workspace/{program.access['workspace_id']}/asset/{program.uuid}{path}"
    others = Program(own)
    for token in [program.api_token, program.token, program.person.token]:
        assert get(own, address, token).text == "secret"
    for token in [None, "x", others.api_token, others.token]:
        answer = get(own, address, token)
        assert answer.status_code in (401, 403) and "secret" not in answer.text
    elsewhere = address.replace(program.uuid, others.uuid)
    assert get(own, elsewhere, others.api_token).status_code == 404
    assert get(own, DOWNLOAD_LINK, others.api_token, params={"path": path}).status_code == 404


def test_nobody_who_only_reads_uploads_or_deletes(own, program):
    reader = Program(own, permission="r", base=program.base)
    path = upload(program, "kept.txt", b"kept")
    assert get(own, "/api/v2.1/dtable/app-upload-link/", reader.api_token).status_code == 403
    assert http.call(own, "DELETE", ASSET, reader.api_token, params={"path": path}).status_code == 403
    assert download(reader, path).text == "kept"
    assert http.call(own, "DELETE", ASSET, program.api_token, params={"path": path}).json() == {"success": True}
    assert http.call(own, "DELETE", ASSET, program.api_token, params={"path": path}).status_code == 404


def test_a_custom_file_is_found_by_the_identifier_that_cells_have(own, program):
    link = get(own, CUSTOM + "app-upload-link/", program.api_token, params={"path": "/in/here"}).json()
    answer = requests.post(
        link["dirent"]["upload_link"], data={"parent_dir": link["parent_path"], "relative_path": link["relative_path"]},
        files={"file": ("b347.pdf", b"custom")}, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    about = get(own, CUSTOM + "app-asset-file/", program.api_token, params={"path": "/in/here", "name": "b347.pdf"}).json()
    assert re.fullmatch("[0-9a-f-]{36}", about["dirent"]["uuid"]) and about["dirent"]["file_size"] == 6
    down = get(own, CUSTOM + "app-download-link/", program.api_token, params={"path": "/in/here/b347.pdf"}).json()
    assert down["dirent"]["download_link"] == down["download_link"]
    assert requests.get(down["download_link"], timeout=PATIENCE).content == b"custom"
    for status in (200, 404):
        answer = http.call(
            own, "DELETE", CUSTOM + "app-asset-file/", program.api_token, params={"path": "/in/here/b347.pdf"})
        assert answer.status_code == status, answer.text


# MARK: Sizes


def test_a_large_file_comes_back_as_it_was_also_in_parts(program):
    content = os.urandom(2_900_000)
    path = upload(program, "large.bin", content)
    url = download_link(program, path)
    whole = requests.get(url, timeout=PATIENCE)
    assert whole.status_code == 200 and hashlib.sha256(whole.content).digest() == hashlib.sha256(content).digest()
    assert requests.head(url, timeout=PATIENCE).headers["Content-Length"] == str(len(content))
    for first, last in [(0, 0), (65_530, 65_550), (1_000_000, 2_000_000), (2_899_999, 2_899_999)]:
        part = requests.get(url, headers={"Range": f"bytes={first}-{last}"}, timeout=PATIENCE)
        assert part.status_code == 206 and part.content == content[first:last + 1]
    again = requests.get(url, headers={"If-None-Match": whole.headers["ETag"]}, timeout=PATIENCE)
    assert again.status_code == 304 and again.content == b""


def test_a_file_that_is_too_large_is_refused_whatever_it_says_of_its_length(own, program):
    before, link = left(own, program.base["id"]), upload_link(program)
    answer = send(link, "large.bin", bytes(3_000_001))
    assert answer.status_code == 413 and "3000000 bytes" in answer.text

    def endless():
        yield form_head(link)
        for _ in range(200):
            yield bytes(65_536)

    path = urllib.parse.urlsplit(link["upload_link"]).path
    try:
        answer = requests.post(own.url + path, data=endless(), headers={
            "Content-Type": "multipart/form-data; boundary=edge"}, timeout=PATIENCE)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the service has hung up before the client looked for an answer
    wait_until(lambda: left(own, program.base["id"]) == before)


def form_head(link, name="x.bin"):
    fields = {"parent_dir": link["parent_path"], "relative_path": link["file_relative_path"]}
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n' for field, value in fields.items()]
    parts.append(f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    return "".join(parts).encode()


def test_an_upload_that_is_cut_off_at_any_tenth_leaves_nothing(own, program):
    before, link = left(own, program.base["id"]), upload_link(program)
    body = form_head(link) + os.urandom(400_000) + b"\r\n--edge--\r\n"
    target = urllib.parse.urlsplit(link["upload_link"]).path
    head = (f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    for tenth in range(10):
        with socket.create_connection(("127.0.0.1", own.port), timeout=PATIENCE) as client:
            client.sendall(head + body[:len(body) * tenth // 10])
    # One that only stops sending is told so.
    with socket.create_connection(("127.0.0.1", own.port), timeout=PATIENCE) as client:
        client.sendall(head + body[:300_000])
        assert client.recv(65_536).startswith(b"HTTP/1.1 408 ")
    wait_until(lambda: left(own, program.base["id"]) == before)


def test_slow_uploads_hold_no_connection_to_the_database(own, program):
    """Of four for each loop, there are fewer than slow clients; meanwhile everybody else goes on."""
    before, link = left(own, program.base["id"]), upload_link(program)
    target = urllib.parse.urlsplit(link["upload_link"]).path
    clients = []
    for _ in range(40):
        client = socket.create_connection(("127.0.0.1", own.port), timeout=PATIENCE)
        client.sendall((
            f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: 1000000\r\n\r\n").encode() + form_head(link) + bytes(100_000))
        clients.append(client)
    for number in range(20):
        assert program.append("Assets", {"Name": f"meanwhile {number}"})
    path = upload(program, "meanwhile.txt", b"quick")
    assert download(program, path).text == "quick"
    for client in clients:
        client.close()
    names = int(before.split("|")[0]) + 1
    wait_until(lambda: left(own, program.base["id"]).split("|")[:2] == [str(names), str(int(before.split("|")[1]) + 1)])


def test_uploads_at_once_get_names_of_their_own(program):
    link = upload_link(program)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: send(link, "same.txt", str(number).encode()), range(24)))
    names = {answer.json()[0]["name"]: number for number, answer in enumerate(answers)}
    assert set(names) == {"same.txt", *(f"same({number}).txt" for number in range(1, 24))}
    for name, number in names.items():
        assert download(program, f"{link['file_relative_path']}/{name}").text == str(number)


# MARK: Crashes and backups


def test_what_a_killed_service_was_taking_is_not_there_and_is_cleared(own, program):
    before, link = left(own, program.base["id"]), upload_link(program)
    kept = upload(program, "before.txt", b"before")
    target = urllib.parse.urlsplit(link["upload_link"]).path
    clients = []
    for _ in range(5):
        client = socket.create_connection(("127.0.0.1", own.port), timeout=PATIENCE)
        client.sendall((
            f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: 1000000\r\n\r\n").encode() + form_head(link, "killed.bin") + bytes(500_000))
        clients.append(client)
    wait_until(lambda: int(left(own, program.base["id"]).split("|")[1]) >= int(before.split("|")[1]) + 6)
    own.kill()
    own.start()
    for client in clients:
        client.close()
    assert own.psql("select count(*) from data_file where name = 'killed.bin'") == "0"
    assert download(program, kept).text == "before"
    own.psql("update data_content set loose_at = now() - interval '2 hours' where digest is null; "
             "delete from job where name = 'clear-files'")
    own.stop()
    own.start()
    wait_until(lambda: own.psql("select count(*) from data_content where digest is null") == "0")
    orphans = "select count(*) from data_content_piece p where not exists (select from data_content c where c.id = p.content_id)"
    wait_until(lambda: own.psql(orphans) == "0")
    assert download(program, kept).text == "before"
