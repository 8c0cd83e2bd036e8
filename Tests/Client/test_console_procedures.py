"""The two procedures in the console, from the first click to a program that works: a member makes an API token for a base
of theirs, and a team admin generates one. By mouse and by keyboard; what a page calls things is as SeaTable's help has it.

CONSOLE_LANGUAGES=en,de,fr tries them in each language."""

import os

import pytest
from seatable_api import Base

from support.console import looks_right, sign_in, tab_to, traces, until
from support.http import get
from support.team import demo_admin, demo_member

LABELS = {
    "en": {
        "more": "More about {}", "advanced": "Advanced", "token": "API Token", "name": "Name", "permission": "Permission",
        "rw": "Read-Write", "submit": "Submit", "copy": "Copy", "done": "Done", "once": "it is not shown again",
        "copied": "Copied.", "section": "API & Integrations", "generate": "Generate API Token", "base": "Base"},
    "de": {
        "more": "Mehr zu {}", "advanced": "Erweitert", "token": "API-Token", "name": "Name", "permission": "Berechtigung",
        "rw": "Lesen und schreiben", "submit": "Abschicken", "copy": "Kopieren", "done": "Fertig",
        "once": "nicht noch einmal gezeigt", "copied": "Kopiert.", "section": "API & Integrationen",
        "generate": "API-Token erzeugen", "base": "Base"},
    "fr": {
        "more": "Plus d’actions pour {}", "advanced": "Avancé", "token": "Jeton API", "name": "Nom",
        "permission": "Autorisation", "rw": "Lecture et écriture", "submit": "Envoyer", "copy": "Copier",
        "done": "Terminé", "once": "il ne sera plus affiché", "copied": "Copié.", "section": "API & intégrations",
        "generate": "Générer un jeton API", "base": "Base"},
}


@pytest.fixture(params=os.environ.get("CONSOLE_LANGUAGES", "en").split(","))
def language(request):
    return request.param


@pytest.fixture
def page(watched, language):
    return watched(locale=language).page()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_member_makes_an_api_token_for_a_base(console, page, language, by):
    labels, member = LABELS[language], demo_member(console)
    name = f"Weekly report {by} {language}"
    sign_in(page, console, member.address, member.password, language=language)
    more = labels["more"].format("Customers")
    if by == "mouse":
        page.get_by_role("button", name=more).click()
        page.get_by_role("menuitem", name=labels["advanced"]).click()
        looks_right(page)
        page.get_by_role("menuitem", name=labels["token"]).click()
        page.get_by_label(labels["name"], exact=True).fill(name)
        page.get_by_label(labels["permission"]).select_option(label=labels["rw"])
        page.get_by_role("button", name=labels["submit"]).click()
    else:
        page.get_by_role("button", name=more).wait_for()
        tab_to(page, more)
        page.keyboard.press("Enter")
        tab_to(page, labels["advanced"], "ArrowDown")
        page.keyboard.press("ArrowRight")
        tab_to(page, labels["token"], "ArrowDown")
        page.keyboard.press("Enter")
        page.get_by_label(labels["name"], exact=True).wait_for()
        tab_to(page, labels["name"])
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        tab_to(page, labels["submit"])
        page.keyboard.press("Enter")
    secret = taken(page, labels, by)
    works(console, secret, "Customers")
    ended(page, name, labels["rw"], secret)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_team_admin_generates_an_api_token(console, page, language, by):
    labels, admin = LABELS[language], demo_admin(console)
    name = f"Newsletter {by} {language}"
    sign_in(page, console, admin.address, admin.password, language=language)
    if by == "mouse":
        page.get_by_role("link", name=labels["section"]).click()
        page.get_by_role("button", name=labels["generate"]).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label(labels["name"], exact=True).fill(name)
        dialog.get_by_role("combobox", name=labels["base"]).press_sequentially("roject")
        dialog.get_by_role("option", name="Projects").click()
        dialog.get_by_label(labels["permission"]).select_option(label=labels["rw"])
        looks_right(page)
        dialog.get_by_role("button", name=labels["generate"]).click()
    else:
        page.get_by_role("link", name=labels["section"]).wait_for()
        tab_to(page, labels["section"])
        page.keyboard.press("Enter")
        page.get_by_role("button", name=labels["generate"]).wait_for()
        tab_to(page, labels["generate"])
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        until(page, "document.activeElement.name === 'app_name'")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type("roject")
        page.get_by_role("dialog").get_by_role("option", name="Projects").wait_for()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        tab_to(page, labels["generate"])
        page.keyboard.press("Enter")
    secret = taken(page, labels, by)
    works(console, secret, "Projects")
    ended(page, name, labels["rw"], secret)


def taken(page, labels, by):
    """The secret, as the page shows and copies it, after its dialog was closed."""
    page.get_by_text(labels["once"]).wait_for()
    secret = page.locator("dialog code.secret").inner_text()
    assert len(secret) == 40
    if by == "mouse":
        page.get_by_role("button", name=labels["copy"], exact=True).click()
        page.get_by_text(labels["copied"]).wait_for()
        looks_right(page)
        page.get_by_role("button", name=labels["done"]).click()
    else:
        tab_to(page, labels["copy"])
        page.keyboard.press("Enter")
        page.get_by_text(labels["copied"]).wait_for()
        page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    return secret


def works(service, secret, base_name):
    """The official client exchanges the token, and reads the base."""
    base = Base(secret, service.url)
    base.auth()
    assert base.dtable_name == base_name
    answer = get(service, "/api/v2.1/dtable/app-access-token/", secret).json()
    assert answer["dtable_uuid"].replace("-", "") == base.dtable_uuid.replace("-", "")
    assert base.get_metadata()["tables"]


def ended(page, name, permission, secret):
    """The list has the token, and the secret is nowhere any more."""
    page.get_by_role("row").filter(has_text=name).get_by_text(permission).wait_for()
    assert traces(page, secret) == []
    page.go_back()
    page.go_forward()
    page.get_by_role("rowheader", name=name).wait_for()
    assert traces(page, secret) == []
