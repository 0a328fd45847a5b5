"""What the refusals of a run mean once the replies to other recipients are known.

A refusal that waiting alone does not end (5xx, and 4xx about the sender) waits for a verdict. Its
delivery is deferred meanwhile, so a killed run loses nothing. The evidence is what happens to the
others:

* Another recipient passes the stage at which it was refused, after that. Then the server accepts
  our mail, and the refusal was about its own recipient: failed.
* Several in a row are refused in the same words, and nobody passes. Then the refusal is about us:
  the run stops, and they are planned again.
* Nobody passes in the whole run. Then nobody is failed, whatever the words: the server may be the
  wrong one.

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
#: Causes that fail nobody.
_OURS = (Cause.SENDER, Cause.POLICY)
_AFTER_THE_DATA = STAGES.index(END_OF_DATA)


class Verdicts:
    """The refusals of one run that have no verdict yet, and the evidence so far."""

    def __init__(self) -> None:
        """Start without any refusal."""
        self._waiting: dict[int, Refusal] = {}
        #: for each of them: how many messages had been taken when it was refused
        self._since: dict[int, int] = {}
        #: for each of them: its own number among the messages that were taken
        self._numbers: dict[int, int] = {}
        #: by the number of stages passed: the number of the last message that passed so many
        self._last = [0] * (len(STAGES) + 1)
        #: the most stages that any recipient has passed
        self._passed = 0
        #: groups of refusals that were found to be about their recipients
        self._of_recipients: set[Hashable] = set()
        #: how many were refused
        self.refused = 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether a refusal waits for evidence."""
        return bool(self._waiting)

    def pass_stages(self, passed: int, *, number: int) -> dict[int, DeliveryState]:
        """Record that a recipient passed so many stages; return the verdicts that follow.

        `number` counts the messages that were taken. One that was taken before a refusal shows
        little, because the server may have refused all from then on.
        """
        self._passed = max(self._passed, passed)
        self._last[passed] = max(self._last[passed], number)
        if not self._waiting:
            return {}
        return self._judge(
            [
                delivery
                for delivery, refusal in self._waiting.items()
                if refusal.passed < passed and self._known_by(delivery) < number
            ]
        )

    def refuse(
        self, delivery: int, refusal: Refusal, *, number: int, taken: int
    ) -> dict[int, DeliveryState]:
        """Record that message `number` was refused, when so many messages had been taken.

        Return the verdict, if messages whose outcomes are known already are evidence.
        """
        self.refused += 1
        self._waiting[delivery] = refusal
        self._since[delivery], self._numbers[delivery] = taken, number
        is_known = max(self._last[refusal.passed + 1 :]) > self._known_by(delivery)
        return self._judge([delivery] if is_known else [])

    def _known_by(self, delivery: int) -> int:
        """Return the number of the message after which one that passes is evidence.

        A rule about the sender holds for all mails from its start. Where it is not a limit, any
        later mail that passes shows that the rule is one for some recipients. It fails nobody, so
        a mail that was under way is evidence enough.
        """
        refusal = self._waiting[delivery]
        is_rule = refusal.cause in _OURS and not refusal.is_limit
        return self._numbers[delivery] if is_rule else self._since[delivery]

    def _judge(self, deliveries: list[int]) -> dict[int, DeliveryState]:
        """Return the verdicts on refusals that others did not get."""
        verdicts = {}
        for delivery in deliveries:
            refusal = self._waiting.pop(delivery)
            verdicts[delivery] = _verdict(refusal)
            self._of_recipients.add(_group(refusal))
        return verdicts

    def why_stop(self) -> int | None:
        """Return the delivery whose refusal stops the run; None while the run may go on."""
        return next((it[-1] for it in self._groups() if self._is_tested(it)), None)

    def _is_tested(self, group: list[int]) -> bool:
        """Whether enough were refused, one of them chosen after the first refusal was known.

        Those that were under way together may be neighbours on the list, with the same provider.
        """
        is_chosen = max(map(self._numbers.__getitem__, group)) > self._since[group[0]]
        return is_chosen and len(group) >= self._limit(group)

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
                is_rule_for_some = self._passed > refusal.passed and not refusal.is_limit
                return MAX_SAME if is_rule_for_some else MAX_SENDER
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
        if has_passed and refusal.cause is Cause.RECIPIENT:
            is_credible = self._count(Cause.RECIPIENT) <= MAX_SAME_LATER
            return DeliveryState.FAILED if is_credible else DeliveryState.DEFERRED
        if has_passed:
            is_few = number < MAX_SENDER and self._count(*_UNCLEAR) <= MAX_SAME
            is_known = is_few or _group(refusal) in self._of_recipients
            return _verdict(refusal) if is_known else DeliveryState.DEFERRED
        is_everybody = 1 < number == self.refused and refusal.cause is not Cause.POLICY
        is_ours = refusal.cause is Cause.SENDER or is_everybody
        return DeliveryState.PLANNED if is_ours else DeliveryState.DEFERRED

    def _is_nobody_known(self, group: list[int]) -> bool:
        """Whether mailboxes are said to be unknown and it is doubtful that any is known."""
        refusal = self._waiting[group[0]]
        if refusal.cause is not Cause.RECIPIENT:
            return False
        has_passed = self._passed > refusal.passed
        return not has_passed and self._count(Cause.RECIPIENT) > 1

    def _count(self, *causes: Cause) -> int:
        return sum(refusal.cause in causes for refusal in self._waiting.values())


def _group(refusal: Refusal) -> Hashable:
    """Return what is equal for refusals that say the same."""
    if refusal.cause in _OURS:
        return refusal.cause, refusal.passed, refusal.is_limit
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
