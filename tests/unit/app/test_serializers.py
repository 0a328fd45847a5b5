"""The JSON that commands print: keys are a published format, times and texts are plain."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone

import pytest
from support.builders import DAY, NOON, covered, issue, paper, pick, subscriber, topic

from digest.app import serializers
from digest.models.delivery import DeliveryState, RunReport
from digest.models.issue import Coverage
from digest.models.merge import Origin
from digest.models.paper import Announcement, AnnounceType
from digest.models.source import SourceReport, SourceState
from digest.storage.sent_papers import SentPaper


def test_a_time_is_written_to_the_second_in_utc() -> None:
    east = datetime(2026, 2, 2, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))

    assert serializers.moment(NOON) == "2026-02-02T12:00:00Z"
    assert serializers.moment(east) == "2026-02-02T12:00:00+01:00"
    assert serializers.moment(None) is None


def test_plain_values_are_those_of_json() -> None:
    found = serializers.plain((SourceState.OK, DAY, NOON, [None, 1.5], topic()))

    assert found[:4] == ["ok", "2026-02-02", "2026-02-02T12:00:00Z", [None, 1.5]]
    assert found[4]["words_in"] == ["agent"]
    assert json.loads(json.dumps(found)) == found


def test_a_paper_counts_the_authors_it_names() -> None:
    named = serializers.paper(paper(authors=("Ada", "Bo")))
    counted = serializers.paper(paper(author_count=9))
    none, unknown = serializers.paper(paper(author_count=0)), serializers.paper(paper())

    assert (named["authors"], named["author_count"]) == (["Ada", "Bo"], 2)
    assert (counted["authors"], counted["author_count"]) == ([], 9)
    assert (none["author_count"], unknown["author_count"]) == (0, None)


def test_a_known_paper_says_where_its_fields_are_from() -> None:
    announced = Announcement(paper_id="1", category="cs.CL", day=DAY, type=AnnounceType.NEW)

    found = serializers.known(paper("1"), {"title": Origin("hf", 80)}, [announced], [])

    assert found["origins"] == {"title": "hf"}
    assert found["announcements"] == [
        {"day": "2026-02-02", "category": "cs.CL", "type": "new", "version": None}
    ]
    assert found["history"] == []


def test_an_edition_says_what_it_lacks_under_its_published_names() -> None:
    coverage = Coverage(
        day=DAY,
        sources=(covered("arXiv", 3),),
        missing=("hf",),
        late=((date(2026, 2, 1), 2),),
        overdue=(("hf", date(2026, 1, 30)),),
        considered=3,
    )

    assert serializers.edition(coverage) == {
        "covered": [{"source": "arXiv", "papers": 3, "channels": [], "so_far": False}],
        "missing": ["hf"],
        "read_again": [],
        "cut_off": [],
        "stale": [],
        "quiet": [],
        "late": [{"day": "2026-02-01", "papers": 2}],
        "owed": [{"source": "hf", "day": "2026-01-30"}],
        "considered": 3,
        "votes_read_at": None,
    }


def test_an_issue_has_its_picks_with_rounded_scores_and_reasons() -> None:
    found = serializers.issue(issue(pick("1", 1 / 3, similar=(paper("2"),))), "Today")

    (section,) = found["sections"]
    (chosen,) = section["picks"]
    assert (found["subject"], section["topic"], section["name"]) == ("Today", "agents", "Agents")
    assert (chosen["paper"]["id"], chosen["score"], chosen["similar"]) == ("1", 0.333333, ["2"])
    assert chosen["reasons"] == [{"kind": "word", "text": "“agents” in the title"}]
    assert json.loads(json.dumps(found)) == found


def test_a_subscriber_is_written_without_anything_internal() -> None:
    assert list(serializers.subscriber(subscriber())) == [
        "id", "address", "status", "topics", "preferences", "since",
    ]  # fmt: skip


def test_a_run_counts_its_deliveries_by_state() -> None:
    report = RunReport(day=DAY, counts={DeliveryState.SENT: 2}, already=1, stopped="told to stop")

    assert serializers.send_report(report) == {
        "day": "2026-02-02",
        "deliveries": {"sent": 2},
        "already": 1,
        "doubtful": 0,
        "stopped": "told to stop",
    }


def test_a_source_that_failed_has_its_error_and_rounded_seconds() -> None:
    report = SourceReport(
        source="hf", day=DAY, state=SourceState.FAILED, reason="no route", seconds=0.12345
    )

    found = serializers.source_report(report)

    assert (found["error"], found["reason"], found["seconds"]) == ("no route", "no route", 0.123)


@pytest.mark.parametrize(
    ("sent", "reasons"),
    [
        ({"reasons": ("a", "b")}, ["a", "b"]),
        ({"is_withdrawal": True}, ["told of its withdrawal"]),
        ({"similar_to": "Another"}, ["similar to Another"]),
    ],
)
def test_a_sent_paper_says_why_it_was_in_the_mail(
    sent: dict[str, object], reasons: list[str]
) -> None:
    found = SentPaper(paper_id="1", title="One", topic="agents", score=1.0, **sent)  # type: ignore[arg-type]

    assert serializers.sent_paper(found) == {
        "paper_id": "1", "title": "One", "topic": "agents", "score": 1.0, "reasons": reasons,
    }  # fmt: skip
