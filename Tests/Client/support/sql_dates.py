"""The functions of clients' SQL over dates, all in UTC. Their first arguments are `datetime`."""

import calendar
from datetime import UTC, datetime, timedelta

from support.sql_values import Failure, first, number_of, text_of

DAY = timedelta(days=1)


def midnight(time):
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(year, month):
    """The first day of a month, whose number may be any: month 0 is December of the year before."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        raise Failure(f"there is no year {year}")
    return datetime(year, month, 1)


def moved(time, days):
    try:
        return time + days
    except OverflowError as error:
        raise Failure(str(error)) from error


def date(year, month, day):
    """A date. A year below 100 is one of the last century; months and days that are too many carry."""
    return moved(month_start(year + 1900 if 0 <= year < 100 else year, month), (day - 1) * DAY)


def today():
    return midnight(now())


def now():
    return datetime.now(UTC).replace(tzinfo=None)


def count_of(value):
    return int(number_of(first(value)) or 0)


def date_add(time, count, unit="days"):
    count, unit = count_of(count), text_of(unit)
    if unit in ("years", "months"):
        start = month_start(time.year, time.month + count * (12 if unit == "years" else 1))
        return time.replace(year=start.year, month=start.month, day=min(time.day, last_day(start)))
    if unit not in ("weeks", "days", "hours", "minutes", "seconds"):
        raise Failure(f"{unit} is no unit")
    try:
        return moved(time, timedelta(**{unit: count}))
    except OverflowError as error:
        raise Failure(str(error)) from error


def last_day(time):
    return calendar.monthrange(time.year, time.month)[1]


def end_of_month(time, months=0.0):
    start = month_start(time.year, time.month + count_of(months))
    return start.replace(day=last_day(start))


def weekday(time, start=""):
    """1 to 7, from Sunday or from Monday."""
    first_day = 0 if text_of(start).lower() == "monday" else 6
    return (time.weekday() - first_day) % 7 + 1


def start_of_week(time, start=""):
    return midnight(time) - (weekday(time, start) - 1) * DAY


def week_number(time, kind=1.0):
    """The week in its year. Week 1 is that of the first of January, or by ISO (21) that of the first Thursday."""
    kind = count_of(kind)
    if kind == 21:
        return time.isocalendar().week
    starts = {1: 6, 2: 0, **{11 + day: day for day in range(7)}}
    if kind not in starts:
        raise Failure(f"{kind} is no kind of week")
    new_year = datetime(time.year, 1, 1)
    return ((midnight(time) - new_year).days + (new_year.weekday() - starts[kind]) % 7) // 7 + 1


# MARK: Between two dates


def full_months(start, end):
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - ((end.day, end.time()) < (start.day, start.time()))


def date_difference(start, end, unit="D"):
    unit = text_of(unit).upper()
    if unit == "S":
        return int((end - start).total_seconds())
    start, end = midnight(start), midnight(end)
    if unit == "D":
        return (end - start).days
    if unit in ("M", "YM", "Y"):
        months = full_months(start, end)
        return {"M": months, "YM": months % 12, "Y": months // 12}[unit]
    if unit not in ("YD", "MD"):
        raise Failure(f"{unit} is no unit")
    return (end - latest(start, end, unit == "YD")).days


def latest(start, end, is_yearly):
    """The latest anniversary of the start, or the latest day of a month with its number, that is not after the end."""
    months = full_months(start, end)
    return date_add(start, float(months // 12 * 12 if is_yearly else months), "months")


def months_between(start, end):
    return (end.year - start.year) * 12 + end.month - start.month


def networkdays(start, end, *holidays):
    free = {one.date() for one in holidays if isinstance(one, datetime)}
    days = (midnight(start) + number * DAY for number in range((midnight(end) - midnight(start)).days + 1))
    return sum(day.weekday() < 5 and day.date() not in free for day in days)


OF_ONE = {
    "dateAdd": date_add, "day": lambda time: time.day, "eomonth": end_of_month, "hour": lambda time: time.hour,
    "isodate": lambda time: time.strftime("%Y-%m-%d"), "isomonth": lambda time: time.strftime("%Y-%m"),
    "minute": lambda time: time.minute, "month": lambda time: time.month, "quarter": lambda time: (time.month + 2) // 3,
    "second": lambda time: time.second, "startofweek": start_of_week, "weekday": weekday, "weeknum": week_number,
    "year": lambda time: time.year,
}
OF_TWO = {"dateDif": date_difference, "months": months_between, "networkdays": networkdays}
