"""The bases of a person in the console: workspaces, folders, search, and a card's menu."""

import pytest

from support.console import fits, looks_right, sign_in_as, until
from support.team import new_team


@pytest.fixture(scope="module")
def team(console):
    return new_team(console)


@pytest.fixture
def mia(team):
    return team.person("Mia")


def choose(page, name, *actions):
    page.get_by_role("button", name=f"More about {name}", exact=True).click()
    for action in actions:
        page.get_by_role("menuitem", name=action).click()


def add(page, what, name):
    page.get_by_role("button", name="Add a base or folder").click()
    page.get_by_role("menuitem", name=what).click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_text(f"“{name}” was created.").wait_for()


def cards(page, section):
    return page.get_by_role("region", name=section).locator(".name").all_inner_texts()


def test_a_base_lives_from_its_creation_to_the_trash(console, page, mia):
    sign_in_as(page, mia)
    page.get_by_role("heading", name="No bases yet").wait_for()
    looks_right(page)
    page.get_by_role("button", name="New base").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Orders")
    looks_right(page)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_text("“Orders” was created.").wait_for()
    add(page, "Folder", "Old")
    choose(page, "Orders", "Rename")
    page.get_by_role("dialog").get_by_label("Name").fill("All orders")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    page.get_by_text("Renamed.").wait_for()
    choose(page, "All orders", "Copy")
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    page.get_by_text("Copied as “All orders (1)”.").wait_for()
    choose(page, "All orders (1)", "Move")
    page.get_by_role("dialog").get_by_label("Folder").select_option(label="Old")
    looks_right(page)
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    page.get_by_text("Moved.").wait_for()
    assert cards(page, "My bases") == ["Old", "All orders"]
    looks_right(page)
    page.get_by_role("link", name="Old").click()
    page.get_by_role("button", name="More about All orders (1)", exact=True).wait_for()
    looks_right(page)
    choose(page, "All orders (1)", "Delete")
    page.get_by_text("it has no API tokens").wait_for()
    looks_right(page)
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="This folder is empty").wait_for()
    names = [one["name"] for one in mia.get("/api/v2.1/trash-dtables/")["trash_dtable_list"]]
    assert names == ["All orders (1)"]


def test_favorites_and_the_search_find_bases_and_say_if_there_are_none(console, page, mia):
    mia.base("Orders")
    mia.base("Customers")
    sign_in_as(page, mia)
    choose(page, "Orders", "Add to Favorites")
    page.get_by_role("region", name="Favorites").wait_for()
    assert cards(page, "Favorites") == ["Orders"]
    page.get_by_role("searchbox").fill("STOM")
    page.get_by_role("heading", name="1 base found").wait_for()
    assert page.locator(".card:visible .name").all_inner_texts() == ["Customers"]
    looks_right(page)
    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_role("heading", name="No base is called that").wait_for()
    looks_right(page)
    page.reload()
    page.get_by_role("heading", name="No base is called that").wait_for()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("region", name="Favorites").wait_for()


def test_what_is_shared_can_be_left_and_members_of_groups_administer_nothing(console, page, team, mia):
    owner = team.person("Max")
    base = owner.base("Roadmap")
    share = f"/api/v2.1/workspace/{base['workspace_id']}/dtable/Roadmap/share/"
    assert owner.call("POST", share, data={"email": mia.id, "permission": "r"}).status_code == 201
    sign_in_as(page, mia)
    page.get_by_text("Read-only · by Max").wait_for()
    page.get_by_role("button", name="More about Roadmap").click()
    assert page.get_by_role("menuitem").all_inner_texts() == ["Copy", "Add to Favorites", "Exit shared base"]
    page.get_by_role("menuitem", name="Exit shared base").click()
    looks_right(page)
    page.get_by_role("dialog").get_by_role("button", name="Exit shared base").click()
    page.get_by_text("You have left “Roadmap”.").wait_for()
    assert "Roadmap" not in page.locator("main").inner_text()


def test_the_menu_works_by_keyboard_and_gives_the_focus_back(console, page, mia):
    mia.base("Orders")
    sign_in_as(page, mia)
    more = page.get_by_role("button", name="More about Orders")
    more.focus()
    focused = "document.activeElement.textContent.trim()"
    page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.getAttribute('role') === 'menuitem'")
    first = page.evaluate(focused)
    page.keyboard.press("End")
    assert page.evaluate(focused) == "Delete"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == first
    page.keyboard.press("c")
    assert page.evaluate(focused) == "Copy"
    page.keyboard.press("Escape")
    until(page, "document.activeElement.getAttribute('aria-label') === 'More about Orders'")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.getAttribute('role') === 'menuitem'")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    until(page, "document.activeElement.name === 'name'")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.getAttribute('aria-label') === 'More about Orders'")
    fits(page)
