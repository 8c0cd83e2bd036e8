"""What SECURITY.md, docs/security.md and docs/asvs.md say is there, complete, and as the code has it."""

import json
import pathlib
import re
import subprocess
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from support.process import BINARY, PATIENCE, ROOT

# The numbers of OWASP ASVS 5.0.0.
LEVEL_1 = """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1
    3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1
    6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1
    10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1
    15.3.1
"""
LEVEL_2 = """
    1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.4.1 1.4.2 1.4.3
    1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 3.5.5 3.7.1
    3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10
    6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4
    7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2 9.2.3 9.2.4
    10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 10.4.8 10.4.9 10.4.10 10.4.11 10.5.1
    10.5.2 10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3
    11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 12.3.1 12.3.2 12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3
    13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3
    15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4
    16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 17.1.1 17.2.1 17.2.2 17.2.3
    17.2.4 17.3.1 17.3.2
"""


def text_of(path):
    return (ROOT / path).read_text()


def rows_of(path, section=None):
    """The cells of all rows of a page's tables, or of one section's, without the heads of tables."""
    text = text_of(path)
    if section:
        text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines() if line.startswith("|")]
    rules = [number for number, row in enumerate(rows) if set(row[0]) == {"-"}]
    return [row for number, row in enumerate(rows) if number not in rules and number + 1 not in rules]


