"""What administrators of a team and of the system do in the console, in a browser."""

import csv
import io
import re

import pytest

from support import http
from support.console import Watched, axe, fits, looks_right, sign_in, tab_to, traces
from support.furniture import HOSTILE, Furnished, hostile_people
from support.team import new_team, sign_in as sign_in_by_api

TEAM_PAGES = [
    "people?search=an", "people?tab=invitations", "bases", "bases?tab=trash", "groups", "shares", "shares?tab=groups", "links",
    "links?tab=invites", "policy", "logs?operation_group=token", "logs?tab=sign-ins",
    "logs?tab=members", "settings"]
SYSTEM_PAGES = [
    "teams", "people?search=an", "admins", "bases", "bases?tab=trash", "logs?operation_group=token", "logs?tab=sign-ins", "statistics", "information"]
CROWD = 120


@pytest.fixture(scope="module")
def furnished(console):
    furnished = Furnished(console)
    furnished.crowd(console, CROWD)
    hostile_people(furnished.team)
    return furnished


@pytest.fixture(scope="module")
def browse(chromium, console, furnished):
    """Opens a page of the console as one of three: a team's admin, that of an empty team, the system administrator."""
    empty = new_team(console)
    people = {
        "team": furnished.admin, "system": furnished.root,
        "empty": {"email": empty.call("GET", f"users/{empty.creator}/").json()["contact_email"],
                  "password": furnished.admin["password"]}}
    opened = {}

    def browse(who, path):
        if who not in opened:
            watched = Watched(chromium)
            opened[who] = watched, watched.page()
            sign_in(opened[who][1], console, **{
                "address": people[who]["email"], "password": people[who]["password"]})
        page = opened[who][1]
        page.goto(console.url + path)
        page.locator("main h1").wait_for()
        page.locator(".placeholder").first.wait_for(state="detached")
        return page

    browse.asked = lambda who: opened[who][0].asked
    yield browse
    for watched, _ in opened.values():
        watched.close()


