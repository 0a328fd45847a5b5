"""What a refusal (4xx or 5xx) is about: the recipient, the message, the sender, or a policy.

One reply rarely proves whose fault it is. So the cause is read from all that it says: the stage of
the session, the enhanced status code (RFC 3463), the words, and the addresses it names. Where these
say nothing, only the replies to other recipients can tell; see `digest.delivery.verdicts`.

The words are those that mail servers and providers use, in English as nearly all of them do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from digest.models.delivery import DeliveryState
from digest.text import refusal_words
from digest.text.reply_words import without_details

if TYPE_CHECKING:
    from collections.abc import Collection

    from digest.models.delivery import Outcome

#: The commands that a server can refuse, in the order in which it replies to them.
MAIL, RCPT, DATA, END_OF_DATA = STAGES = ("MAIL", "RCPT", "DATA", "the end of DATA")


class Cause(StrEnum):
    """What a refusal is about."""

    #: the recipient's mailbox or domain
    RECIPIENT = "recipient"
    #: the size or content of the message
    MESSAGE = "message"
    #: our address, login or account
    SENDER = "sender"
    #: rules of the server, which may be about us or about this recipient
    POLICY = "policy"
    #: it does not say
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A refusal, and what it is about."""

    #: how many stages the message had passed: 0 at MAIL, 3 at the end of its data
    passed: int
    code: int
    cause: Cause
    #: the words without what differs from recipient to recipient
    words: str
    #: what the operator should check, if it is the sender's fault
    advice: str
    #: whether the address certainly does not exist, so that it is never tried again
    is_invalid_address: bool = False
    #: whether it is a limit, which holds from some mail on; other rules hold from the first
    is_limit: bool = False
    #: whether waiting is enough (4xx); nothing about us has to change
    is_for_now: bool = False


#: Enhanced status codes of an address that does not exist any more (RFC 3463 §3.2, §3.3; RFC 7505
#: §4.2).
INVALID_ADDRESS = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: The mailbox or its domain: unknown, ambiguous, moved, disabled, full, a broken list.
_RECIPIENT = INVALID_ADDRESS | {"5.1.2", "5.1.4", "5.2.0", "5.2.2", "5.2.4", "4.2.2"}
#: The size (RFC 3463 §3.3, §3.4); the content is 5.6.x.
TOO_BIG = "5.3.4"
_SIZE = frozenset({"5.2.3", TOO_BIG})
#: RFC 3463 §3.2: the sender's address has a bad syntax or a domain that accepts no mail. Many
#: servers check the sender only at RCPT.
BAD_SENDER = frozenset({"5.1.7", "5.1.8"})
#: Besides: our account's limit (Gmail), no right to send as (Exchange), no
#: valid SPF, DKIM or reverse DNS (RFC 7372, Gmail, Outlook), no login (RFC 4954, Exchange).
_SENDER = BAD_SENDER | frozenset({
    "5.4.5", "5.2.252", "5.7.60", "5.7.8", "5.7.9", "5.7.20", "5.7.21", "5.7.22",
    "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27", "5.7.28", "5.7.29", "5.7.30", "5.7.40",
    "5.7.57", "5.7.64", "5.7.501", "5.7.502", "5.7.503", "5.7.509", "5.7.515", "5.7.705", "5.7.708",
    "5.7.750",
})  # fmt: skip
#: Those of them that are limits: of our account, or of the rate (Gmail).
_LIMITS = frozenset({"5.4.5", "5.7.28"})
#: Rules of Exchange about who may write to a mailbox or a group.
_RESTRICTED = frozenset({"5.7.12", "5.7.124", "5.7.133", "5.7.134", "5.7.135", "5.7.136"})

#: A second status code, of a server behind this one (Postfix: "host mx said: 550 5.7.1 …").
_POLICY_WITHIN = re.compile(r"said: \d{3}[ -]5\.7\.\d")
#: The address of a help page, whose words say nothing.
_URL = re.compile(r"\w+://\S+")


def stages_passed(outcome: Outcome) -> int:
    """Return how many stages the server let a message pass; 4 if it accepted it."""
    if outcome.state is DeliveryState.SENT:
        return len(STAGES)
    if outcome.state is DeliveryState.UNKNOWN:
        return STAGES.index(END_OF_DATA)  # its reply to the data was lost
    return STAGES.index(outcome.stage) if outcome.stage else 0


def read_refusal(outcome: Outcome, *, recipient: str, senders: Collection[str]) -> Refusal:
    """Return what a refusal is about.

    Args:
        outcome: What the server replied, and at which stage.
        recipient: The recipient's address.
        senders: Our own addresses: From, the envelope sender, the login.

    """
    reply = (outcome.reason or "").partition(f" at {outcome.stage}: ")
    text = _URL.sub("", reply[2] or reply[0]).lower()
    recipient = recipient.lower()
    others = text.replace(recipient, " address ")
    is_limit = _as_5xx(outcome.status) in _LIMITS or _is_limit(others)
    cause = _cause(outcome, others, text, recipient, {one.lower() for one in senders})
    # Servers write 5.1.1 above any words, also above those of a full mailbox.
    is_unknown = (
        outcome.status in INVALID_ADDRESS and not refusal_words.PASSING.search(others)
    ) or (outcome.stage == RCPT and bool(refusal_words.UNKNOWN.search(others)))
    return Refusal(
        passed=stages_passed(outcome),
        code=outcome.code,
        cause=cause,
        words=without_details(reply[2] or reply[0], recipient),
        advice=_advice(cause, others),
        is_invalid_address=cause is Cause.RECIPIENT and is_unknown,
        is_limit=is_limit,
        is_for_now=400 <= outcome.code < 500
        and not (cause is Cause.SENDER and _needs_mending(outcome, others, is_limit=is_limit)),
    )


