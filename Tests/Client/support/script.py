"""The start of the scripts."""

import subprocess

from support.process import ROOT


def install(purpose):
    """Installs the packages that a purpose needs, before they are imported."""
    subprocess.run([ROOT / "script/setup", purpose], check=True)


def built(binary):
    """The given binary, or one that is built now from this source."""
    if binary:
        return binary
    subprocess.run([ROOT / "script/build"], check=True)
    return ROOT / ".build/release/basekeeper"
