"""What members do in the console: correct cells, ask in SQL, share, follow links, keep their account."""

import io
import re

import PIL.Image
import pytest
import zxingcpp

from support import http
from support.console import axe, fits, looks_right, traces
from support.rows import Program, options
from support.team import PASSWORD, new_address, new_team, sign_in, totp, totp_step

# Names as the worst of people give them: markup, right to left, emoji, and as long as may be.
HOSTILE = ["<img src=x onerror=alert(1)>", "شركة المثال للتجارة", "👩‍👩‍👧‍👦 семья & Co", "W" * 255]


@pytest.fixture(scope="module")
def team(console):
    return new_team(console)


@pytest.fixture
def opened(watched, console):
    """Opens a page of the console in a profile of its own, signed in as somebody, or as nobody."""
    def opened(path, person=None, **profile):
        context = watched(**profile).context
        if person:
            context.add_init_script(
                f"if (location.host) sessionStorage.setItem('basekeeper.session', '{person.token}')")
        page = context.new_page()
        page.goto(console.url + path)
        page.locator("h1").first.wait_for()
        return page
    return opened


def said(page, text):
    """Waits until the page has said something in its live region."""
    page.locator("[role=status] p", has_text=text).first.wait_for()


# MARK: A base's inside


@pytest.fixture
def program(console, team):
    """A program in the base of a new person, with a table of every kind of cell that is corrected."""
    program = Program(console, person=team.person("Mia"))
    program.new_table(
        "Parts", ("Name", "text"), ("Price", "number"), ("Day", "date", {"format": "YYYY-MM-DD"}), ("Sold", "checkbox"),
        ("State", "single-select", options("new", "used")), ("Tags", "multiple-select", options("red", "big")),
        ("Note", "long-text"))
    program.append("Parts", {"Name": "Chair", "Price": 12.5, "Day": "2026-03-01", "State": "new", "Note": "plain"},
                   {"Name": "Table", "Price": 90})
    return program


def inside(program):
    table = program.table("Parts")["_id"]
    return f"/console/bases/{program.uuid}?table={table}"


def correct(page, cell, *keys):
    """Corrects a cell by keyboard."""
    page.locator(f"[data-place='{cell}']").focus()
    page.keyboard.press("Enter")
    for key in keys:
        page.keyboard.press(key) if len(key) == 1 or key in ("Enter", "Escape") else page.keyboard.insert_text(key)
    page.locator(f"[data-place='{cell}']:focus").wait_for()


def test_cells_of_every_kind_are_corrected_by_keyboard_and_stored(opened, program):
    page = opened(inside(program), program.person)
    page.get_by_role("gridcell", name="Chair", exact=True).wait_for()
    axe(page)
    correct(page, "0 0", "Armchair", "Enter")
    correct(page, "0 1", "1234,25", "Enter")
    correct(page, "0 2", *"04152027", "Enter")
    page.locator("[data-place='0 3']").focus()
    page.keyboard.press(" ")
    page.locator("[data-place='0 3'] svg").wait_for()
    correct(page, "0 4", "u", "Enter")
    correct(page, "1 0", "nothing of this", "Escape")
    row, other = program.rows("Parts")
    assert (row["Name"], row["Price"], row["Day"][:10], row["Sold"], row["State"]) == (
        "Armchair", 1234.25, "2027-04-15", True, "used")
    assert other["Name"] == "Table"
    page.get_by_role("gridcell", name="1,234.25").wait_for()
    fits(page)


def test_what_does_not_fit_a_column_stands_at_the_cell_until_it_is_right(opened, program):
    page = opened(inside(program), program.person)
    page.locator("[data-place='0 1']").focus()
    page.keyboard.press("Enter")
    page.keyboard.insert_text("twelve")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("This is not a number.").wait_for()
    box = page.get_by_role("textbox", name="Price")
    assert box.get_attribute("aria-invalid") == "true" and box.input_value() == "twelve"
    axe(page)
    box.fill("12")
    box.press("Enter")
    page.locator("[data-place='0 1']:focus").wait_for()
    assert program.rows("Parts")[0]["Price"] == 12


