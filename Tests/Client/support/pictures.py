"""Pictures of the console's pages, each light and dark and in windows of several widths."""

from playwright.sync_api import sync_playwright

from support.console import Watched, chromium_of, sign_in


def take(service, people, pages, windows, directory):
    """Takes them; returns what is wrong with them. `people` are those who look, by name; a page is a name, who looks, a
    path, and what is done there first."""
    wrong = []
    with sync_playwright() as playwright:
        browser = chromium_of(playwright)
        watched, opened = [], {}
        for name, person in people.items():
            watched.append(Watched(browser))
            opened[name] = watched[-1].page()
            sign_in(opened[name], service, person["email"], person["password"])
        for name, who, path, act in pages:
            for scheme in ("light", "dark"):
                for width, size in windows.items():
                    page = opened[who]
                    page.set_viewport_size(size)
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    page.goto(service.url + path)
                    page.locator("main h1").wait_for()
                    page.locator(".placeholder").first.wait_for(state="detached")
                    if act:
                        act(page)
                    page.screenshot(path=directory / f"{name}-{width}-{scheme}.png")
                    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        wrong.append(f"{name}-{width}-{scheme}: wider than its window")
        for one in watched:
            one.context.close()
            wrong += one.problems
        browser.close()
    return wrong
