"""One useless server among several does not keep the service from the others, wherever it is in the URL."""

import contextlib
import socket
import threading

import pytest

from support.http import call, get
from support.ports import free_port
from support.postgres import Postgres, url_of_either
from support.process import wait_until
from support.service import Service
from support.team import PASSWORD, root_token

pytestmark = pytest.mark.apart


@pytest.fixture(scope="module")
def good():
    server = Postgres()
    yield server
    server.delete()


@contextlib.contextmanager
def full(_):
    """A server with free connection slots only for its superuser (53300)."""
    server = Postgres()
    server.psql("alter role basekeeper connection limit 0")
    yield server.port
    server.delete()


@contextlib.contextmanager
def closing(_):
    """Accepts connections and closes them at once, as a proxy does before it knows a server."""
    with socket.create_server(("127.0.0.1", free_port())) as listener:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    listener.accept()[0].close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextlib.contextmanager
def without_the_role(_):
    """A server that refuses the role."""
    server = Postgres()
    server.psql("alter role basekeeper nologin")
    yield server.port
    server.delete()


@contextlib.contextmanager
def following(good):
    """A standby, which accepts no writes."""
    server = Postgres(good)
    yield server.port
    server.delete()


@pytest.mark.parametrize("bad", [full, closing, without_the_role, following])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_copy_comes_up_with_the_one_good_server(good, bad, is_first):
    with bad(good) as port:
        ports = [port, good.port] if is_first else [good.port, port]
        service = Service(DATABASE_URL=url_of_either(*ports))
        try:
            service.start()
            assert service.answers("/readyz")
            assert service.run("audit", "verify").returncode == 0
            assert service.stop() == 0
        finally:
            service.delete()


def test_where_no_server_is_of_use_the_reason_names_each(good):
    with closing(good) as one, full(good) as other:
        service = Service(DATABASE_URL=f"postgresql://basekeeper@127.0.0.1:{one},127.0.0.1:{other}/basekeeper")
        told = service.run("audit", "verify")
        assert told.returncode != 0
        assert f"port {one} failed" in told.stderr and f"port {other} failed" in told.stderr, told.stderr
        service.delete()


def test_a_server_that_takes_writes_may_be_asked_for_by_the_environment(good):
    service = Service(DATABASE_URL=good.url, PGTARGETSESSIONATTRS="read-write")
    try:
        service.start()
        assert root_token(service)
        assert service.stop() == 0
    finally:
        service.delete()


def test_a_server_that_has_become_a_standby_is_read_from_and_takes_no_writes():
    server = Postgres()
    service = Service(DATABASE_URL=server.url)
    try:
        service.start()
        root, path = root_token(service), "/api/v2.1/admin/organizations/"
        server.stop()
        (server.data / "standby.signal").touch()
        server.start()
        wait_until(lambda: get(service, path, root).status_code == 200)
        team = {"org_name": "Late", "admin_email": "late@example.com", "admin_name": "Lea", "password": PASSWORD}
        refused = call(service, "POST", path, root, json=team)
        assert refused.status_code == 503 and "Retry-After" in refused.headers, refused.text
        server.promote()
        wait_until(lambda: call(service, "POST", path, root, json=team).status_code == 200)
        assert service.stop() == 0
    finally:
        service.delete()
        server.delete()


def test_a_server_on_another_machine_must_prove_itself_with_tls(good):
    """By its name it is on another machine; the address spares the network."""
    elsewhere = f"postgresql://basekeeper@db.example.com:{good.port}/basekeeper?hostaddr=127.0.0.1"
    service = Service(DATABASE_URL=elsewhere, BASEKEEPER_DATABASE_WAIT="0")
    try:
        refused = service.run("migrate")
        assert refused.returncode == 1
        assert "SSL" in refused.stderr and "add sslmode=disable to DATABASE_URL" in refused.stderr
        service.environment["DATABASE_URL"] = elsewhere + "&sslmode=disable"
        migrated = service.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        service.environment |= {"DATABASE_URL": elsewhere, "PGSSLMODE": "disable"}
        assert service.run("migrate").returncode == 0
    finally:
        service.delete()
