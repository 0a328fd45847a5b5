"""`digest interleaving`: its table, its words, its JSON, and what it says of no answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.command import PAPERS

from digest.app import config, services
from digest.models.feedback import Feedback, Verdict
from digest.models.picks import OURS

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

RANKING = '\n[ranking]\ninterleave = "newest"\n'
EMAILS = [f"r{number}@example.org" for number in range(8)]


@pytest.fixture
def mailed(home: Path, digest: Command) -> Path:
    """Eight readers were sent two papers each, of which one is of the rival's team."""
    import json

    path = home / "config.toml"
    path.write_text(path.read_text() + RANKING)
    records = [
        {**PAPERS[0], "id": f"2602.0000{n}", "title": title, "abstract": text, "signals": {}}
        for n, title, text in ((1, "An agent of agents", "Agents."), (2, "Lamps", "One agent."))
    ]
    (home / "papers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    for email in EMAILS:
        digest("subscribers", "add", email, "--topic", "agents", "--confirmed")
    assert digest("run", "--day", str(DAY)).code == 0
    return home


def say(home: Path, *, team: str, readers: int) -> None:
    """Have readers like the paper of a team."""
    app = services.open_app(config.load(home / "config.toml"))
    for subscriber in app.book.confirmed()[:readers]:
        record = app.history.record(DAY, subscriber.id)
        assert record is not None
        liked = [it for it in app.history.items([record.id])[record.id] if it.team == team]
        said = {"verdict": Verdict.LIKE, "at": NOON, "channel": "mail", "day": DAY}
        app.feedback.give(subscriber.id, [Feedback(paper_id=it.paper_id, **said) for it in liked])
    app.close()


def test_it_counts_issues_and_readers_and_says_who_is_better(mailed: Path, digest: Command) -> None:
    say(mailed, team=OURS, readers=8)

    result = digest("interleaving")

    head, issues, readers = result.out.splitlines()
    assert head.split() == ["beside", "counted", "won", "lost", "tied", "sign", "test"]
    assert issues.split() == ["newest", "issues", "8", "0", "0", "p", "=", "0.008"]
    assert readers.split()[1:5] == ["readers", "8", "0", "0"]
    assert "newest: readers like our papers better" in result.err


def test_few_answers_are_not_enough(mailed: Path, digest: Command) -> None:
    say(mailed, team="newest", readers=2)

    result = digest("interleaving", "--from", str(DAY), "--to", str(DAY))

    assert "not enough to tell: 197 more decided issues would be needed to see 60:40" in result.err
    (found,) = digest("interleaving", "--json").json["rivals"]
    assert found["issues"] == {
        "wins": 0, "losses": 2, "ties": 0, "decided": 2, "more_needed": 197, "p": 0.5,
    }  # fmt: skip
    assert digest("interleaving", "--from", "2026-02-03", "--json").json == {"rivals": []}


def test_no_reader_is_named(mailed: Path, digest: Command) -> None:
    say(mailed, team=OURS, readers=8)

    result = digest("interleaving")
    everything = result.out + result.err + digest("interleaving", "--json").out

    assert not [email for email in EMAILS if email.partition("@")[0] in everything]


def test_without_answers_or_a_rival_it_says_what_is_missing(mailed: Path, digest: Command) -> None:
    assert "no reader has said yet what they think of a paper" in digest("interleaving").out

    path = mailed / "config.toml"
    path.write_text(path.read_text().replace(RANKING, ""))

    assert "set [ranking] interleave" in digest("interleaving").out


def test_days_in_the_wrong_order_are_refused(home: Path, digest: Command) -> None:
    result = digest("interleaving", "--from", "2026-02-03", "--to", "2026-02-02")

    assert result.code == 2
    assert "--from 2026-02-03 is after --to 2026-02-02" in result.err


def test_a_preview_is_the_mail_that_was_sent(mailed: Path, digest: Command) -> None:
    (sent,) = (mailed / "outbox").rglob("*r3*.eml")

    shown = digest("preview", "--day", str(DAY), "--to", EMAILS[3], "--as", "eml")

    assert shown.out.encode().replace(b"\r\n", b"\n") == sent.read_bytes().replace(b"\r\n", b"\n")


def test_the_history_of_a_reader_says_who_chose_a_paper(mailed: Path, digest: Command) -> None:
    shown = " ".join(digest("subscribers", "show", EMAILS[0]).out.split())
    found = digest("subscribers", "show", EMAILS[0], "--json").json

    assert "chosen by newest" in shown
    assert "chosen by our ranker" in shown
    contents = found["issues"][0]["contents"]
    assert {one["team"] for one in contents} == {OURS, "newest"}


def test_a_backtest_can_be_judged_by_feedback_and_names_no_reader(
    mailed: Path, digest: Command
) -> None:
    say(mailed, team="newest", readers=8)
    judged = ("backtest", "--from", str(DAY), "--judge", "feedback", "--ranker", "digest")

    result = digest(*judged, "--ranker", "newest")
    found = digest(*judged, "--ranker", "newest", "--json").json

    head, ours, newest = result.out.splitlines()
    assert head.split("  ")[0] == "ranker"
    assert "liked first" in head
    assert ours.split()[0] == "digest"
    assert newest.split()[:2] == ["newest", "1.000"]
    assert "8 readers gave 8 verdicts on papers of 8 mails" in result.err
    assert "a paper that no mail had counts as not liked" in result.err
    assert "nothing is known of papers outside readers' topics" in result.err
    assert (found["readers"], found["chosen"], found["drawn"]) == (
        8, {"liked": 8, "total": 8}, {"liked": 0, "total": 0},
    )  # fmt: skip
    assert not any(email.partition("@")[0] in result.out + result.err for email in EMAILS)


def test_a_backtest_by_feedback_needs_answers_and_draws_nothing(
    mailed: Path, digest: Command
) -> None:
    judged = ("backtest", "--from", str(DAY), "--judge", "feedback")

    assert "no reader of these topics has said anything" in digest(*judged).err
    assert "--plot draws days" in digest(*judged, "--plot", "days.png").err
    assert digest(*judged, "--plot", "days.png").code == 2
