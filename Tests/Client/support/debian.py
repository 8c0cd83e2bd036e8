"""Debian systems made from this machine's own packages, in mounts that end with the script."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PRIVATE = "BASEKEEPER_MOUNTS_ARE_PRIVATE"


def with_mounts_of_its_own(*more):
    """Restarts the script as root, in a mount namespace of its own, and in the further namespaces that are named."""
    if os.getuid() != 0:
        sys.exit(f"{sys.argv[0]}: run it as root")
    if PRIVATE not in os.environ:
        os.environ[PRIVATE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation=private", *more, sys.executable, *sys.argv])


@contextlib.contextmanager
def folder(prefix):
    """A temporary folder; whatever was mounted in it is unmounted at the end."""
    made = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/var/tmp"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        for mounted in reversed(mounts_below(made)):
            subprocess.run(["umount", "--lazy", mounted])
        assert not mounts_below(made), "what is mounted there must not be removed"
        shutil.rmtree(made, ignore_errors=True)


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def mounts_below(folder):
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    return [line.split()[1] for line in lines if line.split()[1].startswith(f"{folder}/")]


def bootstrap(target, *options):
    """A Debian 12, as a folder or an archive, with this machine's package sources."""
    listed = ["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    lines = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.splitlines()
    sources = sorted({line for line in lines if line.split()[2].startswith("bookworm")})
    assert sources, "apt has no sources for bookworm"
    quietly("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", *options, "bookworm", str(target), "-",
            input="\n".join(sources) + "\n")


def quietly(*command, **options):
    """Runs a program, and shows its output if it fails. The output goes to a file, which its children may keep open."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        result = subprocess.run(command, stdout=output, stderr=errors, text=True, **options)
        output.seek(0)
        errors.seek(0)
        if result.returncode != 0:
            sys.stderr.write(output.read() + errors.read())
            sys.exit(f"{sys.argv[0]}: {command[0]} failed (status {result.returncode})")
        return output.read()
