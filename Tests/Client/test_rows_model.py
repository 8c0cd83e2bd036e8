"""Rows, links and views are, after any steps, what a model in memory says they are."""

import pytest

from support.process import THOROUGH
from support.rows_model import Row, Table, View, World, passes, shown, stored

STEPS = 80


@pytest.mark.parametrize("seed", range(3 * THOROUGH))
def test_random_steps_leave_what_the_model_has(unlimited, seed):
    world = World(unlimited, seed)
    for number in range(STEPS):
        world.step()
        if number % 4 == 3:
            world.compare()
    world.compare()


def test_a_copied_base_has_what_the_model_has(unlimited):
    """Its rows and links are those of the base, and changes of one are not seen in the other."""
    world = World(unlimited, 1_000)
    for _ in range(40):
        world.step()
    person, base = world.program.person, world.program.base
    body = {"src_workspace_id": base["workspace_id"], "name": base["name"], "dst_workspace_id": base["workspace_id"]}
    answer = person.call("POST", "/api/v2.1/dtable-copy/", data=body)
    assert answer.status_code == 200, answer.text
    program, world.program = world.program, type(world.program)(unlimited, base=answer.json()["dtable"])
    world.compare()
    before = program.rows("One")
    world.append()
    world.delete()
    world.compare()
    assert program.rows("One") == before


def test_the_model_shows_what_passes_in_order_and_hides_columns():
    table = Table([Row("1", {"Name": "b", "Amount": 2}), Row("2", {"Amount": 3}), Row("3", {"Name": "a"})])
    names = lambda **view: [id for id, _ in shown(table, View(**view))]
    assert names(sorts=[("Name", "up")]) == ["3", "1", "2"] and names(sorts=[("Name", "down")]) == ["1", "3", "2"]
    assert names(filters=[("Amount", "greater", 2), ("Name", "is", "a")], conjunction="Or") == ["2", "3"]
    assert shown(table, View([("Amount", "greater", 2)], hidden={"Amount"})) == [("2", {})]
    assert passes(("Name", "is_not", "b"), table.rows[1]) and passes(("Done", "is", False), table.rows[0])
    assert passes(("Amount", "not_equal", 2), table.rows[2]) and not passes(("Amount", "less", 2), table.rows[2])
    assert stored({"a": "", "b": None, "c": [], "d": False, "e": 0}) == {"d": False, "e": 0}
