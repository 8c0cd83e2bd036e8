"""Clients' SQL: random statements answered as the evaluator answers them; what is refused, and how."""

import json
import os
import secrets

import pytest

from support.rows import Program, options
from support.sql_check import Check
from support.sql_functions import REFUSED

pytestmark = pytest.mark.apart

# Seeds and statements for each; script/rows-check does a hundred times as many.
SEEDS = [int(one) for one in os.environ.get("ROWS_SEEDS", "1 2 3 4").split()]
STATEMENTS = int(os.environ.get("ROWS_STATEMENTS", "500"))
# Words that only PostgreSQL would say.
POSTGRES = ["pg_", "psql", "relation", "syntax error at or near", "bk_", "jsonb", "data_row", "SQLSTATE",
            "operator does not"]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_statements_have_the_evaluator_s_results(unlimited, seed):
    found = list(Check(unlimited, seed).differences(STATEMENTS))
    assert not found, f"{len(found)} of {STATEMENTS} differ:\n" + "\n".join(map(str, found[:20]))


@pytest.fixture(scope="module")
def program(unlimited):
    made = Program(unlimited)
    made.new_table(
        "T", ("Name", "text"), ("Age", "number"), ("Born", "date", {"format": "YYYY-MM-DD"}),
        ("State", "single-select", options("a", "b")),
        ("Tags", "multiple-select", options("x", "y")), ("Papers", "file"), ("Place", "geolocation"), ("Go", "button"),
        ("Made", "ctime"))
    made.new_table("U", ("Name", "text"))
    made.append("T", {"Name": "Mia", "Age": 30, "State": "a", "Tags": ["x", "y"]}, {"Name": "Tom", "Age": 3})
    made.append("U", {"Name": "Mia"})
    return made


SYNTAX = [
    "", " ", "SELECT", "SELECT * FROM", "SELECT FROM T", "SELECT * FROM T WHERE", "SELECT * FROM T WHERE Name =",
    "SELECT * T",
    "SELECT * FROM T WHERE (Name = 'a'", "SELECT * FROM T WHERE Name = 'a", "SELECT * FROM `T",
    "SELECT * FROM T ORDER BY",
    "SELECT * FROM T LIMIT x", "SELECT * FROM T LIMIT -1", "SELECT Name, FROM T", "DROP TABLE T",
    "SELECT * FROM T; DELETE FROM T",
    "SELECT * FROM T -- comment", "EXPLAIN SELECT * FROM T", 'SELECT * FROM "T"', "SELECT * FROM 'T'",
    "SELECT pi FROM T",
    "SELECT * FROM T JOIN U ON T.Name = U.Name", "SELECT * FROM T WHERE Age IN (SELECT Age FROM T)",
    "SELECT Name FROM T UNION SELECT Name FROM U",
    "SELECT CASE WHEN Age > 1 THEN 1 END FROM T", "SELECT CAST(Age AS CHAR) FROM T", "SELECT * FROM T, U",
    "SELECT * FROM T, T WHERE T.Name = T.Name",
    "UPDATE T SET Age = Age + 1", "UPDATE T SET Name = upper('a')", "UPDATE T SET Name = Name",
    "UPDATE T SET Name = 'x' LIMIT 1",
    "UPDATE T SET Age", "DELETE T", "DELETE FROM T LIMIT 1", "INSERT INTO T (Name) VALUES ('x')",
    "SELECT * FROM T WHERE Name = ?",
    "SELECT average(Age), State FROM T GROUP BY State", "SELECT Name, COUNT(*) FROM T GROUP BY State",
    "SELECT Name AS n FROM T WHERE n = 'a'",
    "SELECT Papers FROM T WHERE Papers = 'a'", "SELECT * FROM T ORDER BY Place", "SELECT Go FROM T",
    "UPDATE T SET Made = '2026-01-01'",
    "UPDATE T SET Papers = ('a')", "UPDATE T SET _id = 'x'", "SELECT nosuch FROM T", "SELECT nosuch(Age) FROM T",
    "SELECT * FROM T WHERE abs() = 1",
    "SELECT abs(Age, 1, 2) FROM T", "SELECT left() FROM T", "SELECT U.Name FROM T", "TRUNCATE T",
    "SELECT * FROM pg_class", "SELECT * FROM data_row",
]


@pytest.mark.parametrize("text", SYNTAX)
def test_what_seatable_refuses_is_refused_with_a_clear_text(program, text):
    answer = program.call("POST", "sql/", {"sql": text, "convert_keys": True})
    assert answer.status_code == 400, answer.text
    message = answer.json()["error_message"]
    assert message and answer.json()["error_msg"] == message
    assert not [one for one in POSTGRES if one in message and one not in text], message
    assert len(program.rows("T")) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_a_function_that_seatable_does_not_have_is_refused(program, name):
    arguments = ", ".join(["Name", "1", "'x'"][:REFUSED[name]])
    answer = program.call("POST", "sql/", {"sql": f"SELECT {name}({arguments}) FROM T"})
    assert answer.status_code == 400, answer.text


def test_an_unknown_table_is_named(program):
    answer = program.call("POST", "sql/", {"sql": "SELECT * FROM nosuch"})
    assert (answer.status_code, answer.json()["error_message"]) == (400, "no such table: nosuch")


