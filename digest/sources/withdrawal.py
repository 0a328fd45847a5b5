"""Recognise withdrawn papers by what their authors or arXiv's administrators say of them.

A notice says of the paper itself that it is withdrawn: "The authors have withdrawn this paper".
A paper that was withdrawn from a conference stands, and so does one that replaces a withdrawn
paper. The wording is that of https://info.arxiv.org/help/withdraw.html and of authors.
"""

from __future__ import annotations

import re

#: The most characters of a comment or abstract that are searched.
_LENGTH = 2000
_WORD = re.compile(r"with-?draw|withdrew|retract|removed|taken\s+down|pulled", re.IGNORECASE)
#: An abstract that begins with the mere word is a notice only if it is as short as one.
_SHORT_NOTICE = 300

_WORK = (
    r"(?:(?:arxiv|short|brief)\s+)?(?:paper|article|submission|manuscript|preprint|e-?print|work"
    r"|draft|note|letter|report|version|document|study|thesis|survey|contribution|publication"
    r"|posting|entry)\b"
)
_GONE = r"(?:with-?drawn|withdrawed|retracted|taken\s+down)\b"
_ADMIN = r"(?:(?:ar|bior|medr)xiv(?:\.org)?|admin\w*|moderat\w+|authors?\b|submitters?\b|me\b|us\b)"
_BY = rf"\s+by\s+(?:(?!of\b|from\b)[\w'’-]+\s+){{0,3}}?{_ADMIN}"
#: "removed" alone may be said of a figure, or of what was edited
_REMOVED = rf"removed(?:{_BY}|\s+from\s+(?:the\s+)?arxiv)"
_ADVERB = (
    r"(?:\s+(?:now|hereby|also|therefore|thus|since|temporarily|permanently|officially|formally"
    r"|voluntarily|unfortunately|currently|already|just|recently|subsequently|completely|entirely))"
)
_PASSIVE = (
    rf"(?:(?:has|have|had){_ADVERB}*\s+been|(?:is|are|was|were)(?:{_ADVERB}|\s+being)*"
    rf"|(?:(?:will|must|should|needs?\s+to|has\s+to|have\s+to|to)\s+)?be){_ADVERB}*"
    rf"\s+(?:{_GONE}|{_REMOVED})"
)
#: what may stand between "this paper" and "has been withdrawn"
_ASIDE = (
    r"(?:\s*(?:,[^.;]{1,200}?,|\([^()]{1,200}\)|\[[^\[\]]{1,200}\]|[\"“][^\"“”]{1,200}[\"”]"
    r"|[-–—]{1,3}\s[^.;]{1,200}?[-–—]{1,3}\s)"
    r"|\s+(?:and|by|entitled|titled|on|with|arxiv)\b(?:[^.;,]|et\s+al\.){1,150}?)?"
)
#: "this paper has an error and is withdrawn", "ignore this paper; it has been withdrawn"
_MORE = (
    r"(?:\s+(?:[^.;]|\.(?!\s+(?-i:[A-Z]))){1,200}?\b(?:and|but|so)(?:\s+(?:it|therefore|thus|hence))*"
    r"|[;,]\s+it)"
)
_WE = (
    r"(?:\b(?:i|we)|(?:(?:\bthe|\ball|\bboth)\s+)*(?:\b(?:corresponding|first|submitting|original)\s+)?"
    r"\b(?:authors?|author\(s\)|submitters?)|\b(?:the\s+)?(?:arxiv(?:'s)?(?:\s+(?:admin\w*|moderat\w+))?|moderators|administrators))"
)
_WILL = (
    r"(?:\s+(?:have|has|had|am|are|is|do|did|must|should|need|needs|wish|wishes|want|wants|would"
    r"|like|prefer|decided|decide|agreed|chosen|chose|regret|asked|requested|request|to|be|been"
    r"|being|hereby|therefore|thus|now|unfortunately|voluntarily|temporarily|formally|officially"
    r"|jointly|unanimously|mutually|all|both))*"
)
_DO = r"(?:withdraw(?:n|s|ing|ed)?|withdrew|retract(?:s|ed|ing)?|pull(?:ed|ing)?)"
_OUR = r"(?:(?:this|the|our|my|their|present|current)\s+)*"

