"""The daemon's job: to serve whoever is due, and to send again what is due again."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from support.command import CONFIG, PAPERS
from support.machine_clock import set_clock

from digest.app import scheduler
from digest.cli import output
from digest.storage.run_lock import run_lock

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from support.command import Command, CommandResult

    from digest.app.scheduler import Jobs

    Day = Callable[[Callable[[], object], threading.Event], object]

#: A Monday; the site's hour is 18:00.
MORNING, EVENING = (datetime(2026, 2, 2, hour, 5, tzinfo=UTC) for hour in (9, 18))


@pytest.fixture
def daemon(digest: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[[Day], CommandResult]:
    """The daemon, whose jobs run when the test calls them."""

    def live(day: Day) -> CommandResult:
        def run_jobs(jobs: Jobs, *, stopped: threading.Event) -> None:
            day(jobs.serve_due, stopped)

        monkeypatch.setattr(scheduler, "run_jobs", run_jobs)
        return digest("daemon")

    return live


@pytest.fixture
def today(furnished: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation on a Monday evening, whose papers are of the day they are read on."""
    set_clock(monkeypatch, EVENING)
    undated = ({**record, "day": None} for record in PAPERS)
    (furnished / "papers.jsonl").write_text("".join(json.dumps(it) + "\n" for it in undated))
    # All that shows that an installation was here.
    for file in (*furnished.glob("digest.db*"), furnished / "digest.pepper"):
        file.unlink(missing_ok=True)
    return furnished


@pytest.fixture
def peopled(today: Path, digest: Command) -> Path:
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    digest("subscribers", "add", "ben@example.org", "--topic", "robots", "--confirmed")
    return today


def outbox(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "outbox").rglob("*.eml"))


def test_at_the_sites_hour_it_does_what_run_does(
    peopled: Path, daemon: Callable[[Day], CommandResult]
) -> None:
    result = daemon(lambda serve_due, _stopped: serve_due())

    assert outbox(peopled) == ["ada@example.org.eml", "ben@example.org.eml"]
    assert "2 sent" in result.out


