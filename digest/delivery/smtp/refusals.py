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

_LIMIT = re.compile(
    r"(?:sending|send|daily|hourly|monthly|outgoing|outbound|submission|relay|messages?|rate|your)"
    r"(?:\W+\w+){0,2}?\W+(?:limit|quota)s?\b"
    r"|(?:limit|quota)\W+(?:\w+\W+){0,3}(?:per (?:second|minute|hour|day)|messages|mails|emails)"
    r"|too many (?:\w+ )?(?:messages|mails|emails|recipients|connections)|throttl|rate.?limit"
    r"|sending too (?:fast|much|many)"
)
_LOGIN = re.compile(
    r"relay(?:ing)?(?: access)?(?: is| was)? (?:denied|not (?:allowed|permitted)|prohibit|refuse)"
    r"|(?:unable|not (?:allowed|permitted)|refuse[sd]?|cannot|won't|don't|do not) to relay"
    r"|(?:cannot|won't|don't|do not) relay|allowed rcpthosts|(?:smtp|turn on) auth"
    r"|authentication (?:is )?(?:required|needed|fail)|(?:must|need to|please) (?:first )?"
    r"(?:authenticate|log ?in|issue a? ?starttls)|not (?:logged in|authenticated)"
)
_ADDRESS = re.compile(
    r"\bsend(?:ing|er)?.?as\b|sendasden|not owned by user|domain of sender|invalid sender"
    r"|(?<!not )\bsender(?:'s)?\b(?: (?:e-?mail|address|domain|verif\w+|name|is|was|not|of|has))*"
    r" (?:reject|refus|den|fail|not|unknown|invalid|block|unauthori|unverified|does|mismatch)"
    r"|(?:verify|verification of|unknown|bad|invalid|unverified|reject\w*|forged|unauthori[sz]ed)"
    r" (?:the )?sender"
    r"|(?:n't|not) (?:be )?(?:allow|author|permit|have permission)\w*"
    r" to (?:send(?! (?:\w+ ){0,2}to\b)|use)"
    r"|not author\w+ (?:to use|for|as)\b|\bfrom (?:address|header|domain)|mail.?from\b"
    r"|return.?path|envelope.?from|(?:address|domain|identit\w+)(?: is| was)? not (?:yet )?verified"
    r"|failed the check|unverified (?:address|domain|identity)"
    r"|\b(?:spf|dkim|dmarc)\b|unauthenticated|reverse dns|\bptr\b|\brdns\b"
    r"|your (?:account|domain|ip|server|host|network|message rate)"
)
#: Words of a policy: they speak of the sender, of the content, or of rules for this recipient.
_POLICY = re.compile(
    r"spam|virus|malware|phish|block|black.?list|dnsbl|\brbl\b|reputation|polic|unsolicited|\bbann?ed"
    r"|content (?:was )?(?:reject|refus|den)|grey.?list|suspicious|abus"
)
#: Words of a rule for this recipient. The server need not have it for others.
_RESTRICTION = re.compile(
    r"(?:allow|safe|white|accept|permit|pass)(?:ed)?.?(?:senders?.?)?list"
    r"|(?:approved|accepted|allowed|trusted|permitted|safe|external|outside|anonymous).senders?\b"
    r"|\b(?:recipient|user|group|mailbox|inbox|list)(?:'s)?(?: \w+){0,4}?"
    r" (?:accepts? only|only (?:accept|receive|allow)|restrict"
    r"|(?:not|n't) (?:(?:allowed|permitted|able|authori[sz]ed) to )?(?:accept|receive)\w*"
    r"(?: \w+){0,4}? from\b)"
    r"|resolver\.rst|sender.?not.?(?:authenticated.?for|in.?allowed)|member'?s?.only|not a member"
    r"|(?:send|post|write|deliver)(?: \S+){0,2} to (?:this|the) (?:\w+ )?"
    r"(?:group|list|mailbox|user|recipient)"
    r"|too many (?:\w+ )?(?:invalid|unknown|bad|wrong|reject\w*|non.?exist\w*)"
    r" (?:recipient|addresse|user|mailboxe|rcpt)s"
)
#: Words of a 4xx that only time answers.
_WAIT = re.compile(
    r"gr[ae]y.?list|come back|in progress|unusual rate|temperror"
    r"|temp\w* (?:lookup|dns|error|fail|problem|rate|deferred|block)|lookup (?:failure|error)"
)
#: Words for an address that certainly does not exist.
_UNKNOWN = re.compile(
    r"(?:no such|unknown|invalid|non.?existent|not? (?:a )?known)(?: \w+)?"
    r" (?:user|recipient|mailbox|account|address|person|local)"
    r"|(?:user|recipient|mailbox|account|address|alias)(?:name)?\W+(?:\w+\W+){0,4}?"
    r"(?:unknown|not found|not exist|nonexistent|(?:does|did)(?:n't| not) exist|(?:is )?invalid)"
    r"|no (?:mailbox|account|user|recipient)(?: \w+){0,2} (?:by|with|of) that name"
    r"|(?:does|did)(?:n't| not) have an?(?: \S+){1,3} account"
)
#: Words about the mailbox, which may exist all the same.
_MAILBOX = re.compile(
    r"(?:mailbox|mail box|account|user|recipient|inbox|address)(?:'s)?\W+(?:\w+\W+){0,4}?"
    r"(?:unavailable|not available|disabled|inactive|suspended|closed|locked|expired|deactivated"
    r"|full|quota|reject|refus|not allowed|no longer|not local|moved|unrout|undeliver|obsolete)"
    r"|over.?quota|quota exceeded|exceed\w* (?:\w+ )?quota|undeliverable|unrout(?:e)?able"
    r"|not a (?:valid )?(?:mailbox|user|recipient)|not our customer|no longer (?:work|exist|in use)"
    r"|exceeded storage|(?:host|domain) (?:\w+ ){0,2}?(?:unknown|not found|not exist)"
    r"|(?:does|do) not accept mail|nullmx|null mx"
)
_TOO_BIG_WORDS = re.compile(r"(?:size|too (?:big|large)|exceeds .{0,40}(?:limit|octets|bytes))")
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
    is_unknown = outcome.status in INVALID_ADDRESS or (
        outcome.stage == RCPT and bool(_UNKNOWN.search(others))
    )
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
    if is_limit or _WAIT.search(text) or status[:4] not in ("", "5.1.", "5.7."):
        return False
    is_said = bool(_LOGIN.search(text) or _ADDRESS.search(text))
    return is_said or not re.search(r"\b(?:later|again)\b", text)


