"""Backups of a service with an embedded PostgreSQL, and databases to restore them into. Files of tests import the fixtures."""

import subprocess

import pytest

from support import postgres
from support.postgres import QUIET, psql
from support.process import as_postgres, newest
from support.service import running


@pytest.fixture(scope="module")
def own():
    """A running service with an embedded PostgreSQL, which also has the tests' databases."""
    with running(JWT_PRIVATE_KEY="") as service:
        yield service


@pytest.fixture
def database(own, request):
    """A new, empty database on the same server."""
    name = "target_" + str(abs(hash(request.node.name)))
    own.psql(f"create database {name}")
    yield Database(own, name)
    own.psql(f"drop database {name} with (force)")
    assert rehearsals(own) == []


class Database:
    def __init__(self, service, name):
        self.service, self.name = service, name
        self.url = service.url_of(name)

    def run(self, *arguments, **settings):
        return self.service.run(*arguments, DATABASE_URL=self.url, **settings)

    def sql(self, script):
        return psql(self.url, script)

    def content(self):
        """The whole content of a database, as text."""
        dump = postgres.run("pg_dump", "-d", self.url)
        return [line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]

    def serving(self):
        """A service on the database."""
        return running(DATABASE_URL=self.url, JWT_PRIVATE_KEY="", BASEKEEPER_DEMO="0")


@pytest.fixture
def file(own, request):
    path = own.folder / f"{abs(hash(request.node.name))}.backup"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def backup(own, file):
    """A backup of the running service."""
    result = own.run("backup", str(file))
    assert result.returncode == 0, result.stderr
    return file


def restored(database, file, *options):
    result = database.run("restore", *options, str(file))
    assert result.returncode == 0, result.stderr
    return result.stdout


def typed(url):
    """A session that gets its statements one after the other."""
    return subprocess.Popen(
        as_postgres(newest("psql"), *QUIET, "-d", url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd="/")


def rehearsals(own):
    return own.psql("select datname from pg_database where datname like 'basekeeper_rehearsal%'").split()
