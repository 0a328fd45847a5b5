"""A week of three services, through the wire, the pipeline and the mails: nothing lost or twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from support.all_services import AllServices, arxiv_paper
from support.http_server import WebServer
from support.installation import Installation, RecordingTransport
from support.source_client import ManualClock, client

from digest.mail.coverage import statement
from digest.models.paper import AnnounceType
from digest.models.source import SourceState
from digest.sources import allowed_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa
    from support.arxiv_documents import ArxivPaper

FRIDAY, SATURDAY, MONDAY = date(2026, 2, 6), date(2026, 2, 7), date(2026, 2, 9)
TUESDAY, WEDNESDAY = date(2026, 2, 10), date(2026, 2, 11)


class Week:
    """An installation that lives in a world."""

    def __init__(self, installation: Installation, services: AllServices) -> None:
        """Run this house in that world."""
        self.installation, self.services = installation, services
        #: what the foot of each day's mails said
        self.statements: dict[date, list[str]] = {}

    def _set_now(self, now: datetime) -> None:
        self.services.clock.at = self.installation.now = now

    #: The time it is everywhere.
    now = property(fset=_set_now)

    def evening(self, day: date) -> str:
        """Run a day at six; return the text of all that left, unfolded."""
        self.now = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        self.installation.fetch(day, only_day=False)
        transport = RecordingTransport()
        self.installation.send(transport, day=day)
        self.statements[day] = statement(self.installation.edition(day).coverage)
        joined = b"".join(outgoing.content for outgoing in transport.messages)
        return joined.replace(b"=\r\n", b"").decode().replace("\r\n", " ")

    def states(self, day: date) -> dict[str, SourceState]:
        return {one.source: one.state for one in self.installation.app.fetch_log.on(day)}

    def mailed(self, day: date) -> list[str]:
        return sorted(self.installation.shown("ada", day))


@pytest.fixture
def week(engine: sa.Engine, tmp_path: Path) -> Iterator[Week]:
    clock = ManualClock()
    services = AllServices(clock=clock)
    installation = Installation(engine, tmp_path)
    installation.subscribe("ada")
    with WebServer(route=services.route) as server, client(tmp_path, clock) as http:
        installation.app.__dict__["sources"] = services.sources(server.base)
        installation.app.__dict__["fetcher"] = replace(
            installation.app.fetcher,
            client_for=lambda source: http.restricted_to(allowed_hosts(source)),
        )
        yield Week(installation, services)


def ordinary(services: AllServices) -> None:
    """Friday, Monday and Tuesday, each with papers everywhere."""
    services.arxiv[FRIDAY] = [
        arxiv_paper(1, "cs.CL", "cs.LG"),
        arxiv_paper(2),
        arxiv_paper(3, "cs.LG"),
    ]
    services.featured[FRIDAY] = {1: 10}
    services.posted[FRIDAY] = [4]
    services.arxiv[MONDAY] = [arxiv_paper(5), arxiv_paper(6, "cs.LG")]
    services.featured[MONDAY] = {5: 7}
    services.posted[MONDAY] = [7, 8]
    services.arxiv[TUESDAY] = [arxiv_paper(9)]
    services.featured[TUESDAY] = {9: 3}
    services.posted[TUESDAY] = [10]


def test_each_mail_of_the_week_says_what_it_covers(week: Week) -> None:
    ordinary(week.services)

    week.evening(FRIDAY)
    week.evening(SATURDAY)
    week.services.down = {"biorxiv"}
    week.evening(MONDAY)
    week.services.down = set()
    week.evening(TUESDAY)

    assert week.statements[FRIDAY] == [
        (
            "Chosen from 4 papers for Friday 6 February 2026: arXiv (cs.CL 2/2, cs.LG 2/2),"
            " Hugging Face (1 paper) and bioRxiv (1 paper)."
        ),
        "Votes as of 18:00 UTC.",
    ]
    assert week.installation.reasons(SATURDAY)["ada"] == (
        "no papers for 2026-02-07: arXiv announces nothing on Saturdays; Hugging Face lists few or"
        " no papers on Saturdays; bioRxiv and medRxiv post little on"
        " weekends"
    )
    assert week.statements[MONDAY] == [
        (
            "Chosen from 2 papers for Sat 7 – Mon 9 Feb 2026: arXiv (cs.CL 1/1, cs.LG 1/1) and"
            " Hugging Face (1 paper)."
        ),
        "Votes as of 18:00 UTC.",
        "Could not be read: bioRxiv. It will be read again for your next issue.",
    ]
    assert week.statements[TUESDAY] == [
        (
            "Chosen from 4 papers for Tuesday 10 February 2026, 2 of them from Monday: arXiv"
            " (cs.CL 1/1, cs.LG 0/0), Hugging Face (1 paper) and bioRxiv (1 paper)."
        ),
        "Votes as of 18:00 UTC.",
    ]


def test_every_paper_of_the_week_is_mailed_once(week: Week) -> None:
    ordinary(week.services)
    days = FRIDAY, SATURDAY, MONDAY, TUESDAY

    week.evening(FRIDAY)
    week.evening(SATURDAY)
    week.services.down = {"biorxiv"}
    week.evening(MONDAY)
    week.services.down = set()
    mail = week.evening(TUESDAY)

    shown = [paper_id for day in days for paper_id in week.mailed(day)]
    assert sorted(shown) == sorted({paper.id for paper in week.installation.app.papers.papers()})
    assert len(shown) == 10
    assert mail.count("from Monday") >= 2


def test_what_is_listed_on_a_weekend_comes_on_monday(week: Week) -> None:
    ordinary(week.services)
    week.services.posted[MONDAY] = [7]  # an issue has room for five papers about agents
    week.services.posted[SATURDAY] = [21]
    week.services.featured[SATURDAY] = {22: 5}
    week.evening(FRIDAY)

    week.evening(MONDAY)

    assert {"10.1101/2026.02.07.21", "2602.00022"} <= set(week.mailed(MONDAY))
    assert "papers for Sat 7 – Mon 9 Feb 2026: " in week.statements[MONDAY][0]


def test_t5_v1_today_v2_tomorrow_and_featured_on_day_3_is_one_paper_shown_once(
    week: Week,
) -> None:
    lamp = arxiv_paper(1)
    week.services.arxiv[FRIDAY] = [lamp]
    week.services.arxiv[MONDAY] = [
        replace(lamp, version=2, type=AnnounceType.REPLACE),
        arxiv_paper(2),
    ]
    week.services.arxiv[TUESDAY] = [arxiv_paper(3)]
    week.services.featured[TUESDAY] = {1: 40}

    mails = [week.evening(day) for day in (FRIDAY, MONDAY, TUESDAY)]

    assert [week.mailed(day) for day in (FRIDAY, MONDAY, TUESDAY)] == [
        [lamp.id], ["2602.00002"], ["2602.00003"],
    ]  # fmt: skip
    assert "Agent1 " not in mails[2]
    known = week.installation.app.papers.paper(lamp.id)
    assert known is not None
    assert (known.version, known.signals.upvotes) == (2, 40)
    announced = week.installation.app.papers.announcements(lamp.id)
    assert [(one.day, one.type, one.version) for one in announced] == [
        (FRIDAY, AnnounceType.NEW, 1),
        (MONDAY, AnnounceType.REPLACE, 2),
    ]


def test_t6_a_cross_list_is_one_paper_with_both_its_announcements(week: Week) -> None:
    week.services.arxiv[FRIDAY] = [arxiv_paper(1, "cs.CL", "cs.LG")]

    week.evening(FRIDAY)

    (paper,) = week.installation.app.papers.papers(FRIDAY)
    announced = week.installation.app.papers.announcements(paper.id)
    assert paper.categories == ("cs.CL", "cs.LG")
    assert [(one.category, one.type) for one in announced] == [
        ("cs.CL", AnnounceType.NEW),
        ("cs.LG", AnnounceType.CROSS),
    ]


def test_t7_yesterday_s_papers_under_today_s_date_are_stale_and_not_mailed(week: Week) -> None:
    week.services.arxiv[MONDAY] = [arxiv_paper(1), arxiv_paper(2, "cs.LG")]
    week.evening(MONDAY)
    week.services.arxiv[TUESDAY] = week.services.arxiv[MONDAY]
    week.services.featured[TUESDAY] = {9: 3}

    week.evening(TUESDAY)

    assert week.states(TUESDAY)["arXiv"] is SourceState.STALE
    assert week.mailed(TUESDAY) == ["2602.00009"]
    assert "Still showed the papers of an earlier day: arXiv." in " ".join(week.statements[TUESDAY])


def test_t7_a_feed_that_stood_still_is_read_again_and_its_papers_come_late(week: Week) -> None:
    ordinary(week.services)
    week.services.featured[TUESDAY] = {5: 9}
    week.evening(FRIDAY)
    week.evening(MONDAY)
    week.services.stuck = MONDAY
    week.evening(TUESDAY)
    week.services.stuck = None
    week.services.arxiv[WEDNESDAY] = [arxiv_paper(11)]

    mail = week.evening(WEDNESDAY)

    assert week.mailed(TUESDAY) == ["10.1101/2026.02.10.10"]
    assert week.mailed(WEDNESDAY) == ["2602.00009", "2602.00011"]
    assert week.states(TUESDAY)["arXiv"] is SourceState.OK
    assert "from Tuesday" in mail


def test_t8_a_saturday_is_no_error_and_a_first_hour_is_only_early(week: Week) -> None:
    ordinary(week.services)
    week.evening(FRIDAY)
    week.evening(SATURDAY)
    week.now = datetime(2026, 2, 9, 1, tzinfo=UTC)

    reports = {one.source: one for one in week.installation.fetch(MONDAY, only_day=True)}

    assert set(week.states(SATURDAY).values()) == {SourceState.EMPTY}
    assert {name: report.state for name, report in reports.items()} == {
        "arXiv": SourceState.EARLY,
        "Hugging Face": SourceState.EARLY,
        "bioRxiv": SourceState.EARLY,
    }
    assert "so far it has 1 paper" in str(reports["Hugging Face"].reason)


def test_a_withdrawal_in_the_listing_reaches_who_was_sent_the_paper(week: Week) -> None:
    lamp = arxiv_paper(1)
    gone: ArxivPaper = replace(
        lamp, version=2, type=AnnounceType.REPLACE, comment="This paper has been withdrawn",
        withdrawn=True,
    )  # fmt: skip
    week.services.arxiv[MONDAY] = [lamp]
    week.services.arxiv[TUESDAY] = [gone, arxiv_paper(2)]
    week.evening(MONDAY)

    mail = week.evening(TUESDAY)

    assert "Updates: =E2=80=9CAn Agent Named Agent1=E2=80=9D, which we sent you, has" in mail
