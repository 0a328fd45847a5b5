"""The statement of an issue: what it covers, what is missing, what came late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.builders import DAY, NOON, covered

from digest.mail.coverage import (
    covered_days,
    past_day,
    quiet_statement,
    sources_read,
    statement,
)
from digest.models.issue import Coverage, SourceCoverage
from digest.models.source import Channel
from digest.ranking.compose import why_empty

FRIDAY, SATURDAY, TUESDAY = date(2026, 1, 30), date(2026, 2, 7), date(2026, 2, 3)


def category(name: str, parsed: int, declared: int | None = None) -> Channel:
    return Channel(name=name, parsed=parsed, declared=declared)


def hugging_face(papers: int = 41) -> SourceCoverage:
    return covered("HF", papers)


def test_the_statement_says_what_was_covered() -> None:
    coverage = Coverage(day=DAY, sources=(hugging_face(), covered("page", 1)), considered=42)

    assert statement(coverage) == [
        "Chosen from 42 papers for Monday 2 February 2026: HF (41 papers) and page (1 paper)."
    ]


def test_categories_are_counted_against_what_was_declared() -> None:
    arxiv = covered("arXiv", 343, category("cs.CL", 142, 142), category("cs.LG", 198, 201))

    assert statement(Coverage(day=DAY, sources=(arxiv,), considered=343)) == [
        "Chosen from 343 papers for Monday 2 February 2026: arXiv (cs.CL 142/142, cs.LG 198/201)."
    ]


def test_a_category_that_declares_nothing_is_only_counted() -> None:
    arxiv = covered("arXiv", 7, category("cs.CL", 7))

    assert "arXiv (cs.CL 7)" in statement(Coverage(day=DAY, sources=(arxiv,), considered=7))[0]


def test_many_categories_are_summed_up() -> None:
    arxiv = covered("arXiv", 70, *(category(f"cs.A{n}", 10, 10 + n // 6) for n in range(7)))

    assert (
        "arXiv (70 papers, 6 of 7 categories known to be complete)"
        in (statement(Coverage(day=DAY, sources=(arxiv,), considered=70))[0])
    )


def test_the_statement_says_what_was_missing() -> None:
    coverage = Coverage(day=DAY, sources=(hugging_face(),), missing=("page",), considered=41)

    assert statement(coverage)[1] == (
        "Could not be read today: page. Papers found only there are missing from this issue."
    )


def test_what_will_be_read_again_is_promised() -> None:
    coverage = Coverage(
        day=DAY,
        sources=(hugging_face(),),
        missing=("bioRxiv",),
        to_be_retried=("bioRxiv",),
        considered=41,
    )

    assert statement(coverage)[1] == (
        "Could not be read today: bioRxiv. It will be read again for your next issue."
    )


def test_nothing_is_promised_where_one_of_two_cannot_be_read_again() -> None:
    coverage = Coverage(
        day=DAY, sources=(hugging_face(),), missing=("bioRxiv", "page"), to_be_retried=("bioRxiv",)
    )

    assert statement(coverage)[1] == (
        "Could not be read today: bioRxiv, page. Papers found only there are missing from this"
        " issue."
    )


def test_a_source_that_showed_an_earlier_day_is_not_called_unread() -> None:
    coverage = Coverage(
        day=DAY, sources=(hugging_face(),), stale=("arXiv",), to_be_retried=("arXiv",)
    )

    assert statement(coverage)[1] == (
        "Still showed the papers of an earlier day: arXiv. It will be read again for your next"
        " issue."
    )


def test_a_source_that_gave_only_a_part_is_not_called_missing() -> None:
    coverage = Coverage(day=DAY, sources=(hugging_face(),), partial=("HF",), considered=41)

    assert statement(coverage)[1] == (
        "Could not be read in full: HF. Papers found only there may be missing from this issue."
    )


def test_papers_that_came_late_are_counted_by_their_days() -> None:
    coverage = Coverage(
        day=TUESDAY, sources=(hugging_face(),), late=((FRIDAY, 1), (DAY, 1200)), considered=1242
    )

    assert statement(coverage)[0] == (
        "Chosen from 1,242 papers for Tuesday 3 February 2026, 1 of them from Friday and 1,200 from"
        " Monday:"
        " HF (41 papers)."
    )


def test_a_day_that_still_cannot_be_read_is_named() -> None:
    coverage = Coverage(
        day=TUESDAY, sources=(hugging_face(),), overdue=(("bioRxiv", DAY),), considered=41
    )

    assert statement(coverage)[1] == "Still missing: bioRxiv of Monday."


def test_a_day_on_which_a_source_announces_nothing_is_explained() -> None:
    coverage = Coverage(
        day=SATURDAY, sources=(hugging_face(),), excused=("arXiv announces nothing on Saturdays",)
    )

    assert statement(coverage)[1] == "arXiv announces nothing on Saturdays."


@pytest.mark.parametrize(
    ("days", "name"), [(1, "Sunday"), (6, "Tuesday"), (7, "26 January"), (0, "2 February")]
)
def test_a_past_day_is_named_by_its_weekday_for_less_than_a_week(days: int, name: str) -> None:
    assert past_day(DAY - timedelta(days=days), today=DAY) == name


@pytest.mark.parametrize(
    ("coverage", "why"),
    [
        (
            Coverage(day=DAY, missing=("a", "b")),
            "no papers for 2026-02-02: a and b could not be read",
        ),
        (
            Coverage(day=DAY, stale=("a",)),
            "no new papers for 2026-02-02: a still shows those of another day",
        ),
        (
            Coverage(day=SATURDAY, excused=("arXiv announces nothing on Saturdays",)),
            "no papers for 2026-02-07: arXiv announces nothing on Saturdays",
        ),
        (Coverage(day=SATURDAY), "no papers were announced for 2026-02-07, a Saturday"),
        (
            Coverage(day=SATURDAY, since=date(2026, 2, 4)),
            "no papers were announced for 2026-02-05 to 2026-02-07",
        ),
        (
            Coverage(day=SATURDAY, since=date(2026, 2, 4), overdue=(("a", date(2026, 2, 5)),)),
            "no papers for 2026-02-05 to 2026-02-07: a could not be read for 2026-02-05 yet",
        ),
        (Coverage(day=DAY), "no papers were announced for 2026-02-02"),
    ],
)
def test_a_day_without_papers_says_why(coverage: Coverage, why: str) -> None:
    assert why_empty(coverage) == why


def test_a_category_that_was_not_read_is_not_an_empty_one() -> None:
    unread = replace(category("cs.LG", 0), is_read=False)
    arxiv = covered("arXiv", 2, category("cs.CL", 2, 2), unread)
    coverage = Coverage(day=DAY, sources=(arxiv,), partial=("arXiv",), to_be_retried=("arXiv",))

    assert "arXiv (cs.CL 2/2, cs.LG not read)" in statement(coverage)[0]
    assert statement(coverage)[1] == (
        "Could not be read in full: arXiv. It will be read again for your next issue."
    )


def test_of_many_categories_only_those_that_were_counted_are_called_complete() -> None:
    channels = [category(f"cs.A{n}", 10, 10) for n in range(5)]
    channels += [category("cs.B", 10), replace(category("cs.C", 0), is_read=False)]

    (line,) = statement(Coverage(day=DAY, sources=(covered("arXiv", 60, *channels),)))

    assert "arXiv (60 papers, 5 of 7 categories known to be complete)" in line


def test_days_that_are_still_missing_stand_behind_their_source() -> None:
    overdue = (("HF", FRIDAY), ("HF", DAY), ("bioRxiv", DAY))

    assert statement(Coverage(day=TUESDAY, overdue=overdue))[1] == (
        "Still missing: HF of Friday and Monday; bioRxiv of Monday."
    )


# -- several days ----------------------------------------------------------------------------------

MONDAY = date(2026, 2, 9)
SINCE_THURSDAY = Coverage(day=MONDAY, since=date(2026, 2, 5), considered=41)


def test_the_statement_of_several_days_names_the_first_and_the_last() -> None:
    assert statement(SINCE_THURSDAY) == ["Chosen from 41 papers for Fri 6 – Mon 9 Feb 2026."]
    assert covered_days(SINCE_THURSDAY, "de") == "Fr., 6. – Mo., 9. Feb. 2026"
    assert covered_days(Coverage(day=MONDAY), "de") == "Montag, 9. Februar 2026"


def test_papers_of_the_days_that_are_covered_did_not_come_late() -> None:
    late = ((date(2026, 2, 4), 2), (date(2026, 2, 6), 4), (SATURDAY, 5))

    [line] = statement(replace(SINCE_THURSDAY, late=late))

    assert line == ("Chosen from 41 papers for Fri 6 – Mon 9 Feb 2026, 2 of them from Wednesday.")


def test_what_came_after_the_last_issue_of_its_day_begins_the_span() -> None:
    late = ((date(2026, 2, 4), 2), (date(2026, 2, 5), 3), (date(2026, 2, 6), 4))

    [line] = statement(replace(SINCE_THURSDAY, late=late))

    assert line == "Chosen from 41 papers for Thu 5 – Mon 9 Feb 2026, 2 of them from Wednesday."


def test_what_several_days_lack_is_not_said_to_be_missing_today() -> None:
    found = statement(replace(SINCE_THURSDAY, missing=("page",)))

    assert found[1:] == [
        "Could not be read: page. Papers found only there are missing from this issue."
    ]


# -- a quiet day -----------------------------------------------------------------------------------


def test_a_quiet_day_says_what_was_read_and_who_had_nothing() -> None:
    arxiv = covered("arXiv", 29, category("cs.CL", 14, 14), category("cs.LG", 15, 15))
    coverage = Coverage(day=DAY, sources=(arxiv, hugging_face(12)), considered=41)
    excused = ("arXiv announces nothing on Saturdays",)

    assert sources_read(coverage) == "Read: arXiv (cs.CL 14/14, cs.LG 15/15) and HF (12 papers)."
    assert sources_read(Coverage(day=SATURDAY, sources=(hugging_face(3),), excused=excused)) == (
        "Read: HF (3 papers). arXiv announces nothing on Saturdays."
    )
    assert sources_read(Coverage(day=SATURDAY, excused=excused)) == f"{excused[0]}."
    assert sources_read(Coverage(day=DAY)) == "Every source was read."


@pytest.mark.parametrize("gap", ["missing", "stale"])
def test_nobody_claims_that_every_source_was_read_where_one_was_not(gap: str) -> None:
    assert sources_read(Coverage(day=DAY, **{gap: ("page",)})) == ""


def test_many_sources_of_a_quiet_day_are_counted() -> None:
    many = tuple(covered("s" * 90 + f"{n}", 1) for n in range(99))

    found = sources_read(Coverage(day=DAY, sources=many))

    assert found.endswith("and 92 more sources.")
    assert len(found) <= 1000


def test_a_quiet_days_statement_says_what_is_missing_and_nothing_twice() -> None:
    coverage = Coverage(
        day=TUESDAY,
        sources=(hugging_face(),),
        excused=("arXiv is closed",),
        missing=("page",),
        partial=("HF",),
        overdue=(("bioRxiv", DAY),),
        votes_read_at=NOON,
        considered=41,
    )

    assert [line.partition(":")[0] for line in quiet_statement(coverage)] == [
        "Could not be read today", "Could not be read in full", "Still missing",
    ]  # fmt: skip
    assert quiet_statement(Coverage(day=DAY, considered=41)) == []
