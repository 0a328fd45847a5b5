"""What people fill in: the sign-up form with its traps for machines, and the choices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes

from subscribers import addresses
from subscribers.errors import AddressError, PreferenceError
from subscribers.models import Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from starlette.datastructures import FormData

    from subscribers.models import Topic
    from subscribers.web.services import WebServices

#: A field that people do not see and machines fill in.
TRAP = "website"


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A sign-up as it was sent."""

    email: str
    topics: tuple[str, ...]
    #: what is wrong with it, for the visitor; empty if nothing
    fault: str = ""
    #: whether a machine sent it
    trapped: bool = False


def stamp(house: WebServices, *, now: datetime) -> str:
    """Return the signed time that a form is given along."""
    return _signer(house).sign(base64_encode(int_to_bytes(int(now.timestamp())))).decode()


def read_sign_up(form: FormData, house: WebServices, *, now: datetime) -> SignUp:
    """Understand a sent form."""
    email = str(form.get("email") or "").strip()[:320]
    slugs = {topic.slug for topic in house.topics}
    topics = tuple(str(slug) for slug in form.getlist("topic") if slug in slugs)
    fault = address_fault(email) or _age_fault(str(form.get("stamp") or ""), house, now=now)
    return SignUp(email=email, topics=topics, fault=fault, trapped=bool(form.get(TRAP)))


def address_fault(email: str) -> str:
    """Return what is wrong with an address, whoever it belongs to; empty if nothing."""
    try:
        addresses.parse(email)
    except AddressError:
        return "This is not an e-mail address that mail can be sent to."
    return ""


def mailbox(email: str) -> str:
    """Return who sign-ups are counted for: the same for all spellings, and for `+` tags."""
    local, _, domain = addresses.parse(email).key.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def read_choices(form: FormData, topics: Sequence[Topic]) -> tuple[list[str], Preferences]:
    """Understand the page of choices.

    Raises:
        PreferenceError: a value is none, in words.

    """
    slugs = [topic.slug for topic in topics]
    chosen = [str(slug) for slug in form.getlist("topic") if slug in slugs]
    papers = str(form.get("papers") or "").strip()
    try:
        preferences = Preferences(
            words_in=_list(form.get("words_in")),
            words_out=_list(form.get("words_out")),
            authors=_list(form.get("authors")),
            papers=int(papers) if papers else None,
            days=tuple(str(day) for day in form.getlist("day")),
            timezone=str(form.get("timezone") or "UTC").strip(),
            hour=int(str(form.get("hour") or "18")),
            language=str(form.get("language") or "en"),
            text_only=form.get("format") == "text",
        )
    except PreferenceError:
        raise
    except ValueError as error:
        raise PreferenceError("papers and hour must be whole numbers") from error
    return chosen, preferences


def choice_fault(topics: Sequence[str], preferences: Preferences) -> str:
    """Return what is wrong with choices that are each possible; empty if nothing."""
    if topics or preferences.words_in or preferences.authors:
        return ""
    return "choose at least one topic, or name words or authors of your own"


def _age_fault(text: str, house: WebServices, *, now: datetime) -> str:
    youngest, oldest = house.form_age
    try:
        made = bytes_to_int(base64_decode(_signer(house).unsign(text.encode())))
    except (BadSignature, UnicodeEncodeError):
        return "Please send the form once more."
    age = now.timestamp() - made
    if not youngest.total_seconds() <= age <= oldest.total_seconds():
        return "Please send the form once more."
    return ""


def _signer(house: WebServices) -> Signer:
    return Signer(list(reversed(house.secrets)), salt="digest.form")


def _list(value: Any) -> tuple[str, ...]:
    words = re.split(r"[,\n;]", str(value or ""))
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
