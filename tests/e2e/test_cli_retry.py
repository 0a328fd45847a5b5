"""`digest retry`: what is due again, and what somebody says shall be sent again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY, PAPERS

from digest.storage.run_lock import run_lock

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

BOTH = ["ada@example.org.eml", "ben@example.org.eml"]
#: As what `digest retry --state` takes up mails.
ENDED = ["deferred", "unknown", "failed", "expired"]


def outbox(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "outbox").rglob("*.eml"))}


def execute(home: Path, statement: str, *values: object) -> None:
    """Change the ledger behind the program's back."""
    with closing(sqlite3.connect(home / "digest.db")) as db, db:
        db.execute(statement, values)


def stand(home: Path, state: str, *, due: datetime | None = None) -> dict[str, bytes]:
    """Have both mails stand so as if they had never arrived; return what they were."""
    sent = outbox(home)
    for path in (home / "outbox").rglob("*.eml"):
        path.unlink()
    at = due and due.replace(tzinfo=None).isoformat(" ", "microseconds")
    execute(home, "UPDATE deliveries SET state = ?, reason = 'so it is', next_at = ?", state, at)
    if state in ("planned", "claimed", "deferred"):
        execute(home, "UPDATE days SET closed_at = NULL")
    return sent


@pytest.fixture
def mailed(furnished: Path, digest: Command) -> Path:
    """A day that was mailed long ago."""
    digest("run", *DAY)
    return furnished


@pytest.fixture
def today(home: Path, digest: Command) -> Path:
    """A day that was mailed just now."""
    undated = ({**record, "day": None} for record in PAPERS)
    (home / "papers.jsonl").write_text("".join(json.dumps(it) + "\n" for it in undated))
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    digest("subscribers", "add", "ben@example.org", "--topic", "robots", "--confirmed")
    digest("run")
    return home


# -- of a day that is named -----------------------------------------------------------------------


@pytest.mark.parametrize("state", ENDED)
def test_mails_that_ended_so_are_sent_again_as_they_were(
    mailed: Path, digest: Command, state: str
) -> None:
    before = stand(mailed, state)

    result = digest("retry", *DAY, "--state", state)

    assert (result.code, result.out) == (0, "2026-02-02: 2 sent\n")
    assert outbox(mailed) == before
    status = digest("status", *DAY, "--json").json
    assert (status["deliveries"], status["adds_up"]) == ({"sent": 2}, True)
    assert status["closed_at"] is not None


@pytest.mark.parametrize("state", ENDED)
def test_mails_that_ended_otherwise_are_left_alone(
    mailed: Path, digest: Command, state: str
) -> None:
    stand(mailed, state, due=datetime.now(UTC) + timedelta(hours=1))
    others = [it for it in ENDED if it != state]

    answers = [digest("retry", *DAY, "--state", other) for other in others]

    assert {(it.code, it.out) for it in answers} == {(0, "")}
    assert outbox(mailed) == {}
    assert digest("status", *DAY, "--json").json["deliveries"] == {state: 2}


@pytest.mark.parametrize("state", ["sent", "skipped", "claimed"])
def test_only_what_may_be_sent_again_can_be_asked_for(
    mailed: Path, digest: Command, state: str
) -> None:
    result = digest("retry", *DAY, "--state", state)

    assert result.code == 2
    assert f"'{state}' is not one of" in result.err


def test_a_day_without_a_state_sends_what_is_deferred_whenever_it_is_due(
    mailed: Path, digest: Command
) -> None:
    before = stand(mailed, "deferred", due=datetime.now(UTC) + timedelta(hours=1))

    result = digest("retry", *DAY)

    assert result.out == "2026-02-02: 2 sent\n"
    assert outbox(mailed) == before


def test_one_reader_s_mail_can_be_sent_again_alone(mailed: Path, digest: Command) -> None:
    before = stand(mailed, "failed")

    result = digest("retry", *DAY, "--state", "failed", "--only", "BEN@example.org")

    assert result.code == 0
    assert outbox(mailed) == {BOTH[1]: before[BOTH[1]]}
    assert digest("status", *DAY, "--json").json["deliveries"] == {"sent": 1, "failed": 1}


