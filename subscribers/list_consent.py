"""What the row of another system's list says about consent.

Each system has its own columns and words. This module knows them, in any case and spelling, and
returns the strongest word of a row. A word it does not know is never a yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Listed(IntEnum):
    """What a list says of a reader's consent, the word that counts most at the end."""

    #: nothing
    SILENT = 0
    #: they get mail there
    CONFIRMED = 1
    #: they get none for now
    PAUSED = 2
    #: they were asked and have not answered
    PENDING = 3
    #: they never asked for mail, such as a customer
    NEVER = 4
    #: a word nobody here knows
    UNKNOWN = 5
    #: they do not want mail
    LEFT = 6
    #: their address refuses mail
    BOUNCED = 7
    #: they reported mail as spam, or must never be written to
    COMPLAINED = 8


NOES = (Listed.LEFT, Listed.BOUNCED, Listed.COMPLAINED)


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a row says, where it says so, and since when if it tells."""

    listed: Listed = Listed.SILENT
    #: the column and its cell, for the report
    column: str = ""
    cell: str = ""
    at: datetime | None = None

    @property
    def words(self) -> str:
        """The column and its cell in the words of the list."""
        return f"{self.column} is {self.cell!r}"


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _words(listed: Listed, text: str) -> dict[str, Listed]:
    return dict.fromkeys(_names(text), listed)


#: Digest itself, listmonk, Mailchimp, MailerLite, Kit (ConvertKit), Buttondown, Brevo, Sendy,
#: SendGrid, Postmark, SES, beehiiv, Campaign Monitor, ActiveCampaign, AWeber, Klaviyo, Keila,
#: Mailcoach, MailPoet, Mautic, Constant Contact, Mailman.
_STATUS_WORDS = {
    **_words(
        Listed.CONFIRMED,
        "confirmed active enabled subscribed regular member optedin optin yes true 1 premium"
        " gifted trialed churning pastdue subscriber doubleoptin confirmedoptin express valid",
    ),
    **_words(Listed.PAUSED, "paused nomail vacation snoozed onhold onvacation byuser bymoderator"),
    **_words(
        Listed.PENDING,
        "pending unconfirmed unactivated notconfirmed waiting awaitingconfirmation new"
        " pendingconfirmation unverified optinpending validating awaiting",
    ),
    **_words(
        Listed.NEVER,
        "nonsubscribed neversubscribed notsubscribed transactional none implicit upcoming"
        " nonmarketing notoptedin noconsent nopermission",
    ),
    **_words(
        Listed.LEFT,
        "left unsubscribed unsubscribe unsub optedout optout optedoutofall cancelled canceled"
        " removed deleted archived disabled deactivated inactive blacklisted churned no false 0"
        " globallyunsubscribed unsubscribedfromall manualsuppression donotemail donotmail"
        " donotcontact quit resigned withdrawn revoked",
    ),
    **_words(
        Listed.BOUNCED,
        "bounced bounce hardbounced hardbounce softbounced softbounce cleaned undeliverable"
        " unreachable invalid failed bybounces rejected undelivered dead dropped",
    ),
    **_words(
        Listed.COMPLAINED,
        "suppressed complained complaint complaints spamcomplaint spam markedasspam spamreport"
        " reportedspam abuse junk spammy blocklisted blocked banned",
    ),
}
#: In these columns each cell must be a word we know.
_STATUS_COLUMNS = frozenset(
    _names(
        "status subscriptionstatus subscriberstatus substatus emailstatus statusemail"
        " globalstatus liststatus memberstatus membershipstatus contactstatus mailingstatus"
        " userstatus newsletterstatus marketingstatus emailmarketingstatus emailstatusemail"
        " emailmarketingconsent emailpermissionstatus permissionstatus optinstatus consentstatus"
        " deliverystatus subscriptionstate subscriberstate subscribedstatus"
        " emailsubscriptionstatus"
    )
)
#: Words that mean a no in whatever column they are a whole cell of.
_PLAIN_NOES = frozenset(
    _names(
        "unsubscribed unsubscribe optedout optout blocklisted blacklisted bounced hardbounced"
        " hardbounce softbounced softbounce cleaned complained complaint spamcomplaint"
        " markedasspam suppressed undeliverable donotemail donotmail donotcontact"
        " globallyunsubscribed unsubscribedfromall manualsuppression nonsubscribed"
        " neversubscribed unconfirmed unactivated"
    )
)

#: Columns of yes and no, or of a date where yes is meant: what yes says, and what no says.
_FLAGS: dict[str, tuple[Listed, Listed]] = {
    **dict.fromkeys(
        _names(
            "unsubscribed isunsubscribed unsub isunsub unsubscribe optedout optout emailoptout"
            " isoptedout emailoptedout hasoptedoutofemail unsubscribedfromallemail unsubscribeall"
            " globallyunsubscribed globalunsubscribe unsubscribedall disabled emaildisabled"
            " isdisabled isthisaccountdisabled inactive donotemail donotmail donotcontact dnc"
            " donotsendemail blacklisted isblacklisted emailblacklisted blacklist emailblacklist"
            " isthisuserblacklisted isthissubscriberblacklisted isexcludedfromcampaigns deleted"
            " cancelled canceled left"
        ),
        (Listed.LEFT, Listed.SILENT),
    ),
    **dict.fromkeys(
        _names("bounced isbounced hardbounced hardbounce cleaned undeliverable emailbounced"),
        (Listed.BOUNCED, Listed.SILENT),
    ),
    **dict.fromkeys(
        _names(
            "blocklisted isblocklisted emailblocklisted blocked banned suppressed issuppressed"
            " complained complaint spam isspam spamcomplaint markedasspam"
        ),
        (Listed.COMPLAINED, Listed.SILENT),
    ),
    **dict.fromkeys(
        _names(
            "subscribed issubscribed subscribedtoemails subscribedtoemail emailsubscribed"
            " acceptsemailmarketing acceptsmarketing marketingconsent emailconsent enabled"
            " isenabled active isactive wantsemail receiveemails receivesemail"
        ),
        (Listed.CONFIRMED, Listed.LEFT),
    ),
    # phpList says so of those whom its operator added: no no, but no yes either.
    **dict.fromkeys(
        _names("optin optedin emailoptin emailoptedin"), (Listed.CONFIRMED, Listed.NEVER)
    ),
    **dict.fromkeys(
        _names(
            "confirmed isconfirmed verified isverified emailverified emailconfirmed activated"
            " isactivated isthisuserconfirmed isthissubscriberconfirmed doubleoptin"
            " istheemailofthisuserconfirmed"
        ),
        (Listed.SILENT, Listed.PENDING),
    ),
    "nomail": (Listed.PAUSED, Listed.SILENT),
}
#: Columns of the time of a no; whatever stands there means it.
_DATES = {
    **_words(
        Listed.LEFT,
        "unsubtime unsubscribedat unsubscribeddate unsubscribedate dateunsubscribed"
        " unsubscribetime unsubscriptiondate unsubdate unsubscribedon unsubscribetimestamp"
        " optouttime optoutdate optoutat optedoutat optoutconfirmationtime deletedat cancelledat"
        " canceledat leftat deactivatedat removedat blacklistedat dateleft unsubreason"
        " unsubcampaigntitle",
    ),
    **_words(
        Listed.BOUNCED,
        "cleantime bouncedat bouncedate datebounced bouncetime undeliverabilitydate"
        " undeliverabilityreason hardbouncedat cleancampaigntitle",
    ),
    **_words(Listed.COMPLAINED, "complainedat complaintdate blocklistedat suppressedat spamat"),
}
#: Columns that can also hold something else, such as where somebody lives: `state` of Kit, `type`
#: of Buttondown, `reason` of Postmark and SES. Only long words count there, and a yes does not.
_REASONS = frozenset(_names("state type reason suppressionreason subscribertype"))
_SHORTEST_REASON = len("junk")

#: Columns that settle what a row says.
_CERTAIN = _STATUS_COLUMNS | _FLAGS.keys() | _DATES.keys()
#: With what the names of files of noes begin.
_FILE_WORDS = _PLAIN_NOES | frozenset(
    _names("unsubscribes optouts blacklist blocklist bounces complaints suppression suppressions")
)

_YES = frozenset(_names("1 true yes y t on x oui ja si checked"))
_NO = frozenset(_names("0 false no n f off non nein unchecked"))
#: What a time has in any notation.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|^(?:19|20)\d{12}$")
#: How systems write that a cell has no value.
_EMPTY = frozenset(
    ["", "null", "none", "nil", "na", "nan", "never", "00000000000000", "00000000", "undefined"]
)
#: The columns that say since when somebody reads, the surest first.
_SINCE = _names(
    "since confirmtime optintime confirmedat subscribedat subscribeddate subscribedon subscribed"
    " subscribetime datesubscribed subscriptiondate signupdate signedupat signupat optindate"
    " optinat dateadded addedtime addedat joined joinedat datejoined createdat created"
    " creationdate createddate entered added"
)


def folded(text: str) -> str:
    """Return the letters and digits of a name or word, without case: `Opted-Out` is `optedout`."""
    return re.sub(r"[\W_]+", "", text.casefold())


@lru_cache(maxsize=64)
def folded_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folded names of columns."""
    return tuple(folded(name) for name in names)


