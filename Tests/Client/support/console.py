"""The console in Debian's Chromium, driven by Playwright. Every page that a test opens is watched: an error in its
console, a violation of its policy or an exception fails the test."""

import os
import shutil

import pytest

from support.process import PATIENCE

# What stands in Chromium's console by itself: that a request was refused, which tests provoke.
EXPECTED = "Failed to load resource"
LANGUAGE = os.environ.get("CONSOLE_LANGUAGE", "en")
LABELS = {
    "en": {"username": "Email or user name", "password": "Password", "sign_in": "Sign in"},
    "de": {"username": "E-Mail oder Benutzername", "password": "Passwort", "sign_in": "Anmelden"},
    "fr": {"username": "E-mail ou nom d’utilisateur", "password": "Mot de passe", "sign_in": "Se connecter"},
}[LANGUAGE]


@pytest.fixture(scope="session")
def chromium():
    """A Chromium for all tests; each has a profile of its own in it."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "chromium is missing: script/setup test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


class Watched:
    """Opens pages in one profile, and keeps what they complain about."""

    def __init__(self, browser, **options):
        self.problems = []
        self.context = browser.new_context(locale=LANGUAGE, **options)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.on("console", self.note)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))

    def note(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.problems.append(message.text)

    def page(self):
        return self.context.new_page()

    def close(self):
        self.context.close()
        assert self.problems == []


@pytest.fixture
def watched(chromium):
    """Makes profiles: watched(), or watched(viewport=…)."""
    made = []

    def make(**options):
        made.append(Watched(chromium, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def page(watched):
    """A page of the console, in a profile of its own."""
    return watched().page()


def sign_in(page, service, person, path="/"):
    """Opens a page of the console and signs in; `person` has an email and a password."""
    page.goto(service.url + path)
    page.get_by_label(LABELS["username"]).fill(person["email"])
    page.get_by_label(LABELS["password"], exact=True).fill(person["password"])
    page.get_by_role("button", name=LABELS["sign_in"]).click()
    page.locator(".frame").wait_for()


def axe(page):
    """Fails if axe finds anything in what the page shows now, light or dark."""
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page).response["violations"]
        assert found == [], [(scheme, one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def fits(page):
    """Whether nothing is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")
