"""The official Python client, unmodified: every public method of its `Account` and `Base` does what its documentation says,
by the paths of today and by those of old servers, or is named here with the reason why it is not offered."""

import inspect
import itertools
from datetime import datetime

import pytest
from seatable_api import Account, Base
from seatable_api.constants import ColumnTypes

from support.rows import COLOR, options
from support.sql_values import date_of

COVERED = set()
NOT_OFFERED = {
    "send_toast_notification": "toasts are shown by SeaTable's own pages, which are not here",
    "big_data_insert_rows": "there is no big data store: answered as for a base without one",
    **dict.fromkeys(["add_workflow_task", "add_workflow_task_with_existed_row"],
                    "workflows belong to SeaTable's own pages"),
    **dict.fromkeys(["send_email", "send_wechat_msg"], "third-party accounts are not kept here"),
}
numbers = itertools.count(1)


def covers(*names):
    """Says which methods a test is about."""
    COVERED.update(names)
    return lambda test: test


def public(type):
    return {name for name, _ in inspect.getmembers(type, inspect.isfunction) if not name.startswith("_")}


def test_no_method_is_left_out():
    methods = {f"Account.{name}" for name in public(Account)} | public(Base)
    assert not COVERED & NOT_OFFERED.keys()
    assert methods == COVERED | NOT_OFFERED.keys()


@pytest.fixture(params=["gateway", "old"])
def program(request, service, api_token):
    """A program with a new base and two linked tables."""
    made = Base(api_token(), service.url)
    made.auth()
    made.use_api_gateway = request.param == "gateway"
    made.add_table("Contacts", columns=[
        {"column_name": "Name", "column_type": "text"}, {"column_name": "Age", "column_type": "number"},
        {"column_name": "State", "column_type": "single-select", "column_data": options("open", "done")},
        {"column_name": "Day", "column_type": "date", "column_data": {"format": "YYYY-MM-DD"}},
        {"column_name": "Made", "column_type": "ctime"}])
    made.add_table("Companies", columns=[{"column_name": "Name", "column_type": "text"}])
    made.insert_column("Contacts", "Company", ColumnTypes.LINK,
                       column_data={"table": "Contacts", "other_table": "Companies"})
    return made


@pytest.fixture
def rows(program):
    """Three contacts."""
    program.batch_append_rows("Contacts", [
        {"Name": "Mia", "Age": 30, "State": "open", "Day": "2026-11-06"}, {"Name": "Tom", "Age": 3},
        {"Name": "Ann", "Age": 20}])
    return {row["Name"]: row for row in program.list_rows("Contacts")}


# MARK: Account


@covers("Account.auth", "Account.load_account_info", "Account.list_workspaces")
def test_an_account_signs_in_and_lists_its_workspaces(service, member):
    account = Account(member.login_name, member.password, service.url)
    account.auth()
    account.load_account_info()
    assert account.username == member.username and account.token_headers == {"Authorization": f"Token {account.token}"}
    assert "personal" in [one["type"] for one in account.list_workspaces()["workspace_list"]]


@covers("Account.add_base", "Account.get_base", "auth", "get_metadata", "list_tables", "get_table_by_name")
def test_a_new_base_has_one_table_with_one_column_and_one_view(member, name):
    base = member.add_base(name)
    opened = member.get_base(base["workspace_id"], base["name"])
    assert opened.is_authed and opened.dtable_name == name
    (table,) = opened.list_tables()
    assert opened.get_metadata()["tables"] == [table]
    assert opened.get_table_by_name("Table1") == table and opened.get_table_by_name("nosuch") is None
    assert (table["_id"], table["name"]) == ("0000", "Table1")
    assert [(one["key"], one["name"], one["type"]) for one in table["columns"]] == [("0000", "Name", "text")]
    assert [(one["_id"], one["name"]) for one in table["views"]] == [("0000", "Default View")]


@covers("Account.copy_base")
def test_a_copied_base_has_its_rows(member, name):
    base = member.add_base(name)
    source = member.get_base(base["workspace_id"], base["name"])
    source.append_row("Table1", {"Name": "x"})
    copied = member.copy_base(base["workspace_id"], name, base["workspace_id"])
    copy = member.get_base(copied["workspace_id"], copied["name"])
    assert [row["Name"] for row in copy.list_rows("Table1")] == ["x"]
    copy.append_row("Table1", {"Name": "y"})
    assert [row["Name"] for row in source.list_rows("Table1")] == ["x"]


