"""Many writes of several kinds, each repeated with its Idempotency-Key until it is acknowledged; and their outcome."""

import collections
import functools
import hashlib
import threading
import time
import uuid

import requests

from support.http import call, exchange
from support.process import PATIENCE, wait_until
from support.team import new_team

PEOPLE = 10


class Write:
    def __init__(self, kind, name, path, body):
        self.kind, self.name, self.path, self.body = kind, name, path, body
        self.key = str(uuid.uuid4())
        self.answer, self.was_replayed, self.attempts = None, False, 0

    def __repr__(self):
        return f"{self.kind} {self.name}"


class Writes:
    """One person's writes: bases, API tokens, groups and shares in turn, from several clients at once."""

    def __init__(self, service, count, clients=8):
        """Makes what the writes need; the service must run."""
        self.service, self.clients = service, clients
        team = new_team(service)
        self.team, self.person = team.id, team.person("Mia")
        self.home = self.person.base("Home")
        self.workspace = self.home["workspace_id"]
        others = [team.add(f"Person {number}")["email"] for number in range(PEOPLE)]
        shared = [self.person.base(f"Shared {number}")["name"] for number in range(-(-count // 4 // PEOPLE))]
        place = f"/api/v2.1/workspace/{self.workspace}/dtable/"

        def write(number):
            match number % 4:
                case 0:
                    return Write("base", f"Base {number}", "/api/v2.1/dtables/", {"name": f"Base {number}"})
                case 1:
                    fields = {"app_name": f"token {number}", "permission": "rw"}
                    return Write("token", fields["app_name"], f"{place}Home/api-tokens/", fields)
                case 2:
                    return Write("group", f"Group {number}", "/api/v2.1/groups/", {"name": f"Group {number}"})
                case _:
                    base, person = shared[number // 4 // PEOPLE], others[number // 4 % PEOPLE]
                    return Write("share", f"{base} {person}", f"{place}{base}/share/",
                                 {"email": person, "permission": "r"})

        self.all = [write(number) for number in range(count)]
        self.left = collections.deque(self.all)
        # The outcomes of the attempts: statuses and connection errors.
        self.met, self.odd = collections.Counter(), []
        self.threads, self.stopped = [], threading.Event()

    # MARK: Sending

    def start(self):
        self.threads = [threading.Thread(target=self.send, daemon=True) for _ in range(self.clients)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Stops the clients, each after its current attempt."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    @property
    def acknowledged(self):
        return [one for one in self.all if one.answer is not None]

    @property
    def are_done(self):
        return len(self.acknowledged) == len(self.all)

    def wait_until(self, condition):
        """Waits until a condition is true, or until the writes end."""
        def is_so():
            assert self.odd == [], "a write was refused"
            return condition() or self.are_done
        wait_until(is_so)

    def finish(self):
        """Waits until all writes are acknowledged."""
        self.wait_until(lambda: False)
        self.stop()

    def send(self):
        session = requests.Session()
        while not self.stopped.is_set() and not self.odd:
            try:
                write = self.left.popleft()
            except IndexError:
                return
            while not self.stopped.is_set() and not self.attempt(write, session):
                time.sleep(0.02)

    def attempt(self, write, session):
        """Sends a write once; returns whether it was acknowledged."""
        write.attempts += 1
        try:
            answer = self.post(write, session)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            self.met[type(error).__name__] += 1
            return False
        self.met[answer.status_code] += 1
        if answer.status_code in (200, 201):
            write.answer, write.was_replayed = answer.json(), "Idempotency-Replayed" in answer.headers
            return True
        if answer.status_code not in (409, 503) or int(answer.headers["Retry-After"]) < 1:
            self.odd.append((repr(write), answer.status_code, answer.text))
            return True
        return False

    def post(self, write, session):
        return call(
            self.service, "POST", write.path, self.person.token, headers={"Idempotency-Key": write.key}, json=write.body,
            session=session)

    # MARK: The outcome

    def check(self, postgres, database):
        """Each acknowledged write is there exactly once, as it was answered, with its entry in the audit log. Nothing
        else is there, except writes that may have been done without an answer."""
        rows = functools.partial(postgres.rows, database=database)
        assert self.odd == []
        expected = collections.Counter((one.kind, one.name) for one in self.acknowledged)
        assert set(expected.values()) == {1}
        found = collections.Counter((kind, name) for kind, name in rows(f"""
            select 'base', name from base where workspace_id = {self.workspace} and name like 'Base %'
            union all select 'token', app_name from api_token where base_id = {self.home["id"]}
            union all select 'group', name from user_group where team_id = {self.team}
            union all select 'share', base.name || ' ' || account.uid || '@auth.local'
              from user_share as share join base on base.id = share.base_id
              join account on account.id = share.account_id where share.team_id = {self.team}"""))
        unanswered = {(one.kind, one.name) for one in self.all if one.answer is None and one.attempts > 0}
        assert {one: count for one, count in found.items() if count > 1} == {}
        assert set(expected) <= set(found), "an acknowledged write is lost"
        assert set(found) - set(expected) <= unanswered, "a write was done that nobody has asked for"

        # No write is half done: one write changes several tables and the log.
        assert rows(f"""
            select user_group.name, count(distinct member.account_id), count(distinct workspace.id)
            from user_group left join group_member as member on member.group_id = user_group.id and role = 'owner'
            left join workspace on workspace.group_id = user_group.id
            where user_group.team_id = {self.team}
            group by user_group.id
            having (count(distinct member.account_id), count(distinct workspace.id)) <> (1, 1)""") == []
        logged = collections.Counter((kind, name) for kind, name in rows(f"""
            select case operation when 'base_create' then 'base' when 'api_token_create' then 'token'
                     when 'group_create' then 'group' else 'share' end,
                   coalesce(detail ->> 'app_name', detail ->> 'name') || coalesce(' ' || (detail ->> 'user'), '')
            from audit_log
            where chain = {self.team} and (
              operation in ('api_token_create', 'group_create', 'base_share_create')
              or operation = 'base_create' and detail ->> 'name' like 'Base %')"""))
        assert logged == found, "rows and audit log differ"
        # Only the keys of completed writes have a stored answer.
        assert rows("select count(*) from idempotent_answer where sealed is null") == [["0"]]
        assert rows("select count(*) from idempotent_answer") == [[str(sum(found.values()))]]

        secrets = {one.name: one.answer["api_token"] for one in self.acknowledged if one.kind == "token"}
        hashes = dict(rows(
            f"select app_name, encode(hash, 'hex') from api_token where base_id = {self.home['id']}"))
        for name, secret in secrets.items():
            assert hashes[name] == hashlib.sha256(secret.encode()).hexdigest(), "another secret was answered"
        return found

    def check_answers(self, count=25):
        """Some writes, sent once more, get the same answers, and the secrets in those work."""
        for write in self.acknowledged[:: max(1, len(self.acknowledged) // count)]:
            again = self.post(write, requests)
            assert again.json() == write.answer and "Idempotency-Replayed" in again.headers
            if write.kind == "token":
                exchanged = exchange(self.service, write.answer["api_token"])
                assert exchanged.status_code == 200 and exchanged.json()["app_name"] == write.name
        verified = self.service.run("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
