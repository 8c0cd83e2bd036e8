"""The service over TLS, with a certificate of its own, whose files change."""

import contextlib
import datetime
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from seatable_api import Account, Base

from support.health import health_of
from support.http import SIGN_IN, exchange
from support.process import BINARY, PATIENCE, wait_until
from support.service import Service

pytestmark = [pytest.mark.apart, pytest.mark.in_order]  # of the certificates


class Authority:
    """A root certificate that clients know, and an intermediate one that they do not."""

    def __init__(self, folder):
        self.folder = folder
        self.run("req", "-x509", *self.key("root"), "-days", "2", "-subj", "/CN=Root", "-out", "root.pem")
        self.sign("middle", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        self.root = str(folder / "root.pem")

    def issue(self, name, kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """A certificate for 127.0.0.1 with its chain, and its key."""
        self.sign(name, "middle", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n", kind)
        chain = self.folder / f"{name}-chain.pem"
        chain.write_text((self.folder / f"{name}.pem").read_text() + (self.folder / "middle.pem").read_text())
        return chain, self.folder / f"{name}.key"

    def sign(self, name, issuer, extensions, kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        (self.folder / "extensions").write_text(extensions)
        self.run("req", *self.key(name, kind), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-days", "2",
                 "-CAcreateserial", "-extfile", "extensions", "-out", f"{name}.pem")

    def key(self, name, kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        return ["-newkey", *kind, "-nodes", "-keyout", f"{name}.key"]

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"))
    before = os.environ.get("REQUESTS_CA_BUNDLE")
    os.environ["REQUESTS_CA_BUNDLE"] = authority.root
    yield authority
    os.environ.pop("REQUESTS_CA_BUNDLE")
    if before:
        os.environ["REQUESTS_CA_BUNDLE"] = before


@pytest.fixture(scope="module")
def secure(authority):
    """A service that speaks TLS, with a certificate that may be replaced."""
    chain, key = authority.folder / "in-use.pem", authority.folder / "in-use.key"
    service = Service(BASEKEEPER_TLS_CERTIFICATE=str(chain), BASEKEEPER_TLS_KEY=str(key))
    service.url = service.url.replace("http:", "https:")
    service.install = lambda pair: [new.replace(old) for new, old in zip(copies(pair), (chain, key))]
    service.install(authority.issue("first"))
    service.seeded = service.seed()
    service.start()
    yield service
    assert service.stop() == 0
    service.delete()


def copies(pair):
    """Copies of the files, to be renamed over others."""
    made = [path.with_suffix(path.suffix + ".new") for path in pair]
    for path, copy in zip(pair, made):
        copy.write_bytes(path.read_bytes())
    return made


def shown(service, authority):
    """The name in the certificate that a new client gets, after verifying its chain."""
    context = ssl.create_default_context(cafile=authority.root)
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            return dict(pair[0] for pair in client.getpeercert()["subject"])["commonName"]


def logged(service, part):
    """The log lines whose message or reason contains this."""
    return [line for line in service.events() if part in line["message"] or part in (line.get("reason") or "")]


def test_the_health_check_speaks_tls_where_the_service_does(secure):
    assert secure.run("healthcheck").stdout == "ready\n"
    assert secure.run("healthcheck", "--live").stdout == "alive\n"
    plain = secure.run("healthcheck", BASEKEEPER_TLS_CERTIFICATE="", BASEKEEPER_TLS_KEY="")
    assert plain.returncode == 1 and "status 400" in plain.stderr


def test_the_health_check_finds_out_who_speaks_no_tls(secure):
    _, error = health_of(secure, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert "TLS" in error


def test_the_official_client_works_over_tls(secure):
    person = secure.seeded["demo"]["member"]
    account = Account(person["email"], person["password"], secure.url)
    account.auth()
    account.load_account_info()
    table = account.add_base("Over TLS")
    assert account.get_base(table["workspace_id"], "Over TLS").get_metadata()
    base = Base(secure.seeded["demo"]["api_tokens"][0]["api_token"], secure.url)
    base.auth()
    assert base.dtable_server_url.startswith(secure.url)


def test_who_does_not_know_the_authority_is_warned(secure, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(secure.url + "/healthz", timeout=10)


def test_bodies_are_taken_up_to_their_limit(secure):
    token = secure.seeded["demo"]["api_tokens"][0]["api_token"]
    for size, status in [(60_000, 400), (70_000, 413), (2_000_000, 413), (50_000_000, 413)]:
        answer = requests.post(
            secure.url + SIGN_IN, data=b"username=" + b"x" * size, timeout=30,
            headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == status, size
    assert exchange(secure, token).status_code == 200


@pytest.mark.parametrize(
    "options, protocol, cipher",
    [
        (["-tls1_3"], "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
        (["-tls1_2"], "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], "TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305"),
        (["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], None, None),
        (["-tls1", "-cipher", "ALL@SECLEVEL=0"], None, None),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"], None, None),
    ],
)
def test_openssl_finds_good_protocols_and_ciphers_and_no_others(secure, authority, options, protocol, cipher):
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-CAfile", authority.root,
         "-verify_return_error", "-verify_hostname", "localhost", "-alpn", "h2,http/1.1", *options],
        input=b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", capture_output=True, timeout=PATIENCE)
    output = result.stdout.decode(errors="replace")
    if protocol is None:
        assert result.returncode != 0
        assert "Cipher is (NONE)" in output
    else:
        assert f"New, {protocol}, Cipher is {cipher}" in output
        assert "Verification: OK" in output and "Verified peername: localhost" in output
        assert "ALPN protocol: http/1.1" in output


def test_browsers_are_told_to_stay_with_tls(secure):
    answer = requests.get(secure.url + "/healthz", timeout=10)
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_plain_http_is_not_spoken_there_and_who_tries_is_told_so(secure):
    connection = http.client.HTTPConnection("127.0.0.1", secure.port, timeout=PATIENCE)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 400 and answer.headers["X-Request-Id"]
    assert "https" in json.loads(answer.read())["error_msg"]


class Records:
    """A client that sends TLS records in pieces of its own choice."""

    def __init__(self, service, authority):
        self.socket = socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)
        self.received, self.sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=authority.root)
        self.tls = context.wrap_bio(self.received, self.sent, server_hostname="127.0.0.1")

    def step(self, do):
        """Does something that may have to receive first."""
        while True:
            try:
                return do()
            except ssl.SSLWantReadError:
                self.socket.sendall(self.sent.read())
                self.received.write(self.socket.recv(65536))

    def record(self, text):
        """The record with this text."""
        self.tls.write(text)
        return self.sent.read()

    def answers(self, count):
        """As many status lines."""
        text = b""
        while text.count(b"HTTP/1.1 200 OK") < count:
            text += self.step(lambda: self.tls.read(65536))
        return text


def check_that_all_are_served(service):
    """Asks on so many connections that each loop has some."""
    for _ in range(16):
        assert requests.get(service.url + "/healthz", timeout=PATIENCE).status_code == 200


ASKED = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("before", [b"", ASKED, ASKED[:20]], ids=["nothing", "a request", "a part of a request"])
@pytest.mark.parametrize("cut", [1, 4, 5, 20, -1])
def test_a_part_of_a_record_holds_up_nobody(secure, authority, before, cut):
    client = Records(secure, authority)
    client.step(client.tls.do_handshake)
    whole = client.record(before) if before else b""
    record = client.record(ASKED[20:] if before == ASKED[:20] else ASKED)
    client.socket.sendall(whole + record[:cut])
    check_that_all_are_served(secure)
    client.socket.sendall(record[cut:])
    client.answers(2 if before == ASKED else 1)
    client.socket.close()


@pytest.mark.parametrize("cut", [1, 5, 20, -1])
def test_a_part_of_a_handshake_holds_up_nobody(secure, authority, cut):
    client = Records(secure, authority)
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.do_handshake()
    hello = client.sent.read()
    client.socket.sendall(hello[:cut])
    check_that_all_are_served(secure)
    client.socket.sendall(hello[cut:])
    client.step(client.tls.do_handshake)
    client.socket.sendall(client.record(ASKED))
    client.answers(1)
    client.socket.close()


@pytest.mark.parametrize("size, is_taken", [(100, True), (1, False)])
def test_a_handshake_in_too_many_records_is_refused(secure, authority, size, is_taken):
    client = Records(secure, authority)
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.do_handshake()
    hello = client.sent.read()[5:]
    parts = [hello[place:place + size] for place in range(0, len(hello), size)]
    client.socket.sendall(b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in parts))
    if is_taken:
        client.step(client.tls.do_handshake)
    else:
        with contextlib.suppress(ConnectionResetError):
            assert client.socket.recv(10) == b""
    client.socket.close()


@pytest.mark.parametrize("count, is_taken", [(20, True), (100, False)])
def test_whoever_does_nothing_but_change_keys_is_cut(secure, authority, count, is_taken):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-CAfile", authority.root, "-tls1_3"]
    with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0) as client:
        with contextlib.suppress(BrokenPipeError):
            for _ in range(count):
                client.stdin.write(b"k\n")
                while (line := client.stdout.readline()) and b"KEYUPDATE" not in line:
                    pass
            client.stdin.write(ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert (b"200 OK" in client.stdout.read()) == is_taken


def test_a_flood_of_handshakes_that_fail_has_few_lines_in_the_log(secure):
    """Each costs the client nothing, so the log has the first at once, and then a count."""
    address = "127.0.0.2"  # no other test calls from there

    def failures():
        lines = [line for line in logged(secure, "security") if line["event"] == "handshake_failed"]
        return [line for line in lines if line["address"] == address]

    for _ in range(50):
        with socket.create_connection(("127.0.0.1", secure.port), PATIENCE, (address, 0)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while client.recv(1000):
                pass
    wait_until(lambda: sum(line["count"] for line in failures()) == 50)
    # One at once for each loop, and one with the count; twice, if an interval ended meanwhile.
    assert len(failures()) <= 4 * os.cpu_count()
    assert all(line["reason"] == "failed" for line in failures())


def test_a_certificate_is_replaced_while_connections_are_open(secure, authority):
    context = ssl.create_default_context(cafile=authority.root)
    before = http.client.HTTPSConnection("127.0.0.1", secure.port, timeout=PATIENCE, context=context)
    before.request("GET", "/healthz")
    assert before.getresponse().read()
    socket_before = before.sock
    old = shown(secure, authority)
    secure.install(authority.issue("second", ("rsa:2048",)))
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: shown(secure, authority) == "second", secure.process)
    assert old != "second"
    before.request("GET", "/healthz")
    assert before.getresponse().status == 200
    assert before.sock is socket_before
    before.close()


def test_a_certificate_that_is_renewed_is_found_without_being_told(secure, authority):
    secure.install(authority.issue("third"))
    wait_until(lambda: shown(secure, authority) == "third", secure.process)


def test_files_that_cannot_be_used_change_nothing(secure, authority):
    before = shown(secure, authority)
    chain, _ = authority.issue("fourth")
    _, key = authority.issue("fifth")
    secure.install((chain, key))
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(secure, "BASEKEEPER_TLS_KEY"), secure.process)
    assert "is not the certificate's key" in logged(secure, "BASEKEEPER_TLS_KEY")[0]["reason"]
    assert shown(secure, authority) == before
    secure.install((chain, chain.parent / "fourth.key"))
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: shown(secure, authority) == "fourth", secure.process)


def test_an_expired_certificate_is_used_with_a_warning(secure, authority):
    day = datetime.timedelta(days=1)
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=expired")
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - 3 * day).not_valid_after(now - day).sign(key, hashes.SHA256()))
    pair = authority.folder / "expired.pem", authority.folder / "expired.key"
    pair[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pair[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    secure.install(pair)
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(secure, "expired on"), secure.process)
    assert f"{now - day:%Y-%m-%d}" in logged(secure, "expired on")[0]["reason"]
    secure.install(authority.issue("sixth"))
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(logged(secure, "certificate read")) > 1 and secure.answers("/healthz"), secure.process)


@pytest.mark.parametrize(
    "chain, key, named, reason",
    [
        ("good", None, "BASEKEEPER_TLS_KEY", "is not set"),
        (None, "good", "BASEKEEPER_TLS_CERTIFICATE", "is not set"),
        ("missing", "good", "BASEKEEPER_TLS_CERTIFICATE", "cannot read"),
        ("good", "missing", "BASEKEEPER_TLS_KEY", "cannot read"),
        ("good", "other", "BASEKEEPER_TLS_KEY", "is not the certificate's key"),
        ("good", "locked", "BASEKEEPER_TLS_KEY", "is encrypted with a password"),
        ("good", "chain", "BASEKEEPER_TLS_KEY", "no key"),
        ("good", "weak", "BASEKEEPER_TLS_KEY", "is an RSA key of 1024 bits: it needs 2048"),
        ("key", "good", "BASEKEEPER_TLS_CERTIFICATE", "no certificate"),
    ],
)
def test_wrong_files_are_refused_at_the_start_by_the_name_of_their_variable(authority, chain, key, named, reason):
    chains = {"good": authority.issue("good")[0], "key": authority.folder / "good.key"}
    keys = {"good": authority.folder / "good.key", "other": authority.folder / "middle.key",
            "locked": authority.folder / "locked.key", "chain": chains["good"], "weak": authority.folder / "weak.key"}
    authority.run("genrsa", "-out", "weak.key", "1024")
    authority.run("pkey", "-in", "good.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key")
    environment = dict(os.environ)
    if chain:
        environment["BASEKEEPER_TLS_CERTIFICATE"] = str(chains.get(chain, "/nowhere/chain.pem"))
    if key:
        environment["BASEKEEPER_TLS_KEY"] = str(keys.get(key, "/nowhere/key.pem"))
    result = subprocess.run([BINARY, "serve"], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 2
    assert f"{named}: " in result.stderr and reason in result.stderr and result.stdout == ""