# MARK: Tables and views


@covers("add_table", "rename_table", "delete_table")
def test_tables_are_made_renamed_and_deleted(program):
    made = program.add_table("Plain")
    assert [one["name"] for one in made["columns"]] == ["Name"] and made["rows"] == []
    assert program.rename_table("Plain", "Fancy")["success"] is True
    assert [one["name"] for one in program.list_tables()] == ["Table1", "Contacts", "Companies", "Fancy"]
    assert program.get_table_by_name("Fancy")["_id"] == made["_id"]
    assert program.delete_table("Fancy")["success"] is True
    assert program.get_table_by_name("Fancy") is None
    with pytest.raises(ConnectionError):
        program.list_rows("Fancy")


@covers("list_views", "get_view_by_name", "add_view", "rename_view", "delete_view")
def test_views_are_made_renamed_and_deleted(program, rows):
    assert program.add_view("Contacts", "Old ones")["name"] == "Old ones"
    assert [one["name"] for one in program.list_views("Contacts")["views"]] == ["Default View", "Old ones"]
    assert program.rename_view("Contacts", "Old ones", "Older ones")["name"] == "Older ones"
    assert program.get_view_by_name("Contacts", "Older ones")["type"] == "table"
    assert len(program.list_rows("Contacts", view_name="Older ones")) == 3
    assert program.delete_view("Contacts", "Older ones")["success"] is True
    with pytest.raises(ConnectionError):
        program.get_view_by_name("Contacts", "Older ones")


# MARK: Columns


@covers("list_columns", "get_column_by_name", "get_columns_by_type", "get_column_link_id")
def test_columns_are_listed_by_name_and_type(program):
    assert [one["name"] for one in program.list_columns("Contacts")] == ["Name", "Age", "State", "Day", "Made",
                                                                         "Company"]
    assert program.list_columns("Contacts", view_name="Default View") == program.list_columns("Contacts")
    assert program.get_column_by_name("Contacts", "Age")["type"] == "number"
    assert program.get_column_by_name("Contacts", "nosuch") is None
    assert [one["name"] for one in program.get_columns_by_type("Contacts", ColumnTypes.DATE)] == ["Day"]
    here, there = program.get_column_by_name("Contacts", "Company"), program.list_columns("Companies")[1]
    assert program.get_column_link_id("Contacts", "Company") == here["data"]["link_id"] == there["data"]["link_id"]
    with pytest.raises(ValueError):
        program.get_column_link_id("Contacts", "Age")


@covers("insert_column", "rename_column", "resize_column", "freeze_column", "move_column", "modify_column_type",
        "delete_column")
def test_columns_are_made_changed_and_deleted(program, rows):
    made = program.insert_column("Contacts", "Weight", ColumnTypes.NUMBER, column_key="0000",
                                 column_data={"format": "number"})
    key = made["key"]
    assert (made["name"], made["type"], len(key)) == ("Weight", "number", 4)
    names = lambda: [one["name"] for one in program.list_columns("Contacts")]
    assert names()[:3] == ["Name", "Weight", "Age"]
    assert program.rename_column("Contacts", key, "Mass")["name"] == "Mass"
    assert program.resize_column("Contacts", key, 321)["width"] == 321
    assert program.freeze_column("Contacts", key, True)["frozen"] is True
    age = program.get_column_by_name("Contacts", "Age")["key"]
    program.move_column("Contacts", key, age)
    assert names()[:3] == ["Name", "Age", "Mass"]
    program.update_row("Contacts", rows["Mia"]["_id"], {"Mass": 70.5})
    assert program.modify_column_type("Contacts", key, ColumnTypes.TEXT)["type"] == "text"
    assert program.get_row("Contacts", rows["Mia"]["_id"])["Mass"] == "70.5"
    assert program.delete_column("Contacts", key)["success"] is True
    assert "Mass" not in names() and "Mass" not in program.get_row("Contacts", rows["Mia"]["_id"])
    with pytest.raises(ConnectionError):
        program.delete_column("Contacts", "0000")


