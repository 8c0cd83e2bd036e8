"""openapi.yaml and the routes say the same. Last of all, since it asks what the others have called."""

import re
import subprocess

import requests
from openapi_spec_validator import validate
from ruamel.yaml import YAML

import description
from service import BINARY, ROOT


def test_strict_readers_take_it_and_read_the_same():
    """YAML 1.2, where a key that stands twice is an error; PyYAML reads 1.1 and keeps the last."""
    assert YAML(typ="safe", pure=True).load(description.TEXT) == description.DOCUMENT


def test_the_description_is_valid():
    validate(description.DOCUMENT)


def test_every_answer_and_every_body_has_an_example_that_fits():
    for one in description.OPERATIONS:
        for status, answer in one.description["responses"].items():
            for kind, content in description.resolved(answer).get("content", {}).items():
                assert "example" in content or kind != "application/json", (one.id, status)
                if "example" in content:
                    description.validate(content["example"], content["schema"], (one.id, status))
        for content in one.description.get("requestBody", {}).get("content", {}).values():
            if "example" in content:
                description.validate(content["example"], content["schema"], one.id)


def test_routes_and_description_are_the_same_in_the_same_order():
    described = [
        (one.method, one.path, one.id, one.description["x-principal"], min(one.description["responses"]))
        for one in description.OPERATIONS
    ]
    assert described == description.routes()


def test_the_readme_says_who_may_call_what():
    table = subprocess.run([BINARY, "routes", "--callers"], capture_output=True, text=True, check=True).stdout
    assert table in (ROOT / "README.md").read_text()


def test_every_setting_is_in_the_readme_and_in_the_help():
    text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    helped = set(re.findall(r"^ +((?:BASEKEEPER|JWT|DATABASE)_[A-Z_]+) ", text, re.MULTILINE))
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert helped == described


def test_the_service_serves_its_description(service):
    answer = requests.get(service.url + "/openapi.yaml", timeout=10)
    assert answer.content == description.TEXT


def test_every_operation_was_called(request):
    if len(request.session.items) < 60:
        return  # a part of the suite was asked for
    assert {one.id for one in description.OPERATIONS} - description.called == set()
