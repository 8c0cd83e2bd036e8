"""Revocation is immediate: no replica accepts a token in a request that begins after the answer to its revocation."""

import array
import collections
import hashlib
import itertools
import multiprocessing
import os
import random
import time
import urllib.parse

import pytest

from support import hammer
from support.generate import secret
from support.http import EXCHANGE, REVOKE, Line
from support.process import PATIENCE, wait_until
from support.service import pair
from support.team import root_token
from support.threads import at_once

REVOCATIONS = int(os.environ.get("REVOCATIONS", "10000"))
CONNECTIONS, PROCESSES, REVOKERS, TEAMS = 64, 2, 24, 4
# Requests of the hammer per revocation: revocations wait for it.
PACE = 8
# Per hundred revocations. The two slow kinds each end a base or a person of their own.
WAYS = {"revoke": 40, "delete": 40, "rotate": 8, "lower": 8, "trash": 2, "deactivate": 2}


@pytest.fixture(scope="module")
def replicas():
    """Two services on one database."""
    with pair(BASEKEEPER_LOG_LEVEL="warning") as services:
        yield services


class Revocation:
    """A revocation: how to do it, and what it ends."""

    def __init__(self, number, way, team, admin, base, uuid, place, token, user, account_token):
        self.number, self.way, self.team, self.admin = number, way, team, admin
        self.base, self.uuid, self.place, self.token, self.user = base, uuid, place, token, user
        self.account_token, self.base_token = account_token, None

    def prepare(self, line):
        """Gets the tokens that it will end; returns the hammer's target."""
        if self.way == "deactivate":
            base = f"/api/v2.1/workspace/{self.place}/dtable/{urllib.parse.quote(self.base)}/"
            self.base_token = line.call("GET", base + "access-token/", self.account_token)["access_token"]
            temporary = line.call("GET", base + "temp-api-token/", self.account_token)["api_token"]
            return hammer.Target(self.uuid, temporary, self.base_token, self.account_token)
        self.base_token = line.call("GET", EXCHANGE, self.token)["access_token"]
        # If only the base token is ended, the API token still works.
        token = None if self.way == "revoke" else self.token
        return hammer.Target(self.uuid, token, self.base_token, is_lowered=self.way == "lower")

    def do(self, line):
        administration = f"/api/v2.1/org/{self.team}/admin/"
        token = f"{administration}dtables/{self.uuid}/api-tokens/app%20{self.number}/"
        match self.way:
            case "revoke":
                line.call("POST", REVOKE, body={"token": self.base_token})
            case "delete":
                line.call("DELETE", token, self.admin)
            case "rotate":
                line.call("POST", token + "rotate/", self.admin, {"grace": "0"})
            case "lower":
                line.call("PUT", token, self.admin, {"permission": "r"})
            case "trash":
                line.call("DELETE", f"{administration}dtables/{self.uuid}/", self.admin)
            case "deactivate":
                line.call("PUT", f"{administration}users/{self.user}/", self.admin, {"is_active": False})


