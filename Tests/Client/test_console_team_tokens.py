"""Team administration > API & Integrations in the console: all tokens of a team, found, sorted, and ended."""

import pytest

from support.console import looks_right, sign_in, traces
from support.http import exchange
from support.team import PASSWORD, new_team


@pytest.fixture
def team(console):
    team = new_team(console)
    team.address = team.call("GET", "/api2/account/info/").json()["contact_email"]
    team.orders, team.plans = team.base("Orders"), team.base("Plans")
    return team


def make(team, base, name, permission="r", **fields):
    answer = team.call(
        "POST", f"dtables/{base['uuid']}/api-tokens/", json={"app_name": name, "permission": permission, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["api_token"]


def opened(page, team, query=""):
    sign_in(page, team.service, team.address, PASSWORD, "/console/team/tokens" + query)
    page.get_by_role("heading", name="API & Integrations").wait_for()
    return page


def names(page):
    return [one.split("\n")[0] for one in page.get_by_role("rowheader").all_inner_texts()]


def shows(page, *expected):
    page.get_by_text(f"{len(expected)} API token").first.wait_for()
    page.locator(".table[aria-busy=false]").wait_for()
    assert names(page) == list(expected)


def test_tokens_are_found_sorted_and_filtered(page, team):
    opened(page, team)
    page.get_by_role("heading", name="No API token yet").wait_for()
    looks_right(page)
    make(team, team.orders, "Zoe's report")
    make(team, team.orders, "Importer", "rw", expire_days=30)
    make(team, team.plans, "Mail")
    page.reload()
    shows(page, "Mail", "Importer", "Zoe's report")
    looks_right(page)
    page.get_by_role("button", name="Name").click()
    page.locator("th[aria-sort=ascending]").wait_for()
    shows(page, "Importer", "Mail", "Zoe's report")
    page.get_by_label("Permission").select_option(label="Read-Write")
    shows(page, "Importer")
    page.reload()  # what is shown stands in the address
    shows(page, "Importer")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("searchbox").fill("ORDER")
    page.get_by_text("2 API tokens").wait_for()
    shows(page, "Importer", "Zoe's report")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="More about Mail").click()
    looks_right(page)
    page.get_by_role("menuitem", name="Only of this base").click()
    shows(page, "Mail")
    page.get_by_role("button", name="Only of Plans").click()
    page.get_by_label("Last use").select_option(label="Not used for 30 days")
    page.get_by_role("heading", name="No token matches").wait_for()
    looks_right(page)
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Expiry").select_option(label="Expired")
    page.get_by_role("heading", name="No token matches").wait_for()


def test_several_are_ended_at_once(console, page, team):
    secrets = {name: make(team, team.orders, name) for name in ("One", "Two", "Three")}
    opened(page, team)
    shows(page, "Three", "Two", "One")
    page.get_by_label("Select One").check()
    page.get_by_label("Select Three").check()
    looks_right(page)
    page.get_by_role("button", name="End 2 tokens").click()
    page.get_by_text("2 programs lose access at once: One, Three.").wait_for()
    looks_right(page)
    # Somebody else is quicker with one of them.
    assert team.call("DELETE", f"dtables/{team.orders['uuid']}/api-tokens/One/").status_code == 200
    page.get_by_role("dialog").get_by_role("button", name="End 2 tokens").click()
    page.get_by_text("2 tokens were ended.").wait_for()
    shows(page, "Two")
    assert {name: exchange(console, one).status_code for name, one in secrets.items()} == {
        "One": 403, "Two": 200, "Three": 403}


def test_what_breaks_the_policy_is_shown_and_can_be_put_right(console, page, team):
    make(team, team.orders, "Forever")
    make(team, team.orders, "Bounded", expire_days=10)
    assert team.call("PUT", "token-policy/", json={"require_expiry": True}).status_code == 200
    opened(page, team)
    page.get_by_text("1 token breaks the team’s policy.").wait_for()
    looks_right(page)
    page.get_by_role("button", name="Show them").click()
    page.get_by_text("1 token against the policy").wait_for()
    assert names(page) == ["Forever"] and "it never expires" in page.get_by_role("row").last.inner_text()
    looks_right(page)
    page.get_by_role("button", name="More about Forever").click()
    page.get_by_role("menuitem", name="Change").click()
    page.get_by_label("New expiry, in days from now").fill("90")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changed.").wait_for()
    page.get_by_role("button", name="Show all").click()
    shows(page, "Bounded", "Forever")
    page.get_by_role("button", name="More about Forever").click()
    page.get_by_role("menuitem", name="Rotate").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    secret = page.locator("dialog code.secret").inner_text()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert exchange(console, secret).status_code == 200 and traces(page, secret) == []


def test_long_lists_have_pages(page, team):
    for number in range(27):
        make(team, team.orders, f"Program {number:02}")
    opened(page, team)
    page.get_by_text("27 API tokens").wait_for()
    assert names(page)[0] == "Program 26" and len(names(page)) == 25
    page.get_by_role("button", name="Next").click()
    page.get_by_role("rowheader", name="Program 00").wait_for()
    assert names(page) == ["Program 01", "Program 00"]
    looks_right(page)
