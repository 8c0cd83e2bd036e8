"""docs/log.md: what each line of the log may have."""

import re

from support.process import ROOT

PAGE = (ROOT / "docs/log.md").read_text()
# What every line has.
ALWAYS = {"time", "level", "message"}


def rows(section, head):
    """The rows of the section's table whose first column has this head."""
    text = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]
    table = re.search(rf"^\| `?{head}`?[^\n]*\n\|---[^\n]*\n((?:\|[^\n]*\n)+)", text, re.M)[1]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()]


def fields(section):
    return [field for names, *_ in rows(section, "field") for field in re.findall("`(.*?)`", names)]


# The fields of each message, beside those that every line has.
MESSAGES = {message.strip("`"): re.findall("`(.*?)`", names) for message, _, names, *_ in rows("All lines", "message")}
# The levels of each message; none of `security`, whose events have their own.
LEVELS = {
    message.strip("`"): re.findall("debug|info|warning|error", levels)
    for message, levels, *_ in rows("All lines", "message")}


def check(line):
    """A line of the log is one that the page describes."""
    assert line["message"] in MESSAGES, line
    own = MESSAGES[line["message"]]
    levels = LEVELS[line["message"]] or ["info", "warning", "error"]
    assert line["level"] in levels and set(line) <= ALWAYS | set(own), line
