"""What published clients ask of a base, and what they read of the answer: written down from their sources, with their very
paths, cases and spellings."""

from dataclasses import dataclass, field

from support.rows import COLOR

GATEWAY, OLD, DB = "/api-gateway/api/v2/dtables/{uuid}", "/dtable-server/api/v1/dtables/{uuid}", "/dtable-db/api/v1/query/{uuid}/"
SQL_ANSWER = ("results[]._id", "metadata[].key", "metadata[].name", "metadata[].type", "success")
SCHEMA = ("metadata.tables[]._id", "metadata.tables[].name", "metadata.tables[].columns[].key",
          "metadata.tables[].columns[].name",
          "metadata.tables[].columns[].type", "metadata.tables[].columns[].data", "metadata.tables[].views[]._id",
          "metadata.tables[].views[].name")
LINKS = {"link_id": "{link}", "table_id": "{table}", "other_table_id": "{other_table}",
         "other_rows_ids_map": {"{row}": ["{other_row}"]}}


@dataclass(frozen=True)
class Request:
    """A request of a client. `{uuid}` and the like stand for what the test has; `needs` are the fields that the client reads,
    where `[]` is each element of a list that must not be empty."""

    client: str
    what: str
    method: str
    path: str
    query: dict = field(default_factory=dict)
    body: object = None
    needs: tuple = ()
    scheme: str = "Token"

    def __str__(self):
        return f"{self.client}: {self.what}"


def n8n(what, method, path, needs, query={}, body=None, version="v2"):
    return Request(f"n8n {version}", what, method, path, query, body, needs)


