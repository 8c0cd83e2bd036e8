"""Programs beside several copies of the service: poolers and balancers."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from support.ports import free_port
from support.process import PATIENCE, as_postgres, give_away, wait_until


class Program:
    """A pooler or a balancer with a configuration file, which runs until it is ended."""

    def __init__(self, name, configuration, *arguments, **places):
        """In the configuration and the arguments, `{folder}` is the program's folder and `{file}` its configuration."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="basekeeper-program-", dir="/var/tmp"))
        give_away(self.folder)
        self.port = free_port()
        file = self.folder / "configuration"
        values = {"folder": self.folder, "port": self.port, "file": file, **places}
        text = configuration
        for name_of_value, value in values.items():
            text = text.replace("{" + name_of_value + "}", str(value))
        file.write_text(text)
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")  # not in everybody's path
        assert program, f"{name} is not installed"
        self.log = open(self.folder / "output", "wb")
        self.process = subprocess.Popen(
            as_postgres(program, *(one.format(**values) for one in arguments)), cwd="/", stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        try:
            wait_until(self.listens, self.process)
        except AssertionError:
            print((self.folder / "output").read_text())
            self.delete()
            raise

    def listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def delete(self):
        self.process.terminate()  # not SIGKILL, so that nginx ends its workers, too
        self.process.wait(PATIENCE)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
