"""Every secret that was seen on the wire, in requests and answers."""

import csv
import email.parser
import email.policy
import json
import urllib.parse

from support.process import ROOT
from support.service import SECRET

# Fields of answers and of requests.
ANSWERED = {"token", "api_token", "access_token", "new_password", "secret", "otpauth_url", "qr_code", "recovery_codes"}
ASKED = {"password", "old_password", "new_password", "token", "code"}
# Links, whose last segment opens them.
LINKS = {"url", "link"}

# Words that are in a database anyway; nobody can have them as a password.
COMMONEST = set((ROOT / "Sources/Assets/passwords.txt").read_text().splitlines())

secrets = {SECRET}


def note(text):
    """Keeps a secret. Masked texts are not secrets; one-time codes and passwords that are too short are too common to
    be searched for."""
    if isinstance(text, str) and len(text) >= 8 and "*" not in text and text.lower() not in COMMONEST:
        secrets.add(text)
        if text.count(".") == 2:
            secrets.add(text.rpartition(".")[2])  # a signature


def walk(value, names):
    """Notes the secrets of a JSON value."""
    if isinstance(value, list):
        for one in value:
            walk(one, names)
    if not isinstance(value, dict):
        return
    # A custom link's name is public, and is stored in clear.
    is_custom = value.get("is_custom") is True
    link = next((value[name] for name in LINKS if isinstance(value.get(name), str)), None)
    # Lists show only a link's handle, which opens nothing.
    is_masked = link is not None and "*" in link
    for name, one in value.items():
        if name in names and not is_custom and not (name == "token" and is_masked):
            for text in one if isinstance(one, list) else [one]:
                note(text)
        walk(one, names)
    if link is not None and not is_custom and not is_masked and isinstance(value.get("token"), str):
        note(value["token"][-32:])  # the part after the handle


def notice(response):
    """Notes the secrets of a request and its answer."""
    request = response.request
    note(request.headers.get("Authorization", "").rpartition(" ")[2])
    note(request.headers.get("Idempotency-Key"))
    note(request.headers.get("X-SEAFILE-OTP"))
    kind = request.headers.get("Content-Type", "")
    body = request.body
    # In requests, a custom link's name is called its token.
    asked = ASKED - {"token"} if "/external-links/" in request.url else ASKED
    if body:
        text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        if "json" in kind:
            walk(parsed(text), asked)
        elif "urlencoded" in kind:
            for name, value in urllib.parse.parse_qsl(text):
                walk({name: value}, asked)
        elif "multipart" in kind and isinstance(body, bytes):
            form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
                b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
            for part in form.iter_parts() if form.is_multipart() else []:
                name = part.get_param("name", header="content-disposition")
                value = (part.get_payload(decode=True) or b"").decode(errors="replace")
                # An import file has a column of passwords.
                if name != "file":
                    walk({name: value}, asked)
                elif "import-users" in request.url:
                    walk(list(csv.DictReader(value.splitlines())), asked)
    if "json" in response.headers.get("Content-Type", ""):
        walk(parsed(response.text), ANSWERED)


def parsed(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
