"""Bounces of systems that write no report for programs: their texts, in the forms that they have.

A form is known by what its text begins with. Only mail with the null sender, or from a mailer
daemon, is read so: people and their vacation notices quote such texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses, notice, reason
from digest.inbound.reading.message import Fields, read_fields
from digest.models.inbound import BounceClass, BouncedRecipient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.inbound.reading.message import IncomingMessage

#: How far into a text a form's first words may stand, and how much is read after a name.
_BEGINNING, _LONGEST_REASON = 4000, 1500
MOST_RECIPIENTS = 100


@dataclass(frozen=True)
class Form:
    """How one system writes that a mail was not delivered."""

    name: str
    begins: re.Pattern[str]
    #: what stands above the copy of the mail
    ends: re.Pattern[str]
    #: an address within a sentence; else each line that begins with one is about it
    recipient: re.Pattern[str] | None = None


@dataclass(frozen=True, kw_only=True)
class TextBounce:
    """What a text says: of whom, and which mail came back."""

    #: the name of the system, or empty for a text of an unknown one
    system: str
    recipients: tuple[BouncedRecipient, ...]
    #: the head of the mail that came back, as far as it was given back
    returned: Fields


def _form(name: str, begins: str, ends: str, recipient: str = "") -> Form:
    flags = re.IGNORECASE | re.MULTILINE
    return Form(
        name,
        re.compile(begins, flags),
        re.compile(ends, flags),
        re.compile(recipient, flags) if recipient else None,
    )


_A_COPY = (
    r"^[-=* \t]{0,80}(?:below this line|the original message|original message|message headers?"
    r"|this is a copy|enclosed is a copy|returned message|unsent message|the message (?:header"
    r"|text)|copy of (?:the|your) message)"
)
FORMS = (
    # Bernstein's QSBMF, https://cr.yp.to/proto/qsbmf.txt
    _form("qmail", r"^[ \t]*Hi\. (?:This is|The) ", r"^--- (?:Below this line|Enclosed)"),
    _form(
        "dma",
        r"^This is the DragonFly Mail Agent",
        r"^(?:Message headers follow|Original message follows)",
        r"error delivering your mail to <(?P<address>[^\n]+)>",
    ),
    _form(
        "Exim",
        r"^This message was created automatically by mail delivery software|"
        r"^A message that you (?:have )?sent could not be delivered",
        r"^-+ (?:This is a copy of|The body of)",
    ),
    _form(
        "sendmail",
        r"-{3} ?(?:The following addresses had|Transcript of session follows)",
        r"^ *-{3,} ?(?:Original|Unsent|Returned|Message header)",
    ),
    _form(
        "Postfix",
        r"^(?:I'm sorry to have to inform you|This is the (?:Postfix|mail system) )",
        _A_COPY,
    ),
    _form(
        "Exchange",
        r"did not reach (?:some or all of |the )?the (?:following|intended)|following recipients?"
        r"(?:\(s\))? (?:could not|cannot) be reached|delivery (?:has )?failed to (?:these"
        r"|the following)",
        _A_COPY,
    ),
    _form(
        "Domino",
        r"^(?:Your (?:message|document)|Failure report)\b",
        _A_COPY + r"|^To:\s",
        r"(?:was|were|could) (?:not|n't) (?:be )?delivered to:\s*<?(?P<address>[^\s<>]+@[^\s<>]+)",
    ),
    _form("GroupWise", r"The (?:message|e-?mail) that you sent was undeliverable", _A_COPY),
    _form(
        "smail",
        r"^\|-+ (?:Message log|Failed addresses) follows?",
        r"^\|-+ Message (?:text|header)",
    ),
    _form("Courier", r"^[ \t]*(?:UNDELIVERABLE MAIL|UNDELIVERED MAIL)", _A_COPY),
    _form(
        "CommuniGate",
        r"^Failed to deliver to '",
        _A_COPY,
        r"Failed to deliver to '<?(?P<address>[^\s'<>]+)>?'",
    ),
    _form(
        "MDaemon",
        r"^The attached message had PERMANENT fatal delivery errors|^This is a status message",
        r"^: Message contains",
        r"(?:(?:Failed|Recipient) address: |^> )<?(?P<address>[^\s<>]+@[^\s<>]+)>?",
    ),
    _form(
        "Yahoo",
        r"^(?:Message from \S+\.|Sorry, we were unable to deliver your message)|"
        r"^Unable to deliver message to the following",
        r"^-+ (?:Original message|Below this line|Forwarded)",
    ),
    _form(
        "Gmail",
        r"^Delivery to the following recipients? (?:failed|has been delayed)",
        r"^-+ (?:Original message|Message header)",
    ),
    _form(
        "AOL", r"^The mail you sent could not be delivered to:|^Your mail to the following", _A_COPY
    ),
)  # fmt: skip
_UNKNOWN_FORM = _form("", r"", _A_COPY + r"|^(?:received|return-path): ")
#: An address behind what it is, as "Recipient: [SMTP:ada@example.org]" and "mailbox is full: <…>".
_LABELLED = re.compile(
    r"^(?![^\n]{0,80}\b(?:from|sender|reply|contact|return)\b)[^\n:@]{0,60}"
    r"(?:recipients?|address(?:es)?|user ?(?:id|name)?|mailbox is(?: \w+)?)(?:\(s\))?[ \t]*:"
    r"[ \t]*\[?(?:smtp:)?<?(?P<address>[^\s<>\[\]:]{1,128}@[\w.-]+)",
    re.IGNORECASE | re.MULTILINE,
)
#: What a subject says of mail that was not delivered.
_SUBJECT = re.compile(
    r"fail|undeliver|not delivered|could not be delivered|returned (?:mail|to sender)"
    r"|delivery (?:error"
    r"|problem|notification|status|report)|unzustellbar|non remis|nicht zugestellt|mail ?error"
    r"|bounce"
    r"|no entregado|non recapitabile|onbestelbaar|undelivered|delay",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"(?i)this is (?:only )?a (?:warning|temporary)|will be retried|still (?:being retried"
    r"|trying)|(?:is|has been) delayed"
    r"|do not need to resend|not yet been delivered|delivery attempts will continue"
)


def read(message: IncomingMessage, text: str) -> TextBounce | None:
    """Return what the text of a bounce says in one of the known forms; None if it has none.

    Args:
        message: The message; its field `X-Failed-Recipients` names them where the text does not.
        text: Its text for people.

    """
    beginning = text[:_BEGINNING]
    form = next((one for one in FORMS if one.begins.search(beginning)), None)
    if form is None:
        return None
    return _read(form, message, text)


def read_unknown(message: IncomingMessage, text: str) -> TextBounce | None:
    """Return what a text in an unknown form says, if its subject or a field says that it failed.

    Without a code of the mail server it counts for no more than soft.
    """
    is_failure = "x-failed-recipients" in message.fields or _SUBJECT.search(
        message.fields.text("subject")
    )
    return _read(_UNKNOWN_FORM, message, text) if is_failure else None


def _read(form: Form, message: IncomingMessage, text: str) -> TextBounce | None:
    end = form.ends.search(text)
    said, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    found = dict(islice(_recipients(form, said), MOST_RECIPIENTS))
    named = failed_recipients(message)
    if named:
        openings = list(notice.openings(said))
        found = {one: found.get(one) or notice.about(openings, one) or said for one in named}
    recipients = tuple(
        _judged(one, words, form, said, is_alone=len(found) == 1)
        for one, words in found.items()
        if words or form.name
    )
    if not recipients:
        return None
    return TextBounce(
        system=form.name,
        recipients=recipients,
        returned=read_fields(rest[: _LONGEST_REASON * 10].encode("utf-8", "replace")),
    )


def failed_recipients(message: IncomingMessage) -> list[str]:
    """Return whom `X-Failed-Recipients` names; Exim and Gmail write it."""
    values = message.fields.all("x-failed-recipients")
    found = (addresses.plain(one) for value in values for one in value.split(","))
    return list(islice(filter(None, found), MOST_RECIPIENTS))


def _recipients(form: Form, text: str) -> Iterator[tuple[str, str]]:
    """Return each recipient that a text names, and what it says of them."""
    if form.recipient is None:
        found = list(notice.openings(text))
        yield from found or _named_within(_LABELLED, text)
    else:
        yield from _named_within(form.recipient, text)


def _named_within(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Return each address that a sentence or a label names, with the text from there on."""
    found = list(pattern.finditer(text))
    for match, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(text)
        words = text[match.start() : min(end, match.end() + _LONGEST_REASON)]
        yield addresses.plain(match["address"]), " ".join(words.split())


def _judged(address: str, words: str, form: Form, text: str, *, is_alone: bool) -> BouncedRecipient:
    replies = notice.remote_replies(text, address) or ""
    texts = (replies, words, text if is_alone else "")
    verdict = next(filter(None, map(reason.of_reply, texts)), None)
    bounce_class, status = verdict or (BounceClass.SOFT, "")
    if bounce_class is BounceClass.SOFT and _DELAYED.search(text):
        bounce_class = BounceClass.DELAYED
    elif bounce_class is BounceClass.HARD and not form.name and not status:
        bounce_class = BounceClass.SOFT
    return BouncedRecipient(
        address=address,
        bounce_class=bounce_class,
        status=status,
        diagnostic=(words or replies)[:_LONGEST_REASON],
    )
