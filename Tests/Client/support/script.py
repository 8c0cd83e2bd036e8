"""What scripts begin with."""

import subprocess

from support.process import ROOT


def install(purpose):
    """Installs what is missing for a purpose: before what needs it is imported."""
    subprocess.run([ROOT / "script/setup", purpose], check=True)


def built(binary):
    """This binary, or else the one of this source, built now."""
    if binary:
        return binary
    subprocess.run([ROOT / "script/build"], check=True)
    return ROOT / ".build/release/basekeeper"