def test_a_row_opens_as_a_form_with_all_its_cells(opened, program):
    page = opened(inside(program), program.person)
    page.get_by_role("button", name="Open the row Chair").click()
    dialog = page.get_by_role("dialog", name="Chair")
    dialog.get_by_label("Note").fill("one\ntwo")
    dialog.get_by_label("big").check()
    axe(page)
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    row = program.rows("Parts")[0]
    assert (row["Note"], row["Tags"], row["Name"]) == ("one\ntwo", ["big"], "Chair")
    page.locator("[data-place='0 -1']:focus").wait_for()
    # A cell of several lines opens the form at its field.
    page.locator("[data-place='0 6']").focus()
    page.keyboard.press("F2")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("document.activeElement.name") == program.table("Parts")["columns"][6]["key"]


def test_who_only_reads_a_base_cannot_correct_it(opened, program, team):
    reader = team.person("Rea")
    base = program.base
    shared = program.person.call(
        "POST", f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{base['name']}/share/",
        data={"email": reader.id, "permission": "r"})
    assert shared.status_code == 201
    page = opened(inside(program), reader)
    page.locator("[data-place='0 0']").focus()
    page.keyboard.press("Enter")
    assert page.locator("td input").count() == 0
    page.get_by_role("grid").and_(page.locator("[aria-readonly=true]")).wait_for()
    page.get_by_text("Read-only").wait_for()
    assert page.get_by_role("link", name="Share").count() == 0
    axe(page)


