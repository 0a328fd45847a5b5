"""The part of a report that people read: what it says of one address.

OpenSMTPD, and Exim about local failures, say the reason only there. The forms are:

    ada@example.org: 550 5.1.1 No such user          OpenSMTPD

    <ada@example.org>: host mx said: 550 5.1.1 No    Postfix, qmail
        such user

      ada@example.org                                Exim, sendmail, Courier
        host mx: SMTP error after RCPT TO:
        550 5.1.1 No such user
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.inbound.reading.message import Part

#: How many lines about one address are read, and how many characters of a notice at all.
MOST_LINES, LONGEST = 25, 16 * 1024
#: A line that begins with an address, which may be all of it.
_OPENING = re.compile(
    r"^([ \t]*)(?:[-*•] ?)?['\[]?"
    r"((?:<[^<>\n]{3,320}>|\"[^\"\n]{1,64}\"@[\w.-]+|[^\s<>:;,\"()\[\]]{1,128}@[\w.\\-]+)(?:@[\w.-]+)?)"
    r"['\]]?(?=[\s:;,(.]|$)[.]{0,3}[ \t]*[:;,]?[ \t]*(.*)$"
)
#: Elements that hold no text, up to their end or the next beginning of one; and any tag.
_MARKUP = re.compile(
    r"(?is)<(style|script|head)\b[^<]*+(?:<(?!/?\1\b)[^<]*+)*+</\1>|<[^<>]{0,2000}+>"
)
_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]{0,200}+>")
_TRANSCRIPT = re.compile(r"(?i)transcript of (?:the )?session follows")


def text_of(parts: tuple[Part, ...]) -> str:
    """Return the notice among the parts of a report: the first text, plain before HTML."""
    leaves = [leaf for part in parts for leaf in part.walk() if not leaf.parts]
    for content_type in ("text/plain", "text/html"):
        for leaf in leaves:
            if leaf.content_type == content_type and leaf.text.strip():
                text = leaf.text[:LONGEST]
                return text if content_type == "text/plain" else without_markup(text)
    return ""


def without_markup(text: str) -> str:
    """Return HTML as lines of text."""
    return html.unescape(_MARKUP.sub(" ", _BREAKS.sub("\n", text)))


def about(openings: Iterable[tuple[str, str]], address: str) -> str:
    """Return what a notice says of an address, on one line; empty if it does not name it."""
    said = (words for found, words in openings if addresses.is_same(found, address))
    return " / ".join(dict.fromkeys(filter(None, said)))


def openings(text: str) -> Iterator[tuple[str, str]]:
    """Return each address that a line begins with, and what is said of it, on one line."""
    if "@" not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = _opening(line)
        address = addresses.plain(match[2]) if match else ""
        if match is None or not address:
            continue
        following = lines[number + 1 : number + 1 + MOST_LINES]
        rest = _continuation(following, len(match[1]), is_begun=bool(match[3].strip()))
        yield address, " ".join(" ".join([match[3], *rest]).split())


def remote_replies(text: str, address: str) -> str | None:
    """Return what the remote server said of an address, from the transcript of a session.

    None means that there is no transcript, and an empty text that no server is quoted in it. It
    stands above sendmail's own words, which call every bare 550 an unknown user:

        <<< 550 Your host is on a list
        550 5.1.1 <ada@example.org>... User unknown
    """
    match = _TRANSCRIPT.search(text)
    if match is None:
        return None
    found: dict[str, None] = {}
    latest = ""
    for line in text[match.end() :].split("\n"):
        is_reply = line.startswith("<<<")
        names_it = address.casefold() in line.casefold()
        if is_reply:
            latest = line[3:].strip()
        if names_it and latest:
            found[latest] = None
        if not is_reply and "@" in line:
            latest = ""  # it was about this address
    return " / ".join(found)


def _opening(line: str) -> re.Match[str] | None:
    return _OPENING.match(line[:2000]) if "@" in line else None


def _continuation(lines: list[str], indent: int, *, is_begun: bool) -> list[str]:
    """Return the lines that belong to an opening: up to an empty line, or the next opening."""
    found: list[str] = []
    for line in lines:
        if not line.strip():
            if found or is_begun:
                break
            continue
        depth = len(line) - len(line.lstrip())
        match = _opening(line)
        if match is not None and depth <= indent:
            break
        if line.lstrip().startswith(("-----", "... while")):
            break
        found.append(line)
    return found
