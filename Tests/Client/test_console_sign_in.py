"""Signing in to the console, in a real browser."""

from support.console import LABELS, axe, fits, sign_in


def test_a_person_signs_in_and_sees_their_bases(service, page):
    page.goto(service.url)
    page.get_by_role("heading", name="Sign in").wait_for()
    axe(page)
    sign_in(page, service, service.seeded["demo"]["member"])
    page.get_by_text("Projects").first.wait_for()
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert fits(page)


def test_a_wrong_password_is_said_and_takes_the_focus(service, page):
    person = service.seeded["demo"]["member"]
    page.goto(service.url)
    page.get_by_label(LABELS["username"]).fill(person["email"])
    page.get_by_label(LABELS["password"], exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").get_by_text("Name or password is wrong.").wait_for()
    axe(page)
