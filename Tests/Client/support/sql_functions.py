"""The functions of clients' SQL over texts, numbers and truth, one row at a time.

NULL is 0 or empty text to them. A result that cannot be is a `Failure`.
"""

import functools
import math
import operator
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from support import sql_dates
from support.sql_values import Failure, date_of, first, number_of, text_of

CONSTANTS = {"pi": math.pi, "e": math.e}


def number(value):
    """An argument as a number."""
    value = first(value)
    if value in (None, ""):
        return 0.0
    found = number_of(value)
    if found is None:
        raise Failure(f"{value!r} is no number")
    return found


def whole(value, least=None):
    """An argument as a whole number; decimals are cut."""
    found = int(number(value))
    if least is not None and found < least:
        raise Failure(f"{found} is too small")
    return found


def is_true(value):
    """Whether an argument counts as true: it is not empty and not zero."""
    return first(value) not in (None, "", 0.0, False)


def equal(left, right):
    """Whether two arguments are equal: as numbers if one of them is a number, else as texts."""
    left, right = first(left), first(right)
    if any(isinstance(one, (int, float)) for one in (left, right)):
        return number_of(left or 0.0) == number_of(right or 0.0)
    return text_of(left) == text_of(right)


def checked(function):
    """A function of numbers whose domain errors and overflows are failures."""

    @functools.wraps(function)
    def checked(*arguments):
        try:
            return function(*map(number, arguments))
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            raise Failure(str(error)) from error

    return checked


# MARK: Numbers


def power(base, exponent):
    found = base ** exponent
    if isinstance(found, complex):
        raise ValueError("no real number")
    return found


def rounded(rounding):
    """Rounds the decimal number that is written, not the binary one."""

    def rounded(value, digits=0.0):
        unit = Decimal(1).scaleb(-int(digits))
        return float((Decimal(repr(value)) / unit).quantize(Decimal(1), rounding) * unit) + 0.0

    return rounded


def multiple(rounding):
    def multiple(value, significance=1.0):
        return rounding(value / significance) * significance + 0.0

    return multiple


def even(value):
    return math.ceil(value / 2) * 2.0


def odd(value):
    return math.ceil((value - 1) / 2) * 2.0 + 1


def average(*values):
    return sum(values) / len(values)


NUMBERS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "mod": operator.mod,
    "power": power, "greater": operator.gt, "lessthan": operator.lt, "greatereq": operator.ge,
    "lessthaneq": operator.le,
    "abs": abs, "ceiling": multiple(math.ceil), "floor": multiple(math.floor), "even": even, "odd": odd,
    "exp": math.exp,
    "int": math.floor, "lg": math.log10, "log": lambda value, base=10.0: math.log10(value) / math.log10(base),
    "round": rounded(ROUND_HALF_UP), "rounddown": rounded(ROUND_DOWN), "roundup": rounded(ROUND_UP),
    "sign": lambda value: (value > 0) - (value < 0), "sqrt": math.sqrt, "average": average,
}


# MARK: Texts


def found_at(needle, hay, start):
    if not hay:
        return ""
    if whole(start, least=1) > len(hay):
        raise Failure("it starts behind the end")
    return whole(start) if not needle else hay.find(needle, whole(start) - 1) + 1


def find(needle, hay, start=1.0):
    return found_at(text_of(needle), text_of(hay), start)


def search(needle, hay, start=1.0):
    return found_at(text_of(needle).lower(), text_of(hay).lower(), start)


def left(text, count=1.0):
    return text_of(text)[:whole(count, least=0)]


def right(text, count=1.0):
    count = whole(count, least=0)
    return text_of(text)[-count:] if count else ""


def mid(text, start, count):
    start = whole(start, least=1)
    return text_of(text)[start - 1:start - 1 + whole(count, least=1)]


def replace(text, start, count, new):
    start, text = whole(start, least=1) - 1, text_of(text)
    return text[:start] + text_of(new) + text[start + whole(count, least=0):]


def substitute(text, old, new, index=0.0):
    text, old, new, index = text_of(text), text_of(old), text_of(new), whole(index, least=0)
    if not old:
        return text
    if not index:
        return text.replace(old, new)
    parts = text.split(old)
    return text if index >= len(parts) else old.join(parts[:index]) + new + old.join(parts[index:])


def formatted(value, form):
    """text(): a number as a percentage or an amount."""
    value, form = number(value), text_of(form)
    if form == "percent":
        return text_of(float(Decimal(repr(value)) * 100)) + "%"
    signs = {"number": "", "dollar": "$", "euro": "€", "yuan": "¥"}
    if form not in signs:
        raise Failure(f"{form} is no format")
    return signs[form] + text_of(value)


def country(place):
    return place.get("country_region") or "" if isinstance(place, dict) else ""