def read_consent(names: tuple[str, ...], cells: Sequence[str]) -> Stated:
    """Return the strongest word of a row about consent; `names` are its columns."""
    stated, since = Stated(), None
    for name, column, cell in zip(names, folded_names(names), cells, strict=False):
        found, at = _listed(column, cell)
        if found in NOES:
            since = since or at
        if found > stated.listed:
            stated = Stated(listed=found, column=name, cell=cell.strip())
    return replace(stated, at=since) if stated.listed in NOES else stated


def is_file_of_noes(name: str, columns: Iterable[str]) -> bool:
    """Return whether a file is named as a list of people who said no, and no column says so.

    Many systems write them into a file of their own, such as `unsubscribed_….csv` (Mailchimp) or
    `suppression_bounces.csv` (SendGrid).
    """
    if any(column in _CERTAIN for column in map(folded, columns)):
        return False
    first, *_ = re.split(r"[\W\d_]+", name)
    return folded(first) in _FILE_WORDS


def is_plain_no(cell: str) -> bool:
    """Return whether a cell is a word that means a no, or no yes, in whatever column it stands."""
    return folded(cell) in _PLAIN_NOES


def read_since(names: tuple[str, ...], cells: Sequence[str]) -> datetime | None:
    """Return since when somebody reads, or None if no column tells."""
    by_name = dict(zip(folded_names(names), cells, strict=False))
    times = (parse_time(by_name[name]) for name in _SINCE if name in by_name)
    return next(filter(None, times), None)


