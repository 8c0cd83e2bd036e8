"""A PostgreSQL on another machine, which proves with its certificate that it is the one that is named, or is not used."""

import subprocess

import pytest

from support.postgres import Postgres
from support.process import give_away
from support.service import Service

pytestmark = pytest.mark.apart

CURVE = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


@pytest.fixture(scope="module")
def server():
    """A server that speaks TLS: by its name it is on another machine; the address spares the network."""
    server = Postgres()
    for authority in ("own", "foreign"):
        openssl(server, "req", "-x509", "-newkey", *CURVE, "-nodes", "-keyout", f"{authority}.key", "-days", "2",
                "-subj", f"/CN={authority}", "-out", f"{authority}.pem")
    yield server
    server.delete()


def openssl(server, *arguments):
    subprocess.run(["openssl", *arguments], cwd=server.folder, check=True, capture_output=True)


def prove(server, authority, name):
    """From now on, its certificate is this authority's, for this name."""
    (server.folder / "extensions").write_text(f"subjectAltName=DNS:{name}\n")
    key = server.folder / f"{authority}-{name}.key"
    openssl(server, "req", "-newkey", *CURVE, "-nodes", "-keyout", key.name, "-subj", f"/CN={name}", "-out", "request")
    openssl(server, "x509", "-req", "-in", "request", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-days", "2",
            "-CAcreateserial", "-extfile", "extensions", "-out", f"{authority}-{name}.pem")
    key.chmod(0o600)
    give_away(key)
    server.set(ssl="on", ssl_cert_file=str(key.with_suffix(".pem")), ssl_key_file=str(key))
    # A new connection has the new certificate once the postmaster has read its settings.
    server.stop()
    server.start()


@pytest.mark.parametrize(("authority", "name", "known", "reason"), [
    ("own", "db.example.com", "own", None),
    ("own", "other.example.com", "own", "does not match host name"),
    ("foreign", "db.example.com", "own", "certificate verify failed"),
    ("own", "db.example.com", "foreign", "certificate verify failed"),
    # Without sslrootcert, the system's authorities count, and this one is none of them.
    ("own", "db.example.com", None, "certificate verify failed"),
])
def test_only_the_server_that_is_named_and_vouched_for_is_used(server, authority, name, known, reason):
    prove(server, authority, name)
    url = f"postgresql://basekeeper@db.example.com:{server.port}/basekeeper?hostaddr=127.0.0.1"
    root = f"&sslrootcert={server.folder}/{known}.pem" if known else ""
    service = Service(DATABASE_URL=url + root, BASEKEEPER_DATABASE_WAIT="0")
    try:
        migrated = service.run("migrate")
        assert migrated.returncode == (1 if reason else 0), migrated.stderr
        assert (reason or "") in migrated.stderr
        served = server.rows("select to_regclass('account') is not null")
        if reason is None:
            service.start()
            encrypted = server.rows(
                "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'basekeeper'")
            assert encrypted == [["t"]] and served == [["t"]]
            assert service.stop() == 0
        else:
            started = service.run("serve")
            assert started.returncode == 1 and reason in started.stderr
    finally:
        service.delete()
