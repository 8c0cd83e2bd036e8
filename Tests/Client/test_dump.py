"""The database contains no secret in any readable form."""

import base64
import hashlib
import re
import subprocess

import pytest

from support import postgres, seen
from support.process import PATIENCE


def forms(secret):
    """The forms it could have in a dump: in clear, in hexadecimal digits, in base64 at any offset."""
    values = [secret.encode()]
    if re.fullmatch("[A-Z2-7]{32}", secret):
        values.append(base64.b32decode(secret))  # the secret of a second factor: its bytes, too
    if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", secret):
        values.append(bytes.fromhex(secret))
    yield secret
    for value in values:
        yield value.hex()
        yield value.hex().upper()
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            for shift in range(3):
                # Without the first and last characters, which also have bits of their neighbours.
                text = alphabet(b"\0" * shift + value).decode()
                whole = (shift + len(value)) * 8 // 6
                yield text[-(-shift * 8 // 6):whole]
    # With non-ASCII characters and quotation marks as PostgreSQL and JSON write them.
    yield secret.replace("\\", "\\\\")
    yield secret.encode("unicode_escape").decode()


def found(secrets, text, folder):
    """The secrets that a text contains."""
    owner = {}
    for secret in secrets:
        for form in forms(secret):
            if len(form) >= 8 and "\n" not in form:
                owner.setdefault(form, secret)
    patterns, dump = folder / "patterns", folder / "dump"
    patterns.write_text("\n".join(owner) + "\n")
    dump.write_bytes(text)
    result = subprocess.run(
        ["grep", "-F", "-a", "-o", "-f", patterns, dump], capture_output=True, timeout=PATIENCE,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    assert result.returncode in (0, 1), result.stderr
    return {owner[line] for line in result.stdout.decode(errors="replace").splitlines() if line in owner}


@pytest.fixture(scope="module")
def dump(service):
    return postgres.run("pg_dump", "-d", service.database_url).encode()


def judge(secrets, dump, folder):
    assert b"COPY public.api_token " in dump and b"COPY public.idempotent_answer " in dump
    leaked = found(secrets, dump, folder)
    assert leaked == set(), [one for line in leaked for one in places(line, dump)]
    print(f"{len(secrets)} secrets, {len(dump)} bytes")


@pytest.mark.whole_run
def test_no_secret_that_was_on_the_wire_is_in_the_database(service, dump, tmp_path):
    assert len(seen.secrets) > 500
    judge(set(seen.secrets), dump, tmp_path)


def test_no_secret_of_the_first_start_and_of_a_login_is_in_the_database(service, dump, admin, member, tmp_path):
    seen.walk(service.seeded, seen.ANSWERED | seen.ASKED)
    assert {admin.token, member.token} <= seen.secrets
    judge(set(seen.secrets), dump, tmp_path)


def test_their_hashes_are_there(service, dump):
    for one in service.seeded["demo"]["api_tokens"]:
        assert hashlib.sha256(one["api_token"].encode()).hexdigest().encode() in dump


@pytest.mark.parametrize(
    "secret", ["4mgi5b-58g6za-64ejpv-3w8kd2", "ab" * 20, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "pässwörd"])
def test_a_secret_would_be_found(secret, dump, tmp_path):
    encoded = secret.encode()
    for planted in (
        encoded, encoded.hex().encode(), b"\\\\x" + encoded.hex().encode(), base64.b64encode(encoded),
        base64.urlsafe_b64encode(b"{" + encoded + b"}"), base64.b64encode(b'{"' + encoded + b'"}'),
    ):
        assert found([secret], dump + b"\t" + planted + b"\n", tmp_path) == {secret}, planted
    assert found([secret], dump, tmp_path) == set()


def places(secret, dump):
    """Where a secret was found, for the message."""
    text = dump.decode(errors="replace")
    for form in {one for one in forms(secret) if len(one) >= 8}:
        at = text.find(form)
        if at >= 0:
            table = text.rfind("\nCOPY ", 0, at)
            yield secret, text[table + 1:text.find("(", table)], text[max(0, at - 60):at + 60]
