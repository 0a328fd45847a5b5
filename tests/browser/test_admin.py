"""The operator's page in Chromium: the way through it, axe-core, a phone, and no scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from browser.conftest import Server, serving
from browser.test_pages import LONG, violations
from support.admin import ADA, ON, PASSWORD, run_a_day
from support.builders import NOON

from digest.models.source import SourceReport, SourceState
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page
    from support.site import Site
    from web.conftest import BuildSite

DAY = NOON.date()


@pytest.fixture
def server(build_site: BuildSite) -> Iterator[Server]:
    """A site with the page, on which something has happened."""
    with serving(build_site, **ON) as found:
        run_a_day(found.site)
        found.site.subscriber(LONG, Event.CONFIRM)
        read_in_every_way(found.site)
        yield found


def read_in_every_way(site: Site) -> None:
    """Let a source be read on the last days, each with another result."""
    for passed, state in enumerate(SourceState):
        report = SourceReport(
            source="file", day=DAY - timedelta(days=passed), state=state, reason="x" * 90
        )
        site.app.fetch_log.record(report, at=NOON)


def log_in(page: Page) -> None:
    page.goto("/admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="How it goes").wait_for()


def look_up(page: Page, address: str) -> None:
    page.goto("/admin")
    page.get_by_label("What was sent to this address").fill(address)
    page.get_by_role("button", name="Look up").click()


def pages(page: Page) -> Iterator[str]:
    """Go through the pages; yield the name of each."""
    page.goto("/admin/login")
    yield "login"
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()
    yield "refused"
    log_in(page)
    yield "overview"
    for summary in page.locator("summary").all():
        summary.click()
    yield "overview with tables"
    look_up(page, "who@example.org")
    page.get_by_role("alert").wait_for()
    yield "not found"
    for address in (ADA, LONG):
        look_up(page, address)
        page.get_by_role("heading", name="Timeline").wait_for()
        for summary in page.locator("summary").all():
            summary.click()
        yield f"reader {address}"
        page.get_by_label("Why they got an issue").fill(str(DAY))
        page.get_by_role("button", name="Explain").click()
        page.get_by_role("status").wait_for()
        yield f"reader {address} explained"


def test_axe_finds_nothing_on_any_page(visit: Callable[..., Page], axe: str) -> None:
    page = visit(java_script_enabled=True, bypass_csp=True)

    found = [(name, fault) for name in pages(page) for fault in violations(page, axe)]

    assert found == []


def test_no_page_scrolls_sideways_on_the_narrowest_phone_and_buttons_are_large(
    visit: Callable[..., Page],
) -> None:
    page = visit(width=320, java_script_enabled=True)
    found = []

    for name in pages(page):
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            found.append((name, width))
        found += page.evaluate(
            "[...document.querySelectorAll('button, input:not([type=hidden])')]"
            ".filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )

    assert found == []


def test_the_plots_are_drawn_in_colours_of_the_style_sheet(visit: Callable[..., Page]) -> None:
    page = visit(width=1280, java_script_enabled=True)
    log_in(page)

    drawn = page.evaluate(
        "[...document.querySelectorAll('rect:not(.p-none), .swatch')].map(e =>"
        " [e.getAttribute('class'), getComputedStyle(e)[e.tagName == 'rect' ? 'fill'"
        " : 'backgroundColor']])"
    )

    assert len(drawn) > 20
    unpainted = ("rgb(0, 0, 0)", "rgba(0, 0, 0, 0)", "none")
    assert [name for name, colour in drawn if colour in unpainted] == []


def test_all_works_without_scripts(server: Server, visit: Callable[..., Page]) -> None:
    page = visit()
    log_in(page)
    look_up(page, ADA)
    page.get_by_role("heading", name=ADA).wait_for()

    assert "/admin/readers/" in page.url
    assert ADA not in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="issues as CSV").click()
    assert download.value.suggested_filename == "digest-issues.csv"
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Password").wait_for()
    page.goto("/admin")
    assert page.url == f"{server.url}/admin/login"
