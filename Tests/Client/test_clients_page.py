"""docs/clients.md says of no operation that it works which is not there, nor the other way round."""

import re

from support import description
from support.process import ROOT

TEXT = (ROOT / "docs/clients.md").read_text()
GATEWAY = "/api-gateway/api/v2/dtables/{base_uuid}/"


def rows_of(section):
    """The cells of the rows of the table below a heading."""
    lines = TEXT.partition(f"# {section}\n")[2].partition("\n#")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def operations():
    return {(one.method, one.path) for one in description.OPERATIONS}


def test_what_works_is_there():
    rows = rows_of("Base operations")
    assert len(rows) > 20
    for _, named, *_ in rows:
        method, path = re.fullmatch(r"`([A-Z]+) (\S+)`", named).groups()
        assert (method, GATEWAY + path.removeprefix("./")) in operations(), named


def test_what_is_there_is_said():
    said = {tuple(row[1].strip("`").replace("./", "").split(" ")) for row in rows_of("Base operations")}
    there = {(method, path.removeprefix(GATEWAY)) for method, path in operations() if path.startswith(GATEWAY)}
    assert there - said == set()


def test_what_is_said_not_to_be_there_is_not():
    paths = {path for _, path in operations()}
    named = [one for row in rows_of("Not here") for one in re.findall(r"`(?:[A-Z]+ )?(\S+?)`", row[1])]
    assert len(named) > 5
    for one in named:
        start = one.split("…")[0]
        assert not [path for path in paths if path.startswith(start if start.startswith("/") else GATEWAY + start)
                    and ("…" not in one or one.endswith("…") or one.split("…")[1] in path)], one
