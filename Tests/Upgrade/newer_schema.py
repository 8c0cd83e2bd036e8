"""A pytest plugin: a newer version migrates the schema of every service that a test starts, while it runs."""

import os
import subprocess

try:
    from support.service import Service
except ImportError:
    from service import Service  # its former place in the tests

start = Service.start


def start_and_migrate(self):
    start(self)
    # The roles of an embedded server are made only when the newer version starts it.
    environment = self.environment | {"DATABASE_URL": self.environment.get("DATABASE_URL") or self.database_url}
    migrated = subprocess.run(
        [os.environ["NEWER_BINARY"], "migrate"], env=environment, capture_output=True, text=True, timeout=300)
    assert migrated.returncode == 0, migrated.stderr


Service.start = start_and_migrate