def _needs_mending(outcome: Outcome, text: str, *, is_limit: bool) -> bool:
    """Whether a 4xx about the sender lasts until the sender is mended.

    Servers say 4xx so that mails survive a mistake in their own settings or in ours.
    """
    status = _as_5xx(outcome.status)
    if status in _SENDER:
        return status not in _LIMITS
    # Only addresses (x.1) and policies (x.7) are about us; the others are trouble of the server.
    if is_limit or refusal_words.WAIT.search(text) or status[:4] not in ("", "5.1.", "5.7."):
        return False
    is_said = bool(refusal_words.LOGIN.search(text) or refusal_words.SENDER.search(text))
    return is_said or not re.search(r"\b(?:later|again)\b", text)


def _as_5xx(status: str) -> str:
    """Return an enhanced status code as a 5xx has it: 4.7.26 means the same as 5.7.26."""
    return f"5{status[1:]}" if status else ""


def _cause(
    outcome: Outcome, others: str, text: str, recipient: str, senders: Collection[str]
) -> Cause:
    """Return the cause; `others` is the text without the recipient's own address."""
    status, stage = outcome.status, outcome.stage
    is_unknown = bool(refusal_words.UNKNOWN.search(others))
    if status in _RESTRICTED or refusal_words.RESTRICTION.search(others):
        return Cause.POLICY
    names_us = any(
        one in others if "@" in one else _names_login(one, others, recipient) for one in senders
    ) and not (is_unknown and recipient in text)
    if _as_5xx(status) in _SENDER or names_us or _is_about_sender(others):
        return Cause.SENDER
    is_policy = status.startswith("5.7.") or bool(_POLICY_WITHIN.search(others))
    if is_policy or (refusal_words.POLICY.search(others) and not is_unknown):
        return Cause.SENDER if _names_our_domain(others, recipient, senders) else Cause.POLICY
    if (
        status in _RECIPIENT
        or is_unknown
        or (stage == RCPT and refusal_words.MAILBOX.search(others))
    ):
        return Cause.RECIPIENT
    if status in _SIZE or status.startswith("5.6.") or refusal_words.TOO_BIG.search(others):
        return Cause.MESSAGE
    if outcome.code == _EXCEEDED_STORAGE and not status:
        return Cause.MESSAGE
    return Cause.SENDER if _names_our_domain(others, recipient, senders) else Cause.UNCLEAR


#: RFC 5321 §4.2.3: at MAIL the message is too big; a full mailbox is said in words.
_EXCEEDED_STORAGE = 552


def _is_about_sender(text: str) -> bool:
    if refusal_words.LOGIN.search(text) or refusal_words.SENDER.search(text):
        return True
    return _is_limit(text)


def _is_limit(text: str) -> bool:
    # The limit of a mailbox is the recipient's, that of an account for sending is ours.
    return bool(refusal_words.LIMIT.search(text)) and not re.search(
        r"mailbox|over.?quota|\bsize\b", text
    )


def _names_login(login: str, text: str, recipient: str) -> bool:
    """Whether a text names our login, which is no address, beside a word for a login.

    A login may be short, and equal to a common word or to a reader's name.
    """
    if not login or login == recipient.partition("@")[0] or refusal_words.UNKNOWN.search(text):
        return False
    word, kind = rf"(?<![\w.@-]){re.escape(login)}(?![\w@-]|\.\w)", r"\b(?:login|user|sender)"
    return bool(re.search(rf"{kind}(?:name)?\W{{1,3}}{word}|{word}\W{{1,3}}{kind}\b", text))


def _names_our_domain(text: str, recipient: str, senders: Collection[str]) -> bool:
    """Whether a text names the domain of one of our addresses, where it is not the recipient's."""
    ours = {one.rpartition("@")[2] for one in senders if "@" in one}
    ours.discard(recipient.rpartition("@")[2])
    return any(re.search(rf"(?<![\w.-]){re.escape(domain)}(?![\w-]|\.\w)", text) for domain in ours)


def _advice(cause: Cause, text: str) -> str:
    """Return what to check, if a refusal is the sender's fault."""
    if refusal_words.LOGIN.search(text):
        return "check [mail] username, password, host and port"
    if refusal_words.LIMIT.search(text):
        return "the account may not send more now: wait, or set [pace] and [delivery] warm_up"
    if cause is Cause.MESSAGE:
        return "check [ranking] max_papers and summary_length, and [mail] host"
    if cause is Cause.RECIPIENT:
        return "nobody was accepted: check [mail] host, and the list of readers"
    if cause is Cause.UNCLEAR:
        return "check [mail] from_address and bounce_address, username and host"
    return "check [mail] from_address and bounce_address, and what the server says of them"
