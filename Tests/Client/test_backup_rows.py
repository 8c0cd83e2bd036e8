"""Backups of what bases hold, and of databases that are spread over several servers."""

import urllib.parse

import pytest

from support.backups import backup, database, file, own, restored, typed
from support.rows import Program

pytestmark = pytest.mark.apart

DATA_TABLES = ["data_base", "data_table", "data_row", "data_link", "data_operation"]


def test_what_bases_hold_is_restored(own, database, file):
    """Tables, rows, links, locks, and what was done; and a copy that serves them numbers and locks on."""
    program = Program(own)
    program.new_table("Orders", ("No", "auto-number", {"format": "0000", "digits": 4}), ("Name", "text"))
    link = program.new_column("Orders", "Others", "link", {"table": "Orders", "other_table": "Table1"})["data"]["link_id"]
    rows = program.append("Orders", {"Name": "Zoë \\ \t 名"}, {"Name": "second"})
    program.ask("PUT", "lock-rows/", {"table_name": "Orders", "row_ids": rows[:1]})
    program.link("POST", link, "Orders", "Table1", **{rows[1]: program.append("Table1", {"Name": "a"}, {"Name": "b"})})
    before = program.metadata(), program.rows("Orders")
    assert own.run("backup", str(file)).returncode == 0
    kept = {table: own.psql(f"select * from {table} order by 1, 2, 3") for table in DATA_TABLES}
    assert all(kept.values())
    checked = database.run("restore", "--check", str(file))
    assert checked.returncode == 0 and f"rows: {own.psql('select count(*) from data_row')}," in checked.stdout
    program.delete("Orders", rows[1])
    program.new_column("Orders", "Later", "text")

    restored(database, file)
    assert {table: database.sql(f"select * from {table} order by 1, 2, 3") for table in DATA_TABLES} == kept
    with database.serving() as service:
        program.service = service
        assert (program.metadata(), program.rows("Orders")) == before
        assert program.row("Orders", *program.append("Orders", {"Name": "third"}))["No"] == "0003"
        assert program.update("Orders", **{rows[0]: {"Name": "first"}}) == {"success": True}


# MARK: Citus


def test_the_sessions_that_citus_keeps_open_are_not_in_the_way(own, database, backup):
    """They have this name; the extension itself is not needed for that."""
    restored(database, backup)
    for name, status in [("citus_internal gpid=10000000123", 0), ("somebody else's citus_internal gpid=1", 1)]:
        with typed(f"{database.url}&application_name={urllib.parse.quote(name)}") as session:
            session.stdin.write("select 'connected';\n")
            session.stdin.flush()
            assert session.stdout.readline() == "connected\n"
            result = database.run("restore", "--replace", str(backup))
            session.stdin.close()
        assert result.returncode == status, result.stderr
        assert status == 0 or "the database is in use" in result.stderr


def test_the_extensions_of_citus_are_left_to_the_server(own, database, backup, file):
    """A backup of a database that has them is restored where nobody may make them."""
    restored(database, backup)
    before = database.content()
    # As far as pg_dump sees, the database has them. The server does not.
    database.sql(
        """
        set allow_system_table_mods = on;
        insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        select 60000 + number, name, 10, 'pg_catalog'::regnamespace, false, '13.0-5'
        from unnest(array['citus_columnar', 'citus']) with ordinality as extension (name, number);
        comment on extension citus is 'Citus distributed database';
        """)
    assert database.run("backup", str(file)).returncode == 0
    database.sql("set allow_system_table_mods = on; delete from pg_extension where extname like 'citus%'")
    assert b"citus_columnar" in file.read_bytes()
    checked = database.run("restore", "--check", str(file))
    assert checked.returncode == 0, checked.stderr
    restored(database, file, "--replace")
    assert database.content() == before
