"""What rows are measured against: the same rows behind FastAPI, as a table with a column of its own type for each
column, by asyncpg, with COPY and prepared statements. It checks no tokens and no rights, and notes no operations.

It expects DATABASE_URL, and the size of each worker's pool in POOL.
"""

import contextlib
import datetime
import os
import uuid

import asyncpg
import fastapi
import orjson

from Bench.table import COLUMNS, SYSTEM

NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
LIST = f"select {SYSTEM}, {NAMES} from peer_row order by position offset $1 limit $2"
GET = f"select {SYSTEM}, {NAMES} from peer_row where id = $1"
PARSERS = {"Day": datetime.date.fromisoformat, "Time": datetime.datetime.fromisoformat}


@contextlib.asynccontextmanager
async def lifespan(app):
    async def prepare(connection):
        # In the binary format, which COPY needs: the format's version, and the text.
        await connection.set_type_codec(
            "jsonb", schema="pg_catalog", format="binary", encoder=lambda value: b"\x01" + orjson.dumps(value),
            decoder=lambda bytes: orjson.loads(bytes[1:]))

    size = int(os.environ["POOL"])
    app.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=size, max_size=size, init=prepare)
    yield
    await app.pool.close()


app = fastapi.FastAPI(lifespan=lifespan)


def written(value):
    return fastapi.Response(orjson.dumps(value, default=str), media_type="application/json")


def as_object(record):
    """A row, without the cells that are empty."""
    return {name: value for name, value in record.items() if value is not None}


@app.get("/ready")
async def ready():
    return written(True)


@app.get("/rows/")
async def list_rows(start: int = 0, limit: int = 1000):
    async with app.pool.acquire() as connection:
        return written({"rows": [as_object(one) for one in await connection.fetch(LIST, start, limit)]})


@app.get("/rows/{row_id}/")
async def get_row(row_id: uuid.UUID):
    async with app.pool.acquire() as connection:
        record = await connection.fetchrow(GET, row_id)
    if record is None:
        raise fastapi.HTTPException(404)
    return written(as_object(record))


@app.post("/rows/")
async def append_rows(request: fastapi.Request):
    rows = orjson.loads(await request.body())["rows"]
    records, ids = [], []
    for row in rows:
        cells = [PARSERS[name](row[name]) if name in PARSERS and name in row else row.get(name) for name in COLUMNS]
        ids.append(uuid.uuid4())
        records.append((ids[-1], "peer", "peer", *cells))
    async with app.pool.acquire() as connection:
        await connection.copy_records_to_table(
            "peer_row", records=records, columns=["id", "creator", "modifier", *COLUMNS])
    return written({"inserted_row_count": len(ids), "row_ids": [{"_id": str(one)} for one in ids], "first_row": rows[0]})