TEXTS = {
    "concatenate": lambda *texts: "".join(map(text_of, texts)), "exact": lambda one,
    other: text_of(one) == text_of(other),
    "find": find, "search": search, "left": left, "right": right, "mid": mid, "replace": replace,
    "substitute": substitute, "len": lambda text: len(text_of(text)), "lower": lambda text: text_of(text).lower(),
    # Letter by letter, as PostgreSQL does: ß stays.
    "upper": lambda text: "".join(one.upper() if len(one.upper()) == 1 else one for one in text_of(text)), "rept": lambda text, count: text_of(text) * whole(count, least=0),
    "T": lambda value: first(value) if isinstance(first(value), str) else "", "text": formatted,
    "trim": lambda text: text_of(text).strip(" "), "value": number, "country": country,
}


# MARK: Truth, counting


def chosen(condition, yes, no=""):
    return yes if is_true(condition) else no


def ifs(*pairs):
    for condition, value in zip(pairs[::2], pairs[1::2]):
        if is_true(condition):
            return value
    raise Failure("no condition is true")


def switch(value, *rest):
    for matcher, found in zip(rest[::2], rest[1::2]):
        if equal(value, matcher):
            return found
    if len(rest) % 2:
        return rest[-1]
    raise Failure("nothing matches")


def is_blank(value):
    return first(value) in (None, "")


OTHERS = {
    "and": lambda *values: all(map(is_true, values)), "or": lambda *values: any(map(is_true, values)),
    "not": lambda value: not is_true(value), "xor": lambda *values: sum(map(is_true, values)) % 2 == 1,
    "if": chosen, "ifs": ifs, "switch": switch, "equal": equal, "unequal": lambda one, other: not equal(one, other),
    "counta": lambda *values: sum(not is_blank(one) for one in values), "countall": lambda *values: len(values),
    "countblank": lambda *values: sum(map(is_blank, values)), "countItems": lambda items: len(items or ()),
}


# MARK: All


def on_dates(function):
    """A function whose first argument is a date."""

    @functools.wraps(function)
    def on_dates(date, *rest):
        found = date_of(first(date))
        if found is None:
            raise Failure(f"{date!r} is no date")
        return function(found, *rest)

    return on_dates


def between(function):
    """A function of two dates. A start that is empty is 1900-01-01."""

    @functools.wraps(function)
    def between(start, end, *rest):
        if is_blank(start) and is_blank(end):
            return 0
        start, end = (date_of(first(one)) for one in ("1900-01-01" if is_blank(start) else start, end))
        if start is None or end is None:
            raise Failure("no date")
        return function(start, end, *(date_of(one) or first(one) for one in rest))

    return between


FUNCTIONS = {
    **{name: checked(function) for name, function in NUMBERS.items()}, **TEXTS, **OTHERS,
    **{name: on_dates(function) for name, function in sql_dates.OF_ONE.items()},
    **{name: between(function) for name, function in sql_dates.OF_TWO.items()},
    "date": lambda *parts: sql_dates.date(*(whole(one) for one in parts)), "today": sql_dates.today,
    "now": sql_dates.now,
}
# What a function returns. What `if`, `ifs` and `switch` return depends on their arguments.
RESULTS = {
    **dict.fromkeys(FUNCTIONS, "number"), **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(["len", "find", "search", "value"], "number"),
    **dict.fromkeys(["exact", "greater", "lessthan", "greatereq", "lessthaneq", "equal", "unequal"], "boolean"),
    **dict.fromkeys(["and", "or", "not", "xor"], "boolean"), **dict.fromkeys(["isodate", "isomonth"], "text"),
    **dict.fromkeys(["date", "dateAdd", "eomonth", "startofweek", "today", "now"], "date"),
}
# What SeaTable refuses, with some of its arguments.
REFUSED = {
    "SUBSTR": 3, "SUBSTRING": 3, "CONCAT": 2, "CONCAT_WS": 3, "LENGTH": 1, "CHAR_LENGTH": 1, "LOCATE": 2, "INSTR": 2,
    "LPAD": 3,
    "RPAD": 3, "REVERSE": 1, "REPEAT": 2, "UCASE": 1, "LCASE": 1, "REPLACE": 3, "CURDATE": 0, "CURRENT_DATE": 0,
    "DATE_FORMAT": 2, "DATEDIFF": 2, "DATE_ADD": 2, "DATE_SUB": 2, "EXTRACT": 1, "CEIL": 1, "TRUNCATE": 2, "RAND": 0,
    "IFNULL": 2, "COALESCE": 2, "NULLIF": 2, "DAYOFWEEK": 1, "WEEK": 1, "LAST_DAY": 1, "TIMESTAMPDIFF": 3,
    "TIMESTAMPADD": 3, "DAYOFMONTH": 1, "DAYNAME": 1, "MONTHNAME": 1, "CAST": 1, "CONVERT": 2, "GREATEST": 2,
    "LEAST": 2,
    "LOG2": 1, "DATE": 1, "STR_TO_DATE": 2, "GROUP_CONCAT": 1, "FORMAT": 2,
}


def call(name, arguments):
    return FUNCTIONS[name](*arguments)
