"""Whatever comes in, what comes out is described: Schemathesis as every kind of caller. More of it: script/hostile."""

import pytest

from support.hostile import CALLERS, attack
from support.service import running
from support.team import root_token

SEED = 1


@pytest.fixture(scope="module")
def target():
    """A service of its own: among what is tried is to delete everything."""
    with running() as service:
        yield service


def test_nobody_gets_an_answer_that_is_not_described(target, tmp_path):
    root = root_token(target)
    counts = {}
    for caller, finding, count in attack(target, root, tmp_path, "fuzzing,stateful", 1, SEED):
        assert finding is None, f"as {caller}, seed {SEED}:\n{finding}"
        counts[caller] = count
    assert set(counts) == set(CALLERS) and min(counts.values()) > 200, counts
    print(counts)
