"""Work in several threads at once."""

import concurrent.futures
import contextlib
import threading

import requests

from support.process import wait_until


def at_once(work, things):
    """The results of a function for several arguments, all at the same time; fails if one call fails."""
    things = list(things)
    with concurrent.futures.ThreadPoolExecutor(len(things)) as threads:
        return list(threads.map(work, things))


@contextlib.contextmanager
def beside(work):
    """Calls a function in a thread, beside the block, and waits for its end. Yields the list that gets its result."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        future = threads.submit(lambda: results.append(work()))
        yield results
        future.result()


class Workers:
    """Threads, each with a `requests.Session`, that repeat their work until the end of the block.

    An exception ends its thread, and fails the block.
    """

    def __init__(self, *works):
        self.problems, self.ended = [], threading.Event()
        self.threads = [threading.Thread(target=self.repeat, args=(work,)) for work in works]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if self.problems and kind in (None, AssertionError):
            raise self.problems[0]

    def repeat(self, work):
        try:
            with requests.Session() as session:
                while not self.ended.is_set():
                    work(session)
        except BaseException as problem:  # otherwise nobody would see it
            self.problems.append(problem)

    def wait_until(self, condition, process=None):
        """Waits until a condition is true; fails if a thread has failed."""
        wait_until(lambda: self.problems or condition(), process)
        assert not self.problems, self.problems
