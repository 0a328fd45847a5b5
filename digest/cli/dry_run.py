"""`digest run --dry-run`: who would get what."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from digest.app import serializers
from digest.cli import output
from digest.cli.papers import print_reports
from digest.cli.reasons import READERS, Tally, print_reasons
from digest.cli.tables import print_table
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from digest.app.services import App
    from digest.delivery.builder import MailResult
    from digest.models.due import Turn
    from subscribers.models import Subscriber


@dataclass
class _Results:
    """The results of a dry run, counted as they pass."""

    would_complete: bool = True
    tally: Tally = field(default_factory=Tally)

    def count(self, results: Iterable[MailResult]) -> Iterator[MailResult]:
        """Yield results, and count them."""
        for result in results:
            self.would_complete &= result.state in (DeliveryState.SENT, DeliveryState.SKIPPED)
            self.tally.add(result.state, result.reason, result.subscriber.address)
            yield result


def dry_run(app: App, day: date | None, subscriber: Subscriber | None, *, json: bool) -> bool:
    """Fetch a day and print who would get what; return whether a run would be complete."""
    from digest.app import pipeline
    from digest.app.due import find_due

    app.transport().close()  # a wrong mail setting is an error here as it is in a run
    is_plain = day is None and subscriber is None
    now_due = find_due(app) if is_plain else None
    chosen = now_due.site_day if now_due else pipeline.run_day(app, day)
    only_day = day is not None
    app.ledger.refuse_pruned(chosen.day)
    reports = pipeline.fetch(
        app, chosen.day, only_day=only_day, progress=output.lasting_progress_bar
    )
    own = chosen.day
    turns: dict[date, Sequence[Turn] | None] = dict(now_due.turns) if now_due else {own: None}
    open_days = [one for one in app.ledger.open_days() if is_plain and one not in turns]
    totals = [app.history.day_totals(one) for one in open_days]
    counted = _Results()
    results = counted.count(
        chain.from_iterable(
            _previews(app, one, some, subscriber, lists_of=own) for one, some in turns.items()
        )
    )
    if json:
        output.print_json(
            {
                "day": own.isoformat(),
                "day_reason": chosen.reason,
                "dry_run": True,
                "open_days": [
                    {"day": one.day.isoformat(), **serializers.day_totals(one)} for one in totals
                ],
                "sources": [serializers.source_report(report) for report in reports],
                "would": map(_shape, results),
            }
        )
    else:
        print_reports(reports, output.Report())
        output.print_result(f"papers of {chosen.day:%A} {chosen.day}: {chosen.reason}")
        _print_readers(results, counted.tally)
        for one in totals:
            states = ", ".join(f"{number} {state}" for state, number in one.states.items())
            output.print_result(
                f"{one.day} is open ({states or 'nobody is planned yet'});"
                " a run deals with it first"
            )
    return counted.would_complete and not any(report.error for report in reports)


def _previews(
    app: App,
    day: date,
    turns: Sequence[Turn] | None,
    subscriber: Subscriber | None,
    *,
    lists_of: date,
) -> Iterator[MailResult]:
    """Yield the mail of a day that each reader would get, or why they would get none."""
    from digest.app import pipeline, previews

    waiting = previews.undelivered(app, day, only=subscriber, turns=turns)
    show = output.lasting_progress_bar
    edition = pipeline.build_edition(app, day, lists_of=lists_of, progress=show)
    ids = [one.id for one in waiting]
    windows = previews.windows_for(app, day, ids, lists_of=lists_of, progress=show)
    builder = app.message_builder(edition, windows=windows)
    yield from map(builder.preview, output.with_progress(waiting, "mails"))


def _print_readers(results: Iterator[MailResult], tally: Tally) -> None:
    title = "Dry run: nothing was sent"
    first = list(islice(results, READERS + 1))
    if not first:
        output.print_result("nobody waits for a mail of that day")
        return
    if len(first) <= READERS:
        print_table(
            title,
            ("address", "would be", "papers#", "subject or reason~"),
            [
                (one["address"], one["state"], one["papers"], one["subject"] or one["reason"])
                for one in map(_shape, first)
            ],
        )
        return
    for _ in chain(first, results):
        pass  # counted
    print_reasons(title, tally.groups(list(DeliveryState)))
    output.print_result("--json lists every reader, --only EMAIL one of them")


def _shape(result: MailResult) -> dict[str, object]:
    message = result.message
    return {
        "address": result.subscriber.address,
        "state": str(result.state),
        "papers": len(message.issue.picks) if message else 0,
        "subject": message.subject if message else None,
        "reason": result.reason,
    }
