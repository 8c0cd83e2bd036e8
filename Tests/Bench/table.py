"""The table that is measured: for each column its type and its settings as a base has them, and its type as the peer's
table has it."""

import random

MINUTES = {"format": "YYYY-MM-DD HH:mm"}
COLUMNS = {
    "Name": ("text", None, "text"),
    "Notes": ("long-text", None, "text"),
    "Amount": ("number", None, "double precision"),
    "Price": ("number", {"format": "dollar"}, "double precision"),
    "Day": ("date", None, "date"),
    "Time": ("date", MINUTES, "timestamp"),
    "State": ("single-select", None, "text"),
    "Tags": ("multiple-select", None, "text[]"),
    "Done": ("checkbox", None, "boolean"),
    "Mail": ("email", None, "text"),
    "Site": ("url", None, "text"),
    "Stars": ("rate", None, "integer"),
    "Duration": ("duration", {"format": "duration", "duration_format": "h:mm"}, "integer"),
    "Owner": ("collaborator", None, "text[]"),
    "Place": ("geolocation", {"geo_format": "lng_lat"}, "jsonb"),
    "City": ("text", None, "text"),
    "Code": ("text", None, "text"),
    "Count": ("number", None, "double precision"),
}
SYSTEM = "id, position, created_at, modified_at, creator, modifier"
# The peer's table, with the indexes that the service's has.
PEER_TABLE = f"""
    create table peer_row (
      id uuid primary key, position bigint generated always as identity, created_at timestamptz not null default now(),
      modified_at timestamptz not null default now(), creator text not null, modifier text not null,
      {", ".join(f'"{name}" {type}' for name, (_, _, type) in COLUMNS.items())});
    create index peer_row_position_index on peer_row (position);
    create index peer_row_modified_index on peer_row (modified_at)
    """
CITIES = ["Hamburg", "Köln", "Leipzig", "München", "Essen", "Bremen", "Dresden", "Nürnberg"]
WORDS = "a row of a table as people have them with some words in it that are not all alike".split()


def row(number, chance):
    """A row, as clients send it."""
    return {
        "Name": f"Row {number}",
        "Notes": " ".join(chance.choices(WORDS, k=20)),
        "Amount": chance.randrange(1_000),
        "Price": round(chance.random() * 100, 2),
        "Day": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "Time": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:30",
        "State": chance.choice(["open", "waiting", "closed"]),
        "Tags": chance.sample(["red", "green", "blue", "white"], 2),
        "Done": chance.random() < 0.5,
        "Mail": f"person{number}@example.com",
        "Site": f"https://example.com/{number}",
        "Stars": chance.randint(1, 5),
        "Duration": chance.randrange(0, 36_000, 60),
        "Owner": [f"{chance.randrange(16**8):032x}@auth.local"],
        "Place": {"lng": round(chance.random() * 90, 4), "lat": round(chance.random() * 90, 4)},
        "City": chance.choice(CITIES),
        "Code": f"{chance.randrange(16**6):06x}",
        "Count": chance.randrange(100_000),
    }


def rows(count):
    """The same rows each time."""
    chance = random.Random(18)
    return [row(number, chance) for number in range(count)]