def test_sql_answers_with_a_table_and_a_file_and_asks_before_it_writes(opened, program):
    program.append("Parts", {"Name": "=1+1"}, {"Name": 'a "quoted", one'})
    page = opened(inside(program), program.person)
    page.get_by_role("link", name="SQL").click()
    box = page.get_by_label("SQL statement")
    box.fill("SELECT Nothing FROM Parts")
    box.press("Control+Enter")
    page.get_by_role("alert").get_by_text("Nothing").wait_for()
    axe(page)
    box.fill("SELECT Name, Price FROM Parts ORDER BY Price DESC")
    box.press("Control+Enter")
    page.get_by_role("region", name="Result").get_by_text("Table").wait_for()
    looks_right(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = open(download.value.path(), encoding="utf-8-sig", newline="").read().split("\r\n")
    assert lines[0] == "Name,Price" and "Table,90" in lines
    assert "'=1+1," in lines and '"a ""quoted"", one",' in lines
    box.fill("UPDATE Parts SET Price = 1 WHERE Name = 'Chair'")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("dialog", name="Change rows?").get_by_role("button", name="Run").click()
    page.get_by_text("The statement has changed the rows that it names.").wait_for()
    assert program.rows("Parts")[0]["Price"] == 1


def test_hostile_names_do_no_harm_in_a_base(opened, console, team):
    person = team.person("Hal")
    program = Program(console, base=person.base(HOSTILE[0].replace("/", "")), person=person)
    for name in HOSTILE[1:]:
        program.new_table(name, (name, "text"), ("Kind", "single-select", options(*HOSTILE)))
        program.append(name, *({name: one, "Kind": one} for one in HOSTILE))
    page = opened(f"/console/bases/{program.uuid}", person)
    for name in HOSTILE[1:]:
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("columnheader", name=name).wait_for()
        page.locator("[data-place='3 1']").wait_for()
        assert page.locator("main img").count() == 0
        fits(page)
    page.get_by_text("2 columns").click()
    axe(page)


# MARK: Account


def test_a_person_changes_their_name_address_and_password(opened, console, team):
    mia, address = team.person("Mia"), new_address()
    other = sign_in(console, mia.address).json()["token"]
    page = opened("/console/account", mia)
    looks_right(page)
    page.get_by_label("Name", exact=True).fill("Mia M.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="You: Mia M.").wait_for()
    page.get_by_label("New email address").fill(address)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Change address").click()
    page.get_by_text("The password is wrong.").wait_for()
    page.wait_for_function("document.activeElement.name === 'password'")
    axe(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Change address").click()
    said(page, "The address is changed.")
    new = "another password, and a long one"
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(new + "!")
    page.get_by_role("button", name="Change password").click()
    page.get_by_text("This is not the same as above.").wait_for()
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Change password").click()
    said(page, "The password is changed.")
    # This session goes on, the other one has ended.
    page.get_by_text("1 session", exact=True).wait_for()
    assert http.get(console, http.PING, other).status_code == 401
    assert traces(page, new) == []
    assert sign_in(console, address, new).status_code == 200


def test_a_second_factor_is_enrolled_used_and_removed(opened, console, team):
    mia = team.person("Mia")
    page = opened("/console/account", mia)
    page.get_by_role("button", name="Set up a second factor").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Continue").click()
    secret = dialog.get_by_role("group", name="Secret of the second factor").inner_text()
    picture = PIL.Image.open(io.BytesIO(dialog.get_by_role("img", name="QR code with the secret").screenshot()))
    read = [one.text for one in zxingcpp.read_barcodes(picture)]
    assert len(read) == 1 and read[0].startswith("otpauth://totp/Basekeeper:") and f"?secret={secret}&" in read[0]
    axe(page)
    dialog.get_by_label("Code").fill("000000")
    dialog.get_by_role("button", name="Confirm").click()
    page.get_by_text("The code is wrong").wait_for()
    step = totp_step()
    dialog.get_by_label("Code").fill(totp(secret, step))
    dialog.get_by_role("button", name="Confirm").click()
    codes = dialog.get_by_role("list", name="Recovery codes")
    codes.wait_for()
    codes = codes.get_by_role("listitem").all_inner_texts()
    axe(page)
    dialog.get_by_role("button", name="I have kept them").click()
    dialog.wait_for(state="detached")
    page.get_by_text(f"{len(codes)} recovery codes left").wait_for()
    assert [traces(page, one) for one in [secret, *codes]] == [[]] * (1 + len(codes))

    guest = opened("/console/account")
    guest.get_by_label("Email or user name").fill(mia.address)
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Sign in").click()
    guest.get_by_label("Code").fill(codes[0])
    guest.get_by_role("button", name="Continue").click()
    guest.get_by_text(f"{len(codes) - 1} recovery codes left").wait_for()
    guest.get_by_role("button", name="Remove second factor").click()
    dialog = guest.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("Code").fill(codes[1])
    dialog.get_by_role("button", name="Remove second factor").click()
    said(guest, "The second factor is removed.")
    assert sign_in(console, mia.address).status_code == 200


def test_whoever_must_have_a_second_factor_enrols_it_first(opened, team):
    mia = team.person("Mia")
    answer = team.call("PUT", f"users/{mia.id}/two-factor-auth/", json={"force_2fa": 1})
    assert answer.status_code == 200, answer.text
    page = opened("/console/trash", mia)
    page.get_by_role("heading", name="Second factor").wait_for()
    axe(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    secret = page.get_by_role("group", name="Secret of the second factor").inner_text()
    page.get_by_label("Code").fill(totp(secret, totp_step()))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("heading", name="Trash", exact=True).wait_for()


def test_a_session_elsewhere_is_ended(opened, console, team):
    mia = team.person("Mia")
    other = sign_in(console, mia.address, name="Old laptop").json()["token"]
    page = opened("/console/account", mia)
    page.get_by_role("button", name="End Old laptop").click()
    dialog = page.get_by_role("dialog", name="End session?")
    axe(page)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="End").click()
    said(page, "Ended.")
    assert http.get(console, http.PING, other).status_code == 401


# MARK: Sharing


@pytest.fixture
def base(team):
    """A new person with a base, and a page's path below it."""
    mia = team.person("Mia")
    return mia, mia.base("Orders")


def below(base, rest):
    return f"/api/v2.1/workspace/{base['workspace_id']}/dtable/{base['name']}/{rest}"


def choose(page, label, text, name):
    """Finds and chooses by keyboard what a field finds."""
    page.get_by_role("combobox", name=label).press_sequentially(text)
    page.get_by_role("option", name=name).wait_for()
    page.keyboard.press("Enter")


def test_a_base_is_shared_with_people_and_groups(opened, team, base):
    mia, orders = base
    tom = team.person(HOSTILE[0])
    team.group("Sales")
    page = opened(f"/console/bases/{orders['uuid']}/share", mia)
    page.get_by_text("Find a person of your team above.").wait_for()
    axe(page)
    form = page.locator("form", has=page.get_by_role("combobox", name="Name or email address"))
    form.get_by_role("button", name="Share").click()
    page.get_by_text("Please fill this in.").wait_for()
    choose(page, "Name or email address", "onerror", HOSTILE[0])
    form.get_by_label("Permission").select_option("Read-Write")
    form.get_by_role("button", name="Share").click()
    said(page, "Shared.")
    page.get_by_label(f"Permission of {HOSTILE[0]}").wait_for()
    assert tom.get("/api/v2.1/dtables/shared/")["table_list"][0]["permission"] == "rw"
    page.get_by_label(f"Permission of {HOSTILE[0]}").select_option("Read-only")
    said(page, "permission changed")
    assert tom.get("/api/v2.1/dtables/shared/")["table_list"][0]["permission"] == "r"
    choose(page, "Group", "Sal", "Sales")
    page.locator("form", has=page.get_by_role("combobox", name="Group")).get_by_role("button", name="Share").click()
    page.get_by_label("Permission of Sales").wait_for()
    looks_right(page)
    page.get_by_role("button", name=f"Remove {HOSTILE[0]}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    said(page, "Removed.")
    assert tom.get("/api/v2.1/dtables/shared/")["table_list"] == []


def new_link(page, kind, password=""):
    """Makes a link in its dialog, and returns it."""
    page.get_by_role("button", name=f"New {kind}").click()
    dialog = page.get_by_role("dialog")
    if password:
        dialog.get_by_label("Password").fill(password)
    axe(page)
    dialog.get_by_role("button", name="Create").click()
    link = dialog.get_by_role("group", name="Link").inner_text()
    axe(page)
    dialog.get_by_role("button", name="Done").click()
    dialog.wait_for(state="detached")
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert traces(page, token) == []
    return link[link.index("/", 8):]


def test_an_invite_link_is_made_accepted_and_deleted(opened, team, base):
    mia, orders = base
    tom = team.person("Tom")
    page = opened(f"/console/bases/{orders['uuid']}/share", mia)
    link = new_link(page, "invite link", "a secret for guests")
    page.get_by_text("1 link", exact=True).wait_for()
    guest = opened(link, tom)
    axe(guest)
    guest.get_by_role("button", name="Open the base").click()
    guest.get_by_text("This link has a password.").wait_for()
    guest.get_by_label("Password of the link").fill("not this one")
    guest.get_by_role("button", name="Open the base").click()
    guest.get_by_text("The password is wrong.").wait_for()
    axe(guest)
    guest.get_by_label("Password of the link").fill("a secret for guests")
    guest.get_by_role("button", name="Open the base").click()
    guest.wait_for_url(re.compile(f"/console/bases/{orders['uuid']}"))
    guest.get_by_role("heading", name="Orders").wait_for()
    page.reload()
    page.get_by_text("1 person came through a link").wait_for()
    page.get_by_role("button", name=re.compile("Delete the link")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    said(page, "The link is deleted.")
    assert tom.get("/api/v2.1/dtables/shared/")["table_list"] == []
    again = opened(link, tom)
    again.get_by_role("button", name="Open the base").click()
    again.get_by_role("heading", name="This link does not work").wait_for()
    axe(again)


def test_an_external_link_opens_a_base_for_anybody_with_its_password(opened, program):
    page = opened(f"/console/bases/{program.uuid}/share", program.person)
    link = new_link(page, "external link", "a secret for readers")
    guest = opened(link)
    guest.get_by_label("Password of the link").fill("not this one")
    guest.get_by_role("button", name="Open the base").click()
    guest.get_by_text("The password is wrong.").wait_for()
    axe(guest)
    guest.get_by_label("Password of the link").fill("a secret for readers")
    guest.get_by_role("button", name="Open the base").click()
    guest.get_by_role("link", name="Parts").click()
    guest.get_by_role("gridcell", name="Chair", exact=True).wait_for()
    guest.locator("[data-place='0 0']").focus()
    guest.keyboard.press("Enter")
    assert guest.locator("td input").count() == 0
    looks_right(guest)
    assert traces(guest, "a secret for readers") == []


# MARK: Groups and trash


def test_a_group_is_made_led_and_left(opened, team):
    mia, tom = team.person("Mia"), team.person("Theo")
    page = opened("/console/groups", mia)
    page.get_by_role("heading", name="You are in no group").wait_for()
    axe(page)
    page.get_by_role("button", name="New group").click()
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("<b>bold</b>")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("This cannot be the name of a group.").wait_for()
    name.fill("شركة المثال")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("heading", name="شركة المثال").wait_for()
    choose(page, "Name or email address", "Theo", "Theo")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Actions for Theo").click()
    axe(page)
    page.get_by_role("menuitem", name="Make admin").click()
    said(page, "Theo: role changed.")
    link = new_link(page, "invite link")
    page.get_by_role("button", name="Actions for Theo").click()
    page.get_by_role("menuitem", name="Make owner").click()
    page.get_by_role("dialog").get_by_role("button", name="Make owner").click()
    said(page, "Theo is the owner now.")
    fits(page)
    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name="Leave group").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave group").click()
    page.get_by_role("heading", name="You are in no group").wait_for()
    assert [one["role"] for one in tom.get(f"/api/v2.1/groups/{tom.get('/api/v2.1/groups/')[0]['id']}/members/")] == ["Owner"]

    guest = opened(link, team.person("Ida"))
    axe(guest)
    guest.get_by_role("button", name="Join the group").click()
    guest.get_by_role("heading", name="شركة المثال").wait_for()
    guest.get_by_text("Ida").first.wait_for()


def test_a_deleted_base_comes_back_from_the_trash(opened, team, base):
    mia, orders = base
    hostile = mia.base(HOSTILE[0])
    for one in [orders, hostile]:
        deleted = mia.call("DELETE", f"/api/v2.1/workspace/{one['workspace_id']}/dtable/", data={"name": one["name"]})
        assert deleted.status_code == 200, deleted.text
    page = opened("/console/trash", mia)
    page.get_by_text("2 deleted bases").wait_for()
    looks_right(page)
    other = mia.base("Orders")
    page.get_by_role("button", name="Restore Orders").click()
    said(page, "There is another base of this name now.")
    path = f"/api/v2.1/workspace/{other['workspace_id']}/dtable/"
    assert mia.call("PUT", path, data={"name": "Orders", "new_name": "Later"}).status_code == 200
    page.get_by_role("button", name="Restore Orders").click()
    said(page, "Orders is back.")
    assert [one["name"] for one in mia.workspace("personal")["table_list"]] == ["Orders", "Later"]
    page.get_by_role("button", name="Empty trash").click()
    page.get_by_role("dialog").get_by_role("button", name="Empty trash").click()
    page.get_by_role("heading", name="Nothing in the trash").wait_for()
    axe(page)
    assert mia.get("/api/v2.1/trash-dtables/")["count"] == 0