def choose(page, row, entry):
    """Chooses an entry of a row's menu."""
    page.get_by_role("button", name=f"More about {row}", exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


# MARK: What every page keeps


@pytest.mark.parametrize("path", TEAM_PAGES)
def test_a_teams_pages_keep_the_rules(browse, path):
    page = browse("team", "/console/team/" + path)
    looks_right(page)
    assert page.title().endswith("– Basekeeper")


@pytest.mark.parametrize("path", SYSTEM_PAGES)
def test_the_systems_pages_keep_the_rules(browse, path):
    looks_right(browse("system", "/console/system/" + path))


@pytest.mark.parametrize("path", ["groups", "links", "bases?tab=trash", "people?tab=invitations"])
def test_empty_lists_say_what_to_do(browse, path):
    page = browse("empty", "/console/team/" + path)
    page.locator(".empty h2").wait_for()
    looks_right(page)


def test_what_cannot_be_loaded_says_so_and_can_be_tried_again(browse):
    page = browse("team", "/console/team/settings")
    page.route("**/admin/groups/**", lambda route: route.fulfill(status=500, json={"error_msg": "Out of order."}))
    page.goto(page.url.replace("settings", "groups"))
    page.get_by_role("heading", name="That did not work").wait_for()
    looks_right(page)
    page.unroute("**/admin/groups/**")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("link", name="Marketing").wait_for()


def test_names_do_no_harm(browse):
    page = browse("team", "/console/team/people?search=" + "%3Cimg")
    page.get_by_role("link", name=HOSTILE[0], exact=True).wait_for()
    page = browse("team", "/console/team/people?page=3")
    for name in HOSTILE:
        assert page.get_by_role("link", name=name, exact=True).count() == 1, name
    assert page.title() == "Users – Basekeeper" and page.locator("main img").count() == 0
    fits(page)
    page.get_by_role("link", name=HOSTILE[1], exact=True).click()
    page.get_by_role("heading", name=HOSTILE[1]).wait_for()
    looks_right(page)


# MARK: People


def test_somebody_is_added_and_their_password_is_shown_once(browse, console):
    page = browse("team", "/console/team/people")
    page.get_by_role("button", name="Add team member").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create").click()
    dialog.get_by_text("Please fill this in.").wait_for()
    assert page.evaluate("document.activeElement.name") == "email"
    axe(page)
    dialog.get_by_label("Email").fill("noor@example.com")
    dialog.get_by_label("Name", exact=True).fill("Noor Vermeer")
    dialog.get_by_role("button", name="Create").click()
    dialog.get_by_text("Copy the password now").wait_for()
    password = dialog.locator(".secret").inner_text()
    looks_right(page)
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert traces(page, password) == []
    assert sign_in_by_api(console, "noor@example.com", password).status_code == 200

    page.get_by_role("button", name="Add team member").click()
    dialog.get_by_label("Email").fill("noor@example.com")
    dialog.get_by_role("button", name="Create").click()
    dialog.get_by_role("alert").wait_for()
    axe(page)
    dialog.get_by_role("button", name="Cancel").click()


def test_somebody_gets_a_new_password_by_the_keyboard(browse, console, furnished):
    person = furnished.people[6]
    session = sign_in_by_api(console, person.address).json()["token"]
    page = browse("team", "/console/team/people?search=Priya")
    tab_to(page, "More about Priya Raman")
    page.keyboard.press("Enter")
    page.locator("[role=menuitem]:focus").wait_for()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.get_by_text("All their sessions end").wait_for()
    tab_to(page, "Make a new password")
    page.keyboard.press("Enter")
    page.locator(".secret").wait_for()
    password = page.locator(".secret").inner_text()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "More about Priya Raman"
    assert traces(page, password) == []
    assert http.get(console, "/api2/account/info/", session).status_code == 401
    assert sign_in_by_api(console, person.address, password).status_code == 200


def test_roles_and_locks_are_changed(browse, furnished):
    person = furnished.people[3]
    page = browse("team", "/console/team/people?search=Tom")
    choose(page, "Tomás Ortega", "Make administrator")
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Make administrator").click()
    page.get_by_role("row", name="Tomás Ortega").get_by_text("Administrator", exact=True).wait_for()
    choose(page, "Tomás Ortega", "Lock or delete")
    page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    page.get_by_role("row", name="Tomás Ortega").get_by_text("Locked").wait_for()
    assert furnished.team.call("GET", f"users/{person.id}/").json()["is_active"] is False
    choose(page, "Tomás Ortega", "Unlock")
    page.get_by_role("row", name="Tomás Ortega").get_by_text("Active").wait_for()


def test_somebody_leaves_and_what_they_left_ends(browse, console, furnished):
    page = browse("team", "/console/team/people")
    choose(page, "Max Huber", "Lock or delete")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2 API tokens").wait_for()
    for text in ["n8n in Projects", "Weekly report in Projects", "2 programs will lose access.", "1 external link"]:
        assert dialog.get_by_text(text).count() == 1, text
    assert dialog.get_by_text("3 own bases go").count() == 0
    dialog.get_by_label("Delete", exact=True).check()
    dialog.get_by_text("3 own bases go").wait_for()
    looks_right(page)
    dialog.get_by_label("End these, too").check()
    dialog.get_by_label("Type Max Huber to confirm").fill("Max")
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("alert").wait_for()
    assert http.exchange(console, furnished.tokens[0]).status_code == 200
    dialog.get_by_label("Type Max Huber to confirm").fill("Max Huber")
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Max Huber").wait_for(state="detached")
    page.get_by_text("Max Huber is deleted.").wait_for()

    assert http.exchange(console, furnished.tokens[0]).status_code in (401, 403, 404)
    assert sign_in_by_api(console, furnished.leaving.address).status_code != 200
    trash = [one["name"] for one in furnished.team.call("GET", "trash-dtables/").json()["dtable_list"]]
    assert {"Projects", "Newsletter", "Inventory"} <= set(trash)
    left = furnished.team.call("GET", f"users/{furnished.leaving.id}/left-behind/").json()["left_behind"]
    assert left["count"] == 0


# MARK: Lists


def test_lists_are_paged_and_searched_on_the_server(browse):
    page = browse("team", "/console/team/people")
    assert page.get_by_role("row").count() == 51
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Page 2").wait_for()
    page.get_by_text("Crowd 60", exact=True).wait_for()
    page.get_by_role("searchbox").fill("crowd77@")
    page.get_by_role("link", name="Crowd 77", exact=True).wait_for()
    page.get_by_text("1 person").wait_for()
    assert page.url.endswith("?search=crowd77%40")
    assert any("/admin/users/?" in one and "query=crowd77%40" in one for one in browse.asked("team"))
    page.get_by_role("searchbox").fill("nobody at all")
    page.get_by_role("heading", name="Nothing found").wait_for()
    axe(page)
    page.get_by_role("button", name="Show everything").click()
    page.get_by_role("link", name="Anna Berger").wait_for()


def test_a_list_is_downloaded_whole_and_harmless(browse, furnished):
    page = browse("team", "/console/team/people")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    listed = furnished.team.call("GET", "users/", params={"per_page": 1000}).json()["user_list"]
    assert lines[0][:2] == ["Name", "Email"] and len(lines) == len(listed) + 1 > CROWD
    names = [one[0] for one in lines[1:]]
    assert "'=1+1" in names and "=1+1" not in names and set(HOSTILE[:4]) <= set(names)


def test_a_base_goes_to_the_trash_and_back(browse, furnished):
    page = browse("team", "/console/team/bases?search=Applicants")
    choose(page, "Applicants", "Move to the trash")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type Applicants to confirm").fill("Applicants")
    dialog.get_by_role("button", name="Move to the trash").click()
    page.get_by_role("heading", name="Nothing found").wait_for()
    page.locator(".tabs").get_by_role("link", name="Trash").click()
    page.get_by_role("button", name="Restore: Applicants").click()
    page.get_by_role("button", name="Restore: Applicants").wait_for(state="detached")
    found = furnished.team.call("GET", "search-dtables/", params={"query": "Applicants"}).json()["results"]
    assert [one["name"] for one in found] == ["Applicants"]


def test_the_log_shows_before_and_after(browse, furnished):
    furnished.team.call("PUT", f"users/{furnished.people[1].id}/", json={"name": "Anna Bergmann"})
    furnished.team.call("PUT", f"users/{furnished.people[1].id}/", json={"name": "Anna Berger"})
    page = browse("team", "/console/team/logs")
    page.get_by_label("Kind").select_option("People")
    row = page.get_by_role("row", name="Person: changed").first
    row.wait_for()
    row.get_by_text("Before and after").click()
    assert {row.locator("del").first.inner_text(), row.locator("ins").first.inner_text()} == {
        "Anna Bergmann", "Anna Berger"}
    looks_right(page)
    assert any("operation_group=user" in one for one in browse.asked("team"))


# MARK: Rules


def test_a_policy_shows_what_it_breaks_and_is_kept_to(browse, furnished):
    page = browse("team", "/console/team/policy")
    page.get_by_text("No API token breaks this policy.").wait_for()
    page.get_by_label("Every API token expires").check()
    page.get_by_label("Longest life of an API token, in days").fill("30")
    page.get_by_text(re.compile("[1-9] API tokens? breaks? this policy")).first.wait_for()
    page.get_by_text("Which ones").click()
    page.get_by_role("row", name="Shop").get_by_text("expires too late").wait_for()
    looks_right(page)
    assert furnished.team.call("GET", "token-policy/").json()["require_expiry"] is False
    page.get_by_label("Longest time unused").fill("7")
    page.get_by_role("button", name="Save the policy").click()
    assert page.get_by_label("Longest time unused").get_attribute("aria-invalid") == "true"
    axe(page)
    page.get_by_label("Longest time unused").fill("")
    page.get_by_role("button", name="Save the policy").click()
    page.get_by_text("The policy is saved.").wait_for()
    policy = furnished.team.call("GET", "token-policy/").json()
    assert (policy["require_expiry"], policy["max_token_days"]) == (True, 30)
    anna, orders = furnished.people[1], furnished.bases[3]
    refused = anna.call("POST", http.place(orders, "api-tokens/"), json={"app_name": "Late", "permission": "r"})
    assert refused.status_code == 400 and "expire" in refused.json()["error_msg"]
    furnished.team.call("PUT", "token-policy/", json={"require_expiry": False, "max_token_days": 0})


def test_groups_are_made_and_their_members_changed(browse, furnished):
    page = browse("team", "/console/team/groups")
    page.get_by_role("button", name="Add a group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Finance 💶")
    dialog.get_by_role("combobox", name="Owner").fill("léa")
    dialog.get_by_role("option", name="Léa Fontaine").click()
    dialog.get_by_role("button", name="Create").click()
    dialog.get_by_text("This cannot be used here.").wait_for()
    axe(page)
    dialog.get_by_label("Name", exact=True).fill("Finance")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Finance").click()
    page.get_by_role("button", name="Add a member").click()
    dialog.get_by_role("combobox").fill("anna")
    dialog.get_by_role("option", name="Anna Berger").click()
    dialog.get_by_role("button", name="Add a member").click()
    choose(page, "Anna Berger", "Make admin")
    page.get_by_role("row", name="Anna Berger").get_by_text("Admin", exact=True).wait_for()
    looks_right(page)
    choose(page, "Anna Berger", "Remove from the group")
    page.get_by_role("dialog").get_by_role("button", name="Remove from the group").click()
    page.get_by_role("row", name="Anna Berger").wait_for(state="detached")


def test_a_share_ends(browse, furnished):
    page = browse("team", "/console/team/shares")
    end = page.get_by_role("button", name="End the share of Events 2026")
    end.click()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    end.wait_for(state="detached")
    shares = furnished.team.call("GET", "shares/").json()["dtable_user_shares"]
    assert "Events 2026" not in [one["dtable_name"] for one in shares]


# MARK: The system


def test_a_team_is_made_limited_and_deleted(browse, console):
    page = browse("system", "/console/system/teams")
    page.get_by_role("button", name="Add a team").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Bright Labs")
    dialog.get_by_label("Email of the administrator").fill("li@bright.example")
    axe(page)
    dialog.get_by_role("button", name="Create").click()
    password = dialog.locator(".secret").inner_text()
    dialog.get_by_role("button", name="Done").click()
    assert sign_in_by_api(console, "li@bright.example", password).status_code == 200
    assert traces(page, password) == []
    choose(page, "Bright Labs", "Edit")
    dialog.get_by_label("People who may be active").fill("25")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("row", name="Bright Labs").get_by_text("25").wait_for()
    page.get_by_role("link", name="Bright Labs").click()
    page.get_by_role("link", name="li", exact=True).wait_for()
    looks_right(page)
    choose(page, "Bright Labs", "Delete")
    dialog.get_by_label("Type Bright Labs to confirm").fill("Bright Labs")
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="Teams").wait_for()
    page.get_by_role("link", name="Bright Labs").wait_for(state="detached")


def test_statistics_say_who_signed_in(browse):
    page = browse("system", "/console/system/statistics")
    page.locator(".bars g").last.click()
    page.get_by_text("mara.lindt@example.com").wait_for()
    page.get_by_text("As a table").click()
    page.get_by_role("button", name="Who signed in on").first.wait_for()
    looks_right(page)


def test_who_administers_nothing_sees_nothing_of_it(console, watched, furnished):
    page = watched().page()
    sign_in(page, console, furnished.people[2].address, furnished.admin["password"], "/console/team/people")
    page.get_by_role("heading", name="There is nothing here", level=1).wait_for()
    assert page.get_by_role("link", name="Users").count() == 0
