"""The API tokens of a base in the console: terms, the team's policy, rotation, deletion, and what happens meanwhile."""

import pytest

from support.console import looks_right, sign_in_as, traces, until
from support.http import exchange
from support.team import new_team

NAMES = ['<img src=x onerror="document.title=1">', "x" * 255, "\u05e9\u05dc\u05d5\u05dd (\u0627\u0644\u0639\u0631\u0628\u064a\u0629) 1.", "🧑‍🚀 e\u0301 &amp; \"'"]


@pytest.fixture(scope="module")
def team(console):
    return new_team(console)


@pytest.fixture
def mia(team):
    return team.person("Mia")


@pytest.fixture
def opened(page, mia):
    """The page of the tokens of a new base."""
    def opened(name="Plans"):
        mia.made = mia.base(name)
        sign_in_as(page, mia, f"/console/bases/{mia.made['uuid']}/tokens")
        page.get_by_label("Name", exact=True).wait_for()
        return page

    return opened


def path(mia):
    return f"/api/v2.1/workspace/{mia.made['workspace_id']}/dtable/{mia.made['name']}/api-tokens/"


def tokens(mia):
    return {one["app_name"]: one for one in mia.get(path(mia))["api_tokens"]}


def make(page, name, permission="Read-only", **fields):
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Permission").select_option(label=permission)
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Submit").click()


def revealed(page):
    """The secret that a dialog shows; then the dialog is closed."""
    secret = page.locator("dialog code.secret").inner_text()
    page.get_by_role("button", name="Done").click()
    page.locator("dialog").wait_for(state="detached")
    assert traces(page, secret) == []
    return secret


def choose(page, name, action):
    page.get_by_role("button", name=f"More about {name}", exact=True).click()
    page.get_by_role("menuitem", name=action).click()


def test_a_token_has_its_terms_and_the_page_says_what_is_wrong_at_its_field(console, opened, mia):
    page = opened()
    page.get_by_role("heading", name="No API token yet").wait_for()
    looks_right(page)
    page.get_by_text("More", exact=True).click()
    make(page, "n8n", **{"Allowed networks": "nowhere", "Exchanges per minute": "60", "Note": "Ask Mia",
                         "Expires after days": "30"})
    page.get_by_text("This cannot be used here.").wait_for()
    until(page, "document.activeElement.name === 'allowed_networks'")
    looks_right(page)
    page.get_by_label("Allowed networks").fill("127.0.0.0/8, 2001:db8::/32")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("it is not shown again").wait_for()
    page.get_by_text("Use it").click()
    assert page.locator("dialog pre").first.inner_text().startswith("curl -H 'Authorization: Token ")
    looks_right(page)
    secret = revealed(page)
    assert exchange(console, secret).status_code == 200
    made = tokens(mia)["n8n"]
    assert made["allowed_networks"] == ["127.0.0.0/8", "2001:db8::/32"] and made["rate_limit"] == 60
    assert made["note"] == "Ask Mia" and made["expires_at"] and made["permission"] == "r"
    row = page.get_by_role("row").filter(has_text="n8n")
    assert secret[:4] in row.inner_text() and "Mia" in row.inner_text() and "Ask Mia" in row.inner_text()
    looks_right(page)
    # The form is empty again, and a name is taken only once.
    make(page, "n8n")
    page.get_by_text("This name is taken.").wait_for()
    until(page, "document.activeElement.name === 'app_name'")


