"""Idempotency: a request that is sent again with its key is not carried out again."""

import collections
import random
import socket
import time
import uuid

from support.http import EXCHANGE, ROTATE, TOKENS, exchange, place, request, says
from support.process import PATIENCE, wait_until
from support.team import demo_member
from support.threads import at_once


def test_a_request_that_is_sent_again_is_answered_again(call, member, admin, tokens_path):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    fields = {"app_name": "once", "permission": "rw"}
    first = call("POST", tokens_path, member.token, headers=key, json=fields)
    again = call("POST", tokens_path, member.token, headers=key, json=fields)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers and again.headers["Idempotency-Replayed"] == "true"
    assert call("GET", EXCHANGE, again.json()["api_token"]).status_code == 200
    other = call("POST", tokens_path, member.token, headers=key, json={**fields, "permission": "r"})
    says(other, 422, "This Idempotency-Key belongs to another request: send a new one.")
    assert call("POST", "/api/v2.1/dtables/", member.token, headers=key, json={"name": "x"}).status_code == 422
    # Each person has keys of their own.
    assert call("POST", TOKENS, admin.token, headers=key).status_code == 201
    without = call("POST", tokens_path, member.token, json=fields)
    says(without, 400, "app_name already exists.")
    for bad in ("short", "x" * 256, "with a blank inside"):
        assert call("POST", TOKENS, member.token, headers={"Idempotency-Key": bad}).status_code == 400
    # A refused request may be repeated.
    key = {"Idempotency-Key": str(uuid.uuid4())}
    says(call("POST", tokens_path, member.token, headers=key, json=fields), 400, "app_name already exists.")
    assert call("DELETE", tokens_path + "once/", member.token).status_code == 200
    assert call("POST", tokens_path, member.token, headers=key, json=fields).status_code == 201
    assert len(call("GET", tokens_path, member.token).json()["api_tokens"]) == 1


def test_a_program_that_has_lost_the_answer_to_its_rotation_gets_it_again(call, api_token):
    secret, key = api_token(), {"Idempotency-Key": str(uuid.uuid4())}
    first = call("POST", ROTATE, secret, headers=key, json={"grace": "1h"})
    again = call("POST", ROTATE, secret, headers=key, json={"grace": "1h"})
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert call("GET", EXCHANGE, again.json()["api_token"]).status_code == 200


def test_of_many_requests_with_one_key_one_is_done(call, member, tokens_path):
    key = {"Idempotency-Key": str(uuid.uuid4())}

    def send(_):
        while True:
            answer = call("POST", tokens_path, member.token, headers=key, data={"app_name": "a", "permission": "r"})
            if answer.status_code != 409:
                return answer
            assert int(answer.headers["Retry-After"]) >= 1

    answers = at_once(send, range(8))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["api_token"] for one in answers}) == 1
    assert sum("Idempotency-Replayed" not in one.headers for one in answers) == 1


def test_a_service_that_is_killed_makes_a_token_once(own):
    member = demo_member(own)
    path = place(member.base("Mine"), "api-tokens/")
    # The delay until it is killed is searched for: around the moment when the token is made, before it and after it.
    longest, outcomes = 0.01, collections.Counter()
    while len(outcomes) < 2 or "not done" not in outcomes or outcomes.total() < 20:
        number = outcomes.total()
        assert number < 100, f"it was killed always before, or always after: {outcomes}"
        body, key = {"app_name": f"token {number}", "permission": "rw"}, {"Idempotency-Key": str(uuid.uuid4())}
        with socket.create_connection(("127.0.0.1", own.port)) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(request("POST", path, member.token, body, **key))
            time.sleep(random.uniform(longest / 4, longest))
            own.kill()
            try:
                is_answered = connection.recv(65536).startswith(b"HTTP/1.1 201")
            except ConnectionError:
                is_answered = False
        own.start()

        def again():
            answer = member.call("POST", path, headers=key, json=body)
            assert answer.status_code in (201, 409, 503), answer.text
            return answer if answer.status_code == 201 else None

        answer = wait_until(again)
        is_replayed = "Idempotency-Replayed" in answer.headers
        assert is_replayed or not is_answered
        outcome = "answered" if is_answered else "done, not answered" if is_replayed else "not done"
        outcomes[outcome] += 1
        longest *= {"answered": 0.7, "done, not answered": 1, "not done": 1.4}[outcome]
        found = exchange(own, answer.json()["api_token"])
        assert found.status_code == 200 and found.json()["app_name"] == f"token {number}"
        listed = member.get(path)["api_tokens"]
        assert [one["app_name"] for one in listed] == [f"token {n}" for n in range(number + 1)]
    print(dict(outcomes))
