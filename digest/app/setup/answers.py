"""The answers that make an installation, and how each is read from what somebody types.

Every function that reads one raises a ConfigError that says what is wrong with it.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic import ValidationError

from digest.app.config.faults import explain_value
from digest.app.config.schema import Mail, Schedule, SourceSettings, Web
from digest.app.config.values import check_password
from digest.app.setup.providers import Provider, Security
from digest.app.transport import is_example
from digest.errors import ConfigError, LibraryError
from digest.sources import get_kind
from digest.sources.arxiv.categories import find_category
from digest.sources.library import Library, merged, read, read_ids
from digest.text.wording import join_choices
from subscribers.addresses import for_envelope, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

#: The address of somebody who named none; mail to it goes into the folder alone.
NOBODY = "you@example.org"
#: The ways by which runs are started: a printed line, a line of crontab, a timer of systemd, none.
PRINT, CRONTAB, SYSTEMD, NO_TIMER = TIMERS = ("print", "crontab", "systemd", "none")
#: The security that servers have at these ports (RFC 8314 §3.3, RFC 6409).
_USUAL_SECURITY: dict[int, Security] = {465: "tls", 587: "starttls", 2525: "starttls"}
_HERE = ("localhost", "localhost.localdomain", "ip6-localhost")


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A mail server: where it is, and how the connection is protected."""

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        """Return it as somebody types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}:{self.security}"


@dataclass(frozen=True, kw_only=True)
class MailAnswers:
    """The way by which mails leave."""

    provider: Provider
    server: MailServer
    login: str
    password: str = field(repr=False)
    #: the sender's address
    sender: str


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All that an installation begins with."""

    #: the address of the first reader
    address: str
    #: the address of the web page of a group; empty for one reader alone
    site: str = ""
    fields: tuple[str, ...]
    #: the slugs of the topics of the first reader
    topics: tuple[str, ...]
    sources: tuple[SourceSettings, ...]
    #: the papers that the first reader likes
    seeds: Library | None = None
    #: None: mails are written into a folder
    mail: MailAnswers | None = None
    #: one of TIMERS
    timer: str = PRINT
    #: the hour of the mail, as HH:MM
    at: str = "18:00"


def read_address(text: str) -> str:
    """Read the address of a reader, who is also the sender until another is named."""
    address = parse(text).original
    _check(Mail, "from_address", for_envelope(address))
    return address


def read_site(text: str) -> str:
    """Read the address of a web page; `me` and nothing are none."""
    if text.strip().lower() in ("", "me", "alone"):
        return ""
    address = text.strip().rstrip("/")
    if "://" not in address:
        raise ConfigError(
            f"{address!r} is neither me nor the address of a page, such as"
            " https://papers.your.domain"
        )
    _check(Web, "url", address)
    return address


def read_time(text: str) -> str:
    """Read a time of day."""
    found = re.fullmatch(r"(\d{1,2})(?::(\d\d))?", text.strip())
    written = f"{int(found[1]):02}:{found[2] or '00'}" if found else text
    _check(Schedule, "at", written or "?")
    return written


def read_timer(text: str) -> tuple[str, str]:
    """Read how runs are started, and when, as in `systemd 07:30`; no time is an empty one."""
    word, _, time = text.strip().partition(" ")
    if re.match(r"\d", word):
        word, time = PRINT, text
    if word.lower() not in TIMERS:
        raise ConfigError(
            f"{word!r} is none of {join_choices(TIMERS)}; a time may stand behind it, such as"
            " print 07:30"
        )
    return word.lower(), read_time(time) if time else ""


def read_server(text: str, usual: MailServer) -> MailServer:
    """Read a mail server, as HOST, HOST:PORT or HOST:PORT:SECURITY.

    What is missing is as usual, and the security is that of the port.
    """
    found = re.fullmatch(r"(\[[^\]]+\]|[^:\s]+)(?::(\d+)(?::(\w+))?)?", text.strip())
    if not found:
        raise ConfigError(
            f"{text!r} is no mail server; write it like smtp.your.domain:587, or with"
            f" {join_choices(get_args(Security))} behind the port"
        )
    host = found[1].strip("[]")
    port = int(found[2]) if found[2] else usual.port
    if not 1 <= port <= 65535:
        raise ConfigError(f"{port} is no port; the usual ones are 465, 587 and 25")
    is_other = host != usual.host and not found[2]
    if is_other and is_here(usual.host):
        port = 587
    usual_at = usual.security if port == usual.port else _security_at(host, port)
    return MailServer(host=host, port=port, security=_security(found[3] or usual_at))