#: "this paper has been withdrawn", not "the first version of this paper was withdrawn"
_SUBJECT = (
    r"(?<!\bof )(?<!\bto )(?<!\bfor )(?<!\bfrom )(?<!\bin )(?<!\bwith )(?<!\bby )(?<!\bon )"
    r"(?<!\bif )(?<!\bafter )(?<!\bbefore )(?<!\bunless )(?<!\bwhen )(?<!\bwhether )(?<!\bwhy )"
    rf"\b(?:this|the\s+present|the\s+current)\s+{_WORK}"
)
_THIS = re.compile(rf"{_SUBJECT}{_ASIDE}\s*{_PASSIVE}", re.IGNORECASE)
_THIS_AND = re.compile(rf"{_SUBJECT}{_MORE}\s*{_PASSIVE}", re.IGNORECASE)
#: "the authors have withdrawn this paper", not "we withdraw the claim" or "our earlier paper"
_AUTHORS = re.compile(
    rf"(?<!\bwhich )(?<!\bwhich the )(?<!\bwhose )(?:{_WE}{_WILL}\s+{_DO}\b"
    rf"(?:\s+{_OUR}{_WORK}(?!\s+(?:of|that|which|about)\b)|\s+it\b"
    rf"|(?=\s*(?:[.,;:]|$)|\s+(?:due|because|owing)\b))"
    rf"|\b(?:we|i)\s+[^.;]{{1,150}}?\band(?:\s+(?:so|therefore|thus|hence|hereby|now|have))*"
    rf"\s+withdraw[n]?\s+{_OUR}{_WORK})",
    re.IGNORECASE,
)
#: "… is wrong, so the paper is withdrawn"
_THEREFORE = re.compile(
    rf"(?:\b(?:so|thus|hence|therefore|consequently|and)|,)\s+(?:the|our|my)\s+{_WORK}{_ASIDE}"
    rf"\s*{_PASSIVE}",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\d{4}\.\d{4,5}|\b(?:comments?\s+on|repl(?:y|ies)|respon\w+|supersed\w+)\b", re.IGNORECASE
)
#: Marks and labels before a notice. Possessive, so that many marks are read once.
_PREFIX = (
    r"[\s\[({*\"“'‘<>!#:.-]*+(?:(?:(?:(?:arxiv\s+)?(?:admin\w*|authors?'?s?|editors?'?s?)\s+)?"
    r"(?:note|notice|comment|update|important|nb|attention|comments)\s*:|note\s+that\b"
    r"|please\s+note\s+that\b|unfortunately\b,?|v(?:ersion\s+)?\d+\s*:)[\s\[({*\"“'‘<>!#:.-]*+)*+"
)
#: At the beginning of a sentence: "The paper was withdrawn", "Paper withdrawn", "Please withdraw".
_OPENING = re.compile(
    rf"{_PREFIX}(?:(?:the|our|my)\s+{_WORK}(?:{_ASIDE}|{_MORE})\s*{_PASSIVE}"
    rf"|(?:this\s+)?{_WORK}(?:\s+{_PASSIVE}|{_ADVERB}?\s+{_GONE}|\s+{_REMOVED})"
    rf"|(?:please\s+)?withdraw(?:ing)?\s+(?:this|the|our|my)\s+{_WORK}|withdrawing\s+(?:due|because)"
    rf"|(?:this\s+is\s+a\s+)?(?:withdrawal|retraction)(?:\s+notice|\s+of\s+this\s+{_WORK}"
    rf"|\s+(?:was\s+)?requested|{_BY}|\s+at\s+the|\s+due)"
    rf"|(?:has\s+been\s+|is\s+|was\s+)?{_REMOVED})",
    re.IGNORECASE,
)
#: The mere word at the beginning of a sentence, and what may follow it: not "withdrawn drugs".
_BARE = re.compile(
    rf"{_PREFIX}(?:(?:has\s+been|is|was|now|temporarily|voluntarily)\s+)*(?:{_GONE}|withdraw\b)"
    rf"(?=\s*(?:[\])}},.:;!*\"”'’–—-]|$)|{_BY}|\s+(?:{_WORK}\s*(?:[.:;,!]|$)"
    r"|due|because|owing|as|since|pending|until|on\s+(?:behalf|request|\d)|upon|at\s+the|for"
    r"|in\s+(?:favou?r|order|light|view)|to\b|with\s+(?:apolog|regret)|temporarily|permanently"
    r"|voluntarily|and\s+(?:replaced|merged|superseded|subsumed)|from\s+arxiv|see\b))",
    re.IGNORECASE,
)
#: Behind the word: a place that is not arXiv, or a market.
_ELSEWHERE = re.compile(
    rf"(?i:(?:{_WORK})?(?:\s+(?!due\b|because\b|owing\b|since\b|after\b|following\b|for\b|as\b)"
    r"[^\s.;]+){0,6}?\s+from\s+(?!(?:the\s+|public\s+)*(?:arxiv|e-?print|archive|circulation|view"
    r"|preprint|server|repository|this\s)))"
    r"|\s+(?i:at|in|for|to)\s+(?:(?i:the)\s+)?(?!(?i:arxiv))"
    r"(?:[A-Z][A-Za-z]*[A-Z]\w*|\w*(?i:conference|journal|workshop|symposium)\b)"
)
#: It stands again, or should never have been withdrawn.
_RESTORED = re.compile(
    r"(?<!\bbe )(?<!\bis )\b(?:restored|re-?instated|un-?withdrawn|re-?posted|re-?activated"
    r"|re-?submitted(?!\s+(?:as|under|separately)\b))\b|\b(?:is|are)\s+(?:now\s+)?(?:restored|re-?instated)\b"
    rf"|\b(?:mistakenly|accidentally|erroneously|inadvertently|wrongly)\s+{_GONE}"
    rf"|\b{_GONE}(?:{_BY})?\s+(?:in\s+error|by\s+(?:mistake|accident)|mistakenly|accidentally"
    r"|erroneously|inadvertently|wrongly)\b"
    r"|\bwithdrawal\s+(?:(?:is|was|has|has\s+been|been)\s+)*"
    r"(?:revers|cancel|revok|lift|undone|rescind|retract|withdrawn)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\s[-–—]+\s|[()\[\]|]|\*{2,}")
