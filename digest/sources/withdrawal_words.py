"""The words that notices of withdrawal are made of, and patterns over them.

A text is read as a line of letters. Each stands for a word or mark and says what kind it is.
Patterns are regular expressions over the kinds: `<this><work><have><be><gone>`. `<a|b>` is a word
of either kind, `<!a|b>` one of neither.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "this": "this present current",
    "the": "the our my",
    "their": "their its",
    "a": "a an",
    "it": "it",
    "which": "which whose who whom",
    "that": "that",
    "work": "paper article submission manuscript preprint eprint",
    "text": "work draft note letter report document study thesis survey contribution publication"
    " posting entry",
    "version": "version",
    "kind": "short brief",
    "agent": "we i us me author authors coauthor coauthors submitter submitters admin admins"
    " administrator administrators administration moderator moderators",
    "arxiv": "arxiv biorxiv medrxiv chemrxiv",
    "public": "archive circulation view server repository public",
    "gone": "withdrawn withdrawed retracted",
    "act": "withdraw withdraws withdrew retract retracts",
    "acting": "withdrawing retracting",
    "take": "take took takes taking taken",
    "down": "down",
    "removed": "remove removes removed removing delete deleted deletes deleting pull pulls pulled"
    " pulling",
    "noun": "withdrawal retraction",
    "label": "notice statement announcement",
    "have": "have has had",
    "be": "be is are was were been being am",
    "will": "will must should need needs wish wishes want wants would like prefer decide decided"
    " agree agreed agrees choose chose chosen do did going plan intend",
    "request": "request requests requested ask asks asked",
    "please": "please",
    "tell": "regret inform announce notify sorry apologise apologize",
    "to": "to",
    "by": "by",
    "from": "from",
    "of": "of with on about if unless when whether why",
    "for": "for",
    "place": "in at",
    "time": "after before during prior following while",
    "wait": "until pending upon",
    "reason": "due because owing since as",
    "purpose": "favour favor order light view accordance behalf",
    "see": "see",
    "so": "so therefore thus hence consequently",
    "and": "and but",
    "adverb": "now hereby also temporarily permanently officially formally voluntarily"
    " unfortunately currently already just recently subsequently completely entirely jointly"
    " unanimously mutually all both later kindly considered",
    "named": "entitled titled named",
    "comment": "comment comments reply replies response responses",
    "merged": "merged superseded subsumed replaced incorporated included",
    "restored": "restored reinstated unwithdrawn reposted reactivated",
    "again": "resubmitted",
    "under": "under separately",
    "undone": "reversed cancelled canceled revoked lifted undone rescinded",
    "mistake": "error errors mistake mistakes accident",
    "flaw": "flaw flaws flawed bug bugs gap lemma theorem proof proofs equation figure figures data"
    " dispute disagreement consent duplicate duplicated plagiarism result results analysis",
    "mistakenly": "mistakenly accidentally erroneously inadvertently wrongly",
    "review": "openreview review reviews reviewing rebuttal decision decisions conference journal"
    " workshop symposium proceedings notification acceptance",
    "rule": "anonymity anonymous blind policy policies embargo copyright copyrights license licence"
    " rules regulations demand reasons",
    "sentence": "sentence sentences phrase phrases wording words notices abstracts say says",
}
#: Other words, by how they begin: these tell of another paper, or of where this one was.
_ANOTHER: Final = re.compile(
    r"supersed|replac|exten[ds]|earlier|previous|submi|accept|appear|publish|companion|doi$|based$"
    r"|presented"
)
_MARKS: Final = {
    "comma": ",",
    "semicolon": ";",
    "stop": ".!?",
    "colon": ":|*",
    "open": "([{",
    "close": ")]}",
    "dash": "-–—",
    "quote": '"“”',
}
#: Conferences and journals that are named without a year.
_VENUES: Final = (
    "AAAI ACL AISTATS CHI CIKM COLING COLM COLT CORL CVPR EACL ECCV ECML EMNLP FOCS ICASSP ICCV"
    " ICDE ICDM ICLR ICML ICRA IJCAI INTERSPEECH IROS JMLR KDD LREC MICCAI MLSYS NAACL NEURIPS NIPS"
    " OSDI POPL RECSYS SIGGRAPH SIGIR SIGMOD STOC TACL TMLR TPAMI UAI VLDB WACV WSDM"
)
_NAMES: Final = (*_WORDS, *_MARKS, "another", "id", "number", "venue", "acronym", "other")
#: From Unicode's private use area, so that no letter means something in a regular expression.
_LETTERS: Final = {name: chr(0xE000 + position) for position, name in enumerate(_NAMES)}
_LETTER_OF: Final = {
    item: _LETTERS[name]
    for name, items in [*((name, words.split()) for name, words in _WORDS.items()), *_MARKS.items()]
    for item in items
}
#: "e-print", "with-drawn", "author(s)"
_JOINED: Final = re.compile(r"\b((?:with|e|re|un|pre|co)-(?=\w)|(?:author|submitter)\(s\))", re.I)
_TOKEN: Final = re.compile(
    r"(?P<id>\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+/\d{7})"
    r"|(?P<venue>\b[A-Z][\w-]*[A-Z]\w*(?:[\s-]?(?:19|20)|['’])\d\d\b)"
    r"|(?P<word>\w+)(?P<suffix>(?:['’]\w*)?)"
    # no stop: "arXiv.org", "A. Roe et al. have", "eq. 7"
    r"|\.(?=\w)|(?<=\b[A-Z])\.|(?<=\bet al)\.|(?<=\beq)\.|(?<=\bfig)\."
    r"|(?P<mark>[-–—]+(?=\s)|[,;.!?:|*(\[{)\]}\"“”])"
)
_NAMED: Final = re.compile(r"<(!?)([a-z|]+)>")


def read(text: str) -> str:
    """Return a letter for each word and mark of a text: what kind it is."""
    if text.isupper():
        text = text.lower()
    text = _JOINED.sub(lambda found: re.sub(r"\W", "", found[0]), text)
    return "".join(filter(None, map(_letter, _TOKEN.finditer(text))))


def pattern(*alternatives: str) -> re.Pattern[str]:
    """Compile the alternatives of a pattern over the kinds of words."""
    return re.compile("|".join(_NAMED.sub(_kinds, each) for each in alternatives))


def _kinds(found: re.Match[str]) -> str:
    return f"[{'^' if found[1] else ''}{''.join(_LETTERS[name] for name in found[2].split('|'))}]"


def _letter(token: re.Match[str]) -> str:
    if token["mark"]:
        return _LETTER_OF[token["mark"][0]]
    if token["word"]:
        return _of_word(token["word"], token["suffix"])
    return _LETTERS[token.lastgroup] if token.lastgroup else ""


def _of_word(word: str, suffix: str) -> str:
    """Return the letter of a word. What an acronym owns ("ACM's request") is no place."""
    lower = word.casefold()
    negated = suffix[1:].casefold() == "t"
    if not negated and lower in _LETTER_OF:
        return _LETTER_OF[lower]
    if word.isdecimal():
        return _LETTERS["number"]
    if _ANOTHER.match(lower):
        return _LETTERS["another"]
    if not suffix and sum(map(str.isupper, word)) > 1:
        return _LETTERS["venue" if word.upper() in _VENUES.split() else "acronym"]
    return _LETTERS["other"]
