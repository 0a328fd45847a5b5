"""What is wrong after a run, for the operator: what a person should look at, and nothing else.

A mail that is deferred, or one reader whose address does not exist, is every day's business. It
makes a run incomplete, but is no trouble.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.models.delivery import DeliveryState
from digest.text.wording import count

if TYPE_CHECKING:
    from digest.storage.run_log import RunResult


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong."""

    #: the same as long as it is the same trouble, such as `source arXiv`
    kind: str
    #: a sentence for the operator
    text: str


def troubles_of(result: RunResult, *, asks: bool = False) -> list[Trouble]:
    """Return what is wrong after a run, the worst first.

    With `asks`, the operator wants to decide about mails of unknown outcome.
    """
    found = []
    if result.error is not None:
        found.append(Trouble("error", f"the run could not be done: {result.error}"))
    if result.stopped is not None:
        found.append(Trouble("stopped", f"the run stopped: {result.stopped}"))
    if result.silence is not None:
        found.append(Trouble("silence", result.silence))
    found += [
        Trouble(f"source {name}", f"{name} could not be read in full")
        for name in result.failed_sources
    ]
    if expired := result.counts.get(DeliveryState.EXPIRED, 0):
        found.append(Trouble("too late", f"{count(expired, 'mail')} could not leave in time"))
    if asks and (unknown := result.counts.get(DeliveryState.UNKNOWN, 0)):
        text = f"{count(unknown, 'mail')} may or may not have arrived; decide with `digest retry`"
        found.append(Trouble("unknown", text))
    return found
