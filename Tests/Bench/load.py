"""Loads for rows, by wrk and by pgbench, and statements that the service sends."""

import contextlib
import json
import os
import re
import subprocess
import time

from support.growth import Growth
from support.process import as_postgres, newest
from support.wrk import wrk

# Connections of wrk and clients of pgbench; the best of each side counts.
CLIENTS = (2, 4, 8)

RECONNECT = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'basekeeper_service'"

SCRIPT = """
local text
function init(arguments)
  local headers = { ["Content-Type"] = "application/json", Authorization = os.getenv("AUTHORIZATION") }
  local body = os.getenv("BODY") ~= "" and io.open(os.getenv("BODY")):read("*a") or nil
  text = wrk.format(os.getenv("METHOD"), os.getenv("TARGET"), headers, body)
end
function request() return text end
function done(summary, latency, requests)
  io.write(string.format('\\nRESULT {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write +
    summary.errors.timeout))
end
"""


class Load:
    """A request that is sent as often as it can be."""

    def __init__(self, folder, url, method, target, token="", body=""):
        self.script, self.url = folder / "rows.lua", url
        self.script.write_text(SCRIPT)
        self.variables = dict(METHOD=method, TARGET=target, AUTHORIZATION=f"Token {token}", BODY=str(body))

    def measure(self, seconds, connections):
        """Requests per second, as `rate`, and percentiles of their time in microseconds, as `p50` and `p99`."""
        result = json.loads(wrk(self.script, self.url, connections, seconds, **self.variables))
        if result["errors"]:
            raise SystemExit(f"{self.variables['METHOD']} {self.variables['TARGET']}: {result}")
        return {**result, "rate": result["requests"] / result["microseconds"] * 1e6}

    def best(self, seconds):
        """The best rate of several numbers of connections."""
        return max(self.measure(seconds, connections)["rate"] for connections in CLIENTS)

    @contextlib.contextmanager
    def on_and_on(self):
        """One client that sends it on and on."""
        process = subprocess.Popen(
            ["wrk", "-t1", "-c1", "-d600", "-s", str(self.script), self.url],
            env={**os.environ, **self.variables}, stdout=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            yield
        finally:
            process.kill()
            process.wait()


def pgbench(service, folder, script, seconds, *options):
    """The best rate of several numbers of clients, in transactions per second."""
    file = folder / "pgbench.sql"
    file.write_text(script)
    rates = []
    for clients in CLIENTS:
        output = subprocess.run(
            as_postgres(newest("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-T", str(seconds), "-f",
                        str(file), *options, "-h", service.socket, "-U", "basekeeper", "basekeeper"),
            check=True, capture_output=True, text=True, cwd="/").stdout
        rates.append(float(re.search(r"tps = ([\d.]+)", output)[1]))
    return max(rates)


class Statement:
    """A statement of the service, with the values of its parameters."""

    def __init__(self, text, values):
        self.template = text.replace("\n\t", "\n")
        self.values = dict(re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", values.replace("\n\t", "\n")))

    @classmethod
    def sent(cls, service, mark, run):
        """The one with a mark in it that a request sends, from PostgreSQL's log."""
        # The server keeps parameters out of its log; the service's connections are made anew, with another setting.
        role = "alter role basekeeper_service set"
        service.psql(
            f"{role} log_statement = 'all'", f"{role} log_error_verbosity = 'default'",
            f"{role} log_parameter_max_length = -1", RECONNECT)
        time.sleep(2)
        run()
        log = Growth(service.database_log)
        run()
        time.sleep(1)
        service.psql("alter role basekeeper_service reset all", RECONNECT)
        time.sleep(2)
        run()
        found = re.findall(
            r"execute [^:\n]*: (.*(?:\n\t.*)*)\n[^\n]*DETAIL:  [pP]arameters: (.*(?:\n\t.*)*)", str(log))
        return next(cls(text, values) for text, values in found if mark in text)

    def places(self, judge):
        """The places of the parameters whose values, as SQL literals, are of a kind."""
        return [place for place, value in self.values.items() if judge(value)]

    def text(self, instead=None):
        """The statement with its values, or with what stands in their place."""
        return re.sub(r"\$(\d+)", lambda one: (instead or {}).get(one[1], self.values[one[1]]), self.template) + ";\n"
