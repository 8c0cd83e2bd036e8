"""What differs between the service's answer to a SELECT and the evaluator's."""

import collections
import itertools
import json
from datetime import datetime

from support.evaluator import ERROR
from support.sql_values import Link, date_of


def difference(statement, expected, results):
    """The first difference, in words; None if there is none.

    Rows with equal sort keys, groups and joined rows may come in any order, but for that of the table in a plain SELECT.
    """
    are_lists_sorted = bool(statement.group) or statement.distinct
    rows = [canonical_row(row, are_lists_sorted) for row in expected.limited]
    found = [canonical_row({name: one.get(name) for name in row}, are_lists_sorted)
             for one, row in zip(results, itertools.chain(expected.limited, itertools.repeat({})))]
    if len(rows) != len(results):
        return f"{len(results)} rows instead of {len(rows)}"
    for number, (one, row) in enumerate(zip(results, expected.limited)):
        if missing := row.keys() - one.keys():
            return f"row {number} has no {', '.join(sorted(missing))}"
    if expected.is_stable:
        unlike = [number for number, (one, row) in enumerate(zip(found, rows)) if not alike(one, row)]
        return f"row {unlike[0]}: {found[unlike[0]]} instead of {rows[unlike[0]]}" if unlike else None
    keys, start = expected.keys[expected.part], 0
    for _, run in itertools.groupby(keys):
        end = start + len(list(run))
        if text := unordered(found[start:end], rows[start:end]):
            return f"rows {start} to {end - 1}: {text}"
        start = end
    return None


def unordered(found, rows):
    if any(ERROR in row for row in rows):
        found, rows = ([tuple(None if cell == ERROR else cell for cell in row) for row in side] for side in (found, rows))
    found, rows = collections.Counter(found), collections.Counter(rows)
    too_many, missing = (list(one.elements())[:3] for one in (found - rows, rows - found))
    return f"{too_many} instead of {missing}" if too_many else None


def alike(found, expected):
    """Whether two rows are equal. An error may be shown as null."""
    return all(one == other or (other == ERROR and one is None) for one, other in zip(found, expected))


def canonical_row(row, are_lists_sorted):
    return tuple(canonical(value, are_lists_sorted) for value in row.values())


def canonical(value, is_sorted=False):
    """A value in the one form of all that mean the same."""
    if value in (None, "", [], ()):
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return float(f"{value:.9g}") + 0.0
    if isinstance(value, datetime):
        return value
    if isinstance(value, (tuple, list)):
        found = [canonical(element(one)) for one in value]
        return tuple(sorted(found, key=str) if is_sorted else found)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    if value.startswith("#"):
        return ERROR
    # A date in an answer always has an offset.
    return date_of(value) if value.endswith("+00:00") and date_of(value) else value


def element(value):
    """An element of a list; a linked row by what it shows."""
    if isinstance(value, Link):
        return value.display
    return value["display_value"] if isinstance(value, dict) and "display_value" in value else value


