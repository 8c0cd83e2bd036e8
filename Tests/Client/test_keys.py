"""The keys that sign base tokens: published, rotated while services run, and kept secret."""

import base64
import hashlib
import hmac
import json
import resource
import signal
import stat
import subprocess
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.http import EXCHANGE, VERIFY, call, get
from support.process import BINARY, PATIENCE, wait_until
from support.service import Service, running
from support.team import sign_in

pytestmark = pytest.mark.apart

MASTER = "a master key that both replicas have"
SETTINGS = {"BASEKEEPER_TOKEN_ALGORITHM": "EdDSA", "BASEKEEPER_MASTER_KEY": MASTER, "JWT_PRIVATE_KEY": ""}


@pytest.fixture(scope="module")
def first():
    """A service that signs with Ed25519, on a PostgreSQL of its own."""
    with running(**SETTINGS) as service:
        demo = service.seeded["demo"]
        service.token, service.member = demo["api_tokens"][0]["api_token"], demo["member"]
        yield service


@pytest.fixture(scope="module")
def second(first):
    """Another on the same database."""
    with running(DATABASE_URL=first.database_url, **SETTINGS) as service:
        yield service


def exchange(service, token):
    answer = get(service, EXCHANGE, token)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def published(service):
    """The keys that a service publishes, and for how long they may be cached."""
    answer = requests.get(service.url + "/.well-known/jwks.json", timeout=30)
    assert answer.status_code == 200
    kind, age = answer.headers["Cache-Control"].split(", ")
    assert kind == "public"
    return jwt.PyJWKSet.from_dict(answer.json()), int(age.removeprefix("max-age="))


def decode(token, keys):
    """The claims, verified with nothing but these public keys."""
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, keys[kid].key, algorithms=["EdDSA"])


def keys(service, *arguments):
    """Runs `basekeeper keys` beside the running services."""
    result = service.run("keys", *arguments, DATABASE_URL=service.database_url)
    assert result.returncode == 0, result.stderr
    return result.stdout


def states(service):
    """The states in `keys list`, by the keys' IDs."""
    return {line.split()[0]: line.split()[2] for line in keys(service, "list").splitlines()}


# MARK: Verifying elsewhere