def test_only_refuses_a_reader_who_is_not_confirmed_and_changes_nothing(
    mailed: Path, digest: Command
) -> None:
    stand(mailed, "failed")
    digest("subscribers", "remove", "ben@example.org")

    result = digest("retry", *DAY, "--state", "failed", "--only", "ben@example.org")

    assert result.code == 2
    assert "ben@example.org is left" in result.err
    assert digest("status", *DAY, "--json").json["deliveries"] == {"failed": 2}


def test_whoever_left_since_stays_where_they_were(mailed: Path, digest: Command) -> None:
    stand(mailed, "failed")
    digest("subscribers", "remove", "ben@example.org")

    result = digest("retry", *DAY, "--state", "failed")

    assert result.out == "2026-02-02: 1 sent, 1 already settled\n"
    assert list(outbox(mailed)) == BOTH[:1]
    assert digest("status", *DAY, "--json").json["deliveries"] == {"sent": 1, "failed": 1}


def test_a_state_without_a_day_is_refused(mailed: Path, digest: Command) -> None:
    before = stand(mailed, "failed")

    result = digest("retry", "--state", "failed")

    assert result.code == 2
    assert "--state needs --day" in result.err
    assert before != outbox(mailed) == {}


def test_the_report_of_a_retry_is_a_list_of_days(mailed: Path, digest: Command) -> None:
    stand(mailed, "unknown")

    (report,) = digest("retry", *DAY, "--state", "unknown", "--json").json

    assert report["day"] == "2026-02-02"
    assert (report["deliveries"], report["already"]) == ({"sent": 2}, 0)
    assert (report["stopped"], report["doubtful"]) == (None, 0)


def test_a_retry_that_fails_ends_with_1_and_can_be_repeated(mailed: Path, digest: Command) -> None:
    before = stand(mailed, "failed")
    (mailed / "outbox" / "2026-02-02").rmdir()
    (mailed / "outbox").rmdir()
    (mailed / "outbox").write_text("in the way")

    stopped = digest("retry", *DAY, "--state", "failed")
    (mailed / "outbox").unlink()
    repeated = digest("retry", *DAY)

    assert (stopped.code, repeated.code) == (1, 0)
    assert "stopped: cannot write" in stopped.out
    assert outbox(mailed) == before