_STOP = re.compile(r"(?<=[.!?])\s+")
_PIECE = re.compile(r"[,;()\[\]|]|\s[-–—]+\s|\*{2,}")
#: Before a bare "withdrawn" in the same sentence: another paper or a place, which it may be about.
_ANOTHER = re.compile(
    r"\d{4}\.\d{4,5}|\b(?:supersed|replac|extend|extension|version|earlier|previous|submi|accepted"
    r"|present|appear|review|publish|companion|journal|conference|workshop|proceedings|doi|based)",
    re.IGNORECASE,
)


def is_withdrawn(comment: str) -> bool:
    """Whether a comment says, wherever in it, that its paper is withdrawn."""
    comment = comment[:_LENGTH]
    if not _WORD.search(comment) or _RESTORED.search(comment):
        return False
    return _is_stated(comment) or _is_therefore(comment) or _is_bare(comment)


def is_notice(abstract: str) -> bool:
    """Whether an abstract is, or begins with, the notice that its paper is withdrawn."""
    first = _SENTENCE.split(abstract[:_LENGTH].strip(" ([*\"“'"), maxsplit=1)[0]
    if not _WORD.search(first) or _RESTORED.search(abstract[:_LENGTH]):
        return False
    if len(abstract) > _SHORT_NOTICE:
        return _is_stated(first)
    return _is_stated(first) or _is_therefore(first) or _here(_BARE.match(first), first)


def _is_stated(text: str) -> bool:
    """Whether a text says of this paper that it is withdrawn."""
    if any(_here(found, text) for each in (_THIS, _AUTHORS) for found in each.finditer(text)):
        return True
    return any(_here(_OPENING.match(each), each) for each in _SENTENCE.split(text))


def _is_therefore(text: str) -> bool:
    """Whether a text tells of an error in this paper and, in the same sentence, withdraws it."""
    if any(_here(found, text) for found in _THIS_AND.finditer(text)):
        return True
    return any(
        _here(found, text) and not _OF_ANOTHER.search(text, 0, found.start())
        for found in _THEREFORE.finditer(text)
    )


def _is_bare(comment: str) -> bool:
    """Whether a comment has the mere word where it can only be about this paper."""
    return any(
        _here(_BARE.match(sentence, start), sentence) and not _ANOTHER.search(sentence, 0, start)
        for sentence in _STOP.split(comment)
        for start in (0, *(found.end() for found in _PIECE.finditer(sentence)))
    )


def _here(found: re.Match[str] | None, text: str) -> bool:
    """Whether a notice is about arXiv, and not about a conference or a market."""
    return found is not None and _ELSEWHERE.match(text, found.end()) is None
