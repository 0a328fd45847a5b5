"""What the refusals of a run mean once the replies to other recipients are known.

A refusal for good (5xx) waits for a verdict. Its delivery is deferred meanwhile, so a killed run
loses nothing. The evidence is what happens to the others:

* Another recipient passes the stage at which it was refused, after that. Then the server accepts
  our mail, and the refusal was about its own recipient: failed.
* Several in a row are refused in the same words, and nobody passes. Then the refusal is about us:
  the run stops, and they are planned again.

Pure: it counts and does no I/O. The rules are in a table in docs/operating.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.delivery.smtp.refusals import END_OF_DATA, STAGES, Cause, Refusal
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Hashable

#: The run stops when this many recipients in a row are refused for a reason that names us.
MAX_SENDER = 3
#: The same for a policy, and for the same unclear words before anybody was accepted.
MAX_SAME = 5
#: The same for unclear words once somebody was accepted: it may be a group of bad addresses.
MAX_SAME_LATER = 20
#: Reply codes about a mailbox or its storage, as RFC 5321 §4.2.3 has them.
_MAILBOX_CODES = (550, 551, 552, 553)
#: Causes that only others can show.
_UNCLEAR = (Cause.UNCLEAR, Cause.MESSAGE)
_AFTER_THE_DATA = STAGES.index(END_OF_DATA)


class Verdicts:
    """The refusals of one run that have no verdict yet, and the evidence so far."""

    def __init__(self) -> None:
        """Start without any refusal."""
        self._waiting: dict[int, Refusal] = {}
        #: for each of them: how many messages had been taken when it was refused
        self._since: dict[int, int] = {}
        #: the most stages that any recipient has passed
        self._passed = 0
        #: groups of refusals that were found to be about their recipients
        self._of_recipients: set[Hashable] = set()
        self._refused = 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether a refusal waits for evidence."""
        return bool(self._waiting)

    def pass_stages(self, passed: int, *, number: int) -> dict[int, DeliveryState]:
        """Record that a recipient passed so many stages; return the verdicts that follow.

        `number` counts the messages that were taken. One that was taken before a refusal shows
        nothing, because the server may have refused all from then on.
        """
        self._passed = max(self._passed, passed)
        if not self._waiting:
            return {}
        verdicts = {}
        for delivery, refusal in [*self._waiting.items()]:
            if refusal.passed < passed and self._since[delivery] < number:
                del self._waiting[delivery]
                verdicts[delivery] = _verdict(refusal)
                self._of_recipients.add(_group(refusal))
        return verdicts

    def refuse(self, delivery: int, refusal: Refusal, *, taken: int) -> None:
        """Record that a recipient was refused for good, when so many messages had been taken."""
        self._refused += 1
        self._waiting[delivery] = refusal
        self._since[delivery] = taken

    def why_stop(self) -> int | None:
        """Return the delivery whose refusal stops the run; None while the run may go on."""
        return next((it[-1] for it in self._groups() if len(it) >= self._limit(it)), None)

    def must_wait(self, *, under_way: int) -> bool:
        """Whether no mail may leave before those under way have outcomes.

        Until somebody was accepted, no more mails leave than the refusals that stop a run.
        """
        return any(
            len(group) + under_way >= self._limit(group)
            and self._passed <= self._waiting[group[0]].passed
            for group in self._groups()
        )

    def close(self) -> tuple[dict[int, DeliveryState], int | None]:
        """End the run: return the last verdicts, and the delivery whose refusal stopped it.

        All that waits has been refused since anybody passed the stage.
        """
        verdicts: dict[int, DeliveryState] = {}
        stopped = self.why_stop()
        for group in self._groups():
            state = self._last_verdict(group)
            verdicts |= dict.fromkeys(group, state)
            if stopped is None and (state is DeliveryState.PLANNED or self._is_nobody_known(group)):
                stopped = group[-1]
        self._waiting.clear()
        return verdicts, stopped

    def _groups(self) -> list[list[int]]:
        """Return the deliveries that wait, in groups of those that were told the same."""
        groups: dict[Hashable, list[int]] = {}
        for delivery, refusal in self._waiting.items():
            groups.setdefault(_group(refusal), []).append(delivery)
        return [*groups.values()]

    def _limit(self, group: list[int]) -> float:
        """Return how many of a group in a row stop the run."""
        refusal = self._waiting[group[0]]
        match refusal.cause:
            case Cause.SENDER:
                return MAX_SENDER
            case Cause.POLICY:
                return MAX_SAME
            case Cause.RECIPIENT:
                return float("inf")
            case _:
                return MAX_SAME_LATER if self._passed > refusal.passed else MAX_SAME

    def _last_verdict(self, group: list[int]) -> DeliveryState:
        """Return what becomes of a group when nobody is left who could pass."""
        refusal, number = self._waiting[group[0]], len(group)
        has_passed = self._passed > refusal.passed
        if number >= self._limit(group):
            return DeliveryState.PLANNED
        if refusal.cause is Cause.RECIPIENT and self._is_credible(has_passed=has_passed):
            return DeliveryState.FAILED
        if has_passed and refusal.cause is Cause.RECIPIENT:
            return DeliveryState.DEFERRED
        if has_passed:
            is_few = number < MAX_SENDER and self._count(*_UNCLEAR) <= MAX_SAME
            is_known = is_few or _group(refusal) in self._of_recipients
            return _verdict(refusal) if is_known else DeliveryState.DEFERRED
        is_everybody = 1 < number == self._refused and refusal.cause is not Cause.POLICY
        is_ours = refusal.cause is Cause.SENDER or is_everybody
        return DeliveryState.PLANNED if is_ours else DeliveryState.DEFERRED

    def _is_credible(self, *, has_passed: bool) -> bool:
        """Whether so many mailboxes can be unknown; else the server may be the wrong one."""
        unknown = self._count(Cause.RECIPIENT)
        return unknown <= MAX_SAME_LATER if has_passed else unknown < MAX_SAME

    def _is_nobody_known(self, group: list[int]) -> bool:
        refusal = self._waiting[group[0]]
        has_passed = self._passed > refusal.passed
        is_unknown = refusal.cause is Cause.RECIPIENT and not has_passed
        return is_unknown and not self._is_credible(has_passed=has_passed)

    def _count(self, *causes: Cause) -> int:
        return sum(refusal.cause in causes for refusal in self._waiting.values())


def _group(refusal: Refusal) -> Hashable:
    """Return what is equal for refusals that say the same."""
    if refusal.cause in (Cause.SENDER, Cause.POLICY):
        return refusal.cause, refusal.passed
    return refusal.cause, refusal.passed, refusal.code, refusal.words


def _verdict(refusal: Refusal) -> DeliveryState:
    """Return what becomes of a recipient whose refusal others did not get."""
    match refusal.cause:
        case Cause.RECIPIENT | Cause.MESSAGE:
            return DeliveryState.FAILED
        case Cause.UNCLEAR:
            # After the data a server may refuse the content by rules that it does not name.
            is_mailbox = refusal.passed < _AFTER_THE_DATA or refusal.code in _MAILBOX_CODES
            return DeliveryState.FAILED if is_mailbox else DeliveryState.DEFERRED
        case _:
            return DeliveryState.DEFERRED
