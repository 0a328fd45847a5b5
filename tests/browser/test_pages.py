"""Accessibility of every page: axe-core, a narrow phone, a keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.readers import CHOSEN_AT

from digest.models.feedback import Feedback
from digest.models.profile import Interest, Profile
from subscribers.links import Purpose
from subscribers.models import Event, Preferences, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from browser.conftest import Server
    from playwright.sync_api import Page
    from support.site import Site

    from subscribers.models import Subscriber

#: An address of the greatest length, without a place to break the line.
LONG = f"{'a' * 64}@{'b' * 63}.example.org"
OPEN = [
    "/", "/sent", "/archive", "/archive/2026-02-02", "/archive/2026-02-02/agents", "/help",
    "/nowhere",
]  # fmt: skip


def pages(server: Server) -> list[str]:
    """Every kind of page, the personal ones in the states they can be in."""
    site = server.site
    subscriber = site.subscriber(LONG, Event.CONFIRM)
    paused = site.subscriber("ben@example.org", Event.CONFIRM, Event.PAUSE)
    new = site.subscriber("cyd@example.org")
    gone = site.subscriber("dan@example.org", Event.LEAVE)
    eve = judging(site, "eve@example.org", likes=5)
    fay = judging(site, "fay@example.org", likes=200)
    feedback = site.link(Purpose.FEEDBACK, eve).rpartition("/")[0]
    return [
        *OPEN,
        "/?topic=agents",
        "/confirm/forged",
        site.link(Purpose.CONFIRM, new),
        site.link(Purpose.CONFIRM, subscriber),
        site.link(Purpose.REFUSE, subscriber),
        site.link(Purpose.LEAVE, subscriber),
        site.link(Purpose.LEAVE, gone),
        site.link(Purpose.MANAGE, subscriber),
        site.link(Purpose.MANAGE, subscriber) + "?saved=1",
        site.link(Purpose.MANAGE, paused),
        site.link(Purpose.MANAGE, subscriber) + "/library",
        site.link(Purpose.PRIVACY, subscriber),
        *(site.link(Purpose.MANAGE, eve) + page for page in ("", "/papers", "/forget")),
        *(site.link(Purpose.MANAGE, fay) + page for page in ("", "/papers?page=2")),
        *(f"{feedback}/{last}" for last in ("more", "mute")),
        feedback.rpartition("/")[0] + "/4000/more",
    ]


def judging(site: Site, address: str, *, likes: int) -> Subscriber:
    """A reader who likes so many papers and one less, and what that taught."""
    subscriber = site.subscriber(address, Event.CONFIRM)
    title = "A Title of Some Length about Whales, Maps and the Sea"
    verdicts = [Verdict.LIKE] * likes + [Verdict.LESS, Verdict.SAVE]
    said = [
        Feedback(
            paper_id=f"2401.{number:05}", verdict=verdict, at=NOON, channel="import", title=title
        )
        for number, verdict in enumerate(verdicts)
    ]
    site.app.feedback.give(subscriber.id, said)
    words = ("state space models", "whale song", "x" * 90)
    interests = tuple(Interest(terms={}, words=words[n:], likes=likes) for n in range(3))
    site.app.profiles.save({subscriber.id: Profile(interests=interests, likes=likes)}, at=NOON)
    site.book.choose(
        subscriber.id, ["agents"], Preferences(unlearned=("steam engines",)), at=CHOSEN_AT
    )
    return subscriber


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds on a page, at both widths and in both lights."""
    page.add_script_tag(path=axe)
    return [
        f"{page.url}, {width} px, {scheme}: {fault}"
        for width in (375, 1280)
        for scheme in ("light", "dark")
        for fault in look(page, width, scheme)
    ]


def look(page: Page, width: int, scheme: Any) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{fault['id']} at {[node['target'] for node in fault['nodes']]}" for fault in found]


def test_axe_finds_nothing_on_any_page(
    server: Server, visit: Callable[..., Page], axe: str
) -> None:
    page = visit(java_script_enabled=True, bypass_csp=True)
    found = []

    for path in pages(server):
        page.goto(path)
        found += violations(page, axe)

    assert found == []


def test_axe_finds_nothing_on_pages_that_refuse(
    server: Server, visit: Callable[..., Page], axe: str
) -> None:
    page = visit(java_script_enabled=True, bypass_csp=True)

    page.goto("/")
    page.get_by_label("Your e-mail address").fill("ada@example")
    page.get_by_role("button", name="Send me the digest").first.click()
    page.get_by_role("alert").wait_for()
    found = violations(page, axe)
    page.goto(server.site.link(Purpose.MANAGE, server.site.subscriber(LONG, Event.CONFIRM)))
    page.get_by_label("Papers at most").fill("99")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").wait_for()
    found += violations(page, axe)

    assert found == []


def test_axe_does_find_what_is_wrong(visit: Callable[..., Page], axe: str) -> None:
    page = visit(java_script_enabled=True, bypass_csp=True)
    page.goto("/")
    page.add_style_tag(content="@media (prefers-color-scheme: dark) { .lead { color: #333 } }")

    found = violations(page, axe)

    assert len(found) == 2
    assert all("dark: color-contrast" in fault for fault in found)


def test_no_page_scrolls_sideways_on_the_narrowest_phone(
    server: Server, visit: Callable[..., Page]
) -> None:
    page = visit(width=320, java_script_enabled=True)
    widths = {}

    for path in pages(server):
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: width for path, width in widths.items() if width > 320} == {}


def test_every_button_is_large_enough_for_a_thumb(
    server: Server, visit: Callable[..., Page]
) -> None:
    page = visit(width=320, java_script_enabled=True)
    small = []

    for path in pages(server):
        page.goto(path)
        small += page.evaluate(
            "[...document.querySelectorAll('button, select, label:has([type=radio]),"
            " input:not([type=checkbox], [type=radio], .trap *, [type=hidden])')]"
            ".filter(e => e.getBoundingClientRect().height < 44)"
            ".map(e => location.pathname + ' ' + (e.id || e.textContent))"
        )

    assert small == []


def test_the_keyboard_alone_signs_up(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=True)
    page.goto("/")
    stops = []

    for _ in range(7):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
    page.locator("#email").focus()
    page.keyboard.type("ada@example.org")
    server.site.wait(minutes=1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent")

    assert stops == [
        "Skip to the content", "Trending Papers", "Sign up", "Past editions", "Help", "email",
        "Send me the digest",
    ]  # fmt: skip
    for _ in range(100):  # the sign-up is recorded after the page is answered
        if server.site.status("ada@example.org"):
            break
        page.wait_for_timeout(50)
    assert server.site.status("ada@example.org") == "pending"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_is_seen(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(scheme=scheme, java_script_enabled=True)
    page.goto("/")
    outlines = []

    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.append(
            page.evaluate(
                "(e => getComputedStyle(e).outlineStyle + ' ' + getComputedStyle(e).outlineWidth)"
                "(document.activeElement)"
            )
        )

    assert [found for found in outlines if found in ("none 0px", "none 3px")] == []


def test_the_skip_link_comes_into_sight(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=True)
    page.goto("/")

    page.keyboard.press("Tab")

    box = page.get_by_role("link", name="Skip to the content").bounding_box()
    assert box is not None
    assert box["x"] >= 0
