"""Runs, kills, retries, reboots and clock changes in any order: the ledger stays true."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.builders import evidence
from support.database import new_database
from support.examples import share
from support.installation import Installation, agents_paper
from support.mail_server import Behaviour, FakeMailServer, KilledError, text_of

from digest.delivery.run import Policy
from digest.delivery.stats import WorkerStats
from digest.models.delivery import IN_PROGRESS, SHOWN, DeliveryState, oldest_deliverable_day
from digest.models.identity import canonical_id
from digest.models.paper import Links
from digest.storage.pruning import Pruning
from digest.storage.subscriber_history import SubscriberHistory
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from digest.delivery.run import Progress, Shard
    from digest.models.delivery import OutgoingMessage, RunReport


NAMES = ("ada", "bo", "cy", "di", "ed")
EVENTS = (Event.LEAVE, Event.PAUSE, Event.RESUME, Event.SIGN_UP, Event.CONFIRM)
#: How messages are sent: the name of a method below, and its arguments.
WAYS = [
    *("run", "run", "run workers", "due"),
    *("again deferred", "again failed", "again expired", "again unknown"),
]
#: What happens between two runs: the name of a method below, and its arguments.
HAPPENINGS = [
    *(f"consent {name} {event}" for name in NAMES for event in EVENTS),
    *("paper numbered", "paper title", "elsewhere 0", "elsewhere 1", "elsewhere 2") * 4,
    *("wait 1", "wait 5", "wait -1", "wait -24") * 4,
    *("policy skip", "policy resend", "policy ask", "policy skip 2") * 2,
    *("next_day", "power_cut") * 12,
    *("prune 1", "prune 2", "prune 100") * 4,
]
ways = st.sampled_from(WAYS)
happenings = st.lists(st.sampled_from(HAPPENINGS), max_size=3)
#: Days before today that are run or retried.
past = st.sampled_from([0, 0, 0, 1, 1, 2])
behaviours = st.lists(
    st.sampled_from([*Behaviour, *[Behaviour.ACCEPT, Behaviour.DEFER, Behaviour.KILL_AFTER] * 3]),
    max_size=5,
)


class Days(RuleBasedStateMachine):
    """An installation and a mail server over several days."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stateful"))
        self.installation = Installation(new_database(self.folder), self.folder)
        self.server = FakeMailServer(on_leaving=self._check_leaving)
        #: messages that may have arrived and were sent again nevertheless; by day and address
        self.resent: set[tuple[date, str]] = set()
        #: papers that counted as shown at some time: the address, the day of the issue, the title
        self.shown: set[tuple[str, date, str]] = set()
        self.papers = self.boots = 0
        self.allow_late = False
        for name in NAMES[:3]:
            self.installation.subscribe(name)
        self._paper("numbered")

    def teardown(self) -> None:
        self.installation.app.engine.dispose()
        shutil.rmtree(self.folder)

    # -- runs -------------------------------------------------------------------------------

    # One rule, since of several each example leaves some out.
    @rule(
        before=happenings, how=ways, ago=past, behaviours=behaviours, concurrency=st.integers(1, 3)
    )
    def send(
        self, before: list[str], how: str, ago: int, behaviours: list[Behaviour], concurrency: int
    ) -> None:
        self._happen(before)
        self.server.behaviours, self.server.concurrency = list(behaviours), concurrency
        way, *words = how.split()
        getattr(self, f"_{way}")(self._today() - timedelta(days=ago), *words)

    def _run(self, day: date, workers: str = "") -> None:
        report = self._send(day=day, workers=_two_shares if workers else None)
        if report and report.stopped is None:
            self._everybody_was_served(day)

    def _due(self, _day: date) -> None:
        """Retry what is due, of whatever day."""
        for day in self.installation.app.history.days_waiting(now=self.installation.now):
            self._send(day=day, edition=self._edition(day), plan_new=False)

    def _again(self, day: date, state: str) -> None:
        """Retry the deliveries in a state, because the operator says so."""
        if state == DeliveryState.UNKNOWN:
            self.resent |= self._standing(DeliveryState.UNKNOWN, day=day)
        self.installation.app.ledger.plan_again(day, [DeliveryState(state)])
        if day in self.installation.app.history.days_waiting(now=self.installation.now):
            self._send(day=day, edition=self._edition(day), plan_new=False, allow_late=True)

    def _edition(self, day: date) -> Any:
        return (
            None if self.installation.app.editions.newest(day) else self.installation.edition(day)
        )

    def _send(self, **options: Any) -> RunReport | None:
        """Run, or be killed."""
        self.server.unanswered = set()
        self.allow_late = options.get("allow_late", False)
        resend = self.installation.policy.resend
        if resend:
            self.resent |= self._standing(*IN_PROGRESS)
        try:
            return self.installation.send(self.server, **options)
        except KilledError:
            return None
        finally:
            if resend:
                self.resent |= self.server.unanswered

    # -- what happens between runs ------------------------------------------------------------

    def _happen(self, happenings: list[str]) -> None:
        for happening in happenings:
            what, *who = happening.split()
            getattr(self, f"_{what}")(*who)

    def _consent(self, name: str, what: str) -> None:
        subscriber, event = self.installation.book.find(f"{name}@example.org"), Event(what)
        if subscriber is None:
            self.installation.subscribe(name)
        elif _is_possible(subscriber.status, event):
            self.installation.book.record(subscriber.id, event, evidence=evidence())

    def _paper(self, kind: str) -> None:
        """Feature a new paper today, known by its number or by its title alone."""
        self.papers += 1
        new = agents_paper(f"2602.{self.papers:05}", day=self._today())
        if kind == "title":
            new = replace(new, id=canonical_id(None, new.title), links=Links())
        self.installation.add_papers(new)

    def _elsewhere(self, number: str) -> None:
        """Have another source find one of the last papers today, under its number, with votes."""
        if int(number) < self.papers:
            known = f"2602.{self.papers - int(number):05}"
            found = agents_paper(known, day=self._today(), votes=int(number))
            self.installation.add_papers(found, source="second")

    def _wait(self, hours: str) -> None:
        self.installation.wait(hours=int(hours))

    def _next_day(self) -> None:
        """Let a day go by, and the next have papers, one of them known already."""
        self.installation.wait(days=1)
        self._paper("numbered")
        self._elsewhere("1")

    def _power_cut(self) -> None:
        """Cut the power: what a killed worker recorded since its claim is lost."""
        self.boots += 1
        self.installation.boot = f"start {self.boots}"
        with self.installation.app.engine.begin() as db:
            db.exec_driver_sql(
                "UPDATE deliveries SET state = 'claimed', settled_at = NULL, next_at = NULL"
                " WHERE fencing_token IN (SELECT id FROM workers WHERE ended_at IS NULL)"
            )

    def _prune(self, limit: str) -> None:
        """Prune, with a kill after one step or none, the days that are not run any more."""
        pruning, now = Pruning(self.installation.app.engine), self.installation.now
        limits = {"before": self._today() - timedelta(days=3), "closed_before": now}
        for day in pruning.days(**limits):
            pruning.prune(day.day, limit=int(limit), now=now, **limits)

    def _policy(self, on_unknown: Any, allowed: str = "") -> None:
        most = int(allowed) if allowed else None
        self.installation.policy = Policy(on_unknown=on_unknown, allowance=lambda _day: most)

    # -- what is always true ------------------------------------------------------------------

    def _check_leaving(self, message: OutgoingMessage) -> None:
        """Check a message whose first byte is about to leave."""
        subscriber = self.installation.book.find(message.recipient)
        assert subscriber is not None
        assert subscriber.status is Status.CONFIRMED
        lateness = self.installation.policy.max_lateness
        assert self.allow_late or message.day >= oldest_deliverable_day(
            now=self.installation.now, max_lateness=lateness
        )
        before = self.server.attempts.get((message.day, message.recipient), [])
        if before and before[-1] != message.content:
            self.remember_what_was_shown()
            others = {
                title
                for whose, day, title in self.shown
                if whose == message.recipient and day != message.day
            }
            assert self._titles(before[-1]) & others

    @invariant()
    def remember_what_was_shown(self) -> None:
        """Remember what ever counted as shown; a message to be resent does not for a while."""
        history = self.installation.app.history
        for record in history.records(states=SHOWN):
            titles = (it.title for it in history.contents(record))
            self.shown |= {(record.address, record.day, title) for title in titles}

    @invariant()
    def nobody_has_two_but_those_who_were_in_doubt_and_sent_to_again(self) -> None:
        twice = {key for key, times in self.server.accepted.items() if times > 1}

        assert twice <= self.resent

    @invariant()
    def what_the_ledger_says_is_what_the_server_knows(self) -> None:
        for key in self.server.accepted.keys() - self.resent:
            assert self._state(*key) in (*SHOWN, *IN_PROGRESS)
        for key in self._standing(DeliveryState.SENT):
            assert self.server.accepted[key] > 0

    @invariant()
    def every_day_adds_up(self) -> None:
        for day in {record.day for record in self._records()}:
            assert self.installation.app.history.day_totals(day).adds_up

    @invariant()
    def no_paper_is_shown_twice_to_a_subscriber(self) -> None:
        shown: dict[str, list[str]] = {}
        for key in self.server.accepted.keys() - self.resent:
            shown.setdefault(key[1], []).extend(self._titles(self.server.attempts[key][-1]))
        for titles in shown.values():
            assert len(titles) == len(set(titles))

    def _everybody_was_served(self, day: date) -> None:
        held = self.installation.policy.allowance(day) is not None
        left = self._standing(DeliveryState.PLANNED, *IN_PROGRESS, day=day)
        assert held or not left
        assert self.installation.app.history.not_planned(day) == 0

    # -- what there is ------------------------------------------------------------------------

    def _today(self) -> date:
        return self.installation.now.date()

    def _records(self) -> list[Any]:
        """Return what is known of every mail, also of those that are pruned."""
        history = SubscriberHistory(self.installation.app.engine)
        return [
            issue.record
            for subscriber in self.installation.book.all()
            for issue in history.issues(subscriber.id)
        ]

    def _state(self, day: date, address: str) -> DeliveryState:
        (found,) = [it for it in self._records() if (it.day, it.address) == (day, address)]
        return DeliveryState(found.state)

    def _standing(self, *states: DeliveryState, day: date | None = None) -> set[tuple[date, str]]:
        found = self.installation.app.history.records(day=day, states=states)
        return {(record.day, record.address) for record in found}

    def _titles(self, content: bytes) -> set[str]:
        text = text_of(content)
        every = (agents_paper(f"2602.{number + 1:05}").title for number in range(self.papers))
        return {title for title in every if title in text}


def _two_shares(
    shard: Shard,
    run_shard: Callable[[Shard, Progress], WorkerStats],
    _lock: int | None,
    progress: Progress,
) -> WorkerStats:
    """Run one half, and then the other, whose worker may be killed."""
    stats = run_shard(replace(shard, share=(0, 2)), progress)
    with suppress(KilledError):
        stats.add(run_shard(replace(shard, share=(1, 2)), progress))
    return stats


def _is_possible(status: Status, event: Event) -> bool:
    possible = {
        Event.CONFIRM: (Status.PENDING, Status.CONFIRMED),
        Event.PAUSE: (Status.CONFIRMED,),
        Event.RESUME: (Status.PAUSED,),
    }
    return status in possible.get(event, tuple(Status))


TestLedger = Days.TestCase
pytestmark = pytest.mark.slow
TestLedger.settings = settings(max_examples=share(15), stateful_step_count=20)
