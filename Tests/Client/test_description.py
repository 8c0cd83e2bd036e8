"""openapi.yaml is valid, and says the same as the routes."""

import re
import subprocess

import pytest
import requests
from openapi_spec_validator import validate
from ruamel.yaml import YAML

from support import description
from support.process import BINARY, ROOT


def test_strict_readers_take_it_and_read_the_same():
    """By YAML 1.2 a repeated key is an error; PyYAML reads 1.1 and keeps the last."""
    assert YAML(typ="safe", pure=True).load(description.TEXT) == description.DOCUMENT


def test_the_description_is_valid():
    validate(description.DOCUMENT)


def test_every_answer_and_every_body_has_an_example_that_fits():
    for one in description.OPERATIONS:
        for status, answer in one.description["responses"].items():
            for kind, content in description.resolved(answer).get("content", {}).items():
                if kind == "application/json" or "example" in content:
                    example = content["example"] if "example" in content else description.example(content["schema"])
                    description.validate(example, content["schema"], (one.id, status))
    for name, body in description.DOCUMENT["components"]["requestBodies"].items():
        # One type per body: with several, the modules of openapi-python-client cannot be imported.
        [(kind, content)] = body["content"].items()
        assert "example" in content or kind != "application/json", name
        if "example" in content:
            description.validate(content["example"], content["schema"], name)


# The keywords of JSON Schema that we use: an unquoted comma in a text inside braces makes an unknown one.
KEYWORDS = {
    "$ref", "type", "description", "example", "default", "enum", "const", "allOf", "oneOf", "properties",
    "required", "additionalProperties", "unevaluatedProperties", "propertyNames", "minProperties", "items", "minItems",
    "maxItems", "pattern", "format", "minLength", "maxLength", "contentMediaType", "minimum", "maximum",
    "multipleOf",
}


def test_schemas_are_such_that_generators_take_them():
    schemas = [*parts(description.DOCUMENT)]
    assert len(schemas) > 500
    for path, one in schemas:
        assert one.keys() <= KEYWORDS, (path, one.keys() - KEYWORDS)
        if "$ref" in one:
            assert one.keys() <= {"$ref", "description", "example"}, f"{path}: what it adds goes into allOf"
        if "const" in one or "enum" in one:
            assert isinstance(one.get("type"), str), f"{path}: a type, and one only"
            kinds = {type(value) for value in one.get("enum", [one.get("const")])}
            assert kinds == {{"boolean": bool, "integer": int, "string": str}[one["type"]]}, path
        if isinstance(one.get("type"), list):
            assert one["type"][1:] == ["null"], f"{path}: several types are a oneOf, each with what holds for it"
        if one.get("type") == "array":
            assert "items" in one, path
        if "properties" in one or isinstance(one.get("additionalProperties"), dict):
            assert re.fullmatch("/components/schemas/[A-Za-z]+(/allOf/1)?", path), f"{path}: an object has a name"
        if "allOf" in one:
            assert "$ref" in one["allOf"][0] and not one.keys() & {"properties", "required"}, path
        if "oneOf" in one:
            assert path.startswith("/components/schemas/") and path.count("/") == 3, f"{path}: a union has a name"


def parts(value, path="", inside=False):
    """All schemas of the description, with their paths."""
    if not isinstance(value, dict):
        return
    if inside:
        yield path, value
        for name in ("items", "additionalProperties", "propertyNames"):
            yield from parts(value.get(name), f"{path}/{name}", True)
        for name in ("allOf", "oneOf"):
            for number, one in enumerate(value.get(name, [])):
                yield from parts(one, f"{path}/{name}/{number}", True)
        for name, one in value.get("properties", {}).items():
            yield from parts(one, f"{path}/properties/{name}", True)
        return
    for name, one in value.items():
        if name == "schema":
            yield from parts(one, f"{path}/{name}", True)
        elif path == "/components" and name == "schemas":
            for schema, inner in one.items():
                yield from parts(inner, f"{path}/{name}/{schema}", True)
        elif name not in ("example", "examples"):
            for number, inner in enumerate(one if isinstance(one, list) else [one]):
                yield from parts(inner, f"{path}/{name}" + (f"/{number}" if isinstance(one, list) else ""))


def test_names_differ_in_more_than_their_case():
    """Generators make files, classes and functions from them."""
    schemas = [name.lower() for name in description.DOCUMENT["components"]["schemas"]]
    operations = [one.id.lower() for one in description.OPERATIONS]
    assert len(set(schemas)) == len(schemas) and len(set(operations)) == len(operations)


def test_routes_and_description_are_the_same_in_the_same_order():
    described = [
        (one.method, one.path, one.id, one.description["x-principal"], min(one.description["responses"]))
        for one in description.OPERATIONS
    ]
    assert described == description.routes()


def test_the_readme_says_who_may_call_what():
    table = subprocess.run([BINARY, "routes", "--callers"], capture_output=True, text=True, check=True).stdout
    assert table in (ROOT / "README.md").read_text()


def test_the_service_serves_its_description(service):
    answer = requests.get(service.url + "/openapi.yaml", timeout=10)
    assert answer.content == description.TEXT


@pytest.mark.whole_run
def test_every_operation_was_called():
    assert {one.id for one in description.OPERATIONS} - description.called == set()
