"""A command on a terminal, as people see it."""

import os
import pty
import select
import subprocess
import time

from support.process import PATIENCE


class Terminal:
    def __init__(self, command, **options):
        self.text = ""
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, **options)
        os.close(slave)

    def until(self, wanted=None, seconds=PATIENCE):
        """Reads until a text appears or the command ends; returns everything that was shown."""
        end = time.monotonic() + seconds
        while wanted is None or wanted not in self.text:
            assert time.monotonic() < end, f"{wanted} did not come: {self.text}"
            if not select.select([self.master], [], [], 0.5)[0]:
                continue
            try:
                shown = os.read(self.master, 65536).decode(errors="replace").replace("\r\n", "\n")
            except OSError:  # no process has it open any more
                break
            self.text += shown
            self.shows(shown)
        assert wanted is None or wanted in self.text, f"{wanted} did not come: {self.text}"
        return self.text

    def shows(self, text):
        """Called with each piece of output."""
