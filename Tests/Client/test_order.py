"""Tests that judge a whole run come last; in a partial run they are skipped, with the reason."""

import pytest

FILES = {
    "test_a": """
        import pytest

        @pytest.mark.whole_run
        def test_judge(): pass

        def test_one(): pass
        def test_two(): pass
        """,
    "test_b": """
        def test_three(): pass
        def test_four(): pass
        """,
    "test_c": """
        import pytest

        pytestmark = pytest.mark.in_order

        def test_first(): pass
        def test_second(): pass
        """,
}
ORDINARY = ["test_one", "test_two", "test_three", "test_four", "test_first", "test_second"]


@pytest.fixture
def run(pytester):
    """Runs these files or a part of them; returns the passed tests in order, and why the judge was skipped."""
    pytester.makepyfile(**FILES)

    def run(*options):
        result = pytester.inline_run("-p", "support.order", *options)
        passed, skipped, failed = result.listoutcomes()
        assert not failed
        return [one.nodeid.rpartition("::")[2] for one in passed], [one.longrepr[2] for one in skipped]

    return run


def test_the_judge_of_a_whole_run_comes_last(run):
    assert run() == ([*ORDINARY, "test_judge"], [])
    assert run("test_c.py", "test_b.py", "test_a.py")[0][-1] == "test_judge"


@pytest.mark.parametrize("part, reason", [
    (["-k", "not four"], "1 deselected"),
    (["--deselect", "test_b.py::test_four"], "1 deselected"),
    (["test_a.py"], "test_b.py and 1 more files did not run"),
    (["--ignore", "test_c.py"], "test_c.py did not run"),
    (["test_a.py", "test_b.py", "test_c.py::test_first"], "single tests were asked for"),
    (["test_a.py::test_judge"], "test_b.py and 1 more files did not run"),
])
def test_after_a_part_the_judge_is_skipped_and_says_what_is_missing(run, part, reason):
    passed, skipped = run(*part)
    assert "test_judge" not in passed
    assert skipped == [f"Skipped: it judges a whole run: {reason}"]


def test_files_that_stand_apart_may_run_by_themselves(run, pytester):
    pytester.makepyfile(test_d="""
        import pytest

        pytestmark = pytest.mark.apart

        def test_fifth(): pass
        """)
    assert run() == ([*ORDINARY, "test_fifth", "test_judge"], [])
    assert run("--apart", "no") == ([*ORDINARY, "test_judge"], [])
    assert run("--apart", "only") == (["test_fifth"], [])
    assert run("--apart", "no", "-k", "not four")[1] == ["Skipped: it judges a whole run: 1 deselected"]


def test_the_others_run_in_any_order_that_is_asked_for(run):
    reversed_order = ["test_first", "test_second", "test_four", "test_three", "test_two", "test_one"]
    assert run("--order", "reversed") == ([*reversed_order, "test_judge"], [])
    orders = {tuple(run("--order", str(seed))[0]) for seed in range(5)}
    assert len(orders) > 1 and run("--order", "3") == run("--order", "3")
    for order in orders:
        assert order[-1] == "test_judge" and sorted(order) == sorted([*ORDINARY, "test_judge"])
        assert order.index("test_first") < order.index("test_second")