# -- nothing to do --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [(), DAY, (*DAY, "--state", "failed"), ("--day", "2026-02-03"), ("--only", "ada@example.org")],
)
def test_where_nothing_waits_nothing_is_sent_or_planned(
    mailed: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    before = outbox(mailed)
    digest("subscribers", "add", "cy@example.org", "--topic", "agents", "--confirmed")

    result = digest("retry", *arguments)

    assert (result.code, result.out) == (0, "")
    assert outbox(mailed) == before
    assert digest("status", "--json").json["day"] == "2026-02-02"
    assert digest("status", "--json").json["planned"] == 2


def test_where_nothing_waits_the_list_of_days_is_empty(mailed: Path, digest: Command) -> None:
    result = digest("retry", "--json")

    assert (result.code, result.json) == (0, [])


@pytest.mark.parametrize(("arguments", "out"), [((), ""), (("--json",), "[]\n")])
def test_beside_another_run_a_retry_leaves_what_is_due_to_it(
    mailed: Path, digest: Command, arguments: tuple[str, ...], out: str
) -> None:
    stand(mailed, "deferred")

    with run_lock(mailed / "digest.db-run"):
        result = digest("retry", *arguments)

    assert (result.code, result.out) == (0, out)
    assert outbox(mailed) == {}


def test_beside_another_run_a_retry_of_a_named_day_waits_for_it(
    mailed: Path, digest: Command
) -> None:
    stand(mailed, "failed")
    (mailed / "config.toml").write_text(CONFIG + "\n[delivery]\nmax_wait = 0.0001\n")

    with run_lock(mailed / "digest.db-run"):
        result = digest("retry", *DAY, "--state", "failed")

    assert result.code == 1
    assert "waiting for another run" in result.err
    assert "another run is sending, and has been for 0.0001 minutes" in result.err
    assert digest("status", *DAY, "--json").json["deliveries"] == {"failed": 2}


# -- of all days ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "sent"), [(-1, BOTH), (5, [])])
def test_what_was_deferred_is_sent_when_it_is_due(
    today: Path, digest: Command, minutes: int, sent: list[str]
) -> None:
    before = stand(today, "deferred", due=datetime.now(UTC) + timedelta(minutes=minutes))

    result = digest("retry")

    assert result.code == 0
    assert outbox(today) == {name: before[name] for name in sent}


def test_what_a_stopped_run_left_is_sent(today: Path, digest: Command) -> None:
    before = stand(today, "planned")

    digest("retry")

    assert outbox(today) == before


def test_what_is_too_old_does_not_leave_unless_its_day_is_named(
    mailed: Path, digest: Command
) -> None:
    before = stand(mailed, "deferred")
    execute(mailed, "UPDATE days SET named_at = NULL")

    unnamed = digest("retry")
    between = outbox(mailed)
    named = digest("retry", *DAY, "--state", "expired")

    assert (unnamed.code, named.code) == (1, 0)
    assert unnamed.out == (
        "2026-02-02: 2 expired\n"
        "2 of 2026-02-02 were too late; their papers come with the next issue\n"
        "until then `digest retry --day 2026-02-02 --state expired` sends these mails\n"
    )
    assert "mails were too late" in unnamed.err
    assert between == {}
    assert outbox(mailed) == before


# -- what is in doubt -----------------------------------------------------------------------------


def test_who_asks_to_be_asked_is_told_what_to_do(mailed: Path, digest: Command) -> None:
    (mailed / "config.toml").write_text(CONFIG + '\n[delivery]\non_unknown = "ask"\n')
    stand(mailed, "unknown")

    result = digest("run", *DAY)
    command = result.out.partition("`digest ")[2].partition("`")[0]
    retried = digest(*command.split())

    assert (result.code, retried.code) == (1, 0)
    assert "2 may or may not have arrived" in result.out
    assert list(outbox(mailed)) == BOTH


def test_a_mail_made_before_desks_were_kept_is_made_anew(mailed: Path, digest: Command) -> None:
    stand(mailed, "failed")
    execute(mailed, "UPDATE deliveries SET edition_id = NULL")
    execute(mailed, "DELETE FROM edition_papers")
    execute(mailed, "UPDATE editions SET content_key = '', mail_key = '', content = ''")
    digest("subscribers", "add", "cy@example.org", "--topic", "agents", "--confirmed")

    result = digest("retry", *DAY, "--state", "failed")

    assert result.out == "2026-02-02: 2 sent\n"
    assert list(outbox(mailed)) == BOTH


# -- a run that died ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), DAY], ids=["by cron", "by name"])
def test_what_a_killed_run_had_in_hand_is_taken_back(
    today: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    before = stand(today, "claimed")
    execute(today, "UPDATE workers SET ended_at = NULL")  # it never came to its end
    day = digest("status", "--json").json["day"]

    digest("retry", *(("--day", day) if arguments else ()))

    assert outbox(today) == before
    assert digest("status", "--json").json["deliveries"] == {"sent": 2}


def test_a_day_that_was_named_may_be_late_for_a_while(mailed: Path, digest: Command) -> None:
    before = stand(mailed, "deferred")

    digest("retry")  # it was named when it was mailed, just now

    assert outbox(mailed) == before


@pytest.mark.parametrize("state", ["deferred", "planned", "expired"])
def test_an_old_day_is_not_given_up_by_the_retry_that_names_it(
    mailed: Path, digest: Command, state: str
) -> None:
    before = stand(mailed, state)
    execute(mailed, "UPDATE days SET named_at = NULL")

    digest("retry", *DAY, *(("--state", state) if state != "planned" else ()))

    assert outbox(mailed) == before
