"""Lines of the daily-papers page that are no part of a paper: banners, buttons, cookie notices."""

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

_ABOUT_COOKIES = re.compile(
    r"\bcookies?\b|\byour (?:privacy|personal data|consent)\b|\btracking technolog", re.IGNORECASE
)
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
        r"\byour (?:experience|browsing|privacy|device|consent)\b",
    )
)
_ENOUGH = 3
_HEADING = re.compile(
    r"(?:we (?:value|respect|care about) )?your (?:privacy|consent)(?: matters| choices)?[.!]?"
    r"|(?:we use |about |(?:this|our) (?:web)?site uses )?cookies(?: (?:and|on) .{1,30})?[.!]?"
    r"|(?:cookie|privacy) (?:consent|notice|preferences|settings|policy|banner)",
    re.IGNORECASE,
)


def is_banner(line: str) -> bool:
    """Whether a line is a banner or a button, and nothing else."""
    return _BANNER.fullmatch(line.removesuffix("Subscribe").strip() or line) is not None


def is_button(line: str) -> bool:
    """Whether a line is the page's button, alone or glued to a banner before it."""
    return line.casefold().endswith("subscribe") and is_banner(line)


def is_cookie_notice(line: str) -> bool:
    """Whether a line asks the visitor to accept cookies, however long it is."""
    if not _ABOUT_COOKIES.search(line) or not _NOTICE[1].search(line):
        return False
    return sum(each.search(line) is not None for each in _NOTICE) >= _ENOUGH


def is_notice_heading(line: str) -> bool:
    """Whether a line can be the heading of a cookie notice."""
    return _HEADING.fullmatch(line) is not None


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
