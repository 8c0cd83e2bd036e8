"""Backups: made beside the service, checked, restored; and those that are refused without a change."""

import contextlib
import random
import signal
import stat
import subprocess
import zlib

import pytest

from support.backups import backup, database, file, own, rehearsals, restored, typed
from support.http import EXCHANGE, VERIFY, call, get
from support.process import BINARY, PATIENCE, ROOT, as_postgres, newest, wait_until
from support.service import MASTER_KEY, Service, running
from support.team import token
from support.threads import Workers

pytestmark = pytest.mark.apart


def signed_in(own):
    """The demo team's member: their account token, and the path of their base's API tokens."""
    me = token(own, own.seeded["demo"]["member"]["email"], own.seeded["demo"]["member"]["password"])
    listed = get(own, "/api/v2.1/workspaces/", me).json()["workspace_list"]
    mine = next(one for one in listed if any(base["name"] == "Customers" for base in one.get("table_list", [])))
    return me, f"/api/v2.1/workspace/{mine['id']}/dtable/Customers/api-tokens/"


def make(own, me, path, name):
    answer = call(own, "POST", path, me, data={"app_name": name, "permission": "rw"})
    assert answer.status_code == 201, answer.text
    return answer.json()["api_token"]


def delete(own, me, path, name):
    answer = call(own, "DELETE", f"{path}{name}/", me)
    assert answer.status_code == 200, answer.text


# MARK: What is restored


def test_what_was_is_there_again_and_what_was_ended_before_is_not(own, database, file):
    me, path = signed_in(own)
    kept, ended = make(own, me, path, "kept"), make(own, me, path, "ended")
    delete(own, me, path, "ended")
    made = own.run("backup", str(file))
    assert made.returncode == 0 and f"{file}: {file.stat().st_size} bytes." in made.stdout
    assert "restoring needs the master key" in made.stderr and MASTER_KEY not in made.stdout + made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    later = make(own, me, path, "later")
    issued = get(own, EXCHANGE, kept).json()["access_token"]
    delete(own, me, path, "kept")
    assert get(own, EXCHANGE, kept).status_code == 403

    said = restored(database, file)
    assert "audit logs are unchanged, and the master key fits" in said
    assert " UTC: what was deleted, revoked or changed later is back as it was" in said
    assert "logs are unchanged" in database.run("audit", "verify").stdout
    with database.serving() as service:
        assert get(service, EXCHANGE, kept).status_code == 200
        assert get(service, VERIFY, issued).status_code == 200
        assert get(service, "/api2/account/info/", me).status_code == 200
        assert get(service, EXCHANGE, ended).status_code == 403
        assert get(service, EXCHANGE, later).status_code == 403
        make(service, me, path, "after")  # keys, counters and the audit log continue
    assert "logs are unchanged" in database.run("audit", "verify").stdout


def test_an_embedded_database_that_is_lost_is_made_anew(own, backup):
    other = Service(JWT_PRIVATE_KEY="")
    try:
        result = other.run("restore", str(backup))
        assert result.returncode == 0, result.stderr
        assert other.postmaster is None
        other.start()
        assert get(other, EXCHANGE, own.seeded["demo"]["api_tokens"][0]["api_token"]).status_code == 200
        refused = other.run("restore", "--replace", str(backup))
        assert refused.returncode == 1 and "another process uses" in refused.stderr
        assert other.stop() == 0
    finally:
        other.delete()


