"""The operator's page: its figures, and the timeline of one reader."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from support.admin import (
    ADA,
    ON,
    Operator,
    add_deliveries,
    logged_in,
    page_of,
    run_a_day,
)
from support.builders import NOON
from support.site import DAYS, NASTY

from digest.models.source import SourceReport, SourceState
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

#: A legal address that would be markup, a formula, and a value of a template.
HOSTILE = "=1+1&amp'{{7*7}}@example.org"


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    return build_site(**ON)


@pytest.fixture
def operator(site: Site) -> Operator:
    return logged_in(site)


def text_of(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_overview_has_every_figure(site: Site, operator: Operator) -> None:
    run_a_day(site)

    said = text_of(operator.get().text)

    assert "Confirmed readers 2" in said
    assert f"Sent on {DAYS[0]} 2" in said
    assert "Came back in 90 days 1" in said
    assert "Sources in trouble 0 of 1" in said
    assert re.search(r"file .*ok, 2026-02-02", said)
    assert re.search(r"Robots & machines 1 \d+ 1", said)
    assert "read file 2.5 s 2026-02-02 12:00 2.5 s 1" in said
    assert "rank 250 ms" in said


def test_an_installation_without_anything_has_an_overview(operator: Operator) -> None:
    said = text_of(operator.get().text)

    assert "There are no readers yet." in said
    assert "No issue was planned in 90 days." in said
    assert "Nothing came back in 90 days." in said
    assert "No run of the last 30 days says how long its steps took." in said


def test_every_plot_says_what_it_shows(site: Site, operator: Operator) -> None:
    run_a_day(site)

    page = operator.get().text

    plots = re.findall(r'<svg[^>]* role="img"[^>]* aria-labelledby="([^"]+)"', page)
    assert len(plots) >= 4
    for ids in plots:
        for name in ids.split():
            assert page.count(f'id="{name}"') == 1


def test_a_reader_is_found_by_their_address_which_is_in_no_address_of_a_page(
    site: Site, operator: Operator
) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)

    response = operator.look_up(" ADA@Example.org ")

    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/admin/readers/{ada.id}",
    )


@pytest.mark.parametrize(
    ("address", "said"), [("who@example.org", "No reader has this"), ("nobody", "no e-mail")]
)
def test_an_address_that_nobody_has_is_said_to_be_so(
    operator: Operator, address: str, said: str
) -> None:
    response = operator.look_up(address)

    assert response.status_code == 404
    assert said in response.text
    assert f'value="{address}"' in response.text


def test_a_timeline_has_what_was_sent_and_why_and_every_step_of_consent(
    site: Site, operator: Operator
) -> None:
    run_a_day(site)
    ada = site.book.find(ADA)
    assert ada is not None

    said = text_of(page_of(operator, ADA))

    assert "issue of 2026-02-02 sent" in said
    assert "An Agent that Reads Maps 2602.00001 · Agents" in said
    assert "“agent” in the title" in said
    assert "bounce of 2026-02-02 hard no <such> user" in said
    assert "letter privacy waiting" in said
    for step in site.book.history(ada.id):
        assert f"consent {step.event}" in said


def test_a_long_timeline_has_pages_that_leave_nothing_out(site: Site, operator: Operator) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)
    add_deliveries(site, ada.id, 70)

    path, seen, pages = f"/admin/readers/{ada.id}", [], 0
    while path:
        page = operator.get(path).text
        seen += re.findall(r"issue of (\d{4}-\d\d-\d\d)", text_of(page))
        pages += 1
        older = re.search(r'href="([^"]+\?before=[^"]+)"', page)
        path = older[1] if older else ""

    assert pages == 3
    assert len(seen) == len(set(seen)) == 70
    assert seen == sorted(seen, reverse=True)
    assert "consent sign-up" in text_of(page)


def test_it_is_said_why_a_reader_got_an_issue_or_none(site: Site, operator: Operator) -> None:
    run_a_day(site)

    assert "No issue of 2026-02-01" in text_of(page_of(operator, ADA, "?day=2026-02-01"))
    assert "was sent, and came back" in text_of(page_of(operator, ADA, "?day=2026-02-02"))


@pytest.mark.parametrize(
    "path",
    [
        *("/admin/readers/1", "/admin/readers/x", f"/admin/readers/{10**30}", "/admin/readers/²"),
        *("/admin/tables/secrets.csv", "/admin/tables/readers.xml", "/admin/tables/.csv"),
        "/admin/nowhere",
    ],
)
def test_what_is_not_there_is_not_found(operator: Operator, path: str) -> None:
    assert operator.get(path).status_code == 404


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("x", "'x' is not a day; write it like 2026-02-02."),
        ("2026-13-99", "'2026-13-99' is not a day; write it like 2026-02-02."),
        ("0001-01-01", "0001-01-01 is no day of an issue: those are from 1900-01-01"),
        ("9999-12-31", "9999-12-31 is no day of an issue: those are from 1900-01-01"),
        ("<b>", "'<b>' is not a day"),
    ],
)
def test_a_day_that_is_none_is_named_at_the_field_and_the_page_is_whole(
    site: Site, operator: Operator, day: str, said: str
) -> None:
    ada = site.subscriber(ADA, Event.CONFIRM)

    response = operator.get(f"/admin/readers/{ada.id}?day={day}")

    assert response.status_code == 422
    assert said in unescape(response.text)
    assert 'aria-describedby="fault"' in response.text
    assert "<b>" not in response.text
    assert "consent confirm" in text_of(response.text)


def test_a_link_to_older_issues_that_names_no_day_is_not_found(
    site: Site, operator: Operator
) -> None:
    ada = site.subscriber(ADA)

    for day in ("2026-02-31", "9999-12-31", "0001-01-01"):
        assert operator.get(f"/admin/readers/{ada.id}?before={day}").status_code == 404


def test_hostile_titles_and_addresses_stay_texts(site: Site, operator: Operator) -> None:
    run_a_day(site)
    hostile = site.subscriber(HOSTILE, Event.CONFIRM)

    timeline = page_of(operator, ADA)
    page = operator.get(f"/admin/readers/{hostile.id}").text
    not_found = operator.look_up('"><script>x</script>@example.org').text

    assert NASTY in unescape(timeline)
    assert HOSTILE in unescape(page)
    for one in (timeline, page, not_found):
        assert "<script" not in one
        assert "<img" not in one


def test_a_hostile_name_of_a_source_stays_a_text_in_a_plot(site: Site, operator: Operator) -> None:
    name = "<script>x</script>&\"'"
    report = SourceReport(source=name, day=DAYS[0], state=SourceState.FAILED, reason=name)
    site.app.fetch_log.record(report, at=NOON)

    page = operator.get().text

    assert "<script" not in page
    assert name in unescape(page)
