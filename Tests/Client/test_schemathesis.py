"""Every answer is as described, whatever the request: Schemathesis as every kind of caller. See also script/hostile."""

import pytest

from support.hostile import CALLERS, attack
from support.service import running
from support.team import root_token

SEED = 1


@pytest.fixture(scope="module")
def target():
    """A service for this test, since some requests delete everything."""
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