@pytest.mark.parametrize("body, status", [
    ({"sql": "SELECT * FROM T WHERE " + " OR ".join(["Age = 1"] * 10_000)}, 400),
    ({"sql": "SELECT * FROM T WHERE " + "(" * 60 + "Age = 1" + ")" * 60}, 400),
    ({"sql": "SELECT " + "abs(" * 60 + "Age" + ")" * 60 + " FROM T"}, 400),
    ({"sql": "SELECT * FROM T WHERE " + " OR ".join(["abs(Age) = 1"] * 501)}, 400),
    ({"sql": "SELECT * FROM T WHERE Age IN (" + ", ".join(["?"] * 10_001) + ")", "parameters": [1] * 10_001}, 400),
    ({"sql": "SELECT * FROM T WHERE Age IN (" + ", ".join(["?"] * 10_000) + ")", "parameters": [1] * 10_000}, 200),
    ({"sql": "SELECT * FROM T WHERE " + "(" * 45 + "Age = 1" + ")" * 45}, 200),
    ({"sql": "SELECT * FROM T WHERE " + " OR ".join(["abs(Age) = 1"] * 490)}, 200)], ids=range(8))
def test_statements_have_bounds(program, body, status):
    assert program.call("POST", "sql/", body).status_code == status


def test_parameters_may_be_texts_numbers_booleans_and_lists(program):
    assert program.select("SELECT Name FROM T WHERE Name = ? AND Age = ?", "Mia", 30) == [{"Name": "Mia"}]
    assert program.select("SELECT Name FROM T WHERE Name = ?", 'x" OR "a" = "a') == []
    program.sql("UPDATE U SET Name = ? WHERE Name = ?", "Ann", "Mia")
    assert program.select("SELECT Name FROM U") == [{"Name": "Ann"}]
    program.sql("UPDATE T SET Tags = ? WHERE Name = ?", ["y"], "Tom")
    assert program.select("SELECT Tags FROM T WHERE Name = 'Tom'") == [{"Tags": ["y"]}]


def test_answers_have_what_clients_read(program):
    answer = program.sql("SELECT * FROM T WHERE Name = 'Mia'")
    assert (answer["success"], answer["error_message"], answer["is_join_stmt"]) == (True, "", False)
    names = [one["name"] for one in answer["metadata"]]
    assert {"Name", "Age", "State", "Tags", "_id", "_ctime", "_mtime", "_creator", "_last_modifier"} <= set(names)
    assert {"_locked", "_locked_by", "_archived"} <= answer["results"][0].keys()
    # The metadata is complete without results, too.
    assert [one["name"] for one in program.sql("SELECT * FROM T WHERE Name = 'nobody'")["metadata"]] == names
    keys = program.sql("SELECT Name, State, Tags FROM T WHERE Name = 'Mia'", convert_keys=False)
    (row,), columns = keys["results"], {one["name"]: one for one in keys["metadata"]}
    ids = {option["name"]: option["id"] for option in columns["State"]["data"]["options"]}
    assert row[columns["State"]["key"]] == ids["a"] and row["0000"] == "Mia"
    assert list(row) == [columns[name]["key"] for name in ("Name", "State", "Tags")]
    wrote = program.sql("UPDATE T SET Age = 31 WHERE Name = 'Mia'")
    assert (wrote["success"], wrote["metadata"], wrote["results"]) == (True, None, None)
    joined = program.sql("SELECT T.Age AS a FROM T, U WHERE T.Name = U.Name")
    assert joined["is_join_stmt"] is True


def test_names_of_results_are_those_of_seatable(program):
    row, = program.select("SELECT COUNT(*), SUM(Age), MAX(`Age`) AS oldest FROM T")
    assert list(row) == ["COUNT(*)", "SUM(Age)", "oldest"]


def test_the_date_of_nothing_is_an_error_value(program):
    assert {row["x"] for row in program.select("SELECT dateAdd(Born, 1, 'days') AS x FROM T")} == {"#VALUE!"}


def test_a_reader_reads_and_never_writes(unlimited, program):
    reader = Program(unlimited, "r", program.base)
    assert reader.select("SELECT COUNT(*) FROM T")
    before = json.dumps(program.rows("T"))
    for text in ["UPDATE T SET Age = 1", "DELETE FROM T", "update T set Age = 1",
                 " DELETE FROM T WHERE Name = 'nobody'"]:
        assert reader.call("POST", "sql/", {"sql": text}).status_code == 403
    assert json.dumps(program.rows("T")) == before


def test_no_word_of_a_statement_or_a_cell_is_in_a_log(program):
    word = f"Secret{secrets.token_hex(8)}"
    program.append("U", {"Name": word})
    for text, status in [
            (f"SELECT * FROM U WHERE Name = '{word}'", 200), (f"SELECT {word} FROM U", 400), (f"SELECT * FROM {word}", 400),
            (f"SELECT '{word}", 400), (f"SELECT {word}(Name) FROM U", 400),
            (f"UPDATE U SET Name = '{word}x' WHERE Name = '{word}'", 200), (f"DELETE FROM U WHERE Name = '{word}x'", 200)]:
        assert program.call("POST", "sql/", {"sql": text}).status_code == status, text
    logs = list(program.service.folder.rglob("*.log"))
    assert {"service.log", "postgres.log"} <= {path.name for path in logs}
    assert not [path.name for path in logs if word in path.read_text(errors="replace")]
