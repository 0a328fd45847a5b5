"""The words by which lists of readers say yes and no, in the languages most lists are in."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache


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


_SIGNS = re.compile(r"[\W_]+")


def without_accents(text: str) -> str:
    """Return a text without case and accents: `Désinscrit` is `desinscrit`."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=10_000)  # a list says the same words in all its rows
def folded(text: str) -> str:
    """Return the letters and digits of a name or word, without case: `Opted-Out` is `optedout`."""
    return _SIGNS.sub("", without_accents(text))


def names_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def _words(listed: Listed, text: str) -> dict[str, Listed]:
    return dict.fromkeys(text.split(), listed)


#: Digest itself, listmonk, Mailchimp, MailerLite, Kit (ConvertKit), Buttondown, Brevo, Sendy,
#: SendGrid, Postmark, SES, beehiiv, Campaign Monitor, ActiveCampaign, AWeber, Klaviyo, Keila,
#: Mailcoach, MailPoet, Mautic, Constant Contact, Mailman, Wix, HubSpot, Google Groups; then the
#: same in German, French, Spanish, Italian, Portuguese and Dutch.
STATUS_WORDS = {
    **_words(
        Listed.CONFIRMED,
        "confirmed active enabled subscribed regular member optedin optin yes true 1 premium"
        " gifted trialed churning pastdue subscriber doubleoptin confirmedoptin express valid"
        " normal marketingcontact owner manager moderator"
        " eachemail allemail everyemail digest dailydigest digestemail abridged abridgedemail"
        " plaintextdigests mimedigests summarydigests"
        " aktiv aktiviert abonniert angemeldet bestatigt ja wahr"
        " actif active abonne inscrit confirme oui vrai"
        " activo activa suscrito suscrita alta confirmado confirmada si"
        " attivo attiva iscritto iscritta confermato vero"
        " ativo ativa inscrito inscrita assinante sim"
        " actief geabonneerd ingeschreven aangemeld bevestigd",
    ),
    **_words(
        Listed.PAUSED,
        "paused nomail noemail vacation snoozed onhold onvacation byuser bymoderator pausiert"
        " pause enpause pausado inpausa gepauzeerd",
    ),
    **_words(
        Listed.PENDING,
        "pending unconfirmed unactivated notconfirmed waiting awaitingconfirmation new invited"
        " pendingconfirmation unverified optinpending validating awaiting ausstehend"
        " unbestatigt nichtbestatigt enattente nonconfirme pendiente noconfirmado sinconfirmar"
        " inattesa nonconfermato pendente naoconfirmado inafwachting onbevestigd eingeladen",
    ),
    **_words(
        Listed.NEVER,
        "nonsubscribed neversubscribed notsubscribed transactional none implicit upcoming"
        " nonmarketing notoptedin noconsent nopermission nonmember nonmarketingcontact never"
        " nichtabonniert nonabonne noninscrit nosuscrito noniscritto naoinscrito",
    ),
    **_words(
        Listed.LEFT,
        "left unsubscribed unsubscribe unsub optedout optout optedoutofall cancelled canceled"
        " removed deleted archived disabled deactivated inactive blacklisted churned no false 0"
        " globallyunsubscribed unsubscribedfromall manualsuppression donotemail donotmail"
        " donotcontact quit resigned withdrawn revoked denied declined former refused off"
        " abgemeldet abbestellt ausgetragen gekundigt widerrufen deaktiviert inaktiv geloscht"
        " nein falsch storniert"
        " desabonne desabonnee desinscrit desinscrite resilie annule desactive inactif supprime"
        " refuse non faux"
        " baja dadodebaja desuscrito cancelado cancelada desactivado inactivo eliminado falso"
        " disiscritto disiscritta cancellato cancellata annullato disattivato inattivo revocato"
        " descadastrado desinscrito desativado inativo removido nao"
        " uitgeschreven afgemeld opgezegd gedeactiveerd inactief verwijderd nee onwaar",
    ),
    **_words(
        Listed.BOUNCED,
        "bounced bounce bouncing hardbounced hardbounce softbounced softbounce cleaned"
        " undeliverable unreachable invalid failed bybounces rejected undelivered dead dropped"
        " unzustellbar ungultig invalide rebotado invalido rimbalzato devolvido onbestelbaar"
        " nondelivrable",
    ),
    **_words(
        Listed.COMPLAINED,
        "suppressed complained complaint complaints spamcomplaint spam markedasspam spamreport"
        " reportedspam abuse junk spammy blocklisted blocked block banned gesperrt blockiert"
        " bloque bloqueado bloccato geblokkeerd unterdruckt supprimido",
    ),
}
#: Words that mean a no, or no yes, in whatever column they are a whole cell of.
PLAIN_NOES = names_of(
    "unsubscribed unsubscribe optedout optout blocklisted blacklisted bounced hardbounced"
    " hardbounce softbounced softbounce cleaned complained complaint spamcomplaint"
    " markedasspam suppressed undeliverable donotemail donotmail donotcontact"
    " globallyunsubscribed unsubscribedfromall manualsuppression nonsubscribed"
    " neversubscribed unconfirmed unactivated abgemeldet abbestellt desabonne desabonnee"
    " desinscrit desinscrite disiscritto disiscritta dadodebaja desuscrito descadastrado"
    " uitgeschreven afgemeld"
)

