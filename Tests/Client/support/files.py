"""Files of bases, as clients upload and download them."""

import requests

from support import http
from support.process import PATIENCE

UPLOAD_LINK, DOWNLOAD_LINK = "/api/v2.1/dtable/app-upload-link/", "/api/v2.1/dtable/app-download-link/"
ASSET, CUSTOM = "/api/v2.1/dtable/app-asset/", "/api/v2.1/dtable/custom/"


def upload_link(program, **options):
    answer = http.get(program.service, UPLOAD_LINK, program.api_token, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(link, name, content, **fields):
    """The answer to an upload."""
    data = {"parent_dir": link["parent_path"], "relative_path": link["file_relative_path"], "replace": "0", **fields}
    return requests.post(
        link["upload_link"] + "?ret-json=1", data=data, files={"file": (name, content)}, timeout=PATIENCE)


def upload(program, name, content, **fields):
    """Uploads a file, and returns its path in the base."""
    link = upload_link(program)
    answer = send(link, name, content, **fields)
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()
    return f"/{fields.get('relative_path', link['file_relative_path'])}/{made['name']}"


def download_link(program, path):
    answer = http.get(program.service, DOWNLOAD_LINK, program.api_token, params={"path": path})
    assert answer.status_code == 200, answer.text
    return answer.json()["download_link"]


def download(program, path, **options):
    return requests.get(download_link(program, path), timeout=PATIENCE, **options)