@pytest.mark.parametrize("type", [one for one in ColumnTypes if one.value not in ("default", "link", "link-formula",
                                                                                  "formula", "button")])
def test_a_column_of_every_type_is_made(program, type):
    made = program.insert_column("Companies", "New", type)
    assert made["type"] == type.value
    assert program.get_columns_by_type("Companies", type)


@covers("add_column_options", "add_column_cascade_settings")
def test_options_are_added_and_depend_on_each_other(program):
    program.add_column_options("Contacts", "State", [{"name": "lost", **COLOR}])
    program.insert_column("Contacts", "Phase", ColumnTypes.SINGLE_SELECT, column_data=options("early", "late"))
    names = [one["name"] for one in program.get_column_by_name("Contacts", "State")["data"]["options"]]
    assert names == ["open", "done", "lost"]
    program.add_column_cascade_settings("Contacts", "State", "Phase", {"early": ["open"], "late": ["done", "lost"]})
    data, parent = (program.get_column_by_name("Contacts", one) for one in ("State", "Phase"))
    assert data["data"]["cascade_column_key"] == parent["key"]
    ids = {one["name"]: one["id"] for one in data["data"]["options"] + parent["data"]["options"]}
    assert data["data"]["cascade_settings"] == {ids["early"]: [ids["open"]], ids["late"]: [ids["done"], ids["lost"]]}


# MARK: Rows


@covers("append_row", "insert_row", "get_row", "update_row", "delete_row")
def test_a_row_is_made_read_changed_and_deleted(program):
    made = program.append_row("Contacts", {"Name": "Mia", "Age": 30, "State": "new one", "nosuch": 1})
    row = program.get_row("Contacts", made["_id"])
    assert (row["Name"], row["Age"], row["State"], row["Day"]) == ("Mia", 30, "new one", None)
    inserted = program.insert_row("Contacts", {"Name": "Tom"}, made["_id"])
    assert program.update_row("Contacts", made["_id"],
                              {"Age": 31, "State": None, "Day": "2026-11-06"})["success"] is True
    row = program.get_row("Contacts", made["_id"])
    assert (row["Name"], row["Age"], row["State"], date_of(row["Day"])) == ("Mia", 31, None, datetime(2026, 11, 6))
    assert program.delete_row("Contacts", made["_id"])
    assert [one["_id"] for one in program.list_rows("Contacts")] == [inserted["_id"]]
    with pytest.raises(ConnectionError) as error:
        program.get_row("Contacts", made["_id"])
    assert error.value.args[0] == 404 and "row _id not exits" in error.value.args[1]


def test_defaults_are_applied_if_a_program_asks_for_them(program):
    data = {"format": "number", "enable_fill_default_value": True, "default_value": 5}
    program.insert_column("Contacts", "Score", ColumnTypes.NUMBER, column_data=data)
    rows = [program.append_row("Contacts", {"Name": "x"}, apply_default=choice) for choice in (None, False, True)]
    assert [program.get_row("Contacts", row["_id"])["Score"] for row in rows] == [None, None, 5]


@covers("batch_append_rows", "list_rows", "batch_update_rows", "batch_delete_rows")
def test_rows_are_made_listed_changed_and_deleted_together(program):
    answer = program.batch_append_rows("Contacts", [{"Name": str(number), "Age": number} for number in range(12)])
    assert answer["inserted_row_count"] == 12
    listed = program.list_rows("Contacts")
    assert [row["Name"] for row in listed] == [str(number) for number in range(12)]
    assert [row["Name"] for row in program.list_rows("Contacts", start=10)] == ["10", "11"]
    assert [row["Name"] for row in program.list_rows("Contacts", order_by="Age", desc=True, limit=2)] == ["11", "10"]
    program.batch_update_rows("Contacts", [{"row_id": row["_id"], "row": {"Age": -1}} for row in listed[:3]])
    assert [row["Age"] for row in program.list_rows("Contacts", limit=4)] == [-1, -1, -1, 3]
    program.batch_delete_rows("Contacts", [row["_id"] for row in listed[1:]])
    assert [row["_id"] for row in program.list_rows("Contacts")] == [listed[0]["_id"]]


