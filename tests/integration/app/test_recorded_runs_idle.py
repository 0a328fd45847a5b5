"""Runs at which nobody is due: they leave no row, and say nothing of what they did not look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY
from support.installation import TOPICS, Installation, RecordingTransport, record
from support.machine_clock import set_clock
from support.readers import CHOSEN_AT

from digest.app import config, heartbeat, pipeline, recorded_runs, silence
from digest.app.figures import figures_of
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome
from digest.sources import get_kind

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.runs import DayReport

OPS = "ops@example.net"
#: The hour of the site's run, UTC.
EVENING = datetime(2026, 2, 2, 18, 7, tzinfo=UTC)
WELL = "all is well again"


class Hourly:
    """An installation whose cron calls `digest run` every hour, and what the operator hears."""

    def __init__(self, engine: sa.Engine, folder: Path, patch: pytest.MonkeyPatch) -> None:
        """Furnish it with two sources, and readers who go by the site's hour."""
        self.patch = patch
        self.installation = Installation(engine, folder)
        self.app = self.installation.app
        self.set(schedule={"at": "18:00", "timezone": "UTC"})
        self.beats: list[list[str]] = []
        patch.setattr(heartbeat, "beat", lambda _address, *, kinds: self.beats.append(list(kinds)))
        self.at(EVENING - timedelta(hours=30))
        self.installation.write_source(
            "first", *(record(id=f"2602.0000{n}", day=f"2026-02-0{n}") for n in range(1, 6))
        )
        self.installation.write_source("second")

    def set(self, **tables: dict[str, object]) -> None:
        """Use a configuration with these tables."""
        built = config.build(
            {
                "site": {"secret_key": "a key for the tests and nothing else"},
                "topics": TOPICS,
                "sources": [
                    {"name": name, "kind": "jsonl", "path": f"{name}.jsonl"}
                    for name in ("first", "second")
                ],
                "alerts": {"mail": OPS, "heartbeat": "https://beat.test/1"},
                **tables,
            },
            folder=self.installation.folder,
            where="the tests",
        )
        self.app.__dict__["config"] = built

    def subscribe(self, name: str, zone: str = "", hour: int = 4) -> None:
        """Add a reader, with an hour of their own in a zone, or by the site's."""
        reader = self.installation.subscribe(name)
        if zone:
            self.installation.book.prefer(
                reader.id, lambda it: replace(it, hour=hour, timezone=zone), at=CHOSEN_AT
            )

    def use(self, transport: RecordingTransport) -> None:
        """Have mails to readers leave by a transport; the operator's are not affected."""
        self.patch.setattr(type(self.app), "transport", lambda _app: transport)

    def at(self, moment: datetime) -> None:
        self.now = moment
        self.installation.now = moment
        set_clock(self.patch, moment)

    def run(self, *, hours: float = 0) -> DayReport:
        self.at(self.now + timedelta(hours=hours))
        return recorded_runs.run(self.app)

    @property
    def mails(self) -> list[str]:
        """The subjects of the mails to the operator, the oldest first."""
        files = self.installation.folder.glob(f"outbox/*/{OPS}.*.eml")
        found = [message_from_bytes(it.read_bytes(), policy=policy.default) for it in files]
        return [
            str(it["Subject"]).partition(": ")[2]
            for it in sorted(found, key=lambda it: it["Date"].datetime)
        ]

    @property
    def days(self) -> list[str]:
        return [str(one.day) for one in self.app.run_log.last(99)]

    @property
    def silences(self) -> list[str | None]:
        return [one.result and one.result.silence for one in self.app.run_log.last(99)]


