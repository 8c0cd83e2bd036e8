"""Checks answers against openapi.yaml."""

import copy
import re
import subprocess

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from support.process import BINARY, ROOT

TEXT = (ROOT / "openapi.yaml").read_bytes()
DOCUMENT = yaml.safe_load(TEXT)
# The statuses that the description's head promises for every operation.
EVERYWHERE = {405, 409, 413, 414, 415, 422, 429, 431, 501}


class Operation:
    def __init__(self, method, path, description):
        self.method, self.path, self.description = method, path, description
        self.id = description["operationId"]
        parts = [f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in path.split("/")]
        self.pattern = re.compile("/*" + "/".join(parts[1:]).rstrip("/") + "/?")
        self.variables = path.count("{")


OPERATIONS = [
    Operation(method.upper(), path, description)
    for path, methods in DOCUMENT["paths"].items()
    for method, description in methods.items()
    if method != "parameters"
]
called = set()
# The fields of all successful answers, by operation.
answered = {}


def operation(method, path):
    """The operation of a request. Literal paths take precedence over those with variables."""
    method = "GET" if method == "HEAD" else method
    found = [one for one in OPERATIONS if one.method == method and one.pattern.fullmatch(path)]
    return min(found, key=lambda one: one.variables, default=None)


def check(response):
    """Fails if openapi.yaml does not describe the status, the type or the body."""
    request = response.request
    path = re.sub(r"^https?://[^/]+", "", request.url).split("?")[0]
    found = operation(request.method, path)
    assert response.status_code < 500 or response.status_code in (501, 503), f"{request.method} {path}: {response.text}"
    assert response.headers["X-Request-Id"]
    if found is None or response.status_code in EVERYWHERE:
        return
    called.add(found.id)
    where = f"{request.method} {path} -> {response.status_code} {response.text[:300]}"
    answers = found.description["responses"]
    assert str(response.status_code) in answers, f"undocumented status: {where}"
    answer = resolved(answers[str(response.status_code)])
    for name, header in answer.get("headers", {}).items():
        assert name in response.headers or not resolved(header).get("required"), f"no {name}: {where}"
    if "content" not in answer:
        assert response.content == b"" and "Content-Type" not in response.headers, where
        return
    kind = response.headers["Content-Type"].split(";")[0]
    assert kind in answer["content"], f"undocumented type {kind}: {where}"
    if request.method == "HEAD":
        return
    body = response.json() if kind == "application/json" else response.text
    if response.ok:
        answered.setdefault(found.id, set()).update(fields(body))
    validate(body, answer["content"][kind]["schema"], where)


def validate(value, schema, where):
    schema = {**schema, "components": DOCUMENT["components"]}
    problems = list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value))
    assert not problems, f"{problems[0].message}: {where}"


def fields(value, path=""):
    """The paths of all fields, with their JSON types; keys that are IDs become a placeholder."""
    match value:
        case dict():
            inner = [fields(one, f"{path}.{re.sub(r'^[0-9]+$', '1', name)}") for name, one in value.items()]
            return {(path, "object")}.union(*inner)
        case list():
            return {(path, "array")}.union(*(fields(one, path + "[]") for one in value))
        case bool():
            return {(path, "boolean")}
        case int() | float():
            return {(path, "number")}
        case None:
            return set()
        case _:
            return {(path, "string")}


def example(schema):
    """An example of a schema: its own, or one made from the examples of its parts."""
    if "example" in schema:
        return schema["example"]
    match schema:
        case {"$ref": _}:
            return example(resolved(schema))
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"oneOf": [first, *_]}:
            return example(first)
        case {"type": "object", "additionalProperties": {} as values, "propertyNames": names}:
            return {example(names): example(values)}
        case {"allOf": all}:
            return {name: value for one in all for name, value in example(one).items()}
        case {"type": "object", "properties": properties}:
            return {name: example(one) for name, one in properties.items()}
        case {"type": "array"}:
            return [] if schema.get("maxItems") == 0 else [example(schema["items"])]
        case {"type": "boolean"}:
            return True
    raise AssertionError(f"no example: {schema}")


def with_forms():
    """The description, with each body also as a form and as multipart. Only the head says that these are accepted:
    generators make clients that do not compile if a body has several types."""
    document = copy.deepcopy(DOCUMENT)
    for body in document["components"]["requestBodies"].values():
        if "application/json" in body["content"]:
            for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
                body["content"][kind] = body["content"]["application/json"]
    return document


def resolved(value):
    while "$ref" in value:
        reference = value["$ref"]
        value = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            value = value[name]
    return value


def routes():
    """The routes that the program prints: method, path, operation, principal, status."""
    lines = subprocess.run([BINARY, "routes"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [tuple(line.split("\t")) for line in lines]
