"""What is wrong after a run, for the operator: what a person should look at, and nothing else.

A mail that is deferred, or one reader whose address does not exist, is every day's business. It
makes a run incomplete, but is no trouble.

Trouble lasts until a run has looked at what was wrong. A run at which nobody is due may read no
source and send no mail, so it says nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.models.delivery import DeliveryState
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Collection

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


def kinds_of(result: RunResult, *, asks: bool = False) -> frozenset[str]:
    """Return the kinds of trouble after a run."""
    return frozenset(trouble.kind for trouble in troubles_of(result, asks=asks))


def with_earlier(
    result: RunResult,
    before: RunResult,
    *,
    read: Collection[str],
    sources: Collection[str],
    waits: bool,
    is_silent: bool,
) -> RunResult:
    """Return what a run did, with the trouble from before it that it has not ended.

    That a run could not be done is over when another one could. Mails that were too late are told
    of the run that gave them up.

    Args:
        result: what the run did.
        before: the trouble after the run before it.
        read: the names of the sources that it read.
        sources: the names of all that are configured.
        waits: whether mails of any day wait.
        is_silent: whether the day that was silent is so still.

    """
    unread = [name for name in before.failed_sources if name in sources and name not in read]
    failed = tuple(dict.fromkeys([*result.failed_sources, *unread]))
    stopped, silence = result.stopped, result.silence
    if stopped is None and waits and not result.sent:
        stopped = before.stopped
    if silence is None and is_silent:
        silence = before.silence
    is_well = not failed and stopped is None and silence is None
    return replace(
        result,
        failed_sources=failed,
        stopped=stopped,
        silence=silence,
        is_complete=result.is_complete and is_well,
    )