@covers("filter_rows")
def test_rows_are_filtered_by_the_service(program, rows):
    def names(*filters, conjunction="And"):
        filters = [dict(zip(["column_name", "filter_predicate", "filter_term"], one)) for one in filters]
        return [row["Name"] for row in program.filter_rows("Contacts", filters, filter_conjunction=conjunction)]

    assert names(("Age", "greater", 10), ("Name", "contains", "m")) == ["Mia"]
    assert names(("Age", "less", 10), ("State", "is", "open"), conjunction="Or") == ["Mia", "Tom"]
    assert names(("State", "is_empty", "")) == ["Tom", "Ann"]


@covers("filter")
def test_rows_are_filtered_by_the_client(program, rows):
    assert [row["Name"] for row in program.filter("Contacts", "Age>=20")] == ["Mia", "Ann"]
    assert program.filter("Contacts", "Name = 'Tom'").first()["_id"] == rows["Tom"]["_id"]
    assert program.filter("Contacts", "State = 'open'").count() == 1
    assert program.filter("Contacts", "Made > '2020-01-01'").count() == 3
    program.filter("Contacts", "Age<10").update({"Age": 4})
    assert program.get_row("Contacts", rows["Tom"]["_id"])["Age"] == 4
    assert program.filter("Contacts", "Age=4").delete() == 1
    assert len(program.list_rows("Contacts")) == 2


@covers("query")
def test_rows_are_queried_with_sql(program, rows):
    assert program.query("SELECT Name, State FROM Contacts WHERE Age > 25") == [{"Name": "Mia", "State": "open"}]
    assert program.query("SELECT Name FROM Contacts WHERE Name = 'nobody'") == []
    (raw,) = program.query("SELECT Name, State FROM Contacts WHERE Age > 25", convert=False)
    column = program.get_column_by_name("Contacts", "State")
    ids = {one["name"]: one["id"] for one in column["data"]["options"]}
    assert raw == {"0000": "Mia", column["key"]: ids["open"]}
    (day,) = program.query("SELECT `Day` FROM Contacts WHERE Name = 'Mia'")
    assert day["Day"][:10] == "2026-11-06"
    program.query("UPDATE Contacts SET Age = 1 WHERE Name = 'Tom'")
    assert program.get_row("Contacts", rows["Tom"]["_id"])["Age"] == 1
    if program.use_api_gateway:
        assert program.query("SELECT Name FROM Contacts WHERE Age = ?", parameters=[20]) == [{"Name": "Ann"}]
    with pytest.raises(ConnectionError):
        program.query("SELECT * FROM nosuch")


# MARK: Links


@pytest.fixture
def linked(program, rows):
    """The link, a contact, and two companies."""
    companies = [program.append_row("Companies", {"Name": name})["_id"] for name in ("Acme", "Bolt")]
    return program.get_column_link_id("Contacts", "Company"), rows["Mia"]["_id"], companies


def shown(program, row, table="Contacts", column=None):
    column = column or ("Company" if table == "Contacts" else program.list_columns(table)[1]["name"])
    return [one["row_id"] for one in program.get_row(table, row)[column] or []]


@covers("add_link", "remove_link", "update_link", "get_linked_records")
def test_rows_are_linked_and_unlinked(program, linked):
    link, mia, (acme, bolt) = linked
    program.add_link(link, "Contacts", "Companies", mia, acme)
    assert shown(program, mia) == [acme] and shown(program, acme, "Companies") == [mia]
    program.update_link(link, "Contacts", "Companies", mia, [bolt])
    assert shown(program, mia) == [bolt] and shown(program, acme, "Companies") == []
    column = program.get_column_by_name("Contacts", "Company")
    found = program.get_linked_records(program.get_table_by_name("Contacts")["_id"], column["key"],
                                       rows=[{"row_id": mia, "offset": 0, "limit": 5}])
    assert [(one["row_id"], one["display_value"]) for one in found[mia]] == [(bolt, "Bolt")]
    program.remove_link(link, "Companies", "Contacts", bolt, mia)
    assert shown(program, mia) == [] and shown(program, bolt, "Companies") == []


