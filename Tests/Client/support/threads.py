"""Work that is done by several threads at once."""

import concurrent.futures
import contextlib
import threading

import requests

from support.process import wait_until


def at_once(work, things):
    """What some work gives for each of some things, done for all of them at the same time; fails if one fails."""
    things = list(things)
    with concurrent.futures.ThreadPoolExecutor(len(things)) as threads:
        return list(threads.map(work, things))


@contextlib.contextmanager
def beside(work):
    """Does something in a thread, beside the block; its end is waited for. Gives the list that gets its result."""
    results = []
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        future = threads.submit(lambda: results.append(work()))
        yield results
        future.result()


class Workers:
    """Threads with a `requests.Session` each, in which they do their work again and again, until the end of the block.

    What goes wrong in one of them ends it, and fails the block.
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
        except BaseException as problem:  # a thread's own end would go unseen
            self.problems.append(problem)

    def wait_until(self, condition, process=None):
        """Waits for a condition while nothing goes wrong."""
        wait_until(lambda: self.problems or condition(), process)
        assert not self.problems, self.problems
