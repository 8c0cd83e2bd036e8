"""Random tables with every type of column, in memory and as the API makes them."""

from datetime import datetime, timedelta

from support.sql_values import Column, Link, Table

WORDS = [
    "apple", "Apple", "APPLE pie", "Zürich", "zürich", "pear", "pear tree", "plum", "a_b", "12", "007", "-5", "3.5",
    "it's", "x",
    " padded ", "100%", "Ωmega", "long river", "green", "Green tea", "äpfel", "true", "2030-06-20", "no. 9", "日本"]
MAILS = ["mia@example.com", "tom@example.com", "ann@example.org", "Mia@Example.com"]
SITES = ["https://example.com", "https://example.com/a?b=c", "http://example.org/ä"]
PEOPLE = [f"{digit * 32}@auth.local" for digit in "abc"]
STATES, TAGS = ("Open", "Waiting", "done", "Äußerst dringend"), ("red", "green", "Blue", "ultra violet")
COUNTRIES = ["Germany", "France", "日本"]
# How often a cell is empty.
EMPTY = 0.2
LARGE, SMALL = 200, 20


def named(names):
    return {"options": [{"name": name, "color": "#FF8000", "textColor": "#FFFFFF"} for name in names]}


# Name, type and data of each column of the first table; what is in brackets is made by the service.
COLUMNS = [
    ("Name", "text", None), ("Number", "number", {"format": "number", "decimal": "dot", "thousands": "no"}),
    ("Amount", "number", {"format": "euro", "decimal": "dot", "thousands": "no"}), ("Code", "text", None),
    ("Note", "long-text", None), ("Mail", "email", None), ("Web site", "url", None), ("Done", "checkbox", None),
    ("Day", "date", {"format": "YYYY-MM-DD"}), ("Time slot", "date", {"format": "YYYY-MM-DD HH:mm"}),
    ("Span", "duration", {"format": "duration", "duration_format": "h:mm:ss"}),
    ("Stars", "rate", {"rate_max_number": 5, "rate_style_color": "#FF8000", "rate_style_type": "dtable-icon-rate"}),
    ("Status", "single-select", named(STATES)), ("Tags", "multiple-select", named(TAGS)),
    ("People", "collaborator", None),
    ("Picture", "image", None), ("Papers", "file", None), ("Place", "geolocation", {"geo_format": "country_region"}),
    ("Signature", "digital-sign", None), ("Sum", "formula", {"formula": "{Amount}+1"}),
    ("Serial", "auto-number", {"format": "0000", "digits": 4}), ("Made", "ctime", None), ("Changed", "mtime", None),
    ("Maker", "creator", None), ("Changer", "last-modifier", None)]
OTHER_COLUMNS = [
    ("Name", "text", None), ("Number", "number", {"format": "number", "decimal": "dot", "thousands": "no"}),
    ("Rank", "number", {"format": "number", "decimal": "dot", "thousands": "no"}), ("value", "text", None),
    ("Since", "date", {"format": "YYYY-MM-DD"})]
# What only the service can write.
GIVEN = {"auto-number", "ctime", "mtime", "creator", "last-modifier", "formula", "link"}
KEYS = {"ctime": "_ctime", "mtime": "_mtime", "creator": "_creator", "last-modifier": "_last_modifier"}


def random_tables(random, large=LARGE, small=SMALL):
    """A table with every type of column, and a small one to join it with and to link it to."""
    first = Table("Everything", [column(*one, number) for number, one in enumerate(COLUMNS)])
    second = Table("Other table", [column(*one, number) for number, one in enumerate(OTHER_COLUMNS)])
    first.columns.append(Column("link", "Others", "link"))
    for table, count in [(first, large), (second, small)]:
        numbers = random.sample(range(1, count + 1), count)
        table.rows = [row(random, table, number) for number in numbers]
    for position, one in enumerate(second.rows):
        one["_id"] = f"second-{position:015}"
    for one in first.rows:
        # In the order of the linked rows, which is that of the links, too.
        linked = sorted(random.sample(range(small), random.choice([0, 0, 1, 1, 2, 3])))
        one["Others"] = tuple(Link(second.rows[place]["_id"], second.rows[place].get("Name")) for place in linked)
    return first, second


def column(name, type, data, number):
    options = tuple(one["name"] for one in data["options"]) if data and "options" in data else ()
    return Column(KEYS.get(type, f"{number:04}"), name, type, data, options)


def row(random, table, number):
    """A random row. What the service will write is made up here, and learned later."""
    found = {"_id": f"row-{number:018}", "Number": float(number)}
    for one in table.columns:
        if one.name != "Number" and random.random() >= EMPTY:
            found[one.name] = cell(random, one, number)
    made = datetime(2026, 11, 6, 9) + timedelta(seconds=number // 50)
    system = {"ctime": made, "mtime": made, "creator": PEOPLE[0], "last-modifier": PEOPLE[0],
              "auto-number": f"{number:04}"}
    found.update({one.name: system[one.type] for one in table.columns if one.type in system})
    return {**found, "_ctime": made, "_mtime": made, "_creator": PEOPLE[0], "_last_modifier": PEOPLE[0]}


def cell(random, column, number):
    match column.type:
        case "text" | "long-text":
            return random.choice(WORDS)
        case "email":
            return random.choice(MAILS)
        case "url":
            return random.choice(SITES)
        case "number":
            return random.choice([float(random.randint(-20, 20)), random.randint(-2000, 2000) / 100])
        case "duration":
            return float(random.randint(0, 200) * 60)
        case "rate":
            return float(random.randint(1, 5))
        case "checkbox":
            return random.random() < 0.5
        case "date":
            # No day that some month does not have: adding months to it is done in several ways.
            day = datetime(2026, random.randint(1, 12),
                           random.randint(1, 28)) + timedelta(days=365 * random.randint(-2, 2))
            day = day.replace(day=min(day.day, 28))
            return day if column.data["format"] == "YYYY-MM-DD" else day.replace(hour=random.randint(0, 23), minute=30)
        case "single-select":
            return random.choice(STATES)
        case "multiple-select":
            return tuple(random.sample(TAGS, random.randint(1, 3)))
        case "collaborator":
            return tuple(random.sample(PEOPLE, random.randint(1, 2)))
        case "image":
            return tuple(f"https://example.com/{one}.png" for one in random.sample("abc", random.randint(1, 2)))
        case "file":
            return [{"name": f"{number}.pdf", "size": number, "type": "file",
                     "url": f"https://example.com/{number}.pdf"}]
        case "geolocation":
            return {"country_region": random.choice(COUNTRIES)}
        case "digital-sign":
            return {"username": PEOPLE[0], "sign_image_url": "/a.png", "sign_time": "2026-11-06T09:00:00+00:00"}
    return None


# MARK: The API


def definition(table):
    """The columns of a new table, in the body of its request; links are made later."""
    return [
        {"column_name": one.name, "column_type": one.type, **({"column_data": one.data} if one.data else {})}
        for one in table.columns if one.type != "link"]


def wire(table, row):
    """A row as clients write it: what its columns' cells can take."""
    types = {one.name: one.type for one in table.columns}
    return {name: wire_cell(value) for name, value in row.items()
            if value is not None and name in types and types[name] not in GIVEN}


def wire_cell(value):
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M" if value.hour or value.minute else "%Y-%m-%d")
    return list(value) if isinstance(value, tuple) else value