def test_a_backup_goes_through_pipes(own, database):
    made = subprocess.run([BINARY, "backup", "-"], env=own.environment, capture_output=True, timeout=PATIENCE)
    assert made.returncode == 0 and made.stdout.startswith(b"PGDMP")
    done = subprocess.run(
        [BINARY, "restore", "-"], env={**own.environment, "DATABASE_URL": database.url}, input=made.stdout,
        capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


def test_a_backup_of_a_database_that_is_written_to_is_of_one_moment(own, database, file):
    me, path = signed_in(own)
    written = [0]

    def write(_):
        make(own, me, path, f"load {written[0]}")
        written[0] += 1

    with Workers(write) as writer:
        for _ in range(2):
            before = written[0]
            writer.wait_until(lambda: written[0] > before + 5)
            start = written[0]
            assert own.run("backup", str(file)).returncode == 0
            end = written[0] + 1
            result = database.run("restore", "--replace", str(file))
            assert result.returncode == 0, result.stderr
            found = int(database.sql("select count(*) from api_token where app_name like 'load %'"))
            assert start <= found <= end
            # What the triggers wrote is consistent.
            assert found == int(database.sql(
                """
                select count(*) from audit_log
                where operation = 'api_token_create' and detail ->> 'name' like 'load %'
                """))
            assert database.sql("select sum(live) from api_token_tally") == database.sql(
                "select count(*) from api_token where revoked_at is null and team_id is not null")


def test_replacing_tells_what_is_lost_and_can_end_what_lives_again(own, database, backup):
    restored(database, backup)
    with database.serving() as service:
        me, path = signed_in_at(service, own)
        secret = make(service, me, path, "revived")
        issued = get(service, EXCHANGE, secret).json()["access_token"]
        first = service.folder / "first.backup"
        assert service.run("backup", str(first)).returncode == 0
        delete(service, me, path, "revived")
        refused = database.run("restore", "--replace", str(first))
        assert refused.returncode == 1 and "stop all copies of the service" in refused.stderr
        assert service.stop() == 0
        said = restored(database, first, "--replace", "--end-sessions")
        lost = [line for line in said.splitlines() if line.startswith("  ")]
        assert any("token" in line and "delete" in line and "revived" in line for line in lost), said
        assert secret not in said
        assert "All account tokens were ended" in said and "All base tokens were ended" in said
        service.start()
        assert get(service, EXCHANGE, secret).status_code == 200
        assert get(service, VERIFY, issued).status_code == 403
        assert get(service, "/api2/account/info/", me).status_code == 401


def signed_in_at(service, own):
    service.seeded = own.seeded
    return signed_in(service)


# MARK: Versions


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(own, database, file):
    files = sorted((ROOT / "Migrations").glob("[0-9]*.sql"))
    database.sql("create table schema_migration (name text primary key, checksum bytea not null,"
                 " applied_at timestamptz not null default now())")
    for migration in files[:-1]:
        text = migration.read_text()
        database.sql(text)
        database.sql(
            f"insert into schema_migration values ('{migration.name}', sha256(convert_to($file${text}$file$, 'UTF8')))")
    before = database.content()
    assert database.run("backup", str(file)).returncode == 0
    assert database.content() == before, "a backup has changed the database"
    said = restored(database, file, "--replace")
    assert f"upgraded to this version: {files[-1].name}" in said
    assert database.run("migrate").stdout == "The database was up to date already.\n"


def test_a_backup_of_a_newer_version_is_refused(own, database, backup, file):
    restored(database, backup)
    database.sql("insert into schema_migration (name, checksum) values ('9999-later.contract.sql', '')")
    assert database.run("backup", str(file)).returncode == 0
    refused = own.run("restore", "--check", str(file))
    assert refused.returncode == 1 and "9999-later.contract.sql" in refused.stderr


# MARK: What is refused


def within_data(dump):
    """The middle of the longest piece of data, which is compressed; pg_dump has no checksum around the data."""
    pieces = []
    for at in range(len(dump)):
        if dump[at:at + 2] == b"\x78\x9c":
            reader = zlib.decompressobj()
            with contextlib.suppress(zlib.error):
                reader.decompress(dump[at:])
            if reader.eof:
                pieces.append((len(dump) - at - len(reader.unused_data), at))
    length, at = max(pieces)
    return at + length // 2


def test_a_broken_or_foreign_file_changes_nothing(own, database, backup):
    whole = backup.read_bytes()
    place = within_data(whole)
    own.psql("create database foreign_one")
    dump = as_postgres(newest("pg_dump"), "--format=custom", "-d", own.url_of("foreign_one"))
    foreign = subprocess.run(dump, check=True, capture_output=True, cwd="/").stdout
    own.psql("drop database foreign_one")
    broken = {
        "empty": b"", "a text": b"select 1;\n" * 1000, "its first bytes": whole[:100],
        "all but the end": whole[:-200],
        "another byte": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:], "another database": foreign,
    }
    for number in range(1, 4):
        at = random.Random(number).randrange(len(whole) - 100)
        broken[f"another byte at {at}"] = whole[:at] + bytes([whole[at] ^ 1 << number]) + whole[at + 1:]
    nothing = database.content()
    for what in ("all but the end", "another byte"):
        backup.write_bytes(broken[what])
        assert database.run("restore", str(backup)).returncode == 1, what
        assert database.content() == nothing, what

    backup.write_bytes(whole)
    restored(database, backup)
    database.sql("create table something_else (id int)")
    before = database.content()
    for what, content in broken.items():
        backup.write_bytes(content)
        refused = database.run("restore", "--replace", str(backup))
        assert refused.returncode == 1 and refused.stderr, (what, refused.stdout)
    assert database.content() == before


def test_a_backup_without_a_checksum_is_taken_with_a_warning(database, backup):
    """As earlier versions wrote them."""
    whole = backup.read_bytes()
    backup.write_bytes(whole[:whole.rindex(b"\nbasekeeper-sha256 ")])
    result = database.run("restore", str(backup))
    assert result.returncode == 0 and "without a checksum" in result.stderr


def test_another_master_key_is_refused_with_an_explanation(own, database, backup):
    nothing = database.content()
    other = {"BASEKEEPER_MASTER_KEY": "another master key, as long as the one"}
    refused = database.run("restore", str(backup), **other)
    assert refused.returncode == 1 and "the master key is not the one" in refused.stderr
    assert database.content() == nothing
    missing = database.run(
        "restore", str(backup), BASEKEEPER_MASTER_KEY="", BASEKEEPER_DATA_DIR=str(own.folder / "none"))
    assert missing.returncode == 1 and "the master key of this backup is missing" in missing.stderr
    assert database.content() == nothing and not (own.folder / "none").exists()

    restored(database, backup)
    before = database.content()
    assert database.run("restore", "--replace", str(backup), **other).returncode == 1
    assert database.content() == before


