"""The console in Debian's Chromium, driven by Playwright. Every page that a test opens is watched: an error in its
console, a violation of its policy or an exception fails the test."""

import os
import shutil

import pytest

from support.process import PATIENCE, wait_until
from support.service import running

# What stands in Chromium's console by itself: that a request was refused, which tests provoke.
EXPECTED = "Failed to load resource"
SIGN_IN = {
    "en": ("Email or user name", "Password", "Sign in"),
    "de": ("E-Mail oder Benutzername", "Passwort", "Anmelden"),
    "fr": ("E-mail ou nom d’utilisateur", "Mot de passe", "Se connecter"),
}


@pytest.fixture(scope="session")
def console():
    """A service for all tests of the console, so that these do not depend on what others leave."""
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def chromium():
    """A Chromium for all tests; each has a profile of its own in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = chromium_of(playwright)
        yield browser
        browser.close()


def chromium_of(playwright):
    """Starts Debian's Chromium."""
    program = shutil.which("chromium")
    assert program, "chromium is missing: script/setup test installs it"
    return playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox"] if os.getuid() == 0 else [])


class Watched:
    """Opens pages in one profile, and keeps what they complain about."""

    def __init__(self, browser, locale="en", **options):
        self.problems, self.asked = [], []
        self.context = browser.new_context(locale=locale, reduced_motion="reduce", **options)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.context.on("console", self.note)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.context.on("request", lambda request: self.asked.append(request.url))

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
    """Makes profiles: watched(), or watched(locale="de")."""
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


def sign_in(page, service, address, password, path="/", language="en"):
    """Opens a page of the console and signs in."""
    username, secret, button = SIGN_IN[language]
    page.goto(service.url + path)
    page.get_by_label(username).fill(address)
    page.get_by_label(secret, exact=True).fill(password)
    page.get_by_role("button", name=button).click()
    page.locator(".frame").wait_for()


def sign_in_as(page, person, path="/", **options):
    """The same for somebody of `support.team`."""
    sign_in(page, person.service, person.address, person.password, path, **options)


def tab_to(page, name, keys="Tab"):
    """Moves the focus by the keyboard, until it is on what is called so."""
    name_of_focus = """() => {
      const it = document.activeElement;
      const said = it.getAttribute("aria-label") ?? (it.labels?.[0] ?? it).textContent;
      return said.trim();
    }"""
    seen = []
    for _ in range(80):
        page.keyboard.press(keys)
        seen.append(page.evaluate(name_of_focus))
        if seen[-1] == name:
            return
    raise AssertionError(f"{name} cannot be reached: {seen}")


def until(page, condition):
    """Waits until an expression is true in the page. Playwright's own way would be against the page's policy."""
    return wait_until(lambda: page.evaluate(condition))


def axe(page):
    """Fails if axe finds anything in what the page shows now, light or dark."""
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Only colours differ in the second.
        options = {} if scheme == "dark" else {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
        assert found == [], [(scheme, one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def fits(page, width=320):
    """Fails if anything is wider than a narrow window."""
    size = page.viewport_size
    page.set_viewport_size({"width": width, "height": 640})
    wide = page.evaluate("""() => document.documentElement.scrollWidth <= innerWidth ? [] :
      [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.outerHTML.slice(0, 120))""")
    page.set_viewport_size(size)
    assert wide == []


def looks_right(page):
    """Fails if axe finds anything in this state of the page, or if it does not fit a narrow window."""
    axe(page)
    fits(page)


def traces(page, secret):
    """Where a secret is, although it should not: in the page, its address or title, the history or a storage."""
    return page.evaluate("""(secret) => {
      const places = {
        page: document.documentElement.outerHTML, address: location.href, title: document.title,
        history: JSON.stringify(history.state), session: JSON.stringify({ ...sessionStorage }),
        local: JSON.stringify({ ...localStorage }),
        fields: [...document.querySelectorAll("input, textarea")].map((one) => one.value).join(),
      };
      return Object.keys(places).filter((name) => places[name]?.includes(secret));
    }""", secret)