@covers("batch_add_links", "batch_remove_links", "batch_update_links")
def test_many_rows_are_linked_at_once(program, rows, linked):
    link, mia, (acme, bolt) = linked
    tom = rows["Tom"]["_id"]
    program.batch_add_links(link, "Contacts", "Companies", {mia: [acme, bolt], tom: [acme]})
    assert shown(program, mia) == [acme, bolt] and set(shown(program, acme, "Companies")) == {mia, tom}
    program.batch_update_links(link, "Contacts", "Companies", [mia, tom], {mia: [bolt], tom: [bolt]})
    assert set(shown(program, bolt, "Companies")) == {mia, tom} and shown(program, acme, "Companies") == []
    program.batch_remove_links(link, "Contacts", "Companies", {mia: [bolt], tom: [bolt]})
    assert shown(program, bolt, "Companies") == []


# MARK: People


@covers("get_related_users", "get_user_info")
def test_people_of_the_base_are_found(program, member):
    assert member.username in [one["email"] for one in program.get_related_users()]
    info = program.get_user_info(member.username)
    assert info["email"] == member.username and info["name"]


# MARK: Files


@covers("get_file_upload_link", "upload_bytes_file", "upload_local_file", "get_file_download_link", "download_file")
def test_files_are_uploaded_attached_and_downloaded(program, rows, tmp_path):
    program.insert_column("Contacts", "Files", ColumnTypes.FILE)
    program.insert_column("Contacts", "Photos", ColumnTypes.IMAGE)
    local = tmp_path / "naïve report.pdf"
    local.write_bytes(b"%PDF-1.7")
    file, photo = program.upload_local_file(str(local)), program.upload_bytes_file("a.png", b"png", file_type="image")
    assert (file["name"], file["size"], file["type"]) == ("naïve report.pdf", 8, "file")
    assert program.upload_local_file(str(local))["name"] == "naïve report(1).pdf"
    assert program.upload_local_file(str(local), replace=True)["name"] == "naïve report.pdf"
    assert program.get_file_upload_link()["parent_path"].startswith("/asset/")
    mia = rows["Mia"]["_id"]
    program.update_row("Contacts", mia, {"Files": [file], "Photos": [photo["url"]]})
    row = program.get_row("Contacts", mia)
    assert row["Files"][0]["url"] == file["url"] and row["Photos"] == [photo["url"]]
    for url, content in [(row["Files"][0]["url"], b"%PDF-1.7"), (row["Photos"][0], b"png")]:
        program.download_file(url, str(tmp_path / "downloaded"))
        assert (tmp_path / "downloaded").read_bytes() == content
    assert "/seafhttp/files/" in program.get_file_download_link(photo["url"].split(program.dtable_uuid)[1])
    with pytest.raises(ConnectionError):
        program.get_file_download_link("/files/2026-11/nosuch.pdf")


@covers("get_custom_file_upload_link", "upload_local_file_to_custom_folder", "get_custom_file_info",
        "list_custom_assets", "get_custom_file_download_link", "download_custom_file")
def test_custom_folders_take_files_and_show_them(program, tmp_path):
    local = tmp_path / "b347.pdf"
    local.write_bytes(b"custom")
    folder = f"/Suppliers/{next(numbers)}"
    made = program.upload_local_file_to_custom_folder(str(local), folder)
    assert made == program.get_custom_file_info(folder, "b347.pdf")
    assert made["size"] == 6 and made["url"].startswith("custom-asset://") and made["url"].endswith(".pdf")
    assert program.list_custom_assets(folder) == {"dir": [], "file": [{"name": "b347.pdf"}]}
    assert {"name": "Suppliers"} in program.list_custom_assets("/")["dir"]
    assert program.get_custom_file_upload_link(folder)["relative_path"] == folder
    assert "/seafhttp/files/" in program.get_custom_file_download_link(f"{folder}/b347.pdf")
    program.download_custom_file(f"{folder}/b347.pdf", str(tmp_path / "downloaded"))
    assert (tmp_path / "downloaded").read_bytes() == b"custom"


# MARK: What is not offered


@pytest.mark.parametrize("use", [
    lambda program: program.big_data_insert_rows("Contacts", [{"Name": "x"}])])
def test_what_is_not_offered_says_so(program, use):
    with pytest.raises(ConnectionError) as error:
        use(program)
    status, text = error.value.args
    assert 400 <= status < 500 and "error_msg" in text
    assert "Not found." not in text