def test_an_audit_log_that_was_touched_is_refused(own, database, backup, file):
    restored(database, backup)
    database.sql("set session_replication_role = replica; update audit_log set operation = 'nothing' where id = 3")
    assert database.run("backup", str(file)).returncode == 0
    before = database.content()
    refused = database.run("restore", "--replace", str(file))
    assert refused.returncode == 1 and "is broken at entry" in refused.stderr
    assert database.content() == before


def test_a_database_that_is_not_empty_is_refused(own, database, backup):
    database.sql("create table something_else (id int)")
    before = database.content()
    refused = database.run("restore", str(backup))
    assert refused.returncode == 1 and "--replace" in refused.stderr
    assert database.content() == before
    refused = database.run("backup", str(own.folder / "none.backup"))
    assert refused.returncode == 1 and not (own.folder / "none.backup").exists()


def test_what_a_newer_version_has_made_goes_with_the_database_that_is_replaced(own, database, backup):
    restored(database, backup)
    before = database.content()
    database.sql(
        """
        create type form as (id bigint);
        create type color as enum ('red');
        create domain positive as int;
        create function forms(color) returns setof form language sql as 'select id from account';
        create view later as select * from forms('red');
        create materialized view latest as select * from later;
        """)
    assert database.content() != before
    restored(database, backup, "--replace")
    assert database.content() == before
    assert database.sql("select to_regtype('form'), to_regtype('color'), to_regtype('positive')") == "||"


def test_a_backup_that_is_interrupted_leaves_the_one_before(own, file):
    file.write_text("the one before")
    holder = typed(own.database_url)
    try:
        holder.stdin.write("begin; lock table seed in access exclusive mode; select 'locked';\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "locked\n"
        process = subprocess.Popen(
            [BINARY, "backup", str(file)], env=own.environment, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: dumps(own, "wait_event_type = 'Lock'") == "1", process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1 and "pg_dump failed" in errors
    finally:
        holder.stdin.close()
        holder.wait(PATIENCE)
    assert file.read_text() == "the one before"
    assert list(own.folder.glob("*.part")) == []
    wait_until(lambda: dumps(own) == "0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_check_that_is_interrupted_leaves_no_database(own, database, backup, number):
    process = subprocess.Popen(
        [BINARY, "restore", "--check", str(backup)], env={**own.environment, "DATABASE_URL": database.url},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: rehearsals(own), process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE)
    # If it comes too late for the programs, the restore may have succeeded. In either case nothing is left behind.
    assert process.returncode in (0, 1), errors
    assert rehearsals(own) == []


def test_who_comes_during_the_rehearsal_is_not_overrun(own, database, backup):
    """Otherwise, what they write would be lost and not listed."""
    restored(database, backup)
    database.sql("create table theirs (number integer)")
    process = subprocess.Popen(
        [BINARY, "restore", "--replace", str(backup)], env={**own.environment, "DATABASE_URL": database.url},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: rehearsals(own), process)  # nobody was connected when it looked
    process.send_signal(signal.SIGSTOP)  # it does not look again before they are connected
    with typed(database.url) as session:
        session.stdin.write("insert into theirs values (1) returning number;\n")
        session.stdin.flush()
        assert session.stdout.readline() == "1\n"
        process.send_signal(signal.SIGCONT)
        _, errors = process.communicate(timeout=PATIENCE)
        session.stdin.close()
    assert process.returncode == 1 and "the database is in use" in errors and "nothing was restored" in errors
    assert database.sql("select number from theirs") == "1"


def dumps(own, condition="true"):
    """How many programs are making a dump."""
    return own.psql(f"select count(*) from pg_stat_activity where application_name = 'pg_dump' and {condition}")


def test_the_commands_tell_what_they_need(own, file):
    needed = ((["backup"], "FILE"), (["restore"], "FILE"), (["restore", "--check", "--replace", "x"], "--check"))
    for words, missing in needed:
        refused = own.run(*words)
        assert refused.returncode == 2 and missing in refused.stderr
    assert own.run("backup", "/nowhere/file").returncode == 1
    lost = own.run("backup", str(file), BASEKEEPER_DATA_DIR=str(own.folder / "none"))
    assert lost.returncode == 1 and "there is no database" in lost.stderr and not (own.folder / "none").exists()
    assert own.run("restore", "/nowhere/file").returncode == 1
    old = own.run("backup", str(file), BASEKEEPER_PG_BIN="/usr/bin/nowhere")
    assert old.returncode == 1 and "BASEKEEPER_PG_BIN" in old.stderr and not file.exists()
    for name in ("backup", "restore"):
        assert f"Usage: basekeeper {name}" in own.run(name, "--help").stdout