def test_a_token_is_changed_and_rotated_with_and_without_grace(console, opened, mia):
    page = opened()
    make(page, "n8n", "Read-Write")
    first = revealed(page)
    choose(page, "n8n", "Change")
    page.get_by_role("dialog").get_by_label("Permission").select_option(label="Read-only")
    page.get_by_role("dialog").get_by_label("Note").fill("Only reports")
    looks_right(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changed.").wait_for()
    assert (tokens(mia)["n8n"]["permission"], tokens(mia)["n8n"]["note"]) == ("r", "Only reports")

    choose(page, "n8n", "Rotate")
    looks_right(page)
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    page.get_by_text("The old secret ends tomorrow.").wait_for()
    second = revealed(page)
    assert [exchange(console, one).status_code for one in (first, second)] == [200, 200] and first != second

    choose(page, "n8n", "Rotate")
    page.get_by_label("The old secret works for").select_option(label="not a moment longer")
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    page.get_by_text("The old secret has stopped working.").wait_for()
    third = revealed(page)
    assert [exchange(console, one).status_code for one in (first, second, third)] == [403, 403, 200]


def test_a_token_that_writes_is_deleted_by_its_name(console, opened):
    page = opened()
    make(page, "Importer", "Read-Write")
    secret = revealed(page)
    assert exchange(console, secret).status_code == 200
    choose(page, "Importer", "Delete")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type Importer to confirm").fill("Export")
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_text("That is not the name.").wait_for()
    looks_right(page)
    dialog.get_by_label("Type Importer to confirm").fill("Importer")
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_text("“Importer” was deleted.").wait_for()
    page.get_by_role("heading", name="No API token yet").wait_for()
    # What opened the dialog is gone, so the focus is at the page's head.
    until(page, "document.activeElement.tagName === 'H1'")
    assert exchange(console, secret).status_code == 403


def test_the_page_says_what_the_policy_allows_and_keeps_to_it(console, page):
    team = new_team(console)
    person = team.person("Max")
    base = person.base("Strict")
    rules = {"require_expiry": True, "max_token_days": 90, "forbid_member_rw": True}
    assert team.call("PUT", "token-policy/", json=rules).status_code == 200
    sign_in_as(page, person, f"/console/bases/{base['uuid']}/tokens")
    page.get_by_text(
        "Your team’s policy: every token expires; a token lasts 90 days at most; only team administrators make tokens "
        "that write.").wait_for()
    assert page.get_by_label("Permission").locator("option").all_inner_texts() == ["Read-only"]
    looks_right(page)
    page.get_by_label("Name", exact=True).fill("Report")
    page.get_by_label("Expires after days").fill("91")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("A whole number from 1 to 90, please.").wait_for()
    # The policy becomes stricter while the form is open: the service refuses, and the page says why at the field.
    assert team.call("PUT", "token-policy/", json={"max_token_days": 30}).status_code == 200
    page.get_by_label("Expires after days").fill("90")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("The team’s policy requires API tokens to expire earlier.").wait_for()
    until(page, "document.activeElement.name === 'expire_days'")
    page.get_by_label("Expires after days").fill("30")
    page.get_by_role("button", name="Submit").click()
    assert exchange(console, revealed(page)).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_a_name(console, page, mia, name):
    base = mia.base(name)
    sign_in_as(page, mia)
    page.get_by_role("button", name=f"More about {base['name']}", exact=True).click()
    page.get_by_role("menuitem", name="Advanced").click()
    page.get_by_role("menuitem", name="API Token").click()
    make(page, name)
    secret = revealed(page)
    page.get_by_role("rowheader", name=base["name"]).wait_for()
    looks_right(page)
    assert page.title() == f"API tokens of {base['name']} – Basekeeper" and page.locator("main img").count() == 0
    choose(page, base["name"], "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="No API token yet").wait_for()
    assert exchange(console, secret).status_code == 403


def test_without_a_connection_the_page_waits_and_goes_on(console, opened, mia):
    page = opened()
    page.context.set_offline(True)
    make(page, "Patient")
    page.get_by_text("No connection to the service.").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "Patient"
    looks_right(page)
    page.context.set_offline(False)
    secret = revealed(page)
    page.get_by_text("No connection to the service.").wait_for(state="detached")
    assert exchange(console, secret).status_code == 200 and list(tokens(mia)) == ["Patient"]


def test_an_answer_that_is_lost_makes_no_second_token(console, opened, mia):
    page = opened()
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            return route.abort()
        return route.continue_()

    page.route("**/api-tokens/", lose)
    make(page, "Once")
    secret = revealed(page)
    assert lost == [201] and list(tokens(mia)) == ["Once"] and exchange(console, secret).status_code == 200