N8N = [
    n8n("metadata", "GET", GATEWAY + "/metadata", SCHEMA),
    n8n("collaborators", "GET", GATEWAY + "/related-users",
        ("user_list[].email", "user_list[].name", "user_list[].contact_email")),
    n8n("views", "GET", GATEWAY + "/views", ("views[].name",), {"table_name": "Contacts"}),
    n8n("columns", "GET", GATEWAY + "/columns", ("columns[].key", "columns[].name", "columns[].type"),
        {"table_name": "Contacts"}),
    n8n("list rows", "GET", GATEWAY + "/rows/", ("rows[]._id", "rows[]._ctime", "rows[]._mtime", "rows[].Name"),
        {"table_name": "Contacts", "view_name": "Default View", "limit": 1000, "convert_keys": "true"}),
    n8n("list rows by keys", "GET", GATEWAY + "/rows/", ("rows[].0000",),
        {"table_name": "Contacts", "limit": 3, "convert_keys": "false"}),
    n8n("get row", "POST", GATEWAY + "/sql/", SQL_ANSWER, {}, {"sql": "SELECT * FROM `Contacts` WHERE _id = '{row}'",
                                                               "convert_keys": True}),
    n8n("search", "POST", GATEWAY + "/sql", SQL_ANSWER, {},
        {"sql": 'SELECT * FROM `Contacts` WHERE lower(`Name`) LIKE "%mia%"', "convert_keys": False}),
    n8n("search exactly", "POST", GATEWAY + "/sql", SQL_ANSWER, {},
        {"sql": 'SELECT * FROM `Contacts` WHERE `Name` = "Mia"', "convert_keys": True}),
    n8n("find by checkbox", "POST", GATEWAY + "/sql", SQL_ANSWER, {},
        {"sql": "SELECT * FROM `Contacts` WHERE `Done` = true"}),
    n8n("create", "POST", GATEWAY + "/rows/", ("first_row._id", "first_row.0000"), {},
        {"table_name": "Contacts", "rows": [{"Name": "Mia"}]}),
    n8n("update", "PUT", GATEWAY + "/rows/", ("success",), {},
        {"table_name": "Contacts", "updates": [{"row_id": "{row}", "row": {"Name": "Mia", "Tags": ["red"]}}]}),
    n8n("lock", "PUT", GATEWAY + "/lock-rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    n8n("unlock", "PUT", GATEWAY + "/unlock-rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    n8n("link", "POST", GATEWAY + "/links/", ("success",), {}, LINKS),
    n8n("list links", "POST", GATEWAY + "/query-links/", ("{linked}[].row_id", "{linked}[].display_value"), {},
        {"table_id": "{table}", "link_column_key": "{link_column}",
         "rows": [{"row_id": "{linked}", "offset": 0, "limit": 100}]}),
    n8n("unlink", "DELETE", GATEWAY + "/links/", ("success", "deleted_links_count"), {},
        {**LINKS, "other_rows_ids_map": {"{linked}": ["{other_row}"]}}),
    n8n("remove", "DELETE", GATEWAY + "/rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    n8n("trigger with a view", "GET", GATEWAY + "/rows/", ("rows[]._ctime", "rows[]._mtime"),
        {"table_name": "Contacts", "view_name": "Default View", "limit": 1000, "convert_keys": "true"},
        version="trigger"),
    n8n("trigger without a view", "POST", GATEWAY + "/sql", SQL_ANSWER, {}, {
        "sql": 'SELECT * FROM `Contacts` WHERE _ctime BETWEEN "2026-1-6 09:00:00" AND "2099-11-6 09:00:00" ORDER BY _ctime DESC LIMIT 1000',
        "convert_keys": True}, "trigger"),
    n8n("trigger on assets", "POST", GATEWAY + "/sql", SQL_ANSWER, {}, {
        "sql": "SELECT _id, _ctime, _mtime, `Photos` FROM Contacts WHERE `Photos` IS NOT NULL ORDER BY _mtime DESC LIMIT 3",
        "convert_keys": True}, "trigger"),
    n8n("metadata", "GET", OLD + "/metadata", SCHEMA + ("metadata.tables[].columns[].editable",), version="v1"),
    n8n("views", "GET", OLD + "/views", ("views[].name",), {"table_name": "Contacts"}, version="v1"),
    n8n("create", "POST", OLD + "/rows/", ("_id",), {}, {"table_name": "Contacts", "row": {"Name": "Mia"}}, "v1"),
    n8n("get after create", "GET", OLD + "/rows/{row}/", ("_id", "_ctime", "Name"),
        {"table_name": "Contacts", "convert": "true"},
        {"table_name": "Contacts", "row": {"Name": "Mia"}}, "v1"),
    n8n("get", "GET", OLD + "/rows/{row}", ("_id", "Name"), {"table_id": "{table}", "convert": "true"}, version="v1"),
    n8n("list", "GET", OLD + "/rows/", ("rows[]._id", "rows[].Name"),
        {"table_name": "Contacts", "start": 0, "limit": 1000}, version="v1"),
    n8n("list in order", "GET", OLD + "/rows/", ("rows[]._id",),
        {"table_name": "Contacts", "view_name": "Default View", "order_by": "Name", "direction": "desc", "limit": 50},
        version="v1"),
    n8n("update", "PUT", OLD + "/rows/", ("success",), {},
        {"table_name": "Contacts", "row_id": "{row}", "row": {"Name": "Tom"}}, "v1"),
    n8n("delete", "DELETE", OLD + "/rows/", (), {}, {"table_name": "Contacts", "row_id": "{row}"}, "v1"),
    n8n("trigger", "POST", DB, SQL_ANSWER, {}, {
        "sql": 'SELECT * FROM Contacts\n\t\t\t\t\tWHERE _ctime BETWEEN "2026-1-6 09:00:00"\n\t\t\t\t\tAND "2099-11-6 09:00:00"'}, "v1 trigger"),
    n8n("fetch test event", "POST", DB, SQL_ANSWER, {}, {"sql": "SELECT * FROM Contacts LIMIT 1"}, "v1 trigger"),
]


def zapier(what, method, path, needs, query={}, body=None):
    return Request("Zapier", what, method, GATEWAY + path, query, body, needs)


ZAPIER = [
    zapier("schema", "GET", "/metadata/", SCHEMA),
    zapier("collaborators", "GET", "/related-users/", ("user_list[].email",)),
    zapier("new row", "GET", "/rows/", ("rows[]._id", "rows[]._mtime", "rows[]._ctime", "rows[].0000"),
           {"table_id": "{table}", "view_id": "0000"}),
    zapier("views", "GET", "/views/", ("views[]._id", "views[].name"), {"table_id": "{table}"}),
    zapier("create row", "POST", "/rows/", ("inserted_row_count", "first_row._id"), {}, {
        "table_id": "{table}", "rows": [{"Name": "Mia", "Day": "2026-11-06T09:00:00+01:00", "Status": "open",
                                         "Tags": ["red", "Option 2"]}]}),
    zapier("update row", "PUT", "/rows/", ("success",), {}, {"table_id": "{table}", "updates": [{"row_id": "{row}",
                                                                                                 "row": {"Name": "Tom"}}]}),
    zapier("delete row", "DELETE", "/rows/", ("success",), {}, {"table_id": "{table}", "row_ids": ["{row}"]}),
    zapier("lock row", "PUT", "/lock-rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    zapier("unlock row", "PUT", "/unlock-rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    zapier("find row", "POST", "/sql/", ("results[]._id", "results[].Name"), {},
           {"sql": 'SELECT * FROM `Contacts` WHERE lower(`Name`) LIKE "%mia%"', "convert_keys": True}),
    zapier("find many rows", "POST", "/sql/", ("results[]._id",), {},
           {"sql": 'SELECT * FROM `Contacts` WHERE `Name` = "Mia" LIMIT 100', "convert_keys": True}),
    zapier("drop-down of rows", "POST", "/sql/", ("results[]._id", "results[].0000"), {},
           {"sql": "SELECT `Name`, _id FROM `Contacts` LIMIT 10"}),
    zapier("new asset", "POST", "/sql/", ("results[]._id", "results[].Photos[]", "metadata[].type", "metadata[].key"),
           {}, {
        "sql": "SELECT _id, _ctime, _mtime, `Photos` FROM `Contacts` WHERE `Photos` IS NOT NULL ORDER BY _mtime DESC",
        "convert_keys": True}),
    zapier("link", "POST", "/links/", ("success",), {}, LINKS),
]


def mcp(what, method, path, needs, query={}, body=None):
    return Request("MCP", what, method, GATEWAY + path, query, body, needs, "Bearer")


MCP = [
    mcp("schema", "GET", "/metadata/", SCHEMA),
    mcp("list rows", "GET", "/rows/", ("rows[]._id", "rows[].Name"),
        {"table_name": "Contacts", "start": 0, "limit": 100, "convert_keys": "true"}),
    mcp("get row", "GET", "/rows/{row}/", ("_id", "Name"), {"table_name": "Contacts", "convert_keys": "true"}),
    mcp("add row", "POST", "/rows/", ("first_row._id",), {}, {"table_name": "Contacts", "rows": [{"Name": "Mia"}],
                                                              "convert_keys": True}),
    mcp("append rows", "POST", "/rows/", ("inserted_row_count", "row_ids[]._id"), {},
        {"table_name": "Contacts", "rows": [{"Name": "Mia"}, {"Name": "Tom"}], "convert_keys": True}),
    mcp("update row", "PUT", "/rows/", ("success",), {}, {"table_name": "Contacts", "updates": [{"row_id": "{row}",
                                                                                                 "row": {"Age": 4}}]}),
    mcp("delete row", "DELETE", "/rows/", ("success",), {}, {"table_name": "Contacts", "row_ids": ["{row}"]}),
    mcp("search rows", "POST", "/sql/", ("results[]._id", "metadata[]"), {}, {
        "sql": "SELECT * FROM `Contacts` WHERE `Name` = ? AND `Age` = ?", "convert_keys": True,
        "parameters": ["Mia", 30]}),
    mcp("query", "POST", "/sql/", ("results[]", "metadata[]"), {}, {
        "sql": "SELECT Status, COUNT(*) FROM Contacts WHERE `Done` = ? GROUP BY Status", "convert_keys": True,
        "parameters": [True]}),
    mcp("add options", "POST", "/column-options/", ("success",), {},
        {"table_name": "Contacts", "column": "Status", "options": [{"name": "new {number}", **COLOR}]}),
    mcp("link", "POST", "/links/", ("success",), {}, LINKS),
    mcp("unlink", "DELETE", "/links/", ("success",), {},
        {**LINKS, "other_rows_ids_map": {"{linked}": ["{other_row}"]}}),
    mcp("activities of a row", "GET", "/activities/", ("activities[].op_type", "total_count"),
        {"row_id": "{row}", "page": 1, "per_page": 25}),
    Request("MCP", "collaborators", "GET", "/api/v2.1/dtables/{uuid}/related-users/", {}, None, ("user_list[].email",),
            "Bearer"),
]


def js(what, method, path, needs, query={}, body=None):
    return Request("JS", what, method, GATEWAY + path, query, body, needs)


TABLE = {"table_name": "Contacts"}
NEW_TABLE = ("_id", "name", "columns[].key", "views[]._id", "rows", "id_row_map")
JS = [
    js("getMetadata", "GET", "/metadata/", SCHEMA),
    js("addTable", "POST", "/tables/", NEW_TABLE, {}, {"table_name": "JS {number}", "lang": "en", "columns": []}),
    js("renameTable", "PUT", "/tables/", ("success",), {},
       {"table_name": "{spare}", "new_table_name": "JS renamed {number}"}),
    js("deleteTable", "DELETE", "/tables/", ("success",), {}, {"table_name": "{spare}"}),
    js("listViews", "GET", "/views/", ("views[].name",), TABLE),
    js("getViewByName", "GET", "/views/{view}/?table_name=Contacts", ("_id", "name", "filters")),
    js("addView", "POST", "/views/?table_name=Contacts", ("_id", "name"), {}, {"name": "JS view {number}"}),
    js("renameView", "PUT", "/views/{view}/?table_name=Contacts", ("name",), {}, {"name": "JS renamed {number}"}),
    js("deleteView", "DELETE", "/views/{view}/?table_name=Contacts", ("success",)),
    js("listColumns", "GET", "/columns/", ("columns[].key", "columns[].name", "columns[].type"),
       {**TABLE, "view_name": "Default View"}),
    js("insertColumn", "POST", "/columns/", ("key", "name", "type"), {},
       {**TABLE, "column_name": "JS {number}", "column_type": "number", "anchor_column": "0000",
        "column_data": {"format": "number"}}),
    js("renameColumn", "PUT", "/columns/", ("key", "name"), {},
       {**TABLE, "op_type": "rename_column", "column": "{column}", "new_column_name": "JS r {number}"}),
    js("resizeColumn", "PUT", "/columns/", ("width",), {}, {**TABLE, "op_type": "resize_column", "column": "{column}",
                                                            "new_column_width": 300}),
    js("freezeColumn", "PUT", "/columns/", ("frozen",), {}, {**TABLE, "op_type": "freeze_column", "column": "{column}",
                                                             "frozen": True}),
    js("moveColumn", "PUT", "/columns/", ("key",), {}, {**TABLE, "op_type": "move_column", "column": "{column}",
                                                        "target_column": "0000"}),
    js("modifyColumnType", "PUT", "/columns/", ("type",), {},
       {**TABLE, "op_type": "modify_column_type", "column": "{column}", "new_column_type": "text"}),
    js("addColumnOptions", "POST", "/column-options/", ("success",), {},
       {**TABLE, "column": "Status", "options": [{"name": "JS {number}", **COLOR}]}),
    js("addColumnCascadeSettings", "POST", "/column-cascade-settings/", ("success",), {},
       {**TABLE, "child_column": "Status", "parent_column": "Phase", "cascade_settings": {"early": ["open"]}}),
    js("deleteColumn", "DELETE", "/columns/", ("success",), {}, {**TABLE, "column": "{column}"}),
    js("listRows", "GET", "/rows/", ("rows[]._id", "rows[].0000"),
       {**TABLE, "convert_link_id": "true", "order_by": "Name", "direction": "asc", "limit": 10}),
    js("getRow", "GET", "/rows/{row}/", ("_id", "0000"), TABLE),
    js("appendRow", "POST", "/rows/", ("first_row._id",), {}, {**TABLE, "row": {"Name": "Mia"}, "apply_default": True}),
    js("insertRow", "POST", "/rows/", ("first_row._id",), {},
       {**TABLE, "row": {"Name": "Mia"}, "anchor_row_id": "{row}"}),
    js("batchAppendRows", "POST", "/rows/", ("inserted_row_count", "row_ids[]._id"), {},
       {**TABLE, "rows": [{"Name": "Mia"}, {"Name": "Tom"}]}),
    js("updateRow", "PUT", "/rows/", ("success",), {}, {**TABLE, "updates": [{"row_id": "{row}", "row": {"Age": 5}}]}),
    js("deleteRow", "DELETE", "/rows/", ("success",), {}, {**TABLE, "row_ids": ["{row}"]}),
    js("addLink", "POST", "/links/", ("success",), {},
       {"link_id": "{link}", **TABLE, "other_table_name": "Companies",
        "other_rows_ids_map": {"{row}": ["{other_row}"]}}),
    js("removeLink", "DELETE", "/links/", ("success",), {},
       {"link_id": "{link}", **TABLE, "other_table_name": "Companies", "table_row_id": "{linked}",
        "other_rows_ids_map": {"{linked}": ["{other_row}"]}}),
    js("updateLink", "PUT", "/links/", ("success",), {},
       {"link_id": "{link}", **TABLE, "other_table_name": "Companies", "row_id_list": ["{row}"],
        "other_rows_ids_map": {"{row}": ["{other_row}"]}}),
    js("getLinkedRecords", "POST", "/query-links/", ("{linked}[].row_id",), {},
       {"table_id": "{table}", "link_column_key": "{link_column}",
        "rows": [{"row_id": "{linked}", "offset": 0, "limit": 10}]}),
    js("query", "POST", "/sql/", ("success", "results[].0000", "metadata[].key", "metadata[].data.array_type",
                                  "metadata[].data.array_data"), {},
       {"sql": "SELECT Others, Name FROM Contacts WHERE Others IS NOT NULL"}),
]
BUDIBASE = [
    Request("Budibase", "read", "GET", GATEWAY + "/rows/", {**TABLE, "start": 0, "limit": 100, "convert_keys": "true"},
            None, ("rows[]._id", "rows[].Name"), "Bearer"),
    Request("Budibase", "create", "POST", GATEWAY + "/rows/", {}, {**TABLE, "rows": [{"Name": "Mia"}]},
            ("first_row._id",), "Bearer"),
    Request("Budibase", "update", "PUT", GATEWAY + "/rows/", {},
            {**TABLE, "updates": [{"row_id": "{row}", "row": {"Name": "Tom"}}]}, ("success",), "Bearer"),
    Request("Budibase", "delete", "DELETE", GATEWAY + "/rows/", {}, {**TABLE, "row_ids": ["{row}"]}, ("success",),
            "Bearer"),
]


def php(what, method, path, needs, query={}, body=None):
    return Request("PHP", what, method, GATEWAY + path, query, body, needs, "Bearer")


PHP = [
    php("getMetadata", "GET", "/metadata/", SCHEMA),
    php("listRows", "GET", "/rows/", ("rows[]._id",), {**TABLE, "view_name": "Default View", "start": 0, "limit": 1000,
                                                       "convert_keys": "false"}),
    php("getRow", "GET", "/rows/{row}/", ("_id",), {**TABLE, "convert_keys": "false"}),
    php("appendRows", "POST", "/rows/", ("inserted_row_count", "row_ids[]._id", "first_row._id"), {},
        {**TABLE, "rows": [{"Name": "Mia"}], "apply_default": False}),
    php("updateRow", "PUT", "/rows/", ("success",), {},
        {**TABLE, "updates": [{"row_id": "{row}", "row": {"Name": "Tom"}}]}),
    php("deleteRow", "DELETE", "/rows/", ("success",), {}, {**TABLE, "row_ids": ["{row}"]}),
    php("querySQL", "POST", "/sql/", ("success", "results[]"), {},
        {"sql": "SELECT Name FROM Contacts WHERE Age = ?", "convert_keys": True, "parameters": [30],
         "server_only": False}),
    php("createTable", "POST", "/tables/", NEW_TABLE, {}, {"table_name": "PHP {number}", "columns": [
        {"column_name": "Key", "column_type": "auto-number", "column_data": {"format": "0000", "digits": 4}},
        {"column_name": "N", "column_type": "number"}]}),
    php("duplicateTable", "POST", "/tables/duplicate-table/", NEW_TABLE, {},
        {"table_name": "{spare}", "is_duplicate_records": True}),
    php("appendColumns", "POST", "/batch-append-columns/", ("columns[].key",), {}, {**TABLE, "columns": [
        {"column_name": "PHP a {number}", "column_type": "text"},
        {"column_name": "PHP b {number}", "column_type": "checkbox"}]}),
    php("createView", "POST", "/views/", ("_id", "name"), {**TABLE},
        {"name": "PHP {number}", "type": "table", "is_locked": False}),
    php("updateView", "PUT", "/views/{view}/", ("filters[]", "sorts[]", "hidden_columns[]"), {**TABLE}, {
        "filters": [{"column_key": "0000", "filter_predicate": "contains", "filter_term": "M"}],
        "filter_conjunction": "And",
        "sorts": [{"column_key": "0000", "sort_type": "down"}], "hidden_columns": ["{column}"]}),
    php("updateSelectOption", "PUT", "/column-options/", ("success",), {},
        {**TABLE, "column": "Status", "options": [{"id": "{option}", "name": "open"}]}),
    php("deleteSelectOption", "DELETE", "/column-options/", ("success",), {},
        {**TABLE, "column": "Status", "option_names": ["spare"]}),
    php("listOperations", "GET", "/operations/",
        ("operations[].op_id", "operations[].op_time", "operations[].operation"), {"page": 1, "per_page": 25}),
    php("getBaseActivities", "GET", "/activities/", ("activities[].row_id", "activities[].op_type", "total_count"),
        {"page": 1, "per_page": 25}),
]
REQUESTS = [*N8N, *ZAPIER, *MCP, *JS, *BUDIBASE, *PHP]


def filled(value, known):
    """A path, query or body with what the placeholders stand for."""
    if isinstance(value, dict):
        return {filled(name, known): filled(one, known) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(one, known) for one in value]
    if isinstance(value, str):
        for name, one in known.items():
            value = value.replace("{" + name + "}", str(one))
    return value


def missing(answer, needs):
    """The first field of those needed that an answer does not have; None if it has all."""
    return next((need for need in needs if not has(answer, need.split("."))), None)


def has(value, path):
    if not path:
        return True
    name, is_list = path[0].removesuffix("[]"), path[0].endswith("[]")
    if not isinstance(value, dict) or name not in value:
        return False
    found = value[name]
    return bool(found) and any(has(one, path[1:]) for one in found) if is_list else has(found, path[1:])
