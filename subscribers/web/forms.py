"""The forms people fill in: the sign-up form, with its traps for programs, and the choices."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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

    from subscribers.feedback import JudgedPaper
    from subscribers.models import Topic
    from subscribers.web.services import WebServices

#: The name of a field that people do not see and programs fill in.
TRAP = "website"
_SEND_AGAIN = "Please send the form once more."


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """A sign-up form as it was sent."""

    email: str
    topics: tuple[str, ...]
    #: what is wrong with it, in words for the page; empty if nothing
    error: str = ""
    #: whether a program sent it
    trapped: bool = False


def stamp(services: WebServices, *, now: datetime) -> str:
    """Return the signed time for a form, which shows its age when it is sent."""
    return _signer(services).sign(base64_encode(int_to_bytes(int(now.timestamp())))).decode()


def read_sign_up(form: FormData, services: WebServices, *, now: datetime) -> SignUp:
    """Read a sign-up form."""
    email = str(form.get("email") or "").strip()[:320]
    slugs = {topic.slug for topic in services.topics}
    topics = tuple(str(slug) for slug in form.getlist("topic") if slug in slugs)
    error = address_error(email) or _age_error(str(form.get("stamp") or ""), services, now=now)
    return SignUp(email=email, topics=topics, error=error, trapped=bool(form.get(TRAP)))


def address_error(email: str) -> str:
    """Return what is wrong with the spelling of an address; empty if nothing."""
    try:
        addresses.parse(email)
    except AddressError:
        return "This is not an e-mail address that mail can be sent to."
    return ""


def read_choices(
    form: FormData, topics: Sequence[Topic], known: Preferences
) -> tuple[list[str], Preferences]:
    """Read the form of choices; unknown topics are left out.

    What the form does not ask for stays as it is `known`.

    Raises:
        PreferenceError: a value is not possible; the message names it.

    """
    slugs = [topic.slug for topic in topics]
    chosen = [str(slug) for slug in form.getlist("topic") if slug in slugs]
    papers, hour = (str(form.get(name) or "").strip() for name in ("papers", "hour"))
    # `Preferences` checks these.
    days: Any = tuple(str(day) for day in form.getlist("day"))
    frequency: Any = str(form.get("frequency") or known.frequency)
    try:
        preferences = replace(
            known,
            words_in=_list(form.get("words_in")),
            words_out=_list(form.get("words_out")),
            authors=_list(form.get("authors")),
            muted=_list(form["muted"]) if "muted" in form else known.muted,
            papers=int(papers) if papers else None,
            days=days,
            frequency=frequency,
            timezone=str(form.get("timezone") or "UTC").strip(),
            hour=int(hour) if hour else None,
            quiet_mail=form["quiet"] == "mail" if "quiet" in form else known.quiet_mail,
            language=str(form.get("language") or "en"),
            text_only=form.get("format") == "text",
        )
    except PreferenceError:
        raise
    except ValueError as error:
        raise PreferenceError("papers and hour must be whole numbers") from error
    return chosen, preferences


def check_choices(
    topics: Sequence[str], preferences: Preferences, judged: Sequence[JudgedPaper]
) -> None:
    """Check that choices, taken together with what was said of papers, can give a digest.

    Raises:
        PreferenceError: nothing is chosen, and nothing is liked.

    """
    likes = preferences.learns and any(one.verdict and one.verdict.is_liked for one in judged)
    if not (topics or preferences.words_in or preferences.authors or likes):
        raise PreferenceError("choose at least one topic, or name words or authors of your own")


def _age_error(text: str, services: WebServices, *, now: datetime) -> str:
    youngest, oldest = services.form_age
    try:
        signed_at = bytes_to_int(base64_decode(_signer(services).unsign(text.encode())))
    except (BadSignature, UnicodeEncodeError):
        return _SEND_AGAIN
    age = now.timestamp() - signed_at
    return "" if youngest.total_seconds() <= age <= oldest.total_seconds() else _SEND_AGAIN


def _signer(services: WebServices) -> Signer:
    # itsdangerous signs with the last key and accepts all.
    return Signer(list(reversed(services.secrets)), salt="digest.form")


def _list(value: Any) -> tuple[str, ...]:
    words = re.split(r"[,\n;]", str(value or ""))
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
