"""Tables in memory, and the values of clients' SQL: how they are converted, compared and sorted.

A value is None (NULL), text, a float, a boolean, a `datetime` (UTC, without a zone), a tuple (a list), or what JSON has
(an object). Empty text and the empty list are NULL. Where SeaTable's manual is silent, this holds:

- A constant is converted to the kind of what it is compared with. Of two columns or expressions of different kinds, both
  become numbers if one is a number, else dates, else booleans, else text. What cannot be converted is NULL.
- Text is compared and sorted by its code points. NULL sorts before everything.
- A list of texts is compared by its first element. A list of numbers or dates needs exactly one.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TEXTS = {"text", "long-text", "email", "url", "single-select", "auto-number", "creator", "last-modifier"}
KINDS = {
    **dict.fromkeys(TEXTS, "text"), **dict.fromkeys(["number", "duration", "rate"], "number"), "checkbox": "boolean",
    **dict.fromkeys(["date", "ctime", "mtime"], "date"),
    **dict.fromkeys(["multiple-select", "collaborator", "image", "link"], "list"),
    **dict.fromkeys(["file", "geolocation", "digital-sign"], "object"),
    **dict.fromkeys(["formula", "link-formula"], "nothing"),
}
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """`options` has the names of a select's options, in their order; `display` the kind of what a link shows."""

    key: str
    name: str
    type: str
    data: object = None
    options: tuple = ()
    display: str = "text"

    @property
    def kind(self):
        return KINDS[self.type]

    @property
    def element(self):
        """The kind of a list's elements."""
        return self.display if self.type == "link" else "text"


# The columns that every table has, by their names.
SYSTEM = {
    one.name: one for one in [
        Column("_id", "_id", "text"), Column("_ctime", "_ctime", "ctime"), Column("_mtime", "_mtime", "mtime"),
        Column("_creator", "_creator", "creator"), Column("_last_modifier", "_last_modifier", "last-modifier")]
}


@dataclass(eq=False)
class Table:
    """The rows have values by the columns' names; an absent one is NULL."""

    name: str
    columns: list
    rows: list = field(default_factory=list)

    def __getitem__(self, name):
        return SYSTEM.get(name) or next(one for one in self.columns if one.name == name)

    def of(self, *types):
        return [one for one in self.columns if one.type in types]


@dataclass(frozen=True)
class Link:
    """A linked row, as a link column shows it."""

    row: str
    display: object


class Failure(Exception):
    """A function's error: NULL in conditions, `#VALUE!` in results."""


def tidied(value):
    """A value in which what is empty is NULL. What is no number is an error."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Failure("not a number")
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return None if value in ("", (), []) else value


# MARK: Conversion


def text_of(value):
    """A value as text; empty if it is NULL."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return text_of(first(value)) if isinstance(value, tuple) else value


def first(value):
    """The first element of a list, or the value itself; of a linked row what it shows."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    return value.display if isinstance(value, Link) else value


def only(value):
    """The only element of a list; None if it has several."""
    return None if isinstance(value, tuple) and len(value) != 1 else first(value)


def number_of(value):
    """A value as a number; None if it is none."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        found = float(value)
        return found if math.isfinite(found) else None
    return None


def date_of(value):
    """A text as a point in time, in UTC; None if it is none."""
    if isinstance(value, datetime):
        return value
    found = DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        time = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        time += timedelta(microseconds=round(float(fraction or 0) * 1_000_000))
        return time - offset(zone) if zone and hour is not None else time
    except (ValueError, OverflowError):
        return None


def offset(zone):
    if zone in "zZ":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def boolean_of(value):
    if isinstance(value, (bool, int, float)):
        return bool(value)
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def converted(value, kind):
    """A value as this kind, for a comparison; None if that cannot be."""
    value = first(value) if kind == "text" else only(value)
    if value is None or kind == "nothing":
        return None
    convert = {"text": text_of, "number": number_of, "date": date_of, "boolean": boolean_of}[kind]
    return tidied(convert(value))


def common(left, right):
    """The kind in which two kinds are compared."""
    return next(kind for kind in ["nothing", "number", "date", "boolean", "text"] if kind in (left, right))


# MARK: Order


def sort_key(value, column=None):
    """What sorts a value: NULL first, a select by the order of its options, a list by its sorted elements."""
    if value is None:
        return (0,)
    if isinstance(value, tuple):
        return (1, sorted(sort_key(first((one,))) for one in value))
    if column and column.type == "single-select":
        return (1, column.options.index(value))
    return (1, value)


def same(value):
    """What two values have in common that are one group."""
    return tuple(sorted(map(str, map(first, ((one,) for one in value))))) if isinstance(value, tuple) else value