def test_it_answers_monitoring_while_it_lives(
    peopled: Path, daemon: Callable[[Day], CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("DIGEST_METRICS__LISTEN", base)
    pages: list[str] = []

    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        serve_due()
        pages.extend(httpx.get(f"http://{base}/{path}").text for path in ("ready", "metrics"))

    result = daemon(day)

    assert result.code == 0
    assert pages[0] == "ready\n"
    assert "digest_mails_sent_total 2.0\n" in pages[1]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{base}/health")


def test_before_the_hour_nobody_is_mailed(
    peopled: Path, daemon: Callable[[Day], CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, MORNING)

    result = daemon(lambda serve_due, _stopped: serve_due())

    assert outbox(peopled) == []
    assert "runs at 18:00" in result.out + result.err


def test_a_daemon_that_was_restarted_after_the_hour_makes_up_for_it(
    peopled: Path, daemon: Callable[[Day], CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, EVENING + timedelta(hours=3))

    daemon(lambda serve_due, _stopped: serve_due())

    assert outbox(peopled) == ["ada@example.org.eml", "ben@example.org.eml"]


def test_each_reader_is_mailed_at_their_hour_by_two_daemons_and_cron_together(
    peopled: Path,
    digest: Command,
    daemon: Callable[[Day], CommandResult],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T32, and T24 across the hours: one mail for each reader, whoever looks, and how often."""
    set_clock(monkeypatch, datetime(2026, 2, 3, tzinfo=UTC))
    for email, hour in (("ada@example.org", "7"), ("ben@example.org", "9")):
        digest("subscribers", "set", email, "--hour", hour, "--timezone", "UTC")
    sent: dict[int, list[str]] = {}

    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        for hour in (0, 6, 7, 8, 9, 23):
            set_clock(monkeypatch, datetime(2026, 2, 3, hour, tzinfo=UTC))
            before = outbox(peopled)
            for _ in range(2):
                serve_due()
            digest("run")
            serve_due()
            sent[hour] = [name for name in outbox(peopled) if name not in before]

    daemon(day)

    at = {hour: names for hour, names in sent.items() if names}
    assert at == {7: ["ada@example.org.eml"], 9: ["ben@example.org.eml"]}
    status = digest("status", "--day", "2026-02-03", "--json").json
    assert status["deliveries"] == {"sent": 2}
    assert [person["attempts"] for person in status["people"]] == [1, 1]


def test_between_runs_the_sources_are_read_and_nobody_is_mailed(
    peopled: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Jobs] = []
    monkeypatch.setattr(scheduler, "run_jobs", lambda jobs, **_: found.append(jobs))
    digest("daemon")

    found[0].fetch()

    assert found[0].fetch_hours == 4
    assert outbox(peopled) == []
    assert len(digest("papers", "list", "--json").json) == len(PAPERS)


def test_no_file_of_the_database_stays_open_after_a_job(
    peopled: Path, daemon: Callable[[Day], CommandResult]
) -> None:
    left: list[str] = []

    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        # SQLite takes these away when the last connection is closed; the daemon itself has one.
        before = files(peopled)
        serve_due()
        serve_due()
        left.extend(files(peopled) - before)

    daemon(day)

    assert left == ["digest.db-run"]


def files(home: Path) -> set[str]:
    return {path.name for path in home.glob("digest.db*")}


@pytest.mark.parametrize("broken", ["port = 0", 'transport = "smtp"\nhost = "mail.example.com"'])
def test_what_a_person_must_mend_is_logged_and_the_daemon_goes_on(
    peopled: Path, daemon: Callable[[Day], CommandResult], broken: str
) -> None:
    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        (peopled / "config.toml").write_text(CONFIG.replace('directory = "outbox"', broken))
        serve_due()
        (peopled / "config.toml").write_text(CONFIG)
        serve_due()

    result = daemon(day)

    assert result.err.count("run failed") == 1
    assert outbox(peopled) == ["ada@example.org.eml", "ben@example.org.eml"]


def test_a_terminal_that_is_gone_is_no_bug_of_the_daemon(
    peopled: Path, daemon: Callable[[Day], CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_report: output.Report, _text: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(output.Report, "line", gone)

    result = daemon(lambda serve_due, _stopped: serve_due())

    assert outbox(peopled) == ["ada@example.org.eml", "ben@example.org.eml"]
    assert "cannot write the answer: Input/output error" in result.err
    assert "internal error" not in result.err


def test_what_could_not_leave_at_its_hour_leaves_when_the_daemon_looks_again(
    peopled: Path, daemon: Callable[[Day], CommandResult]
) -> None:
    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        (peopled / "outbox").write_text("in the way")
        serve_due()
        (peopled / "outbox").unlink()
        serve_due()

    result = daemon(day)

    assert "run stopped" in result.err
    assert outbox(peopled) == ["ada@example.org.eml", "ben@example.org.eml"]


def test_a_look_for_what_is_due_again_sends_nothing_new(
    peopled: Path, digest: Command, daemon: Callable[[Day], CommandResult]
) -> None:
    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        serve_due()
        serve_due()
        serve_due()

    daemon(day)

    status = digest("status", "--json").json
    assert status["deliveries"] == {"sent": 2}
    assert [person["attempts"] for person in status["people"]] == [1, 1]


def test_beside_another_run_the_daemon_leaves_what_is_due_to_it(
    peopled: Path, daemon: Callable[[Day], CommandResult]
) -> None:
    def day(serve_due: Callable[[], object], _stopped: object) -> None:
        with run_lock(peopled / "digest.db-run"):
            serve_due()

    result = daemon(day)

    assert "run failed" not in result.err


def test_a_daemon_that_was_told_to_stop_begins_nothing(
    peopled: Path, digest: Command, daemon: Callable[[Day], CommandResult]
) -> None:
    def day(serve_due: Callable[[], object], stopped: threading.Event) -> None:
        stopped.set()
        serve_due()

    daemon(day)

    assert outbox(peopled) == []
    assert digest("status", "--json").json["deliveries"] == {"planned": 2}
