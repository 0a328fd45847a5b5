"""Which columns of a list say something about consent, by the meaning of their names.

Names are compared without case, accents, blanks and signs, and by their parts: `Opt Out (Email)`,
`marketing_opt_out` and `HasOptedOutOfEmail` are the same. A name with several meanings, such as
`state`, is judged by the cells of its column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from subscribers.consent_words import (
    NEGATION,
    STATUS_WORDS,
    STEMS,
    YES,
    Listed,
    folded,
    names_of,
    without_accents,
)
from subscribers.export_columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Meaning(StrEnum):
    """How the cells of a column are read."""

    #: only a plain no counts, such as `unsubscribed`
    OTHER = "other"
    #: nothing counts: a column of Digest's own exports that says nothing about consent
    OWN = "own"
    #: each cell must be a known word
    STATUS = "status"
    #: yes or no, or a date where yes is meant; each cell must be one of these
    YES_NO = "yes-no"
    #: whatever stands there means a no, unless it says no itself
    LEAVING = "leaving"
    #: names of lists or tags, of which each may be a no
    NAMES = "names"
    #: long words of `STATUS` count, and a yes does not
    MAYBE = "maybe"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, and what its cells say."""

    name: str
    meaning: Meaning = Meaning.OTHER
    #: what a yes says, what a no says, and what an empty cell says
    yes: Listed = Listed.SILENT
    no: Listed = Listed.SILENT
    empty: Listed = Listed.SILENT
    #: whether the name asks for a word and not for yes or no: `unsubscribe status`
    status: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether the column settles what a row says."""
        return self.meaning in (Meaning.STATUS, Meaning.YES_NO, Meaning.LEAVING)


#: Other systems also have a column `frequency`, in which "never" or "unsubscribed" is a no.
_OWN = frozenset(folded(name) for name in COLUMNS) - {"status", "frequency"}
#: What an address holds about other ways to reach somebody.
_OTHER_WAYS = names_of("sms phone whatsapp push call calls mobile telefon telephone fax viber")
_MAIL = re.compile(r"mail|newsletter")
#: Parts of names that say: where something was done or how, and not whether.
_ABOUT = names_of(
    "ip source quelle origin url uri link text wording version country latitude longitude form"
    " page method campaign referrer via by hash token key id uuid lang language count rate"
)
_LINKS = names_of("url uri link token hash key")
#: Status of something else.
_ELSEWHERE = re.compile(
    r"marital|order|payment|lead|employ|financ|fulfil|job|visa|tax|deal|ticket|shipping|invoice"
    r"|familien|civil|relation|health|student|vaccin|vip|loyalty|credit|zahlung|bestell"
)
_STATUS = re.compile(r"status|statut|estatus|situacao|subscri\w*stat[eo]|newsletterstate|mailstate")
#: Whole names of a no that are too short to be looked for within others.
_LEFT_NAMES = names_of(
    "left leftat lefton dateleft leftdate hasleft stop stopped stopmail stopmails stopemail"
    " stopemails emailstop dnc dnm quit baja deleted isdeleted deletedat datedeleted removed"
    " removedat removedon dateremoved removeddate leavedate oppose"
    " isremoved archived isarchived archivedat excluded exclude isexcluded"
    " isexcludedfromcampaigns geloscht geloschtam supprime eliminado opposition objection"
    " widerspruch inactive nonewsletter nomarketing noemails noemailsplease keinemails rejete"
    " sperre keinnewsletter keinenewsletter"
)
_PAUSED = re.compile(r"nomail|noemail$|vacation|snooze|^(is)?paused|pausedat|onhold|pausiert")
_UNCONFIRMED = re.compile(r"unconfirmed|unverified|notconfirmed|unbestatigt|nonconfirm")
_CONFIRMED = re.compile(
    r"(confirmed|verified|activated|bestatigt|confirmee?|confirmad[oa]|confermat[oa]|bevestigd"
    r"|doubleoptin|^doi)$"
)
#: phpList says so of those whom its operator added: no no, but no yes either.
_VALID = re.compile(r"(^(is)?|mail|address)(valid|deliverable)$")
_OPT_IN = re.compile(r"(email)?opt(ed)?in")
_POSITIVE = re.compile(
    r"subscribed|consent|permission|gdpr|dsgvo|rgpd|einwillig|zustimm|consenso|toestemming"
    r"|erlaubnis|permiso|permesso|permissao|accepts?(e?mail)?marketing|acceptsemail"
    r"|wants?(the)?(e?mail|news)|(send|receive|get)s?(the)?(e?mail|news)|abonniert|angemeldet"
    r"|(newsletter|mail|^is)subscriber$|subscriptionactive|mailinglist$"
    r"|(allow|can|may(we)?|okto|erlaube?)(e?mail|contact|news|kontakt)|mail(ok|able|allowed|erlaubt)$"
    r"|contactable|(mail|newsletter|news|werbung)(erwunscht|gewunscht|gewenst|souhaite)"
    r"|^(is)?(abonne|inscrit|suscrit|iscritt|inscrito)|ingeschreven|aangemeld|geabonneerd"
    r"|^(is)?(active|aktiv|actif|activo|attivo|ativo|actief|enabled|aktiviert)"
    r"(flag|member|subscriber|contact|user|account)?$"
)
_SUBSCRIPTION = re.compile(
    r"(^abo|subscription|newsletter|mailing|abonnement|suscripcion|abbonamento|assinatura"
    r"|marketing(e?mail)?|infolettre|boletin|nieuwsbrief|rundbrief)s?$"
)
_NAMES = re.compile(
    r"(tag|list|category|categori|kategori|kategorien|group|segment|label|subscribedto|permission|etikett|etiqueta|etichetta|schlagwort"
    r"|schlagworter|lista|liste|listen|gruppe|gruppen|groupe|grupo|gruppi|audience)e?s?$"
)
#: Columns that can also hold something else, such as where somebody lives: `state` of Kit, `type`
#: of Buttondown, `reason` of Postmark and SES, `role` of Mailman.
_MAYBE = re.compile(
    r"(state|estado|stato|stav|stan|etat|zustand|membership|delivery|deliverymode|emaildelivery"
    r"|mailpreferences?|emailsettings?|mailsettings?)$|^(type|tipo|role|rolle|rol|ruolo|ruoli|reason"
    r"|suppressionreason|subscribertype|membertype)$"
)
_NOT_ABOUT_MAIL = names_of("activesubscription paidsubscription")
_SHORTEST = len("junk")


@lru_cache(maxsize=64)
def columns_of(names: tuple[str, ...]) -> tuple[Column, ...]:
    """Return what the columns of these names say, as far as names tell."""
    return tuple(_column(name) for name in names)


def read_columns(names: tuple[str, ...], rows: Iterable[Sequence[str]]) -> tuple[Column, ...]:
    """Return what the columns of a list say, by their names and all their cells.

    A column with a name of several meanings holds words of consent if one cell is such a word. In
    a column where some say yes by a tick, nobody without one did.
    """
    columns = list(columns_of(names))
    open_ones = {
        index: column
        for index, column in enumerate(columns)
        if column.meaning in (Meaning.MAYBE, Meaning.YES_NO) and folded(column.name) != "reason"
    }
    for cells in rows if open_ones else ():
        for index, column in list(open_ones.items()):
            word = folded(cells[index]) if index < len(cells) else ""
            if column.meaning is Meaning.MAYBE and is_long_no(word):
                columns[index] = replace(column, meaning=Meaning.STATUS)
            elif column.no in (Listed.LEFT, Listed.NEVER) and word in YES:
                columns[index] = replace(column, empty=Listed.UNKNOWN)
            else:
                continue
            del open_ones[index]
    return tuple(columns)


def is_long_no(word: str) -> bool:
    """Return whether a folded word says something else than yes, and is no abbreviation."""
    said = STATUS_WORDS.get(word, Listed.SILENT)
    return said > Listed.CONFIRMED and len(word) >= _SHORTEST and word not in ("none", "never")


def _parts(name: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(re.split(r"[\W_]+", without_accents(spaced)))


def _column(name: str) -> Column:
    """Return what a column says by its name; the first meaning that fits counts."""
    word, parts = folded(name), _parts(name)
    if word in _OWN:
        return Column(name=name, meaning=Meaning.OWN)
    other_way = parts & _OTHER_WAYS or word.startswith("sms")
    if word in _NOT_ABOUT_MAIL or (other_way and not _MAIL.search(word)):
        return Column(name=name)
    return _leaving(name, word, parts) or _staying(name, word, parts)


def _leaving(name: str, word: str, parts: frozenset[str]) -> Column | None:
    """Return a column that says a no by its name, or None."""
    status = bool(_STATUS.search(word))
    if word in ("suppressionreason", "reason") or (parts & _LINKS):
        return None
    said = next((listed for listed, stem in STEMS.items() if stem.search(word)), None)
    if said is None and word in _LEFT_NAMES:
        said = Listed.LEFT
    if said is None and _PAUSED.search(word):
        said = Listed.PAUSED
    if said is None and _UNCONFIRMED.search(word):
        said = Listed.PENDING
    if said is None and NEGATION.match(word):
        said = Listed.LEFT
    if said is None:
        return None
    return Column(name=name, meaning=Meaning.LEAVING, yes=said, status=status)


def _staying(name: str, word: str, parts: frozenset[str]) -> Column:
    """Return a column that says no no by its name alone."""
    if _STATUS.search(word) or word == "emailmarketingconsent":  # Klaviyo's has words
        meaning = Meaning.OTHER if _ELSEWHERE.search(word) else Meaning.STATUS
        return Column(name=name, meaning=meaning, status=True)
    if parts & _ABOUT or word.endswith("time"):
        return Column(name=name)
    if word == "block":
        return Column(name=name, meaning=Meaning.MAYBE, yes=Listed.COMPLAINED)
    if _MAYBE.search(word):
        return Column(name=name, meaning=Meaning.MAYBE)
    return _of_names(name, word) or _yes_no(name, word)


def _of_names(name: str, word: str) -> Column | None:
    """Return a column of names, such as those of lists or tags, or None."""
    positive = _POSITIVE.search(word)
    if _SUBSCRIPTION.search(word) and not positive:
        return Column(name=name, meaning=Meaning.NAMES, no=Listed.LEFT)
    if _NAMES.search(word) and (not positive or word.endswith(("s", "subscribedto"))):
        return Column(name=name, meaning=Meaning.NAMES)
    return None


def _yes_no(name: str, word: str) -> Column:
    """Return a column of yes and no, or any other."""
    if _CONFIRMED.search(word):
        yes, no = Listed.SILENT, Listed.PENDING
    elif _VALID.search(word):
        yes, no = Listed.SILENT, Listed.BOUNCED
    elif _OPT_IN.fullmatch(word):
        yes, no = Listed.CONFIRMED, Listed.NEVER
    elif "optin" in word or "optedin" in word or _POSITIVE.search(word):
        yes, no = Listed.CONFIRMED, Listed.LEFT
    else:
        # A no in any column about mail is to be looked at, such as `Shall get newsletters`.
        about_mail = _MAIL.search(word) and word != "email"
        return Column(name=name, no=Listed.UNKNOWN if about_mail else Listed.SILENT)
    return Column(name=name, meaning=Meaning.YES_NO, yes=yes, no=no)