def _as_5xx(status: str) -> str:
    """Return an enhanced status code as a 5xx has it: 4.7.26 means the same as 5.7.26."""
    return f"5{status[1:]}" if status else ""


def _cause(
    outcome: Outcome, others: str, text: str, recipient: str, senders: Collection[str]
) -> Cause:
    """Return the cause; `others` is the text without the recipient's own address."""
    status, stage = outcome.status, outcome.stage
    is_unknown = bool(_UNKNOWN.search(others))
    if status in _RESTRICTED or _RESTRICTION.search(others):
        return Cause.POLICY
    names_us = any(
        one in others if "@" in one else _names_login(one, others, recipient) for one in senders
    ) and not (is_unknown and recipient in text)
    if _as_5xx(status) in _SENDER or names_us or _is_about_sender(others):
        return Cause.SENDER
    is_policy = status.startswith("5.7.") or bool(_POLICY_WITHIN.search(others))
    if is_policy or (_POLICY.search(others) and not is_unknown):
        return Cause.SENDER if _names_our_domain(others, recipient, senders) else Cause.POLICY
    if status in _RECIPIENT or is_unknown or (stage == RCPT and _MAILBOX.search(others)):
        return Cause.RECIPIENT
    if status in _SIZE or status.startswith("5.6.") or _TOO_BIG_WORDS.search(others):
        return Cause.MESSAGE
    if outcome.code == _EXCEEDED_STORAGE and not status:
        return Cause.MESSAGE
    return Cause.SENDER if _names_our_domain(others, recipient, senders) else Cause.UNCLEAR


#: RFC 5321 §4.2.3: at MAIL the message is too big; a full mailbox is said in words.
_EXCEEDED_STORAGE = 552


def _is_about_sender(text: str) -> bool:
    if _LOGIN.search(text) or _ADDRESS.search(text):
        return True
    return _is_limit(text)


def _is_limit(text: str) -> bool:
    # The limit of a mailbox is the recipient's, that of an account for sending is ours.
    return bool(_LIMIT.search(text)) and not re.search(r"mailbox|over.?quota|\bsize\b", text)


def _names_login(login: str, text: str, recipient: str) -> bool:
    """Whether a text names our login, which is no address, beside a word for a login.

    A login may be short, and equal to a common word or to a reader's name.
    """
    if not login or login == recipient.partition("@")[0] or _UNKNOWN.search(text):
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
    if _LOGIN.search(text):
        return "check [mail] username, password, host and port"
    if _LIMIT.search(text):
        return "the account may not send more now: wait, or set [pace] and [delivery] warm_up"
    if cause is Cause.MESSAGE:
        return "check [ranking] max_papers and summary_length, and [mail] host"
    if cause is Cause.RECIPIENT:
        return "nobody was accepted: check [mail] host, and the list of readers"
    if cause is Cause.UNCLEAR:
        return "check [mail] from_address and bounce_address, username and host"
    return "check [mail] from_address and bounce_address, and what the server says of them"
