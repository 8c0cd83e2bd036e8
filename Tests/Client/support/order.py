"""A pytest plugin: tests that judge the whole run come last, and are skipped if only a part was run.

A test marked `whole_run` judges what all other tests have seen: whether each operation was called, for example. After
a partial run it would pass or fail for want of evidence, so it is skipped, with the reason. A run is whole if every
test file was collected and no test was left out.

With `--order reversed` or `--order random` the other tests run in another order: file by file, and within a file test
by test, except in files marked `in_order`. `--order 17` is the random order with seed 17.

Files marked `apart` have servers of their own, so they can run beside the others: `--apart only` runs them alone, and
`--apart no` runs the others, which are a whole run then.
"""

import itertools
import random

import pytest


def pytest_addoption(parser):
    parser.addoption("--order", default="written", help="written, reversed, random, or the seed of a random order")
    parser.addoption("--apart", choices=["yes", "no", "only"], default="yes", help="whether to run files marked apart")


def pytest_configure(config):
    config.addinivalue_line("markers", "whole_run: judges what all other tests have seen; runs last")
    config.addinivalue_line("markers", "in_order: each test goes on from where the one before it has left off")
    config.addinivalue_line("markers", "apart: has servers of its own, and may run beside the others")
    config.pluginmanager.register(Order(config), "order")


def pytest_report_header(config):
    order = config.pluginmanager.get_plugin("order").order
    return None if order == "written" else f"order: {order}"


class Order:
    def __init__(self, config):
        self.folder, self.deselected, self.missing = config.rootpath, 0, []
        self.apart, self.set_apart = config.getoption("apart"), []
        self.are_single = any("::" in str(one) for one in config.args)
        self.order = config.getoption("order")
        if self.order == "random":
            self.order = str(random.randrange(1_000_000))
        if self.order not in ("written", "reversed") and not self.order.isdigit():
            raise pytest.UsageError(f"--order {self.order}: written, reversed, random, or a number")

    def pytest_deselected(self, items):
        self.deselected += len(items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        if self.apart != "yes":
            left = [one for one in items if bool(one.get_closest_marker("apart")) != (self.apart == "only")]
            items[:] = [one for one in items if one not in set(left)]
            config.hook.pytest_deselected(items=left)
        if self.apart == "no":
            self.set_apart = left
            self.deselected -= len(left)
        judges = [one for one in items if one.get_closest_marker("whole_run")]
        items[:] = self.ordered([one for one in items if one not in judges]) + judges

    def ordered(self, items):
        if self.order == "written":
            return items
        files = [list(tests) for _, tests in itertools.groupby(items, key=lambda one: one.path)]
        turn = list.reverse if self.order == "reversed" else random.Random(int(self.order)).shuffle
        turn(files)
        for tests in files:
            if not tests[0].get_closest_marker("in_order"):
                turn(tests)
        return [test for tests in files for test in tests]

    def pytest_collection_finish(self, session):
        collected = {one.path for one in session.items + self.set_apart}
        self.missing = sorted(path.name for path in self.folder.rglob("test_*.py") if path not in collected)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        if item.get_closest_marker("whole_run") and self.what_is_missing:
            pytest.skip(f"it judges a whole run: {self.what_is_missing}")

    @property
    def what_is_missing(self):
        """What this run leaves out; None if it is a whole run."""
        if self.deselected:
            return f"{self.deselected} deselected"
        if self.missing:
            more = f" and {len(self.missing) - 1} more files" if self.missing[1:] else ""
            return f"{self.missing[0]}{more} did not run"
        return "single tests were asked for" if self.are_single else None
