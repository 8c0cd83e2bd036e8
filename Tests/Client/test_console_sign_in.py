"""Signing in to the console and out of it, in a real browser."""

import re
import urllib.parse

import pytest

from support.console import SIGN_IN, looks_right, sign_in_as, until
from support.http import FACTOR, PING, TOKENS, call, get
from support.team import new_team, totp, totp_step

PLACE = "basekeeper.session"


@pytest.fixture(scope="module")
def team(console):
    return new_team(console)


@pytest.fixture
def person(team):
    return team.person("Mia")


def enter(page, service, person, password=None, path="/"):
    username, secret, button = SIGN_IN["en"]
    page.goto(service.url + path)
    page.get_by_label(username).fill(person.address)
    page.get_by_label(secret, exact=True).fill(person.password if password is None else password)
    page.get_by_role("button", name=button).click()


def stored(page):
    return page.evaluate("(place) => [sessionStorage.getItem(place), localStorage.getItem(place)]", PLACE)


def test_a_wrong_password_is_said_and_nothing_typed_is_lost(console, page, person):
    page.goto(console.url)
    page.get_by_role("heading", name="Sign in").wait_for()
    looks_right(page)
    enter(page, console, person, "not this one")
    page.get_by_role("alert").get_by_text("Name or password is wrong.").wait_for()
    until(page, "document.activeElement.textContent.includes('wrong')")
    assert page.get_by_label("Email or user name").input_value() == person.address
    looks_right(page)
    page.get_by_label("Password", exact=True).fill("")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Please fill this in.").wait_for()
    until(page, "document.activeElement.name === 'password'")
    looks_right(page)


def test_the_second_factor_is_a_second_step(console, page, person):
    begun = call(console, "POST", FACTOR, person.token, data={"password": person.password}).json()
    [secret] = urllib.parse.parse_qs(urllib.parse.urlsplit(begun["otpauth_url"]).query)["secret"]
    step = totp_step()
    confirmed = call(console, "PUT", FACTOR, person.token, data={"code": totp(secret, step - 1)})
    assert confirmed.status_code == 200, confirmed.text
    enter(page, console, person)
    page.get_by_label("Code").fill("000000")
    looks_right(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("The code is wrong, or was used already.").wait_for()
    until(page, "document.activeElement.name === 'code'")
    looks_right(page)
    page.get_by_label("Code").fill(totp(secret, step))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Bases", exact=True).wait_for()
    # A recovery code does, too, and a code counts once.
    page.get_by_role("button", name=re.compile("^You: ")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    enter(page, console, person)
    page.get_by_label("Code").fill(confirmed.json()["recovery_codes"][0])
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Bases", exact=True).wait_for()


def test_the_session_has_a_name_and_lasts_a_day_or_as_long_as_one_wishes(console, watched, person):
    page = watched().page()
    sign_in_as(page, person)
    [token, lasting] = stored(page)
    assert lasting is None and get(console, PING, token).status_code == 200
    tokens = get(console, TOKENS, token).json()["account_tokens"]
    [own] = [one for one in tokens if one["is_current"]]
    assert own["name"] == "Console, Chromium on Linux"
    assert days(own) == 1
    # Another tab is signed in, too, and keeps its session as this one does.
    other = page.context.new_page()
    other.goto(console.url)
    other.get_by_role("heading", name="Bases", exact=True).wait_for()
    assert stored(other) == [token, None]
    # Signing out ends it on the server, and in both tabs.
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
        page.get_by_role("button", name=re.compile("^You: ")).click()
        page.get_by_role("menuitem", name="Sign out").click()
    for tab in (page, other):
        tab.get_by_role("heading", name="Sign in").wait_for()
        assert stored(tab) == [None, None]
    assert get(console, PING, token).status_code == 401

    staying = watched().page()
    staying.goto(console.url)
    staying.get_by_label("Stay signed in").check()
    staying.get_by_label("Email or user name").fill(person.address)
    staying.get_by_label("Password", exact=True).fill(person.password)
    staying.get_by_role("button", name="Sign in").click()
    staying.get_by_role("heading", name="Bases", exact=True).wait_for()
    [none, token] = stored(staying)
    tokens = get(console, TOKENS, token).json()["account_tokens"]
    assert none is None and [days(one) for one in tokens if one["is_current"]] == [30]


def days(token):
    from datetime import datetime
    made, end = (datetime.fromisoformat(token[name]) for name in ("created_at", "expires_at"))
    return round((end - made).total_seconds() / 86_400)


def test_a_session_that_has_ended_leads_to_the_sign_in_and_back(console, page, person):
    base = person.base("Plans")
    path = f"/console/bases/{base['uuid']}/tokens"
    sign_in_as(page, person, path)
    page.get_by_role("heading", name="API tokens of Plans").wait_for()
    ended = call(console, "DELETE", TOKENS, person.token, data={"password": person.password})
    assert ended.status_code == 200, ended.text
    page.get_by_label("Name").fill("Too late")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert stored(page) == [None, None] and page.url == console.url + path
    enter_again = [page.get_by_label("Email or user name"), page.get_by_label("Password", exact=True)]
    enter_again[0].fill(person.address)
    enter_again[1].fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="API tokens of Plans").wait_for()


def test_the_language_and_the_appearance_can_be_chosen(console, page, person):
    sign_in_as(page, person)
    page.get_by_role("button", name=re.compile("^You: ")).click()
    page.get_by_role("menuitem", name="Appearance").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name=re.compile("^You: ")).click()
    page.get_by_role("menuitem", name="Language").click()
    looks_right(page)
    page.get_by_role("menuitemradio", name="Deutsch").click()
    page.get_by_role("heading", name="Startseite").wait_for()
    assert page.evaluate("document.documentElement.lang") == "de"


def test_what_nobody_may_see_says_that_there_is_nothing(console, page, person):
    for path in ("/console/nothing", "/console/team/tokens", "/console/bases/x/tokens"):
        page.goto(console.url + path)
        if page.get_by_role("heading", name="Sign in").or_(page.locator(".frame")).first.inner_text() == "Sign in":
            sign_in_as(page, person, path)
        page.get_by_text(re.compile("There is nothing here|not there any more")).first.wait_for()
    looks_right(page)
