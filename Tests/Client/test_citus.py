"""What an operator runs to spread bases over several servers. Citus itself is not in Debian: here stand-ins with the names
of its functions note what they are called with, and what bases hold stays where it is."""

import shutil

import pytest

from support.postgres import Postgres, run
from support.process import ROOT, give_away
from support.rows import Program
from support.service import Service

# A table that is distributed has the method 'h', one that the coordinator only knows of 'n'.
STAND_IN = """
create table pg_dist_partition (logicalrelid regclass, partmethod text, partkey text, colocation text);
create table pg_dist_object (classid regclass, objid oid);
create table truncated (name regclass);
create function create_distributed_function(name regprocedure) returns void language sql as
  $$ insert into pg_dist_object values ('pg_proc'::regclass, name) $$;
create function create_distributed_table(name regclass, key text, colocate_with text default 'default') returns void
  language sql as $$ insert into pg_dist_partition values (name, 'h', key, colocate_with) $$;
create function citus_add_local_table_to_metadata(name regclass, cascade_via_foreign_keys boolean default false)
  returns void language sql as $$ insert into pg_dist_partition values (name, 'n') $$;
create function truncate_local_data_after_distributing_table(name regclass) returns void language sql as
  $$ insert into truncated values (name) $$;
create function undistribute_table(name regclass, cascade_via_foreign_keys boolean default false) returns void
  language sql as $$ delete from pg_dist_partition where logicalrelid = name $$;
"""


@pytest.fixture
def spread():
    """A server, and a service on it whose SQL is run by the role that serves, as with Citus."""
    server = Postgres()
    service = None
    try:
        server.psql("alter role basekeeper createrole", database="postgres")
        serving = server.url.replace("//basekeeper", "//basekeeper_service:one", 1)
        service = Service(DATABASE_URL=serving, DATABASE_OWNER_URL=server.url)
        service.seeded = service.seed()
        run("psql", "-q", "-d", server.url, "-c", STAND_IN)
        service.start()
        yield server, service
    finally:
        if service:
            service.delete()
        server.delete()


def script(server, name):
    # The user of PostgreSQL's programs may not be let into the project's folder.
    for file in (ROOT / "contrib/citus").glob("*.sql"):
        shutil.copy(file, server.folder)
        give_away(server.folder / file.name)
    return run("psql", "--no-psqlrc", "-qtAX", "-f", server.folder / name, "-d", server.url)


def views(server):
    return server.psql("select viewname, definition from pg_views where viewname like 'queried%' order by 1")


def test_all_that_bases_hold_is_spread_by_base_and_brought_back(spread):
    server, service = spread
    programs = [Program(service), Program(service)]
    for number, program in enumerate(programs):
        program.append("Table1", {"Name": f"row of {number}"})
    before, kept = views(server), [program.rows("Table1") for program in programs]
    script(server, "distribute.sql")
    spread_tables = server.rows(
        "select logicalrelid, partkey, colocation from pg_dist_partition where partmethod = 'h' order by logicalrelid::text")
    named = server.rows(
        """
        select relname from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'base_id'
        where relname like 'data\\_%' and relkind = 'r' order by 1
        """)
    assert [one[0] for one in spread_tables] == [one[0] for one in named] and len(named) >= 5
    assert {tuple(one[1:]) for one in spread_tables} == {("base_id", "default"), ("base_id", "data_base")}
    assert server.rows("select name from truncated order by name::text") == named
    assert server.psql("select count(*) from pg_dist_object") == server.psql(
        "select count(*) from pg_proc where proname like 'bk\\_%'")
    assert server.rows("select logicalrelid from pg_dist_partition where partmethod = 'n' order by logicalrelid::text") == [
        ["idempotent_answer"]]
    # All that bases hold has base_id first in each of its keys, without which nothing is spread.
    assert server.psql(
        """
        select count(*) from pg_index join pg_class on pg_class.oid = indrelid
        join pg_attribute on attrelid = indrelid and attnum = indkey[0]
        where relname like 'data\\_%' and indisunique and attname <> 'base_id'
        """) == "0"

    # Clients' SQL sees the rows of its own base alone, although the views show all.
    assert views(server) != before
    for number, program in enumerate(programs):
        assert program.select("SELECT Name FROM Table1") == [{"Name": f"row of {number}"}]
        assert program.select("SELECT COUNT(*) FROM Table1") == [{"COUNT(*)": 1}]
    script(server, "distribute.sql")
    assert server.psql("select count(*) from pg_dist_partition") == str(len(named) + 1)

    script(server, "undistribute.sql")
    assert views(server) == before and server.psql("select count(*) from pg_dist_partition") == "0"
    assert [program.rows("Table1") for program in programs] == kept
    assert programs[0].select("SELECT Name FROM Table1") == [{"Name": "row of 0"}]