@pytest.fixture
def hourly(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hourly:
    return Hourly(engine, tmp_path, monkeypatch)


def refusing(*names: str) -> RecordingTransport:
    refused = Outcome(state=DeliveryState.FAILED, code=550, reason="not here")
    return RecordingTransport(failures={f"{name}@example.org": refused for name in names})


def test_a_source_that_failed_is_told_once_though_idle_runs_read_none(hourly: Hourly) -> None:
    hourly.subscribe("ada")
    hourly.at(EVENING)
    hourly.run()
    (hourly.installation.folder / "second.jsonl").unlink()
    hourly.run(hours=24)
    good = figures_of(hourly.app, now=hourly.now).last_complete_run

    for _ in range(12):
        hourly.run(hours=1)

    assert hourly.mails == ["second could not be read in full"]
    assert hourly.beats == [[], *([["source second"]] * 13)]
    assert figures_of(hourly.app, now=hourly.now).last_complete_run == good
    ends = [bool(one.result and one.result.is_complete) for one in hourly.app.run_log.last(99)]
    assert ends == [True, *([False] * (len(ends) - 1))]


def test_it_is_well_again_when_a_run_has_read_the_source(hourly: Hourly) -> None:
    hourly.subscribe("ada")
    (hourly.installation.folder / "second.jsonl").unlink()
    hourly.at(EVENING)
    hourly.run()
    hourly.installation.write_source("second")

    hourly.run(hours=1)
    unread = list(hourly.mails)
    hourly.run(hours=4)  # [fetch] every

    assert unread == ["second could not be read in full"]
    assert hourly.mails == [*unread, WELL]
    assert hourly.beats == [["source second"], ["source second"], []]


def test_it_is_well_again_when_somebody_else_has_read_the_source(hourly: Hourly) -> None:
    hourly.set(schedule={"at": "18:00", "timezone": "UTC"}, fetch={"every": 0})
    hourly.subscribe("ada")
    (hourly.installation.folder / "second.jsonl").unlink()
    hourly.at(EVENING)
    hourly.run()
    hourly.installation.write_source("second")
    hourly.at(EVENING + timedelta(minutes=25))

    pipeline.fetch(hourly.app)
    hourly.run(hours=0.5)

    assert hourly.mails == ["second could not be read in full", WELL]
    assert hourly.beats == [["source second"], []]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("UTC", 7), ("Asia/Tokyo", 7), ("Asia/Kolkata", 4), ("Pacific/Honolulu", 20)],
)
def test_a_day_whose_lists_were_mailed_before_it_is_no_silence(
    hourly: Hourly, zone: str, hour: int
) -> None:
    for number in range(12):
        hourly.subscribe(f"reader{number}")
    hourly.subscribe("mover")
    hourly.at(EVENING - timedelta(hours=12))

    for number in range(6 * 24):
        hourly.run(hours=1)
        if number == 48:
            mover = hourly.installation.book.find("mover@example.org")
            assert mover is not None
            hourly.installation.book.prefer(
                mover.id, lambda it: replace(it, hour=hour, timezone=zone), at=hourly.now
            )

    assert [one for one in hourly.silences if one] == []
    assert hourly.mails == []
    assert all(beat == [] for beat in hourly.beats)


@pytest.mark.parametrize(
    ("at", "is_repeated"),
    [
        (EVENING + timedelta(hours=4), True),
        (EVENING + timedelta(days=2), False),
    ],
)
def test_lists_that_were_mailed_explain_nothing_once_newer_ones_are_due(
    hourly: Hourly, at: datetime, *, is_repeated: bool
) -> None:
    hourly.subscribe("ada")
    hourly.at(EVENING)
    hourly.run()

    found = silence._is_repeated(
        hourly.app, DAY, day=at.date() + timedelta(days=1), at=at, services=[get_kind("arxiv")]
    )

    assert found is is_repeated


def test_idle_runs_leave_no_row_and_beat_all_the_same(hourly: Hourly) -> None:
    hourly.set(schedule={"at": "18:00", "timezone": "UTC"}, fetch={"every": 0})
    hourly.subscribe("ada")
    hourly.at(EVENING)
    for _ in range(24):
        hourly.run()
        hourly.at(hourly.now + timedelta(hours=1))

    assert hourly.days == [str(DAY)]
    assert hourly.beats == [[]] * 24
    assert hourly.app.run_log.number() == 1


