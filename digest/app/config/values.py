"""Values that settings may have beyond what a type can say: names, times, keys and passwords."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr

from digest.errors import ConfigError
from digest.text.wording import join_choices, suggestion
from subscribers.site_paths import check_site_address

#: A label of a name in the DNS.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

#: Characters of the shortest key that is taken.
SHORTEST_KEY = 32

_WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


def _ehlo_name(text: str) -> str:
    """Check the argument of EHLO: a domain or an address literal (RFC 5321 §4.1.3)."""
    literal = re.fullmatch(r"\[(?:(IPv6:)|(?=\d))(.+)\]", text, re.IGNORECASE)
    try:
        if literal:
            is_6 = ipaddress.ip_address(literal[2]).version == 6
            is_good = is_6 == bool(literal[1])
        else:
            is_good = bool(re.fullmatch(rf"{LABEL}(?:\.{LABEL})*", text)) and len(text) <= 255
    except ValueError:
        is_good = False
    if text and not is_good:
        raise ValueError(
            "is neither a domain like mail.example.org (an international one is written as xn--…)"
            " nor an address like [192.0.2.1] or [IPv6:2001:db8::1]"
        )
    return text


def _summary_length(number: int) -> int:
    """Check the length of a summary: in fewer characters than 80 hardly a sentence fits."""
    if number and not 80 <= number <= 4000:
        raise ValueError("must be a whole number from 80 to 4000, or 0 for no summaries")
    return number


def _ranker(text: str) -> str:
    if text:
        # Imported here, since it brings scipy, which most commands can do without.
        from digest.ranking.rankers import NAMES, OWN_RANKER, read_ranker

        try:
            read_ranker(text)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        if text.rstrip(":") == OWN_RANKER:
            rivals = join_choices(name for name in NAMES if name != OWN_RANKER)
            raise ValueError(
                f"is our own ranker, which says nothing beside itself; name a rival: {rivals}, or"
                f" ours with another weight of votes, such as {OWN_RANKER}:trend_weight=1"
            )
    return text


def _secret(value: SecretStr) -> SecretStr:
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError as error:
        raise ValueError("is not text in UTF-8") from error
    return value


def check_password(text: str) -> None:
    """Check a password for a mail server.

    Raises:
        ValueError: no login can have it.

    """
    if any(unicodedata.category(ch) == "Cc" for ch in text):
        raise ValueError("holds a line break or another control character, which no login can have")


def _password(value: SecretStr) -> SecretStr:
    check_password(value.get_secret_value())
    return value


def check_key(text: str) -> None:
    """Check a key of our own: 32 characters or more, and of some variety.

    32 hexadecimal digits are 128 bits, the least that NIST SP 800-131A allows a key of HMAC is 112.
    Fewer than eight different ones among them come by chance once in twenty million keys.

    Raises:
        ValueError: it is too short, or one of a few characters; the text names the remedy.

    """
    if len(text.strip()) < SHORTEST_KEY or len(set(text)) < 8:
        raise ValueError(
            f"must have {SHORTEST_KEY} or more random characters;"
            " `openssl rand -hex 32` prints some"
        )


def web_address(text: str) -> str:
    """Check an address of the web, or nothing.

    Raises:
        ValueError: it is none; the text says why.

    """
    if text and not re.match(r"https?://[^\s/?#]", text):
        raise ValueError("is not an address that begins with http:// or https://")
    return text


def _key(value: SecretStr) -> SecretStr:
    if text := value.get_secret_value():
        check_key(text)
    return value


def _as_text(value: object) -> object:
    """Take a date or a time that stands in the file without quotes, which TOML has too."""
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else value


def _time_of_day(text: str) -> str:
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError('is not a time of day; write it like "18:00"')
    return text


def _weekday(value: object) -> object:
    """Take the name of a day, in whole or its first three letters: `Monday` and `mon`."""
    if not isinstance(value, str):
        return value
    names = {name.lower(): short for short, name in _WEEKDAYS.items()}
    day = names.get(value.lower(), value.lower())
    if day not in _WEEKDAYS:
        hint = suggestion(value.lower(), [*_WEEKDAYS, *names])
        raise ValueError(f"is not a day of the week, {join_choices(_WEEKDAYS)}{hint}")
    return day


def _some_days(days: tuple[str, ...]) -> tuple[str, ...]:
    if not days:
        raise ValueError('must name a day of the week, such as ["mon"]')
    return days


def _category(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z .-]*", text):
        raise ValueError("is not the name of a category, such as cs.CL")
    return text


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", text):
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")
        raise ValueError(
            "is not a slug: up to 60 lower-case letters without accents, digits and hyphens, such"
            f" as {plain or 'language-models'}"
        )
    return text


def site_address(text: str) -> str:
    """Return the address of our site; it may be empty, and may be below a path.

    Raises:
        ValueError: it is another.

    """
    if text:
        check_site_address(text)
    return text


def file_mode(text: str) -> str:
    """Return the mode of a file in octal digits.

    Raises:
        ValueError: it is none.

    """
    if not re.fullmatch(r"0?[0-7]{3}", text):
        raise ValueError('is not the mode of a file like "0660"')
    return text


def split_nameserver(text: str) -> tuple[str, int]:
    """Return the address and the port of a server of the DNS; without a port it is 53."""
    found = re.fullmatch(r"\[(.+)\](?::(\d{1,5}))?|([^:]+):(\d{1,5})", text)
    if found is None:
        return text, 53
    return found[1] or found[3], int(found[2] or found[4] or 53)


def _nameserver(text: str) -> str:
    address, port = split_nameserver(text)
    try:
        ipaddress.ip_address(address)
        is_good = 1 <= port <= 65535
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError(
            "is not an IP address like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353"
        )
    return text


def _day(text: str) -> str:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("is not a day like 2026-02-02") from error


#: HH:MM; may be empty.
TimeOfDay = Annotated[str, BeforeValidator(_as_text), AfterValidator(_time_of_day)]
#: YYYY-MM-DD; may be empty.
Day = Annotated[str, BeforeValidator(_as_text), AfterValidator(_day)]
Weekday = Annotated[
    Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], BeforeValidator(_weekday)
]
#: Some days of the week.
Weekdays = Annotated[tuple[Weekday, ...], AfterValidator(_some_days)]
#: The short name of a topic.
Slug = Annotated[str, AfterValidator(_slug)]
#: A category of arXiv or bioRxiv.
Category = Annotated[str, AfterValidator(_category)]
#: Our name in EHLO; may be empty.
EhloName = Annotated[str, AfterValidator(_ehlo_name)]
#: A server of the DNS: an IP address, perhaps with a port.
Nameserver = Annotated[str, AfterValidator(_nameserver)]
#: A secret that can be hashed and sent.
Secret = Annotated[SecretStr, AfterValidator(_secret)]
#: A key of our own, or nothing.
Key = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_key)]
#: A password for a mail server; the login sends it in UTF-8.
Password = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_password)]
#: The longest summary of a paper, in characters.
SummaryLength = Annotated[int, AfterValidator(_summary_length)]
#: A ranker as `digest backtest` knows it, or nothing.
Ranker = Annotated[str, AfterValidator(_ranker)]
