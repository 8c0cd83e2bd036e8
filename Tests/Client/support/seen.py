"""Every secret that was seen on the wire, on its way to a service and back."""

import csv
import email.parser
import email.policy
import json
import urllib.parse

from support.process import ROOT
from support.service import SECRET

# What answers have, and what requests have.
ANSWERED = {"token", "api_token", "access_token", "new_password", "secret", "otpauth_url", "recovery_codes"}
ASKED = {"password", "old_password", "new_password", "token", "code"}
# Links, whose last part opens them.
LINKS = {"url", "link"}

# Words that stand in a database anyway; nobody can have them as a password.
COMMONEST = set((ROOT / "Sources/Assets/passwords.txt").read_text().splitlines())

secrets = {SECRET}


def note(text):
    """Keeps a text that is a secret. Masked ones are none, and one-time codes and what is refused for being short say
    nothing that could be found."""
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
    # The name of a custom link was chosen, and is public: it is kept as it is.
    is_custom = value.get("is_custom") is True
    link = next((value[name] for name in LINKS if isinstance(value.get(name), str)), None)
    # In lists, a link's token is its handle, which opens nothing; the rest of it is masked.
    is_masked = link is not None and "*" in link
    for name, one in value.items():
        if name in names and not is_custom and not (name == "token" and is_masked):
            for text in one if isinstance(one, list) else [one]:
                note(text)
        walk(one, names)
    if link is not None and not is_custom and not is_masked and isinstance(value.get("token"), str):
        note(value["token"][-32:])  # what is behind the handle


def notice(response):
    """Notes what a request and its answer say."""
    request = response.request
    note(request.headers.get("Authorization", "").rpartition(" ")[2])
    note(request.headers.get("Idempotency-Key"))
    note(request.headers.get("X-SEAFILE-OTP"))
    kind = request.headers.get("Content-Type", "")
    body = request.body
    # The name of a custom link is asked for as its token.
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
                # A file of people has a column of passwords.
                walk(list(csv.DictReader(value.splitlines())) if name == "file" else {name: value}, asked)
    if "json" in response.headers.get("Content-Type", ""):
        walk(parsed(response.text), ANSWERED)


def parsed(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
