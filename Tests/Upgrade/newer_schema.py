"""A pytest plugin: every service that a test starts has its schema brought to a newer version's while it runs."""

import os
import subprocess

import service

start = service.Service.start


def start_and_migrate(self):
    start(self)
    migrated = subprocess.run(
        [os.environ["NEWER_BINARY"], "migrate"], env=self.environment, capture_output=True, text=True, timeout=300)
    assert migrated.returncode == 0, migrated.stderr


service.Service.start = start_and_migrate
