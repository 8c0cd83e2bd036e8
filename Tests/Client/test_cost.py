"""No request costs more than in proportion to its size, and no list more than what it shows; nobody else waits."""

import json
import random
import statistics

import pytest

from support.http import REVOKE, SIGN_IN, authorization
from support.service import running
from support.team import root_token, token
from support.worst import BODIES, FILES, HEADERS, LARGE, SMALL, Client, fill, lists, longest

DOORS = [SIGN_IN, REVOKE]
# Lets the C library keep freed memory. Otherwise the kernel hands out fresh pages for every block above a threshold,
# with each request: a step in the cost, at a size that the library chooses, which would spoil the ratio.
KEEPS_MEMORY = {"GLIBC_TUNABLES": f"glibc.malloc.mmap_threshold={32 << 20}:glibc.malloc.trim_threshold={64 << 20}"}


@pytest.fixture(scope="module")
def alone():
    """A service without other clients, so that all its CPU time is for this request."""
    with running(**KEEPS_MEMORY) as service:
        demo = service.seeded["demo"]["team_admin"]
        service.member = token(service, demo["email"], demo["password"])
        service.root = root_token(service)
        yield service


def grows_no_faster(cost_of_half, cost_of_whole):
    """Whether twice as much costs at most two and a half times as much: by the least of several tries, or by the median
    over pairs of neighbouring tries, since whatever else runs here may disturb any of them."""
    half = whole = float("inf")
    ratios = []
    while len(ratios) < 31:
        small, large = cost_of_half(), cost_of_whole()
        half, whole = min(half, small), min(whole, large)
        ratios.append(large / max(small, 1))
        if whole <= 2.5 * half or len(ratios) > 6 and statistics.median(ratios) <= 2.5:
            return True
    return False


def judge(alone, path, kind, make, largest, headers={}):
    """Compares bodies of a size with those of half that size, down to 1 KB."""
    client, size = Client(alone), largest - 512
    headers = {"Content-Type": kind, **headers}
    assert client.send("POST", path, make(size), headers)[0] in (200, 400), "it is not read"
    while size >= 1024:
        def cost(count):
            return client.cost("POST", path, make(count), headers, times=max(2, 16_384 // count))

        assert grows_no_faster(lambda: cost(size // 2), lambda: cost(size)), f"{size} bytes to {path}"
        size //= 4


@pytest.mark.parametrize("name", BODIES)
def test_twice_the_body_costs_no_more_than_twice_as_much(alone, name):
    for door in DOORS:
        judge(alone, door, *BODIES[name], SMALL)


@pytest.mark.parametrize("name", BODIES | FILES)
def test_twice_the_file_costs_no_more_than_twice_as_much(alone, name):
    judge(alone, "/api/v2.1/admin/import-users/", *(BODIES | FILES)[name], LARGE, authorization(alone.root))


@pytest.mark.parametrize(("name", "make"), HEADERS)
def test_twice_the_header_costs_no_more_than_twice_as_much(alone, name, make):
    client = Client(alone)

    def cost(count):
        return client.cost("POST", DOORS[0], b"{}", {"Content-Type": "application/json", name: make(count)}, times=2)

    for size in (7_000, 2_000):
        assert grows_no_faster(lambda: cost(size // 2), lambda: cost(size)), size


def test_twice_the_list_costs_no_more_than_twice_as_much_and_none_is_without_end(alone):
    client, headers = Client(alone), authorization(alone.member)
    costs = {}
    kind, make = BODIES["JSON, widest in the deepest"]
    yardstick = ("POST", REVOKE, make(SMALL // 2), {"Content-Type": kind})
    for count in (500, 1000):
        fill(alone, count)
        for path in lists(alone):
            status, _ = client.send("GET", path, headers=headers)
            assert status == 200, path
            # What else runs here changes in between: each is compared with a neighbour that is always the same.
            costs[path, count] = statistics.median(
                client.cost("GET", path, b"", headers, times=1) / client.cost(*yardstick, times=1) for _ in range(15))
    for path in lists(alone):
        assert costs[path, 1000] <= 2.5 * costs[path, 500], f"{path}: {costs[path, 500]} and {costs[path, 1000]}"
    fill(alone, 1100)
    for path in lists(alone):
        _, text = client.send("GET", path, headers=headers)
        is_put_together = "/workspaces/" in path or "/user-admin-dtables/" in path
        # A page of a base's shares has as many of each kind: with people, with groups, through links.
        kinds = 3 if path.endswith("/shares/") else 1
        assert longest(json.loads(text)) <= (5000 if is_put_together else 1000 * kinds), path
        separator = "&" if "?" in path else "?"
        if not is_put_together and "per_page" not in path and "search" not in path:
            _, second = client.send("GET", f"{path}{separator}page=2", headers=headers)
            assert 90 <= longest(json.loads(second)) <= 1000 * kinds and second != text, path
            assert client.send("GET", f"{path}{separator}per_page=0", headers=headers)[0] == 400, path


# Almost JSON: some of it valid, some not.

SEEDS = [
    '{"a":[1,-0.5e+3,true,false,null,"x\\u00e9\\ud83d\\ude00\\n",{"b":{}}],"c":"é"}', '{"a":"\\ud800"}', '{"a":01}',
    '{}', '[]',
    '{"a":1,"a":2}', '{"a":1,}', ' {\t"a" :\r\n1 } ', '{"a":NaN}', '{"a":"\\x"}', '{"a":"\t"}', '{"":""}', '{"a":1}x',
]
PIECES = list('{}[],:"\\ \t\n0123456789-+.eEutrfalsn') + [
    "\\u", "\\ud83d", "\\udca9", "é", "🦊", '"a":', "true", "null", "\x00", "\x7f",
]


def pythons(text):
    """Whether Python reads it as an object, strictly by RFC 8259."""
    def unique(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def never(word):
        raise ValueError(word)

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=never)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair
        return isinstance(value, dict)
    except ValueError:
        return False


def test_what_is_json_is_what_python_takes_for_it(alone):
    chance, client = random.Random(1), Client(alone)
    counts = {True: 0, False: 0}
    for _ in range(4000):
        text = list(chance.choice(SEEDS))
        for _ in range(chance.randrange(4)):
            place = chance.randrange(len(text) + 1)
            text[place:place + chance.randrange(3)] = chance.choice([[], [chance.choice(PIECES)]])
        text = "".join(text)
        if not text:
            continue
        _, answer = client.send("POST", DOORS[1], text.encode(), {"Content-Type": "application/json"})
        is_json = b"not a JSON object" not in answer
        assert is_json == pythons(text), f"{text!r}: {answer}"
        counts[is_json] += 1
    assert min(counts.values()) > 300
