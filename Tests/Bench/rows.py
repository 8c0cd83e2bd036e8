"""Measures rows: beside pgbench with the same statements, beside exchanges, and beside the peer.

All sides are measured in turn in each round, so that what else the machine does hits all of them.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import venv

import requests

from Bench.load import Load, Statement, pgbench
from Bench.table import COLUMNS, PEER_TABLE, rows
from support.http import EXCHANGE, call, exchange, place
from support.ports import free_port
from support.process import memory, wait_until
from support.team import new_team

FOLDER = pathlib.Path(__file__).resolve().parent
BATCH = 1_000
LARGE = 100_000
# The peer's connections to PostgreSQL, for each of its two workers; the best counts.
POOLS = (1, 4, 16)

# Each client of pgbench reads the batch once.
READ_BATCH = r"""
\if :loaded = 0
select batch from bench_batch \gset
\set loaded 1
\endif
\set number random(1, 9000000000000000)
"""


def measure_rows(service, folder, arguments):
    """Prints all figures."""
    bench = Bench(service, folder, arguments)
    with Peer(service, folder) as peer:
        bench.append(peer)
        bench.fill()
        peer.fill()
        bench.list(peer)
        bench.get(peer)
    bench.filter()
    bench.exchange_beside_others()


class Bench:
    """A base with a table of 18 columns, and what is measured of it."""

    def __init__(self, service, folder, arguments):
        self.service, self.folder, self.seconds, self.rounds = service, folder, arguments.seconds, arguments.rounds
        team = new_team(service)
        base = team.base()
        made = team.call("POST", place(base, "api-tokens/"), data={"app_name": "bench", "permission": "rw"})
        self.api_token = made.json()["api_token"]
        self.token = exchange(service, self.api_token).json()["access_token"]
        self.gateway = f"/api-gateway/api/v2/dtables/{base['uuid']}/"
        columns = [{"column_name": name, "column_type": type, "column_data": data}
                   for name, (type, data, _) in COLUMNS.items()]
        table = self.call("POST", "tables/", {"table_name": "Bench", "columns": columns})
        self.keys = {one["name"]: one["key"] for one in table["columns"]}
        self.id = service.psql(f"select id from base where uuid = '{base['uuid']}'")
        self.key = table["_id"]
        self.batch = folder / "batch.json"
        self.batch.write_text(json.dumps({"table_name": "Bench", "rows": rows(BATCH)}))
        self.add()  # which makes the options

    def call(self, method, path, body=None):
        answer = call(self.service, method, self.gateway + path, self.token, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self):
        """Adds one batch."""
        self.call("POST", "rows/", json.loads(self.batch.read_text()))

    def empty(self):
        self.service.psql(
            "truncate data_row, data_operation", "update data_table set row_count = 0, next_position = 1",
            "vacuum full data_table")

    def fill(self):
        """Fills the table with 100,000 rows."""
        self.empty()
        for _ in range(LARGE // BATCH):
            self.add()
        self.service.psql("vacuum (analyze)")

    def load(self, method, path, body=""):
        return Load(self.folder, self.service.url, method, self.gateway + path, self.token, body)

    def pgbench(self, script, *options):
        return pgbench(self.service, self.folder, script, self.seconds, *options)

    # MARK: What is measured

    def append(self, peer):
        statement = Statement.sent(self.service, "insert into data_row", self.add)
        largest = max(statement.values, key=lambda one: len(statement.values[one]))
        self.service.psql("create table bench_batch (batch text)")
        self.service.psql("copy bench_batch from stdin", input=copied(statement.values[largest]))
        script = READ_BATCH + statement.text({
            **{one: f"array(select gen_random_uuid() from generate_series(1, {BATCH}))"
               for one in statement.places(lambda value: value.startswith("'{") and value.count("-") > 100)},
            **{one: ":number" for one in statement.places(lambda value: re.fullmatch(r"'\d{16}'", value))},
            largest: ":batch"})
        load = self.load("POST", "rows/", self.batch)

        def sides():
            self.empty()
            yield "pgbench", self.pgbench(script, "-D", "loaded=0")
            self.empty()
            yield "service", load.best(self.seconds)
            peer.empty()
            yield "peer", peer.best("POST", "/rows/", self.seconds, peer.batch)

        self.compare(f"append of {BATCH:,} rows", sides)

    def list(self, peer):
        path = f"rows/?table_name=Bench&limit={BATCH}&convert_keys=true"
        statement = Statement.sent(self.service, "from data_row", lambda: self.call("GET", path)).text()
        load = self.load("GET", path)

        def sides():
            yield "pgbench", self.pgbench(statement)
            yield "service", load.best(self.seconds)
            yield "peer", peer.best("GET", f"/rows/?limit={BATCH}", self.seconds)

        self.compare(f"list of {BATCH:,} rows", sides)

    def get(self, peer):
        row = self.call("GET", "rows/?table_name=Bench&limit=1&start=500")["rows"][0]["_id"]
        load = self.load("GET", f"rows/{row}/?table_name=Bench&convert_keys=true")
        exchanges = Load(self.folder, self.service.url, "GET", EXCHANGE, self.api_token)
        other = peer.row()

        def sides():
            yield "exchange", exchanges.best(self.seconds)
            yield "service", load.best(self.seconds)
            yield "peer", peer.best("GET", f"/rows/{other}/", self.seconds)

        self.compare("get of a row", sides)

    def filter(self):
        by_hand = f"""
            select id, created_at, modified_at, creator, modifier, cells from data_row
            where base_id = {self.id} and table_key = '{self.key}'
              and (cells->>'{self.keys["Amount"]}')::float8 > 990 and cells->>'{self.keys["City"]}' like '%e%'
            order by position limit 100;
            """
        body = self.folder / "filter.json"
        body.write_text(json.dumps(
            {"sql": "SELECT * FROM Bench WHERE Amount > 990 AND City LIKE '%e%' LIMIT 100", "convert_keys": True}))
        load = self.load("POST", "sql/", body)

        def sides():
            yield "pgbench", self.pgbench(by_hand)
            yield "service", load.best(self.seconds)

        self.compare(f"filter on {LARGE:,} rows by SQL", sides)

    def exchange_beside_others(self):
        """What one client that lists, or runs SQL, on and on costs the exchanges of one other."""
        body = self.folder / "heavy.json"
        body.write_text(json.dumps({"sql": "SELECT City, COUNT(*) FROM Bench WHERE Notes LIKE '%x%' GROUP BY City"}))
        exchanges = Load(self.folder, self.service.url, "GET", EXCHANGE, self.api_token)
        before = memory(self.service.process.pid)
        for name, other in {
            "lists of 1,000 rows": self.load("GET", f"rows/?table_name=Bench&limit={BATCH}"),
            f"SQL over {LARGE:,} rows": self.load("POST", "sql/", body),
        }.items():
            ratios = []
            for number in range(1, self.rounds + 1):
                alone = exchanges.measure(self.seconds, 1)["p99"]
                with other.on_and_on():
                    beside = exchanges.measure(self.seconds, 1)["p99"]
                ratios.append(beside / alone)
                print(f"exchange, round {number}: p99 {alone / 1000:.2f} ms alone, {beside / 1000:.2f} ms beside {name}",
                      flush=True)
            print(f"exchange beside {name}, median: p99 {statistics.median(ratios):.2f} times", flush=True)
        after = memory(self.service.process.pid)
        print(f"memory of the service: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after")

    def compare(self, name, sides):
        """Prints the rates of the sides in each round, and the medians of the service's ratios to the others."""
        ratios = {}
        for number in range(1, self.rounds + 1):
            rates = dict(sides())
            for other in rates.keys() - {"service"}:
                ratios.setdefault(other, []).append(rates["service"] / rates[other])
            print(f"{name}, round {number}: " + ", ".join(f"{side} {rate:,.1f}/s" for side, rate in rates.items()),
                  flush=True)
        for other, values in ratios.items():
            print(f"{name}, median: {statistics.median(values):.2f} of {other}", flush=True)


