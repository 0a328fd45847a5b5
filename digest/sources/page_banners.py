"""Lines of the daily-papers page that are no part of a paper: banners, buttons, notices."""

from __future__ import annotations

import re

_BANNER = re.compile(
    r"new|daily papers|trending papers|subscribe"
    r"|get trending papers in your email inbox(?: once a day)?!?"
    r"|by\s*ak and the research community"
    # the buttons of a cookie notice
    r"|(?:accept|reject|allow|decline|deny|consent|dismiss|agree)(?: all| cookies| all cookies)?"
    r"|(?:only )?necessary(?: only)?"
    r"|(?:manage|customi[sz]e|cookie)(?: cookies?)?(?: preferences| settings| choices| options)?"
    r"|got it!?|i agree|ok|learn more|(?:privacy|cookie) policy|close"
    # the site's own buttons
    r"|(?:log|sign) ?(?:in|up|out)",
    re.IGNORECASE,
)
#: The button, glued to the title behind it. In the head of a page nothing else begins so.
_GLUED = re.compile(r"^Subscribe(?=[\w$\"“(])(?!(?:d|rs?)\b)")
#: Elsewhere a title may be "SubscribeNet: …" or "Subscribers of …"; none begins with "Net".
_GLUED_ELSEWHERE = re.compile(r"^Subscribe(?=[^\W\d_a-z]|\d|[$\"“(])(?!Net\b)")

#: What a notice is about: cookies, personal data, a newsletter, changed terms.
_TOPIC = re.compile(
    r"cookie|\byour (?:privacy|personal data|consent|in-?box|e-?mail)\b|\btracking technolog"
    r"|\bnewsletter\b|\b(?:terms of (?:service|use)|privacy (?:policy|notice|statement))\b"
    r"|datenschutz|confidentialité|privacidad|privacidade|riservatezza",
    re.IGNORECASE,
)
#: What an abstract says of itself, and no notice does.
_RESEARCH = re.compile(
    r"\bwe (?:also |then |further )?(?:study|studied|propose|present|introduce|examine|investigate"
    r"|audit|demonstrate|crawl|survey|evaluate|conduct|find that|found that|show that|showed)"
    r"|\b(?:this|our) (?:paper|work|study|article)\b|\bparticipants\b|\bstate-of-the-art\b",
    re.IGNORECASE,
)
#: Of these words every English abstract has several.
_ENGLISH = frozenset(["the", "of", "and", "that", "this", "with", "for", "are", "by", "from"])
#: A line of sentences that is at least this long, in characters, is no title.
_LONG = 150

#: A notice addresses its reader. So many of these make one: an abstract about cookies has fewer.
_NOTICE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:we|this (?:web)?site|our (?:site|website|service)|hugging face)\b.{0,60}\buses?\b",
        r"\byou(?:r|rs)?\b",
        r"\bclick(?:ing)?\b|\baccept all\b|\breject\b|\bby (?:using|continuing)\b|\bcontinu",
        r"\bpreferences\b|\bsettings\b|\bmanage\b|\bchoices\b|\bopt[- ]?out\b|\bwithdraw your\b",
        r"\b(?:privacy|cookie) (?:policy|notice|statement)\b|\blearn more\b|\bterms\b",
        r"\bour (?:\d+ )?(?:trusted )?partners\b|\badvertis|\bpersonal data\b",
        r"\byour (?:experience|browsing|privacy|device|consent|e-?mail|in-?box|account)\b",
        r"\bsign up\b|\bsubscribe\b",
        r"\bunsubscribe\b|\b(?:at )?any ?time\b|\bspam\b",
        r"\b(?:updat|chang)\w* (?:to )?our\b|\bwe(?:['’]ve| have) updated\b|\bagree(?:ing)? to\b",
    )
)
_ENOUGH = 3
#: The heading of a notice: a short line about what it is about.
_HEADING = re.compile(
    r"\b(?:privacy|consent|cookies?|terms|newsletter|in the loop|stay|your data|updates?"
    r"|datenschutz|confidentialité|privacidad|in-?box)\b",
    re.IGNORECASE,
)
_LONGEST_HEADING = 80


def is_banner(line: str) -> bool:
    """Whether a line is a banner or a button, and nothing else."""
    return _BANNER.fullmatch(line.removesuffix("Subscribe").strip() or line) is not None


def is_button(line: str) -> bool:
    """Whether a line is the page's button, alone or glued to a banner before it."""
    return line.casefold().endswith("subscribe") and is_banner(line)


def is_notice(line: str) -> bool:
    """Whether a line is the site's notice about cookies, a newsletter or terms, however long."""
    if not _TOPIC.search(line) or _RESEARCH.search(line):
        return False
    if _is_foreign(line):
        return True
    if not _NOTICE[1].search(line):
        return False
    return sum(each.search(line) is not None for each in _NOTICE) >= _ENOUGH


def _is_foreign(line: str) -> bool:
    """Whether a line is text in another language than that of abstracts."""
    is_text = len(line) >= _LONG or line.endswith((".", "!", "。"))
    return is_text and len(_ENGLISH & set(line.casefold().split())) <= 1


def is_notice_heading(line: str) -> bool:
    """Whether a line before a notice can be its heading."""
    return len(line) <= _LONGEST_HEADING and _HEADING.search(line) is not None


def without_button(line: str, *, is_head: bool, is_seen: bool) -> str:
    """Return a line without the button that is glued to its beginning.

    Args:
        line: the line.
        is_head: whether only banners and dates came before.
        is_seen: whether the page's button came before; it has only one.

    """
    if is_head:
        return _GLUED.sub("", line)
    return line if is_seen else _GLUED_ELSEWHERE.sub("", line)
