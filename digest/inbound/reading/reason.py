"""Why a mail came back, as a class: from the codes and words of mail servers.

What is trusted, the surest first: an enhanced code in what the remote server said; the words of
that; the `Status` of the report, unless it is as vague as 5.0.0; what the report tells people.
Where all of it is silent, the bounce is soft: nobody loses their mail by what was not understood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from digest.inbound.reading.status import codes_in, is_generic, status_of
from digest.models.inbound import BounceClass
from digest.text import refusal_words

if TYPE_CHECKING:
    from collections.abc import Sequence

HARD, SOFT, POLICY = BounceClass.HARD, BounceClass.SOFT, BounceClass.POLICY

#: How many characters of a reply are read: servers say less, and expressions take their time.
LONGEST = 2000
#: Codes of a mailbox or domain that is not there: RFC 3463 §3.2–3.5, RFC 7293 (changed owner),
#: RFC 7505 (null MX), and 5.4.310 of Exchange Online (no such domain).
_GONE = frozenset({
    "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.4.4", "5.4.310", "5.7.17", "5.7.18",
})  # fmt: skip
#: Codes about us, besides 5.7.x: our address (RFC 3463 §3.2), and how much we send (Gmail).
_ABOUT_US = frozenset({"5.1.7", "5.1.8", "5.1.9", "5.4.5"})
#: Codes that servers use for all kinds of reasons, and what they mean without words.
_VAGUE = {
    "5.1.0": HARD, "5.2.1": HARD, "5.2.0": SOFT, "5.3.0": SOFT, "5.4.0": SOFT, "5.4.1": SOFT,
    "5.5.0": SOFT, "5.5.1": SOFT, "5.5.2": SOFT, "5.5.4": SOFT,
}  # fmt: skip
#: The first number of a code of what has not failed for good.
_TRANSIENT = "4"

_FULL = re.compile(
    r"(?:mail ?box|mail ?folder|inbox|user|account|recipient|disk"
    r"|storage)(?:'s)?\W+(?:\w+\W+){0,5}?"
    r"(?:full\b|over.?quota|over (?:its|his|her|the|their)? ?(?:disk |storage )?(?:quota|limit)"
    r"|exceed\w{0,4} (?:\w+ ){0,3}(?:quota|storage|space|limit)|out of (?:space|storage|quota))"
    r"|(?:over|exceed\w{0,4}|out of|above|disk|storage|mailbox|user) ?(?:\w{1,30} )?quota\b"
    r"|\bover (?:its|his|her|their) (?:\w{1,20} )?quota\b|quota (?:is )?exceed"
    r"|insufficient (?:system |disk |mailbox )?(?:storage|space)|exceeded storage"
    r"|not enough (?:disk )?space"
    r"|no (?:space|room) left|(?:out of|low on) (?:storage|disk|space)|quotaexceeded"
    r"|mailbox (?:is )?full"
)
_GAVE_UP = re.compile(
    r"retry time(?:out)? (?:exceeded|not reached)|(?:message|envelope|delivery|queue"
    r"|time)\w{0,4}(?: \w+){0,2}"
    r" (?:has |is |was )?expired|expired (?:in|from) (?:the )?queue|queue\.expired|too (?:long"
    r"|old)\b"
    r"|maximum (?:queue )?(?:lifetime|time|retry)|could not be delivered for|delivery (?:time"
    r"|attempts?)"
    r"(?: \w+)? (?:exceeded|exhausted)|all hosts (?:have|in) .{0,40}failing|long failure period"
    r"|giving up after|been in the queue"
)
#: A server that takes the mail later, and ours that did not come back.
_LATER = re.compile(r"gr[ae]y.?list|soft error")
#: Trouble for now, whatever else is said.
_FOR_NOW = re.compile(r"temporar|try (?:again|later)|tryagain|servfail")
#: The same beside a word that something is not there: "check the address, and try again".
_SURELY_FOR_NOW = re.compile(r"temporar|\blater\b|servfail")
#: Trouble on the way.
_ON_THE_WAY = re.compile(
    r"connection (?:was )?(?:refused|timed? ?out|reset|lost|dropped|closed|failed)|timed? ?out"
    r"|timeout"
    r"|no route to host|network (?:is )?(?:unreachable|error)|unreachable|could(?:n't| not) connect"
    r"|connect to|establish an smtp|\bloop|too many hops|hop count|received headers"
    r"|temporar|try (?:again|later)|tryagain|server (?:busy|down|error)|local configuration"
    r"|i/o error"
    r"|smtputf8|utf-?8|8bitmime|internationali[sz]ed|system (?:error|resources)|read error|tls"
    r"|too (?:quickly|fast|many)|at a rate"
)
#: Words for an address or domain that is not there, besides those of `refusal_words.UNKNOWN`.
_NOT_THERE = re.compile(
    r"(?:no|any|unknown|bad|invalid) (?:such |valid |longer )?(?:user|recipient|mail ?box|account"
    r"|address|person"
    r"|subscriber|employee|customer|addressee|destination|domain|alias|name|contact)\b"
    r"(?! (?:failed|rejected all))"
    r"|(?:recip|recipient|user|address|mailbox) ?(?:not ?found|unknown)|recipnotfound"
    r"|recipientnotfound|nosuchuser"
    r"|(?:could(?:n't| not)|cannot|can't|can not|unable to|was not|wasn't) (?:be )?(?:found|find"
    r"|locate|resolve|route)"
    r"|(?:does|did|do)(?:n't| not|es not) (?:exist|have a)|no longer (?:exist|valid|in use|active"
    r"|on|at|here|works?\b|employed"
    r"|with|available|accept|a )|no account|unknown (?:local|recipient|to)|not (?:a )?(?:known"
    r"|valid|listed|registered)"
    r"|isn't (?:a )?(?:known|valid)|(?:host|domain)(?: \w+){0,3}?(?: name)? (?:is )?(?:unknown"
    r"|not found|invalid"
    r"|not exist|(?:does|did)(?:n't| not) exist)|name or domain|nxdomain|unknown (?:host|domain)"
    r"|no mx\b|nullmx|null mx"
    r"|(?:does|do)(?:n't| not) accept (?:any )?(?:e-?)?mails?\b|indicated no smtp"
    r"|accepts? no (?:e-?)?mail"
    r"|non-?existent host|\bhost\b.{0,12}not found|unrout"
    r"|(?:account|mailbox|user|address|recipient)(?: \w+){0,3} (?:disabled|deactivated|suspended"
    r"|closed|deleted"
    r"|terminated|inactive|locked|discontinued|obsolete|removed|cancell?ed|expired|moved|archived"
    r"|retired)"
    r"|(?:disabled|inactive|deactivated|suspended|closed|deleted) (?:user|account|mail ?box"
    r"|address)"
    r"|has moved|user doesn|not our customer|is not (?:a )?local|moved to|^\W*unknown\b"
    r"|用户不存在|(?:宛先|ユーザー?)が(?:存在しま|見つかりま)せん|(?:empfänger|benutzer) unbekannt"
    r"|(?:utilisateur|destinataire) inconnu|(?:usuario|destinatario) (?:desconocido|inexistente)"
)
#: What comes before such words where something else is not there: what we are, or what we sent.
_OF_OTHERS = re.compile(
    r"\b(?:sender|ehlo|helo|ip|certificate)\b"
    r"(?:[ :]+(?!user|recipient|mail ?box|account)\S+){0,4}\W*$"
    r"|\b(?:content|attachment|message|header)(?: (?!to\b|for\b)[^\s:;,.]+){0,3} ?$"
)
_BEFORE = 80
#: Words about the form of the message.
_MALFORMED = re.compile(
    r"\bbare (?:lf|cr|line|newline)|line (?:is |was )?too long|malformed (?:message|header|mail)"
    r"|(?:valid|invalid|missing|no|malformed|duplicate) (?:message-id|headers?|mime)\b"
)
#: A mailbox that is not to be had, which a 550 says of unknown ones.
_UNAVAILABLE = re.compile(
    r"(?:mail ?box|user|account|recipient) (?:is )?(?:unavailable|not available|name not allowed)"
    r"|(?:recipient|address|user|mail ?box)(?: \w+)? (?:rejected|refused|undeliverable)"
    r"|undeliverable address|address rejected|invalid (?:recipient|address)|not deliverable"
    r"|(?:recipient|address|user) (?:\w+ )?(?:cannot|can't|could not) be verified|user not local"
)
#: Words about us, besides those of `refusal_words`.
_DENIED = re.compile(
    r"\blisted (?:at|by|in|on)|messages from .{0,40}(?:weren't|were not) sent|\blist(?:ed"
    r"|ing)\b.{0,30}blocklist|prohibit|denied|not (?:allowed"
    r"|permitted|authori[sz]ed|accepted)"
    r"|forbidden|complaint|dnswl|score|bulk ?mail|junk|unwanted|content filter"
    r"|mail (?:was )?(?:rejected|refused)|message (?:was )?(?:rejected|refused)|\(bl\)|\bdt:spm"
    r"|rejected (?:due to|because of|by) (?:\w+ )?(?:content|filter|rule|recipient)"
    r"|sender.{0,20}(?:reject|refus)"
    r"|frequency limit|does not (?:want|like) (?:to receive )?(?:your|mail)|greet|ehlo|helo"
    r"|certificate"
)
_BLOCKLISTS = re.compile(
    r"spamhaus|spamcop|barracudacentral|sorbs|dnsbl|\brbl\b|black-?list|block-?list|uceprotect"
)
_URL = re.compile(r"https?:\S+|www\.\S+")
_ADDRESS = re.compile(
    r"<[^<>@]{0,320}+@[^<>]{0,320}+>|(?<![^\s<>:;,()\"])@*+[^\s<>:;,()\"@]++@[\w.@-]++"
)
_HOST = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])[\w-]++(?:\.[\w-]++)++(?:\[[\w.:]*+\])?")
#: What systems say around the words of the remote server, and what would be misread in it.
_AROUND = re.compile(
    r"\(?in reply to [\w ]{1,40} command\)?"
    r"|smtp error from remote (?:mail )?server after [\w ]{1,30}:?"
    r"|remote host said:?|giving up on \S*|while talking to \S*|\brcpt to:?|mail from:?<>"
)
_LIMIT_OF_MAILBOX = re.compile(r"mail ?box|over.?quota|\bsize\b|storage")


class Verdict(NamedTuple):
    """What a failure is, and the enhanced code that counted."""

    bounce_class: BounceClass
    status: str


def judge(
    *, diagnostic: str, status: str, notices: Sequence[str] = (), remote_replies: str | None = None
) -> Verdict:
    """Return the class of a delivery that failed.

    Args:
        diagnostic: The words of `Diagnostic-Code`.
        status: The field `Status`.
        notices: What people are told of this recipient, what is surely about them first.
        remote_replies: What a transcript of the session quotes; None without a transcript.

    """
    status = status_of(status)
    found = of_reply(diagnostic)
    if status.startswith(_TRANSIENT) and not (found and found.status):
        return Verdict(SOFT, status)  # the time is over, and what was said was for the time
    if found is not None:
        # The report's own status says more than words without a code.
        return (
            found if found.status else Verdict(found.bounce_class, _unless_guessed(status, found))
        )
    if not is_generic(status) and not _is_guess(status, diagnostic, remote_replies):
        return Verdict(
            _of_code(status, _plain(" ".join((diagnostic, *notices[:1]))[:LONGEST])), status
        )
    for text in (remote_replies or "", *notices):
        if (found := of_reply(text)) is not None:
            return found
    return Verdict(SOFT, status)


def of_reply(text: str) -> Verdict | None:
    """Return what the words of a server mean; None if they say nothing that is known."""
    if not text:
        return None
    text = text[:LONGEST]
    codes = codes_in(text)
    if str(codes.reply).startswith(_TRANSIENT):
        return Verdict(SOFT, codes.enhanced)
    plain = _plain(text)
    if not is_generic(codes.enhanced):
        return Verdict(_of_code(codes.enhanced, plain), codes.enhanced)
    found = of_words(plain)
    return None if found is None else Verdict(found, codes.enhanced)


def of_words(text: str, *, is_gone: bool = False) -> BounceClass | None:
    """Return what words mean, without their codes; the text is in lower case.

    Args:
        text: The words.
        is_gone: Whether a code beside them says that the address is not there. Servers write such
            codes above any words, so words that say otherwise count.

    """
    if _GAVE_UP.search(text) or _FULL.search(text) or _LATER.search(text):
        return SOFT
    is_unknown = bool(refusal_words.UNKNOWN.search(text))
    is_not_there = _is_not_there(text)
    if _is_about_us(text, is_unknown=is_unknown or (is_gone and is_not_there)):
        return POLICY
    if is_unknown:
        return HARD
    for_now = _SURELY_FOR_NOW if is_gone and is_not_there else _FOR_NOW
    if for_now.search(text) or (_ON_THE_WAY.search(text) and not is_not_there):
        return SOFT
    if refusal_words.TOO_BIG.search(text) or _MALFORMED.search(text):
        return SOFT
    if is_gone or is_not_there or _UNAVAILABLE.search(text):
        return HARD
    return POLICY if _DENIED.search(text) else None


def _of_code(code: str, text: str) -> BounceClass:
    """Return what an enhanced code means, together with words in lower case."""
    if code.startswith(_TRANSIENT):
        return SOFT
    if code in _GONE:
        return of_words(text, is_gone=True) or HARD
    if code in _ABOUT_US:
        return POLICY
    if code in _VAGUE:
        return of_words(text) or _VAGUE[code]
    if code.startswith("5.7."):
        # Yandex says "5.7.1 No such user!", and others 5.7.1 of a full mailbox.
        is_unknown = bool(refusal_words.UNKNOWN.search(text) or _NO_SUCH.search(text))
        return HARD if is_unknown and not _is_about_us(text, is_unknown=True) else POLICY
    return SOFT


_NO_SUCH = re.compile(r"no such (?:user|recipient|mail ?box|account|address|person)")


def _is_not_there(text: str) -> bool:
    """Whether words say that an address or domain is not there, and not our host or message."""
    return any(
        not _OF_OTHERS.search(text[max(0, match.start() - _BEFORE) : match.start()])
        for match in _NOT_THERE.finditer(text)
    )


def _is_about_us(text: str, *, is_unknown: bool) -> bool:
    """Whether words speak of the sender, of a list, or of rules, and not of the recipient."""
    if refusal_words.RESTRICTION.search(text) or refusal_words.SENDER.search(text):
        return True
    if refusal_words.LOGIN.search(text):
        return True
    if refusal_words.LIMIT.search(text) and not _LIMIT_OF_MAILBOX.search(text):
        return True
    return not is_unknown and bool(refusal_words.POLICY.search(text))


def _is_guess(status: str, diagnostic: str, remote_replies: str | None) -> bool:
    """Whether a status may be sendmail's, which calls every bare 550 an unknown user (5.1.1)."""
    return status == "5.1.1" and (bool(diagnostic) or bool(remote_replies))


def _unless_guessed(status: str, found: Verdict) -> str:
    """Return the status of a report beside words without a code, if both say the same."""
    return status if is_generic(status) or _of_code(status, "") is found.bounce_class else ""


def _plain(text: str) -> str:
    """Return words in lower case, without what is only a name: addresses, pages, hosts."""
    text = _ADDRESS.sub("<>", _URL.sub("", text)).lower()
    text = text.replace("’", "'")
    text = _AROUND.sub(" ", text)
    text = _HOST.sub(_host, text)
    return " ".join(text.split())


def _host(match: re.Match[str]) -> str:
    """Return what stands for the name of a host: of a blocklist, that it is one.

    The names of errors in Exchange have dots too.
    """
    if _BLOCKLISTS.search(match[0]):
        return "blocklist"
    return match[0] if match[0].startswith(("resolver.", "storedrv.", "queue.", "smtp")) else "host"