def parse_time(text: str) -> datetime | None:
    """Return a time in ISO 8601, in UTC unless it says otherwise; None for any other text."""
    text = text.strip().removesuffix(" UTC").removesuffix(" GMT").replace(" +", "+")
    if len(text) < len("2026-01-01") or text.isdigit():
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _listed(name: str, cell: str) -> tuple[Listed, datetime | None]:
    """Return what a cell says in the column of this folded name, and since when."""
    word = folded(cell)
    if name in _FLAGS:
        yes, no = _FLAGS[name]
        if word in _YES:
            return yes, None
        if word in _NO or word in _EMPTY:
            return (no if word in _NO else Listed.SILENT), None
        if _YEAR.search(cell):
            return yes, parse_time(cell)
        return _STATUS_WORDS.get(word, Listed.UNKNOWN), None
    if word in _EMPTY and word not in ("none", "never"):
        return Listed.SILENT, None
    if name in _STATUS_COLUMNS:
        return _STATUS_WORDS.get(word, Listed.UNKNOWN), None
    if name in _DATES:
        return _DATES[name], parse_time(cell)
    if name in _REASONS:
        said = _STATUS_WORDS.get(word, Listed.SILENT)
        counts = said > Listed.CONFIRMED and len(word) >= _SHORTEST_REASON and word != "none"
        return (said if counts else Listed.SILENT), None
    if word in _PLAIN_NOES:
        return _STATUS_WORDS[word], None
    return Listed.SILENT, None
