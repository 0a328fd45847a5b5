"""Recognise withdrawn papers by what their authors or arXiv's administrators say of them.

A notice says of the paper itself that it is withdrawn: "The authors have withdrawn this paper".
A paper that was withdrawn from a conference stands, and so does one that replaces a withdrawn
paper. The wording is that of https://info.arxiv.org/help/withdraw.html and of authors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.sources.withdrawal_words import pattern, read

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most characters of a comment or abstract that are searched.
_LENGTH = 2000
#: The most characters of a notice. The mere word is one only in an abstract as short as that.
_NOTICE = 300
_WORD = re.compile(r"with-?draw|withdrew|retract|remov|delet|pull|\bdown\b", re.IGNORECASE)

_REQUESTED = "<place><!stop|comma>{0,3}<request>"
_END = r"(?:<stop|comma|semicolon|colon|close|dash>|$)"
_WORK = "<kind|arxiv>?<work|text|version>"
_THIS = f"<the>?<this>+{_WORK}"
_OUR = "<the|this|their>*"
_BY = "<by><!of|from|stop|semicolon>{0,3}?<agent|arxiv>"
_GONE = "(?:<gone|act>|<take><down>)"
#: "removed" alone may be said of a figure, or of what was edited.
_REMOVED = f"<removed>(?:(?={_BY})|(?=<from><the>?<arxiv>))"
_BEEN = "<have|be|will|to|adverb|so>{0,6}<be><adverb|so>{0,6}"
_PASSIVE = f"{_BEEN}(?:{_GONE}|{_REMOVED})"
#: What may stand between "this paper" and "has been withdrawn".
_ASIDE = (
    "(?:<comma><!stop|semicolon>{1,40}?<comma>|<open><!open|close>{1,40}<close>"
    "|<quote><!quote>{1,40}<quote>|<dash><!stop|semicolon>{1,40}?<dash>"
    "|<and|by|of|named|arxiv><!stop|semicolon|comma>{1,30}?|<id>)?"
)
#: The same after "the paper": "the paper [12]" and "the paper by A. Roe" are others.
_THE_ASIDE = _ASIDE.replace("<!open|close>", "<!open|close|number>").replace("<and|by|of|", "<and|")
#: "this paper has an error and is withdrawn", "ignore this paper; it has been withdrawn"
_MORE = "(?:<!stop|semicolon>{1,40}?<and|so><it|so>*|<semicolon|comma><it>)"
_WE = "(?<!<which>)(?<!<which>.)<agent|arxiv>{1,3}(?:<comma><the|adverb>*<agent><comma>)?"
_AUX = "<have|be|will|request|tell|to|adverb|so>{0,10}"
_DO = "(?:<act|acting|gone|removed>|<take><down>)"

#: "this paper has been withdrawn", not "the first version of this paper was withdrawn"
_OWN = "(?<!<of|to|for|from|place|by|time>)(?<!<of|to|for|from|place|by|time><the>)"
_STATED = pattern(
    f"{_OWN}{_THIS}{_ASIDE}{_PASSIVE}",
    f"{_OWN}{_THIS}(?:{_BEEN}<removed>|<gone>)(?={_END}|<reason>|{_REQUESTED})",
    # "the authors have withdrawn this paper", not "we withdraw the claim" or "our earlier paper"
    f"{_WE}{_AUX}{_DO}{_OUR}{_WORK}(?!<of|that|which>)",
    f"{_WE}{_AUX}(?:<act|acting|gone>|<take><down>)(?={_END}|<reason>)",
    f"{_WE}{_AUX}<take>{_OUR}{_WORK}<down>",
    f"{_WE}{_AUX}<request><the|a>*<noun>(?={_END}|<reason>|<of>{_OUR}{_WORK}|<from><arxiv>)",
    f"{_WE}<!stop|semicolon>{{1,30}}?<and>{_AUX}<act|gone>{_OUR}{_WORK}",
    # "we regret that the paper has to be withdrawn"
    f"(?:<tell|text><that>|<request><for|that>){_OUR}{_WORK}{_ASIDE}{_PASSIVE}",
    f"<merged><by|of|place|other><!stop|semicolon>{{1,15}}?<and><be|have|adverb|so>*{_GONE}",
)
#: "we withdrew it", "it has an error and is withdrawn": from a venue, if one was named before
_TOLD = pattern(f"{_WE}{_AUX}(?:<act|acting|gone>|<take>)<it>")
_TOLD_MORE = pattern(f"{_OWN}{_THIS}{_MORE}{_PASSIVE}")
#: "… is wrong, so the paper is withdrawn"
_THEREFORE = pattern(f"<so|and|comma><the>{_WORK}{_THE_ASIDE}{_PASSIVE}")
_OF_ANOTHER = pattern("<id>", "<comment><of|to>", "<another|merged>")
#: At the beginning of a sentence: "The paper was withdrawn", "Paper withdrawn", "Please withdraw".
_OPENING = pattern(
    f"<the>?{_WORK}(?!<by|of>)(?:{_THE_ASIDE}|{_MORE}){_PASSIVE}",
    f"<this>?{_WORK}<adverb>?(?:<gone>|{_REMOVED})",
    "<this><be><adverb>*<a>?<gone>(?=<work|text>)",
    f"<it>{_PASSIVE}(?={_END}|<reason>|{_BY})",
    f"(?:<please>?<act|acting>|<please>(?:<removed>|<take><down>)){_OUR}{_WORK}",
    f"(?:<this><be><a>)?<noun>(?:<label>(?={_END}|<reason>|<of>|{_BY})|<of>{_OUR}{_WORK}"
    f"|<be>?<request>|{_BY}|{_REQUESTED})",
    f"(?:<agent><request>?|<request>)<noun>(?={_END}|<reason>|<of>{_OUR}{_WORK}|{_BY})",
    f"(?:<have><be>|<be>)?{_REMOVED}",
)
#: The mere word, and what may follow it: not "withdrawn drugs".
_BARE_WORD = f"<have|be|adverb>*{_GONE}"
_BARE_END = f"(?=<open|quote>|{_END}|{_BY}|{_WORK}{_END})"
_BARE_REASON = (
    "(?=<reason|wait|time|for|to|adverb|see>|<place>(?:<purpose>|<!stop|comma>{0,3}<rule|request>"
    "|<comment>)|<of>(?:<purpose|request|number>|<tell>)|<and><merged|another>|<from><arxiv>)"
)
_BARE = pattern(f"{_BARE_WORD}(?:{_BARE_END}|{_BARE_REASON})", "<acting|noun>(?=<reason>)")
_BARE_ONLY = pattern(f"{_BARE_WORD}(?!<comma>){_BARE_END}")
_BARE_BECAUSE = pattern(f"{_BARE_WORD}{_BARE_REASON}", "<acting|noun>(?=<reason><!be|have>*$)")
#: Before the mere word in the same sentence: another paper or a place, which it may be about.
_BEFORE_BARE = pattern(
    "<id|another|merged|review|venue>",
    "<comment><of|to>",
    "<version>(?!<number><colon>)",
    f"<the>{_WORK}<!stop|comma>*<open><!close>*<number><close>$",
)
#: Behind the word: a place that is not arXiv, or a market.
_NOUN_PHRASE = "<!stop|semicolon|comma|reason|be|have|to|agent|which|request|rule>{0,6}?"
_ELSEWHERE = pattern(
    f"(?:{_WORK})?<!stop|semicolon|reason|time|for>{{0,6}}?<from>"
    "(?!<the|public>*<arxiv|public|work|text>|<this>)",
    f"(?:{_WORK})?<!stop|semicolon|comma|reason|time|for|place|to|wait|rule|request>{{0,6}}?"
    f"<place|to|time|for>+(?:<the>?<acronym>|{_NOUN_PHRASE}<venue|review>)(?!<!stop|semicolon>*<rule>)",
    f"(?:{_WORK}|<by><the|a>*<agent>)?<comma|open|close|dash|colon>*<venue>(?!<!stop|semicolon>*<rule>)",
)
_VENUE = pattern("<venue>", "<place><the>?<acronym>")
_REASON = pattern("<!stop|semicolon>*<reason>")
#: It stands again, or should never have been withdrawn.
_RESTORED = pattern(
    "(?<!<will><be>)(?<!<to><be>)(?<!<to>)<restored>",
    "(?<!<be>)<again>(?!<reason|under>)",
    f"<mistakenly>{_GONE}",
    f"{_GONE}(?:{_BY})?(?:<place|by><mistake>|<mistakenly>)",
    "<noun>(?:<of><this|the>*<work|text>)?<have|be|adverb>*<undone|gone>",
)
_SENTENCE = pattern("<stop>")
_CLAUSE = pattern("<stop|semicolon|colon|dash|open|close>")
_PIECE = pattern("<stop|semicolon|colon|dash|open|close|comma>")
_SAYING = pattern("<sentence>")
#: A clause of its own: "Withdrawn due to its heat, the lamp …"
_MAIN_CLAUSE = pattern("<comma>(?!<and|which|reason|so|see>)")
_FLAW = pattern("<flaw|mistake|work|rule|agent>")


def is_withdrawn(comment: str) -> bool:
    """Whether a comment says, wherever in it, that its paper is withdrawn."""
    comment = comment[:_LENGTH]
    if not _WORD.search(comment):
        return False
    words = read(comment)
    if _RESTORED.search(words):
        return False
    return _is_stated(words) or _is_told(words) or _is_bare(words)


def is_notice(abstract: str) -> bool:
    """Whether an abstract is, or begins with, the notice that its paper is withdrawn."""
    abstract = abstract[:_LENGTH]
    if not _WORD.search(abstract[:_NOTICE]):
        return False
    words = read(abstract)
    first, *others = filter(None, _SENTENCE.split(words))
    if _RESTORED.search(words) or _SAYING.search(first):
        return False
    if _is_stated(first):
        return True
    if len(abstract) > _NOTICE:
        return False
    bare = [_BARE_ONLY]
    if not _MAIN_CLAUSE.search(first) and (_FLAW.search(first) or not others):
        bare.append(_BARE_BECAUSE)
    return _is_told(first) or any(
        _is_here(each.match(first, at), first) for each in bare for at in _starts(first)
    )


def _is_stated(words: str) -> bool:
    """Whether a text says of this paper that it is withdrawn."""
    if any(_is_here(found, words) for found in _STATED.finditer(words)):
        return True
    return any(_is_here(_OPENING.match(words, at), words) for at in _starts(words))


def _is_told(words: str) -> bool:
    """Whether a sentence tells of this paper, such as of an error in it, and withdraws it."""
    return any(
        (_is_here(found, sentence) and not _is_of_venue(found, sentence))
        for sentence in _SENTENCE.split(words)
        for each in (_TOLD, _TOLD_MORE)
        for found in each.finditer(sentence)
    ) or any(
        _is_here(found, sentence) and not _OF_ANOTHER.search(sentence, 0, found.start())
        for sentence in _SENTENCE.split(words)
        for found in _THEREFORE.finditer(sentence)
    )


def _is_bare(words: str) -> bool:
    """Whether a comment has the mere word where it can only be about this paper."""
    return any(
        _is_here(_BARE.match(sentence, at), sentence) and not _BEFORE_BARE.search(sentence, 0, at)
        for sentence in _SENTENCE.split(words)
        for at in _starts(sentence, _PIECE)
    )


def _starts(words: str, between: re.Pattern[str] = _CLAUSE) -> Iterator[int]:
    """Yield where the pieces of a text begin."""
    yield 0
    yield from (found.end() for found in between.finditer(words))


def _is_here(found: re.Match[str] | None, words: str) -> bool:
    """Whether a notice is about arXiv, and not about a conference or a market."""
    return found is not None and _ELSEWHERE.match(words, found.end()) is None


def _is_of_venue(found: re.Match[str], words: str) -> bool:
    """Whether a venue was named before, and no reason to withdraw the paper itself after."""
    return bool(_VENUE.search(words, 0, found.end()) and not _REASON.match(words, found.end()))
