"""A pytest plugin: every service that a test starts has its schema brought to a newer version's while it runs."""

import os
import subprocess

try:
    from support.service import Service
except ImportError:
    from service import Service  # where the tests had it before

start = Service.start


def start_and_migrate(self):
    start(self)
    migrated = subprocess.run(
        [os.environ["NEWER_BINARY"], "migrate"], env=self.environment, capture_output=True, text=True, timeout=300)
    assert migrated.returncode == 0, migrated.stderr


Service.start = start_and_migrate
