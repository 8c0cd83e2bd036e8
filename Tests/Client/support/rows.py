"""Programs that work with the inside of a base, as a client of any kind does."""

import itertools
import urllib.parse

from support import http
from support.http import exchange
from support.team import demo_member

numbers = itertools.count(1)
COLOR = {"color": "#FF8000", "textColor": "#FFFFFF"}


class Refusal(AssertionError):
    """An answer with another status than 200."""

    def __init__(self, method, path, answer):
        super().__init__(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        self.status, self.answer = answer.status_code, answer


class Program:
    """A program with a base token: of a base of its own, or the one that is named."""

    def __init__(self, service, permission="rw", base=None, person=None):
        person = person or demo_member(service)
        self.service, self.person = service, person
        self.base = base or person.base(f"Rows {next(numbers)}")
        path = f"/api/v2.1/workspace/{self.base['workspace_id']}/dtable/{self.base['name']}/api-tokens/"
        made = person.call("POST", path, data={"app_name": f"app {next(numbers)}", "permission": permission})
        assert made.status_code == 201, made.text
        self.api_token = made.json()["api_token"]
        self.access = exchange(service, self.api_token).json()
        self.token, self.uuid = self.access["access_token"], self.access["dtable_uuid"]
        self.root = f"/api-gateway/api/v2/dtables/{self.uuid}/"

    def call(self, method, path, body=None, token=None, scheme="Token", **query):
        """The answer to a request, whatever it is. A path without a leading slash is below that of the base."""
        path = path if path.startswith("/") else self.root + path
        options = {"json": body} if body is not None else {}
        return http.call(self.service, method, path, token or self.token, scheme, params=query or None, **options)

    def ask(self, method, path, body=None, **options):
        """The JSON of an answer with 200."""
        answer = self.call(method, path, body, **options)
        if answer.status_code != 200:
            raise Refusal(method, path, answer)
        return answer.json()

    # MARK: Schema

    def metadata(self):
        return self.ask("GET", "metadata/")["metadata"]

    def table(self, name):
        return next(one for one in self.metadata()["tables"] if one["name"] == name)

    def new_table(self, name, *columns):
        """A new table; a column is its name, its type and its data."""
        columns = [
            {"column_name": column, "column_type": type, **({"column_data": data} if data else {})}
            for column, type, data in (one if len(one) == 3 else (*one, None) for one in columns)]
        return self.ask("POST", "tables/", {"table_name": name, "columns": columns})

    def new_column(self, table, name, type, data=None, **more):
        body = {"table_name": table, "column_name": name, "column_type": type, **more}
        return self.ask("POST", "columns/", {**body, **({"column_data": data} if data else {})})

    # MARK: Rows

    def append(self, table, *rows, **more):
        """The identifiers of new rows."""
        answer = self.ask("POST", "rows/", {"table_name": table, "rows": list(rows), **more})
        assert answer["inserted_row_count"] == len(answer["row_ids"])
        return [one["_id"] for one in answer["row_ids"]]

    def rows(self, table, **query):
        """All rows of a table or of a view, by names."""
        found, query = [], {"convert_keys": "true", "limit": 1000, **query}
        while True:
            page = self.ask("GET", "rows/", table_name=table, start=len(found), **query)["rows"]
            found += page
            if len(page) < query["limit"]:
                return found

    def row(self, table, id, **query):
        return self.ask("GET", f"rows/{id}/", table_name=table, **{"convert_keys": "true", **query})

    def update(self, table, **changes):
        """Changes rows: update("Table1", **{id: {"Name": "x"}})."""
        updates = [{"row_id": id, "row": row} for id, row in changes.items()]
        return self.ask("PUT", "rows/", {"table_name": table, "updates": updates})

    def delete(self, table, *ids):
        return self.ask("DELETE", "rows/", {"table_name": table, "row_ids": list(ids)})

    def sql(self, text, *parameters, **more):
        """The whole answer to a statement, by names."""
        body = {"sql": text, "convert_keys": True, **more}
        return self.ask("POST", "sql/", {**body, **({"parameters": list(parameters)} if parameters else {})})

    def select(self, text, *parameters):
        return self.sql(text, *parameters)["results"]

    def link(self, method, id, table, other, **pairs):
        """Makes, replaces or deletes links: link("POST", id, "A", "B", **{row: [other rows]})."""
        return self.ask(method, "links/", {
            "link_id": id, "table_name": table, "other_table_name": other, "other_rows_ids_map": pairs})


def quoted(name):
    return urllib.parse.quote(name, safe="")


def options(*names):
    """The data of a select with these options."""
    return {"options": [{"name": name, **COLOR} for name in names]}
