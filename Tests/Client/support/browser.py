"""A real Chromium, controlled through a pipe (its DevTools protocol)."""

import fcntl
import itertools
import json
import os
import shutil
import subprocess

from support.process import PATIENCE, wait_until


def chromium(profile, *arguments):
    """The command that starts a Chromium without a window."""
    program = shutil.which("chromium")
    assert program, "chromium is missing: script/setup test installs it"
    return [
        program, "--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
        f"--user-data-dir={profile}", *(["--no-sandbox"] if os.getuid() == 0 else []), *arguments]


class Browser:
    """A page. `events` has what it reports, such as errors and violations of its policy."""

    def __init__(self, profile):
        theirs, self.writer = os.pipe()
        self.reader, answers = os.pipe()
        command = chromium(profile, "--remote-debugging-pipe", "about:blank")
        # Chromium reads from descriptor 3 and writes to 4, so ours must have other numbers.
        ends = [fcntl.fcntl(one, fcntl.F_DUPFD, 20) for one in (theirs, answers)]
        shell = 'exec "$@" 3<&%d 4>&%d %d<&- %d>&-' % (*ends, *ends)
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *command], pass_fds=ends, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for one in (theirs, answers, *ends):
            os.close(one)
        self.numbers, self.rest, self.events, self.session = itertools.count(1), b"", [], None
        [page] = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.reader, 1 << 16)
            assert more, "Chromium has ended"
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def run(self, script):
        """The value of an expression in the page. The page's policy does not apply to it."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, script):
        """The value of an expression, as soon as it is true."""
        try:
            return wait_until(lambda: self.run(script))
        except AssertionError:
            print(f"never true: {script}\n{self.run('document.body.innerText')[:2000]}\n{self.problems}")
            raise

    @property
    def problems(self):
        """The page's errors and warnings, including violations of its policy."""
        found = []
        for one in self.events:
            if one["method"] == "Log.entryAdded" and one["params"]["entry"]["level"] in ("error", "warning"):
                found.append(one["params"]["entry"]["text"])
            elif one["method"] == "Runtime.exceptionThrown":
                found.append(one["params"]["exceptionDetails"]["text"])
        return found

    @property
    def asked(self):
        """The URLs of all requests that the page has sent."""
        sent = [one for one in self.events if one["method"] == "Network.requestWillBeSent"]
        return [one["params"]["request"]["url"] for one in sent]

    def close(self):
        os.close(self.writer)
        self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self.reader)