YES = names_of(
    "1 true yes y t on x oui ja si checked wahr vrai verdadero verdadeiro vero waar sim v s j o"
    " granted given agreed accepted ticked"
)
NO = names_of(
    "0 false no n f off non nein unchecked falsch faux falso nao nee onwaar notgiven denied"
    " declined refused withdrawn revoked"
)
#: What says that something never was. In a column of a yes that is a no.
NEVER_WORDS = names_of("never none nie niemals jamais nunca mai nooit aucun keine")
#: How systems write that a cell has no value.
EMPTY = names_of("null nil na nan undefined nichtvorhanden leer") | {""}

#: The beginnings of what means a no, in names of columns and within cells, folded: LEFT, BOUNCED,
#: COMPLAINED.
STEMS = {
    Listed.COMPLAINED: re.compile(
        r"suppress|blocklist|blocked|banned|complain|spam(?!score)|abuse|junk|beschwerde|plainte"
        r"|denuncia|klacht|gesperrt|sperrliste|^bloque(e|s)?$|blockiert|geblokkeerd|bloqueado|bloccat|unterdruck"
    ),
    Listed.BOUNCED: re.compile(
        r"(hard|soft)?bounce|bouncing|undeliver|unzustellbar|unreachable|rebotad|rebote|rimbalz|onbestelbaar"
        r"|nondelivr|invalide?mail|mailinvalid|^(is)?invalid$|^(is|email)?clean(ed|$|time|date|campaign|reason)"
    ),
    Listed.LEFT: re.compile(
        r"unsub|opt(ed|ing)?out|blacklist|listenoire|listanegra|listanera"
        r"|desinscri|desabon|resilie(?!n)|resiliation|disiscri|desuscri|desubscri|descadastr|cancel|annull"
        r"|abgemeld|abmeld|abbestell|ausgetragen|austragung|gekundigt|kundigung|widerruf|storn"
        r"|widerspr|uitgeschreven|uitschrij|afgemeld|afmeld|opgezegd|opzeg"
        r"|deactiv|desactiv|desativ|disattiv|deaktiv|gedeactiv|disabled|inactiv|inaktiv|inattiv"
        r"|inativ|inactief|dadodebaja|fechadebaja|fechabaja|donot(e?mail|contact|send|disturb)"
        r"|austritt|werbesperre|mailsperre|erased|forgetme|gdprdelet|ineligible|notsubscri|nonsubscri|neversubscri|revoke|withdraw|churned"
    ),
}
#: Names and tags that begin with a not: `Ne pas contacter`, `Keine Werbung`, `no-newsletter`.
NEGATION = re.compile(
    r"(no|nao|non|ne|niet|nicht|keine?)(pas|bulk)?"
    r"(contact|contatta|kontakt|e?mail|courriel|enviar|werbung|anschreiben|newsletter|marketing)"
)
_NOT = re.compile(r"^(not?|never|non|nicht|kein|pas|nao)(?!n?subscri)")


def word_of(cell: str) -> Listed:
    """Return what a cell of free text says: the known word it is, or the no it begins with."""
    word = folded(cell)
    if word in STATUS_WORDS:
        return STATUS_WORDS[word]
    if _NOT.match(word):
        return Listed.UNKNOWN
    return next(
        (listed for listed, stem in STEMS.items() if stem.search(word)),
        Listed.UNKNOWN,
    )
