"""What a Subject or a line says: a command, or nothing that we could be sure of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from digest.inbound.commands.phrases import (
    ALONE,
    ASKING,
    IGNORED,
    REFUSING,
    REFUSING_PARTS,
    WITH_TOPICS,
    Command,
)
from digest.inbound.commands.spelling import in_all_languages, plain, words_of
from digest.inbound.commands.timing import Timing, read_timing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

#: The most characters and words of a command; with topics it has more.
_LONGEST, _MOST_WORDS = 80, 6
_LONGEST_WITH_TOPICS, _MOST_PIECES = 400, 20
#: "Re:" and "Fwd:" in many languages, and "RE[2]:"; and that a mail came from outside.
_REPLY = re.compile(
    r"\s*((re|aw|sv|vs|vá|odp|antw|r|rif|ynt|res|rv|ref|enc|fw|fwd|wg|tr|vl|vb|i|pd|továbbítás"
    r"|ответ|отв|на|переслать|пересл|відп|απ|σχετ|תגובה|רד|回复|回覆|答复|答覆|转发|轉寄|返信|답장)"
    r"(\[\d+\]|\(\d+\))?\s?[:\uff1a]|\[(ext|external|extern[eo]?|esterno)"
    r"( e-?mail| sender)?\])\s*",
    re.IGNORECASE,
)
#: The name of a list.
_LIST = re.compile(r"\s*\[[^\]]*\]\s*")
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e]")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said."""

    command: Command
    #: the topics they named, as they wrote them, without case
    wanted: tuple[str, ...] = ()
    #: when they want their mail
    timing: Timing | None = None
    #: whether they asked how to do something
    is_question: bool = False


def understand(text: str, *, names: Collection[str] = ()) -> Said | None:
    """Return what a line of text says; None if it says no command, or more than one.

    `names` are words that may stand beside a command, such as the name of the list and the
    address of the writer. A question about a command asks for help.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > _LONGEST_WITH_TOPICS:
        return None
    text = " ".join(_without(text, names).split())
    if _is_question(text):
        if _is_about_a_command(text):
            return Said(command=Command.HELP, is_question=True)
        return None if _QUESTION.search(text) else _timed(text)  # "when there is something"
    if len(text) <= _LONGEST and (command := _alone().get(_key(text))):
        return Said(command=command) if len(without_ignored(text)) <= _MOST_WORDS else None
    return _timed(text) or _with_topics(text)


def _timed(text: str) -> Said | None:
    timing = read_timing(text)
    return Said(command=Command.TIMES, timing=timing) if timing else None


def without_prefixes(subject: str) -> str:
    """Return a Subject without any "Re:" before it, in any language, and names of lists."""
    return _without_any(subject, _REPLY, _LIST)


def without_reply(subject: str) -> str:
    """Return a Subject without any "Re:" before it, in any language; other marks stay."""
    return _without_any(subject, _REPLY)


def _without_any(subject: str, *prefixes: re.Pattern[str]) -> str:
    subject = unicodedata.normalize("NFKC", subject)
    while match := next(filter(None, (prefix.match(subject) for prefix in prefixes)), None):
        subject = subject[match.end() :]
    return subject.strip()


def refuses(text: str) -> bool:
    """Whether a line may say no, or asks to leave. "No problem" counts: then nobody agreed."""
    words = words_of(text)
    if any(word.replace("'", "") in _refusing() for word in words):
        return True
    written = unicodedata.normalize("NFKC", text)
    is_leaving = any(_key(one) in _leaving() for one in (text, *words))
    return is_leaving or any(part in written for part in REFUSING_PARTS)


def same(one: str, other: str) -> bool:
    """Whether two texts are equal but for case, accents, punctuation and spaces."""
    return "".join(words_of(one)).replace("-", "") == "".join(words_of(other)).replace("-", "")


def without_ignored(text: str) -> list[str]:
    """Return the words of a text without those that change nothing."""
    return [word for word in words_of(text) if word not in _ignored()]


def _key(text: str) -> str:
    """Return what is equal for all ways to write a phrase: its words without those to ignore."""
    return "".join(re.sub(r"\W", "", word) for word in words_of(text) if word not in _ignored())


def _without(text: str, names: Collection[str]) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


@cache
def _ignored() -> frozenset[str]:
    return in_all_languages(IGNORED)


@cache
def _asking() -> frozenset[str]:
    return in_all_languages(ASKING)


@cache
def _refusing() -> frozenset[str]:
    return frozenset(word.replace("'", "") for word in in_all_languages(REFUSING))


@cache
def _leaving() -> frozenset[str]:
    return frozenset(key for key, command in _alone().items() if command is Command.LEAVE)


def _phrases(table: Mapping[str, str]) -> Iterator[str]:
    for phrases in table.values():
        yield from phrases.split("|")


@cache
def _alone() -> Mapping[str, Command]:
    """Return the commands without topics by the keys of their phrases; to leave comes first."""
    found: dict[str, Command] = {}
    for command, table in {**ALONE, **WITH_TOPICS}.items():
        for phrase in _phrases(table):
            found.setdefault(_key(phrase), command)
    found.pop("", None)
    return found


@cache
def _before_topics() -> list[tuple[re.Pattern[str], Command]]:
    """Return patterns of commands that topics stand behind, the longest first."""
    phrases = [
        (" ".join(words_of(phrase)), command)
        for command, table in WITH_TOPICS.items()
        for phrase in _phrases(table)
    ]
    phrases.sort(key=lambda one: len(one[0]), reverse=True)
    return [
        (re.compile(rf"{re.escape(phrase)}\s*[\s:,]\s*(?P<topics>.*)"), command)
        for phrase, command in phrases
    ]


def _with_topics(text: str) -> Said | None:
    bare = plain(text).strip(" \"'“”«»„*.!")
    politely = re.sub(r"^(please|bitte)\s+", "", bare)
    for pattern, command in _before_topics():
        match = pattern.fullmatch(politely)
        if match is None:
            continue
        pieces = [piece.strip(" \"'“”*.!") for piece in re.split(r"[,;+\u3001]", match["topics"])]
        wanted = tuple(filter(None, pieces))
        if len(wanted) > _MOST_PIECES or any(len(words_of(one)) > _MOST_WORDS for one in wanted):
            return None
        if any(refuses(one) for one in wanted):
            return None
        return Said(command=command, wanted=wanted)
    return None


def _is_question(text: str) -> bool:
    first = next(iter(words_of(text)), "")
    return bool(_QUESTION.search(text)) or first in _asking()


def _is_about_a_command(text: str) -> bool:
    words = words_of(text)
    return len(words) <= 2 * _MOST_WORDS and any(_key(word) in _alone() for word in words)
