"""Our answers have every field of SeaTable's published examples, with the same JSON type.

It reads the published specification, if that is beside the project. Every answer is checked against openapi.yaml in any
case.
"""

import re

import pytest
import yaml

from support import description

PUBLISHED = description.ROOT.parent / "shared/reference/seatable-openapi"

# The published example has a mistake, or real servers answer something else.
DIFFERENT = {
    ("POST", "/api/v2.1/groups/"): "an object, as real servers answer",
    ("GET", "/api/v2.1/groups/{group_id}/"): "an object, as real servers answer",
    ("PUT", "/api/v2.1/groups/{group_id}/members/{group_member}/"): "the example has a text for a boolean",
    ("DELETE", "/api/v2.1/groups/{group_id}/members/{group_member}/"): "the example has a text for a boolean",
    ("GET", "/api/v2.1/workspaces/"): "an object, as real servers answer",
    ("POST", "/api/v2.1/admin/groups/"): "an object, as real servers answer",
    ("GET", "/api/v2.1/admin/group-member-audit/"): "the example has a number for a name",
}
BASE = "/api-gateway/api/v2/dtables/{base_uuid}/"
# Features that do not exist here.
ABSENT = {
    ("GET", "/api/v2.1/admin/sysinfo/"): ".dtable_server_info[]",
    ("GET", "/api/v2.1/dtables/group-shared/"): ".group_shared_dtables.1[].text_color",
    ("GET", "/api/v2.1/org/{org_id}/admin/shares/"): (".view_user_shares[]", ".view_group_shares[]"),
    ("GET", "/api/v2.1/admin/dtable/{base_id}/external-links/"): ".dtable_external_link_list.view_external_links[]",
    ("GET", "/api/v2.1/admin/abuse-reports/"): ".abuse_report_list[]",
    ("GET", "/api/v2.1/admin/email-sending-logs/"): ".email_sending_logs[]",
    # Columns, cells, links and colours that the bases of the examples have.
    ("GET", f"{BASE}metadata/"): (
        ".metadata.settings.", ".metadata.tables[].columns[].", ".metadata.tables[].views[]."),
    ("GET", f"{BASE}rows/"): ".rows[].link",
    ("GET", f"{BASE}rows/{{row_id}}/"): (".Content", ".Date", ".link"),
    ("POST", f"{BASE}query-links/"): ".Qtf7xPmoRaiFyQPO1aENTj",
    ("POST", f"{BASE}columns/"): ".data.",
    ("POST", f"{BASE}batch-append-columns/"): ".columns[].data.",
    # The examples have lists or objects for what is empty, one like this and another like that.
    ("POST", f"{BASE}tables/duplicate-table/"): ".views[].summaries",
    ("GET", f"{BASE}views/"): (".views[].summaries", ".views[].group_rows"),
    ("POST", f"{BASE}views/"): ".group_rows",
    ("GET", f"{BASE}views/{{view_name}}/"): (".colorbys.", ".group_rows"),
    ("PUT", f"{BASE}views/{{view_name}}/"): (".colorbys.", ".group_rows"),
}


def examples():
    for file in sorted(PUBLISHED.glob("*.yaml")):
        for path, methods in yaml.load(file.read_text(), Loader)["paths"].items():
            for method, operation in methods.items():
                if method == "parameters":
                    continue
                found = description.operation(method.upper(), re.sub(r"{\w+}", "1", path))
                example = first_example(operation)
                if found and example is not None:
                    yield pytest.param(found, example, id=f"{method.upper()} {path}")


class Loader(yaml.SafeLoader):
    """Leaves times as texts, as in JSON."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def first_example(operation):
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {}) if str(status).startswith("2") else {}
        if "example" in content:
            return content["example"]
        for one in content.get("examples", {}).values():
            return one.get("value")
    return None


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published specification is not beside the project")
@pytest.mark.whole_run
@pytest.mark.parametrize("operation, example", list(examples()))
def test_every_published_field_is_answered(operation, example):
    if DIFFERENT.get((operation.method, operation.path)):
        pytest.skip(DIFFERENT[operation.method, operation.path])
    answered = description.answered.get(operation.id)
    assert answered, "never called with success"
    missing = sorted(description.fields(example) - answered)
    absent = ABSENT.get((operation.method, operation.path), "nothing")
    assert [one for one in missing if not one[0].startswith(absent)] == []