def test_mails_that_wait_keep_a_stopped_and_silent_day_as_it_is(hourly: Hourly) -> None:
    hourly.subscribe("ada")
    broken = MailServerError("no route to the mail server")
    hourly.use(RecordingTransport(failures={"ada@example.org": broken}))
    hourly.at(EVENING)

    for _ in range(4):
        hourly.run(hours=1)
    stopped = list(hourly.beats)
    hourly.use(RecordingTransport())
    hourly.run(hours=1)

    assert stopped == [["stopped", "silence"]] * 4
    assert hourly.beats[4:] == [[]]


def test_an_error_is_over_when_a_run_could_be_done(hourly: Hourly) -> None:
    hourly.subscribe("ada")
    hourly.at(EVENING)
    hourly.run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digest.app.runs.find_due", lambda *_, **__: 1 / 0)
        patch.setattr("digest.app.recorded_runs.find_due", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hourly.run(hours=1)

    for _ in range(3):
        hourly.run(hours=0.5)

    assert hourly.beats == [[], ["error"], [], [], []]
    assert [mail for mail in hourly.mails if mail != WELL] == hourly.mails[:1]
    assert hourly.mails[1:] == [WELL]


@pytest.mark.parametrize(
    ("zone", "hour", "at", "day"),
    [
        ("Asia/Kolkata", 4, datetime(2026, 2, 2, 22, 40, tzinfo=UTC), "2026-02-03"),
        ("Pacific/Kiritimati", 4, datetime(2026, 2, 2, 14, 10, tzinfo=UTC), "2026-02-03"),
        ("America/Los_Angeles", 18, datetime(2026, 2, 3, 2, 10, tzinfo=UTC), "2026-02-02"),
    ],
)
def test_a_local_day_on_which_all_were_refused_is_silent(
    hourly: Hourly, zone: str, hour: int, at: datetime, day: str
) -> None:
    hourly.set(schedule={"at": "12:00", "timezone": "UTC"})
    for name in ("ada", "bo"):
        hourly.subscribe(name, zone, hour)
    hourly.at(at - timedelta(days=1))
    hourly.run()  # the day before is well
    hourly.use(refusing("ada", "bo"))
    hourly.at(at)

    report = hourly.run()
    found = figures_of(hourly.app, now=hourly.now)

    assert str(report.silence).startswith(f"nothing was sent for {day} to 2 readers: 2 refused")
    assert hourly.days[-1] == day
    assert hourly.beats[-1] == ["silence"]
    assert (str(found.day), dict(found.mails)) == (day, {"failed": 2})
    assert found.is_silent


def test_a_source_that_failed_makes_the_local_day_silent(hourly: Hourly) -> None:
    for name in ("ada", "bo"):
        hourly.subscribe(name, "Asia/Kolkata")
    for source in ("first", "second"):
        (hourly.installation.folder / f"{source}.jsonl").unlink()
    hourly.at(datetime(2026, 2, 2, 22, 40, tzinfo=UTC))

    report = hourly.run()

    assert str(report.silence).startswith("nothing was sent for 2026-02-03 to 2 readers: first")
    assert hourly.days == ["2026-02-03"]


def test_a_day_stays_silent_until_a_newer_one_is_mailed(hourly: Hourly) -> None:
    hourly.subscribe("ada", "Asia/Kolkata")
    hourly.subscribe("bo", "America/Los_Angeles", 18)
    hourly.use(refusing("ada"))
    hourly.at(datetime(2026, 2, 2, 22, 40, tzinfo=UTC))
    hourly.run()
    hourly.run(hours=1)
    hourly.run(hours=3)  # Bo has the issue of the 2nd
    silent = list(hourly.beats)
    hourly.use(RecordingTransport())
    hourly.run(hours=20)

    assert hourly.installation.states(DAY) == {"bo": "sent"}
    assert silent == [["silence"]] * 3
    assert hourly.beats[3:] == [[]]