def test_a_base_token_is_verified_by_the_published_key_alone(first):
    token = exchange(first, first.token)
    header = jwt.get_unverified_header(token)
    assert list(header) == ["typ", "alg", "kid"] and header["alg"] == "EdDSA"
    client = jwt.PyJWKClient(first.url + "/.well-known/jwks.json")
    found = jwt.decode(token, client.get_signing_key_from_jwt(token).key, algorithms=["EdDSA"])
    assert found["permission"] == "rw" and found["api_token_generation"] == 1
    shown = requests.get(first.url + "/.well-known/jwks.json", timeout=30).json()["keys"]
    assert [set(one) for one in shown] == [{"kty", "crv", "alg", "use", "kid", "x"}]
    assert [one["kid"] for one in shown] == [header["kid"]]
    # RFC 7638: the ID is the key's thumbprint.
    required = json.dumps({name: shown[0][name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    assert text(hashlib.sha256(required.encode()).digest()) == header["kid"]


def test_a_secret_is_never_published(call, api_token):
    header = jwt.get_unverified_header(call("GET", EXCHANGE, api_token()).json()["access_token"])
    assert header["alg"] == "HS256" and header["kid"]
    assert call("GET", "/.well-known/jwks.json").json() == {"keys": []}


# MARK: Attacks


def text(value):
    """Bytes, or a value as JSON, in base64url."""
    value = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(header, payload, sign):
    message = f"{text(header)}.{text(payload)}"
    return f"{message}.{text(sign(message.encode()))}"


def forgeries(token, key):
    """Forged base tokens, each with what is wrong with it. `key` is the service's public key."""
    header, payload = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    own = Ed25519PrivateKey.generate()
    own_x = text(own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    own_kid = text(hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{own_x}"}}'.encode()).digest())
    own_jwk = {"kty": "OKP", "crv": "Ed25519", "x": own_x, "kid": own_kid}
    signature = token.split(".")[2]
    for name in ("none", "None", "NONE", ""):
        yield f"alg {name}", signed({**header, "alg": name}, payload, lambda message: b"")
        yield f"alg {name} without kid", signed({"typ": "JWT", "alg": name}, payload, lambda message: b"")
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    for form, secret in {
        "its bytes": raw,
        "its text": text(raw).encode(),
        "its hexadecimal digits": raw.hex().encode(),
        "its PEM": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "its DER": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "nothing": b"",
    }.items():
        def authenticate(message):
            return hmac.digest(secret, message, "sha256")

        yield f"HS256 with {form}", signed({**header, "alg": "HS256"}, payload, authenticate)
        yield f"HS256 with {form} without kid", signed({"typ": "JWT", "alg": "HS256"}, payload, authenticate)
        yield f"EdDSA with HMAC of {form}", signed(header, payload, authenticate)
    yield "a foreign key under its own name", signed({**header, "kid": own_kid}, payload, own.sign)
    yield "a foreign key under the service's name", signed(header, payload, own.sign)
    yield "a foreign key without a name", signed({"typ": "JWT", "alg": "EdDSA"}, payload, own.sign)
    yield "a foreign key in the header", signed({**header, "jwk": own_jwk}, payload, own.sign)
    yield "a foreign key in the header alone", signed({**header, "jwk": own_jwk, "kid": own_kid}, payload, own.sign)
    yield "a foreign key elsewhere", signed(
        {**header, "kid": own_kid, "jku": "http://127.0.0.1:1/keys"}, payload, own.sign)
    for kid in ("../../dev/null", "' or 1=1 --", "", None, 1):
        yield f"the kid {kid}", f"{text({**header, 'kid': kid})}.{token.split('.')[1]}.{signature}"
    for name, value in (
        ("exp", payload["exp"] + 1), ("permission", "r"), ("api_token_id", payload["api_token_id"] + 1),
        ("api_token_generation", 2), ("jti", "0" * 32), ("dtable_uuid", payload["dtable_uuid"].upper()),
        ("aud", "another"),
    ):
        yield f"another {name}", f"{text(header)}.{text({**payload, name: value})}.{signature}"
    yield "no signature", token.rpartition(".")[0] + "."
    yield "no third part", token.rpartition(".")[0]
    yield "a cut signature", token[:-2]
    yield "a fourth part", token + "."


def test_what_nobody_has_issued_is_refused(first):
    token = exchange(first, first.token)
    kid = jwt.get_unverified_header(token)["kid"]
    path = f"/api-gateway/api/v2/dtables/{decode(token, published(first)[0])['dtable_uuid']}/metadata/"
    account = sign_in(first, first.member["email"], first.member["password"]).json()["token"]

    def is_active(token):
        answer = call(first, "POST", VERIFY, account, json={"token": token})
        assert answer.status_code == 200, answer.text
        return answer.json()["active"]

    assert get(first, path, token).status_code == 200 and is_active(token)
    count = 0
    for what, forged in forgeries(token, published(first)[0][kid].key):
        assert forged != token
        answer = get(first, path, forged)
        assert (answer.status_code, answer.json()) == (403, {"error_message": "invalid token"}), what
        assert get(first, VERIFY, forged).status_code == 403, what
        assert not is_active(forged), what
        count += 1
    assert count > 40
    assert get(first, path, token).status_code == 200 and is_active(token)


# MARK: Rotating


def test_a_new_key_is_known_to_all_before_it_signs_and_an_old_one_until_it_is_retired(first, second):
    replicas = (first, second)
    old_token = exchange(first, first.token)
    old = jwt.get_unverified_header(old_token)["kid"]
    assert states(first) == {old: "signs"}
    refused = first.run("keys", "retire", "--kid", old, DATABASE_URL=first.database_url)
    assert refused.returncode == 1 and "signs" in refused.stderr

    new = keys(first, "rotate").split()[0]
    assert states(first) == {old: "signs", new: "next"}

    # The verifier caches the keys of one replica for as long as it may, and gets tokens from both.
    def fetched(one):
        at = time.monotonic()
        return *published(one), at

    known = {one: fetched(one) for one in replicas}
    signed, in_a_row = {old: 0, new: 0}, 0

    def look():
        nonlocal in_a_row
        for one in replicas:
            token = exchange(one, first.token)
            kid = jwt.get_unverified_header(token)["kid"]
            signed[kid] += 1
            in_a_row = in_a_row + 1 if kid == new else 0
            for other in replicas:
                assert get(other, VERIFY, token).status_code == 200
                assert get(other, VERIFY, old_token).status_code == 200
                found, age, at = known[other]
                if time.monotonic() - at > age:
                    found, age, at = known[other] = fetched(other)
                decode(token, found)
        return in_a_row >= 40

    wait_until(look)
    assert signed[old] > 0
    assert states(first) == {old: "accepted", new: "signs"}

    token = exchange(second, first.token)
    keys(first, "retire", "--kid", old)
    refused = 0

    def is_refused():
        nonlocal refused
        for one in replicas:
            refused = refused + 1 if get(one, VERIFY, old_token).status_code == 403 else 0
            assert get(one, VERIFY, token).status_code == 200
            assert jwt.get_unverified_header(exchange(one, first.token))["kid"] == new
        return refused >= 40

    wait_until(is_refused)
    for one in replicas:
        assert [key.key_id for key in published(one)[0].keys] == [new]
    assert states(first) == {old: "retired", new: "signs"}
    twice = first.run("keys", "retire", "--kid", old, DATABASE_URL=first.database_url)
    assert twice.returncode == 1 and "already retired" in twice.stderr


def test_the_command_tells_what_it_needs(first):
    result = first.run("keys", "retire", DATABASE_URL=first.database_url)
    assert result.returncode == 2 and "--kid" in result.stderr
    result = first.run("keys", "retire", "--kid", "nobody", DATABASE_URL=first.database_url)
    assert result.returncode == 1 and "nobody" in result.stderr
    for words in (["list"], ["rotate"], ["retire"]):
        result = subprocess.run([BINARY, "keys", *words, "--help"], capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == 0 and "Usage: basekeeper keys" in result.stdout


def test_a_secret_that_is_set_is_rotated_where_it_is_set(service):
    result = service.run("keys", "rotate", DATABASE_URL=service.database_url)
    assert result.returncode == 1 and "JWT_PRIVATE_KEY" in result.stderr


# MARK: The master key


@pytest.mark.parametrize("command", [["serve"], ["keys", "list"], ["keys", "rotate"]])
def test_another_master_key_is_refused(first, second, command):
    other = {"DATABASE_URL": first.database_url, "BASEKEEPER_LISTEN": "127.0.0.1:0"}
    result = first.run(*command, **other, BASEKEEPER_MASTER_KEY="another master key, as long as the one")
    assert result.returncode == 1
    assert "the master key is not the one" in result.stderr and "BASEKEEPER_MASTER_KEY" in result.stderr
    assert MASTER not in result.stderr + result.stdout
    assert get(second, VERIFY, exchange(first, first.token)).status_code == 200


def test_a_master_key_that_is_too_short_is_refused_by_its_name(first):
    result = first.run("keys", "list", DATABASE_URL=first.database_url, BASEKEEPER_MASTER_KEY="short")
    assert result.returncode == 2 and "BASEKEEPER_MASTER_KEY" in result.stderr


def test_where_nothing_is_set_a_master_key_is_made_that_its_owner_alone_can_read():
    service = Service(JWT_PRIVATE_KEY="", BASEKEEPER_MASTER_KEY="")
    try:
        token = service.seed()["demo"]["api_tokens"][0]["api_token"]
        service.start()
        issued = exchange(service, token)
        file = service.folder / "data/master.key"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_ISREG(file.stat().st_mode) and len(file.read_text().strip()) >= 32
        assert list(file.parent.glob("master.key*")) == [file]
        assert service.stop() == 0
        # The next start uses the same key; without the key there is no start.
        service.start()
        assert get(service, VERIFY, issued).status_code == 200
        assert service.stop() == 0
        assert file.read_text().strip() not in service.log.read_text()
        file.unlink()
        result = service.run("serve")
        assert result.returncode == 1 and "the master key is not the one" in result.stderr
    finally:
        service.delete()


def test_a_master_key_that_cannot_be_kept_is_not_used(service, tmp_path):
    """No file may grow, as on a full disk."""
    def no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    settings = {"DATABASE_URL": service.database_url, "BASEKEEPER_DATA_DIR": str(tmp_path), "BASEKEEPER_MASTER_KEY": "",
                "BASEKEEPER_LISTEN": "127.0.0.1:0"}
    result = subprocess.run(
        [BINARY, "serve"], env={**service.environment, **settings}, preexec_fn=no_room, capture_output=True,
        text=True, timeout=PATIENCE)
    assert result.returncode == 1 and "cannot be written" in result.stderr
    assert list(tmp_path.iterdir()) == []