def copied(literal):
    """The value of an SQL literal, as COPY reads it."""
    return literal[1:-1].replace("''", "'").replace("\\", r"\\").replace("\n", r"\n") + "\n"


class Peer:
    """The peer, with two workers."""

    def __init__(self, service, folder):
        self.service, self.folder, self.process = service, folder, None
        venv.create(folder / "peer", with_pip=True)
        self.python = folder / "peer/bin/python"
        subprocess.run(
            [self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement",
             FOLDER / "requirements.txt"], check=True)
        self.batch = folder / "peer.json"
        self.batch.write_text(json.dumps({"rows": rows(BATCH)}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, pool):
        self.stop()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [self.python, "-m", "uvicorn", "Bench.peer:app", "--workers", "2", "--port", str(port), "--loop", "uvloop",
             "--http", "httptools", "--log-level", "error", "--no-access-log"],
            cwd=FOLDER.parent, env={**os.environ, "DATABASE_URL": self.service.database_url, "POOL": str(pool)})
        wait_until(self.is_ready, self.process)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def is_ready(self):
        try:
            return requests.get(self.url + "/ready", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def empty(self):
        self.stop()
        self.service.psql("drop table if exists peer_row", PEER_TABLE)

    def fill(self):
        self.empty()
        self.start(1)
        for _ in range(LARGE // BATCH):
            requests.post(self.url + "/rows/", data=self.batch.read_bytes(), timeout=60).raise_for_status()
        self.service.psql("vacuum (analyze) peer_row")

    def row(self):
        """The ID of one row."""
        return self.service.psql("select id from peer_row offset 500 limit 1")

    def best(self, method, target, seconds, body=""):
        """The best rate of several sizes of its pool and numbers of connections."""
        rates = []
        for pool in POOLS:
            self.start(pool)
            rates.append(Load(self.folder, self.url, method, target, body=body).best(seconds))
        return max(rates)