def anchors(path):
    heads = re.findall(r"^#+ (.+)$", text_of(path), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def is_there(evidence):
    """Whether there is such a file, heading or test."""
    path, _, test = evidence.partition("::")
    path, _, anchor = path.partition("#")
    if not (ROOT / path).exists():
        return False
    if anchor:
        return anchor in anchors(path)
    if test:
        pattern = rf"^def {re.escape(test)}\(" if path.endswith(".py") else rf"func `{re.escape(test)}`"
        return bool(re.search(pattern, text_of(path), re.M))
    return True


def named_in(text):
    """The files, headings and tests among what is in code marks: not settings, header fields and columns."""
    marked = re.findall(r"`([^`]+)`", text)
    return [one for one in marked if "/" in one.partition("::")[0] or re.match(r"(\w*\.\w+(#.*)?|Dockerfile)$", one)]


# MARK: docs/asvs.md


def test_every_line_of_the_two_levels_has_one_verdict():
    rows = rows_of("docs/asvs.md")
    found = {row[0]: row[1] for row in rows}
    assert len(found) == len(rows)
    assert found == {**dict.fromkeys(LEVEL_1.split(), "1"), **dict.fromkeys(LEVEL_2.split(), "2")}
    verdicts = ("met", "answered", "does not apply")
    for number, _, subject, verdict, evidence in rows:
        assert subject, number
        kind, _, reason = verdict.partition(": ")
        assert kind in verdicts, number
        assert bool(reason) == (kind != "met"), number
        assert named_in(evidence) or kind == "does not apply", number
    counts = {kind: sum(row[3].partition(":")[0] == kind for row in rows) for kind in verdicts}
    shown = re.findall(r"^- \*\*([\w ]+)\*\*: (\d+) lines", text_of("docs/asvs.md"), re.M)
    assert {kind: int(count) for kind, count in shown} == counts


def test_what_a_line_names_is_there():
    missing = [(row[0], one) for row in rows_of("docs/asvs.md") for one in named_in(row[4]) if not is_there(one)]
    assert missing == []


@pytest.mark.parametrize("gone", [
    "Sources/Gone.swift", "docs/access.md#gone", "Tests/Client/test_tls.py::test_gone",
    "Tests/APITests/CapsTests.swift::gone", "Gone.md"])
def test_what_is_gone_is_missed(gone):
    assert named_in(f"see `{gone}`") == [gone] and not is_there(gone)


# MARK: docs/security.md


def test_every_way_in_has_a_row():
    """Every token of docs/access.md has a row, and every operation that a row names is a route."""
    section = text_of("docs/security.md").partition("## Ways in")[2].partition("## What is costly")[0]
    routes = subprocess.run([BINARY, "routes"], capture_output=True, text=True, timeout=PATIENCE).stdout.splitlines()
    paths = {" ".join(line.split("\t")[:2]) for line in routes}
    named = set(re.findall(r"`((?:GET|POST) /[^`]+)`", section))
    assert len(named) >= 6 and named <= paths
    rows = [row[0] for row in rows_of("docs/security.md", "Ways in")]
    credentials = [row[0] for row in rows_of("docs/access.md", "What is made from what") if " token" in row[0]]
    assert {"account token", "API token", "temporary token"} <= set(credentials)
    for kind in {one.partition(" of ")[0] for one in credentials} | {"external link", "invite link", "password"}:
        assert any(row.startswith(kind) for row in rows), kind


def test_the_throttle_has_the_numbers_of_the_page():
    source = text_of("Sources/Access/Attempt.swift")
    rules = re.findall(r"Rule\(\s*key: (.+?), free: (\d+), longest: ([\d_]+), memory: ([\d_]+)", source)
    coded = sorted(tuple(int(number.replace("_", "")) for number in rule[1:]) for rule in rules)
    shown = sorted(
        tuple(int(cell.split()[0]) for cell in row[1:]) for row in rows_of("docs/security.md", "Ways in")
        if row[1].isdigit())
    assert len(coded) == 7 and shown == coded


def test_limits_of_the_page_are_the_defaults():
    template = text_of(".env.template")
    named = re.findall(r"`(BASEKEEPER_\w+)=(\d+)`", text_of("docs/security.md"))
    assert len(named) > 12
    for name, value in named:
        assert re.search(rf"^#?{name}={value}$", template, re.M), name


def test_every_table_has_a_class():
    tables = re.findall(r"^CREATE TABLE (\w+) ", text_of("Migrations/schema.sql"), re.M)
    classed = [table for row in rows_of("docs/security.md", "Data") for table in re.findall(r"`(\w+)`", row[1])]
    assert sorted(classed) == sorted(tables)


def test_how_long_data_are_kept_is_what_the_code_deletes_by():
    kept = {table: row[3] for row in rows_of("docs/security.md", "Data") for table in re.findall(r"`(\w+)`", row[1])}
    source = text_of("Sources/Domain/Retention.swift")
    rules = re.findall(r'"(\w+) where \w+ < now\(\) - interval \'(\d+ days?)\'"', source)
    assert len(rules) == 4
    for table, time in rules:
        assert time in kept[table], table


# MARK: SECURITY.md, and what the image holds


def test_links_of_the_pages_lead_somewhere():
    for page in ("SECURITY.md", "docs/security.md", "docs/asvs.md"):
        for link in re.findall(r"\]\(([^)]+)\)", text_of(page)):
            if link.startswith("https://"):
                continue
            path, _, anchor = link.partition("#")
            target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
            assert target.exists(), (page, link)
            assert not anchor or anchor in anchors(target.relative_to(ROOT)), (page, link)


def test_the_bill_of_materials_is_valid_and_has_every_library():
    made = subprocess.run(
        [sys.executable, str(ROOT / "script/sbom")], capture_output=True, text=True, timeout=PATIENCE)
    if "is not installed" in made.stderr:
        pytest.skip(made.stderr.strip())
    assert made.returncode == 0, made.stderr
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made.stdout) is None
    components = {one["name"]: one for one in json.loads(made.stdout)["components"]}
    modules = set(re.findall(r'\.systemLibrary\(name: "(\w+)"\)', text_of("Package.swift")))
    libraries = re.search(r"^LIBRARIES = \{(.*?)^\}", text_of("script/sbom"), re.M | re.S).group(1)
    of_modules = dict(re.findall(r'"(C\w+)": "([\w.+-]+)"', libraries))
    assert set(of_modules) == modules and set(of_modules.values()) <= set(components)
    linked = subprocess.run(["ldd", BINARY], capture_output=True, text=True).stdout
    for name in ("libpq", "libssl", "libcrypto", "libsodium", "libunistring", "libzip", "libexpat", "libqrencode"):
        assert f"{name}.so" in linked
    assert all(one.get("version") for one in components.values() if one["type"] == "library")
    for name in ("swagger-ui-bundle.js", "preact-htm.js"):
        assert len(components[name]["hashes"][0]["content"]) == 64
    assert {"postgresql-client-15", "libreadline8", "ca-certificates", "swift"} <= set(components)
    # Every file that the program loads belongs to one of them, the libraries of libraries, too.
    loaded = re.findall(r"=> (/\S+)", linked)
    owners = {owner_of(path) for path in loaded}
    assert len(loaded) > 15 and owners <= set(components), owners - set(components)


def owner_of(path):
    """The Debian package of a library, however its path is written; a debug build loads Swift's runtime."""
    if "/swift/linux/" in path:
        return "swift"
    for name in (path, f"/usr{path}", path.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True).stdout
        if found:
            return found.partition(":")[0]
    return path


def test_the_bill_of_materials_of_an_image_has_its_own_versions(tmp_path):
    """Of the files of an image, not of the machine: every package there, with the version there."""
    (tmp_path / "var/lib/dpkg/updates").mkdir(parents=True)
    status = pathlib.Path("/var/lib/dpkg/status").read_text()
    old = re.sub(r"(^Package: libpq5\n(?:.+\n)*?Version: ).*", r"\g<1>0.0.1-old", status, flags=re.M)
    (tmp_path / "var/lib/dpkg/status").write_text(old)
    made = subprocess.run(
        [sys.executable, str(ROOT / "script/sbom"), "--root", str(tmp_path)], capture_output=True, text=True,
        timeout=PATIENCE)
    if "is not installed" in made.stderr:
        pytest.skip(made.stderr.strip())
    assert made.returncode == 0, made.stderr
    versions = {one["name"]: one.get("version") for one in json.loads(made.stdout)["components"]}
    assert versions["libpq5"] == "0.0.1-old" and "base-files" in versions