def is_here(host: str) -> bool:
    """Whether a host is this machine, by a name or an address of loopback."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host.lower() in _HERE


def _security(word: str) -> Security:
    for known in get_args(Security):
        if word.lower() == known:
            return cast("Security", known)
    raise ConfigError(f"{word!r} is none of {join_choices(get_args(Security))}")


def _security_at(host: str, port: int) -> Security:
    """Return the security that is usual at a port."""
    return _USUAL_SECURITY.get(port, "none" if is_here(host) else "starttls")


def read_password(text: str) -> str:
    """Read a password; the blanks that providers print within app passwords do no harm."""
    try:
        check_password(text)
    except ValueError as error:
        raise ConfigError(f"the password {error}") from error
    return text.strip()


def read_source(text: str, *, folder: Path) -> SourceSettings:
    """Read a source, as a kind with what it needs: `arxiv cs.CL cs.LG`, or `jsonl papers.jsonl`.

    A colon may stand for the first blank, and commas for the others.

    Args:
        text: what somebody typed.
        folder: that of the configuration, from which relative paths start.

    """
    kind, _, rest = re.sub(r"^([\w-]+):(?!//)", r"\1 ", text.strip()).partition(" ")
    rest = rest.strip()
    get_kind(kind)  # an unknown one is named before what it would need
    values: dict[str, Any] = {"name": _NAMES.get(kind, kind), "kind": kind}
    if kind in _CATEGORIES:
        values["categories"] = tuple(filter(None, re.split(r"[,\s]+", rest)))
    elif kind == "openreview":
        values["venues"] = tuple(filter(None, re.split(r"[,\s]+", rest)))
    elif rest:
        values["path"] = _path_from(rest, folder=folder)
    try:
        source = SourceSettings(**values)
    except ValidationError as error:
        fault = error.errors()[0]
        field_of = SourceSettings.model_fields.get(str(fault["loc"][0])) if fault["loc"] else None
        raise ConfigError(f"{text}: {explain_value(fault, field_of)}") from error
    if kind == "arxiv":
        known = tuple(find_category(category) for category in source.categories)
        source = source.model_copy(update={"categories": known})
    return source


#: The kinds whose papers are in categories.
_CATEGORIES = ("arxiv", "biorxiv")
#: What a source of a kind is called in mails.
_NAMES = {
    "arxiv": "arXiv",
    "arxiv-api": "arXiv's records",
    "biorxiv": "bioRxiv",
    "github": "GitHub",
    "huggingface": "Hugging Face",
    "jsonl": "Papers",
    "openreview": "OpenReview",
    "semantic-scholar": "Semantic Scholar",
}


def with_own_names(sources: Sequence[SourceSettings]) -> tuple[SourceSettings, ...]:
    """Return sources of which no two have the same name."""
    found: dict[str, SourceSettings] = {}
    for source in sources:
        number, name = 1, source.name
        while name in found:
            number += 1
            name = f"{source.name} {number}"
        found[name] = source.model_copy(update={"name": name})
    return tuple(found.values())


def typed_source(source: SourceSettings) -> str:
    """Return a source as somebody types it."""
    rest = source.categories or source.venues or (source.path,)
    return " ".join(filter(None, (source.kind, *rest)))


def _path_from(text: str, *, folder: Path) -> str:
    """Return the path of files that there are: from the folder if they are in it, else whole."""
    path = Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 (it keeps links)
    if not any(path.parent.glob(path.name)):
        raise ConfigError(f"there is no file {text}")
    home = Path(os.path.abspath(folder))  # noqa: PTH100 (likewise)
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


def read_seeds(texts: Sequence[str]) -> Library | None:
    """Read a library from files and ids; None if there is nothing.

    A file is BibTeX, RIS, CSL-JSON or Zotero RDF, or any text with arXiv ids, such as a listing.
    """
    libraries: list[Library] = []
    ids: list[str] = []
    for text in filter(None, (text.strip() for text in texts)):
        path = Path(text).expanduser()
        if path.is_file():
            libraries.append(_read_file(path))
        elif re.search(r"\.(bib|ris|json|rdf|txt)$", text, re.IGNORECASE):
            raise ConfigError(f"there is no file {text}")
        else:
            ids.append(text)
    if ids:
        libraries.append(read_ids("\n".join(ids)))
    found = merged(libraries)
    if found.rejected and not found.seeds:
        raise ConfigError(f"{found.rejected[0].where}: {found.rejected[0].reason}")
    return found if found.seeds else None


#: An id of arXiv in a text: of today, or as before April 2007.
_ARXIV_ID = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?:v\d+)?(?!\d)|\b[a-z-]+(?:\.[A-Z]{2})?/\d{7}\b")


def _read_file(path: Path) -> Library:
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    ids = dict.fromkeys(_ARXIV_ID.findall(octets.decode("utf-8", errors="replace")))
    try:
        found = read(octets)
    except LibraryError as error:
        if not ids:
            raise ConfigError(f"{path}: {error}, or a text with arXiv ids in it") from error
    else:
        if found.seeds or not ids:
            return found
    return read_ids("\n".join(ids))  # a listing may begin as JSON does


def refuse_example(address: str) -> None:
    """Refuse to send mail to or from the address of nobody."""
    if is_example(address.rpartition("@")[2]):
        raise ConfigError(
            f"{address} is an example and no mailbox; give your own address, or answer folder"
        )


def _check(model: type[BaseModel], key: str, value: str) -> None:
    """Check a value as the configuration does."""
    try:
        model(**{key: value})
    except ValidationError as error:
        raise ConfigError(explain_value(error.errors()[0], model.model_fields[key])) from error