def fill(service, count):
    """Makes teams, people, bases, and API tokens with known secrets; returns the revocations that end them."""
    admins = [secret() for _ in range(TEAMS)]
    ways = random.Random(1).choices(list(WAYS), list(WAYS.values()), k=count)
    service.psql(
        f"""
        insert into team (name) select 'Storm ' || n from generate_series(1, {TEAMS}) n;
        insert into account (team_id, email, name, is_team_admin)
          select id, replace(lower(name), ' ', '') || '@example.com', 'Admin', true from team where name like 'Storm %';
        insert into workspace (team_id, account_id)
          select team_id, id from account where email like 'storm%';
        """)
    rows = [one.split() for one in service.psql(
        """
        select team.id, workspace.id, account.id
        from team join account on account.team_id = team.id join workspace on workspace.account_id = account.id
        where team.name like 'Storm %' order by team.id
        """.replace(", ", " || ' ' || ")).splitlines()]
    service.psql(*(
        f"insert into account_token (account_id, hash) values ({account}, decode('{digest(admin)}', 'hex'))"
        for (_, _, account), admin in zip(rows, admins)))

    plan, people, bases, tokens = [], [], [], []
    for number, way in enumerate(ways):
        team, place, admin = rows[number % TEAMS]
        token, account_token = secret(), None
        base = f"Shared {number // 100 * TEAMS + number % TEAMS}"
        if way in ("trash", "deactivate"):
            base = f"Own {number}"
        if way == "deactivate":
            account_token = secret()
            people.append(f"{number}\t{team}\t{digest(account_token)}\n")
        bases.append(f"{base}\t{team}\t{number if way == 'deactivate' else -1}\t{admin}\n")
        tokens.append(f"{number}\t{base}\t{team}\t{digest(token)}\t{token[:4]}\t{admin}\n")
        plan.append((number, way, team, admins[number % TEAMS], base, token, account_token))
    # Each `psql` is a session of its own, so the data go through a table that the next one reads.
    for table, columns, lines in (
        ("new_person", "number bigint, team_id bigint, hash text", people),
        ("new_base", "name text, team_id bigint, person bigint, admin_id bigint", sorted(set(bases))),
        ("new_token", "number bigint, base text, team_id bigint, hash text, hint text, admin_id bigint", tokens),
    ):
        service.psql(f"create table {table} ({columns})", f"copy {table} from stdin", input="".join(lines))
    service.psql(
        """
        insert into account (team_id, email, name)
          select team_id, 'stormed' || number || '@example.com', 'Person' from new_person;
        insert into workspace (team_id, account_id) select team_id, id from account where email like 'stormed%';
        insert into account_token (account_id, hash)
          select account.id, decode(new_person.hash, 'hex')
          from new_person join account on account.email = 'stormed' || number || '@example.com';
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
          select workspace.id, new_base.team_id, new_base.name, account.id, account.id
          from new_base
          join account on case when person < 0 then account.id = admin_id
                          else account.email = 'stormed' || person || '@example.com' end
          join workspace on workspace.account_id = account.id;
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
          select base.id, base.team_id, 'app ' || number, decode(new_token.hash, 'hex'), hint, 'rw', admin_id
          from new_token join base on base.name = new_token.base and base.team_id = new_token.team_id;
        drop table new_person, new_base, new_token;
        """)
    service.psql("vacuum (analyze)")
    found = {}
    for line in service.psql(
        """
        select base.team_id || '/' || base.name || '/' || base.uuid || '/' || base.workspace_id || '/' || account.uid
        from base join account on account.id = base.creator_id where base.name ~ '^(Shared|Own) '
        """).splitlines():
        team, base, uuid, place, user = line.split("/")
        found[team, base] = (uuid, place, user + "@auth.local")
    revocations = []
    for number, way, team, admin, base, token, account_token in plan:
        uuid, place, user = found[team, base]
        revocations.append(Revocation(number, way, team, admin, base, uuid, place, token, user, account_token))
    return revocations


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def test_nothing_that_was_ended_is_accepted(replicas, record_property):
    revocations = fill(replicas[0], REVOCATIONS)
    root = root_token(replicas[0])
    targets = [None] * len(revocations)

    def prepare(number):
        line = Line(replicas[number % 2])
        for one in revocations[number::REVOKERS]:
            targets[one.number] = one.prepare(line)

    at_once(prepare, range(REVOKERS))

    processes = multiprocessing.get_context("spawn")
    asked = processes.RawArray("l", PROCESSES)
    cursor, stop = processes.RawValue("l", 0), processes.RawValue("b", 0)
    hammers = []
    for number in range(PROCESSES):
        here, there = processes.Pipe()
        shared = hammer.Shared(number, asked, cursor, stop)
        ports = [one.port for one in replicas]
        arguments = (there, targets, ports, CONNECTIONS // PROCESSES, root, shared, number)
        process = processes.Process(target=hammer.run, args=arguments)
        process.start()
        there.close()
        hammers.append((process, here))

    def is_alive():
        return all(process.is_alive() for process, _ in hammers)

    ended = array.array("d", [0.0] * len(revocations))
    numbers = itertools.count()

    def revoke(_):
        lines = [Line(one) for one in replicas]
        while (number := next(numbers)) < len(revocations):
            while sum(asked) < first + PACE * number:
                assert is_alive(), "the hammer has ended"
                time.sleep(0.01)
            revocations[number].do(lines[number % 2])
            ended[number] = time.monotonic()
            cursor.value = max(cursor.value, number)

    try:
        wait_until(lambda: all(count > 100 for count in asked) or not is_alive())
        assert is_alive()
        first, begin = sum(asked), time.monotonic()
        at_once(revoke, range(REVOKERS))
        seconds = time.monotonic() - begin
        last = list(asked)
        wait_until(lambda: all(now > then + 500 for now, then in zip(asked, last)) or not is_alive())
    finally:
        stop.value = 1
    outcomes = []
    for process, pipe in hammers:
        outcomes.append(pipe.recv())
        process.join(PATIENCE)

    requests, violations = collections.Counter(), []
    good, refused = set(), set()
    for numbers, began, accepted, odd in outcomes:
        assert odd == []
        times = array.array("d", began)
        for number, start, was_accepted in zip(array.array("l", numbers), times, accepted):
            is_after = start > ended[number]
            requests[bool(was_accepted), is_after] += 1
            (good if was_accepted else refused).add(number)
            if was_accepted and is_after:
                violations.append((revocations[number].way, number, start - ended[number]))
    figures = {
        "revocations": dict(collections.Counter(one.way for one in revocations)), "seconds": round(seconds, 1),
        "accepted": requests[True, False], "refused": requests[False, True], "refused while ending":
        requests[False, False], "violations": len(violations), "seen good and then refused": len(good & refused),
    }
    record_property("figures", figures)
    print(figures)
    assert all(ended)
    assert violations == []
    # It asked before and after, and about most of them.
    assert requests[True, False] > len(revocations) / 2
    assert requests[False, True] > len(revocations) / 2
    assert len(good & refused) > 0.8 * len(revocations)
