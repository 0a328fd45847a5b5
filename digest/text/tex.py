"""TeX in titles, abstracts and names as plain Unicode.

Outside of mathematics only what is surely TeX is touched: prices, paths, regexes and JSON are text
too. So a `%` is no comment here, a `$` must look like mathematics on both of its sides, and a brace
stays unless it says nothing. What a macro means is pylatexenc's knowledge; the walk is ours, since
it has to end soon on whatever a stranger sends: each character is read a bounded number of times.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from digest.text import tex_heuristics, tex_macros

#: Groups within groups, and macros as arguments of macros. Deeper ones are left as they are.
DEEPEST = 12

#: What has none of these is not looked at; most texts have not even one of their characters.
_CHARACTERS = ("\\", "$", "~", "{", "^", "`", "--")
_TEX = re.compile(r"[\\$~]|[_^]\{|\^[-+]?\d|\{[^\W\d_]|\{[(,]|``|`[^`']*'|--")

#: BibTeX that went through two programs: `{\\textless}`, `Barab\{\'a\}si`
_TWICE = re.compile(r"\\\{(?P<accent>\\[\"'`^~=.]\\?[A-Za-z])\\\}|(?<=\{)\\\\(?=[A-Za-z\"'`^~])")
#: A reference says nothing without its list, nor do the brackets around it.
_REFERENCE = re.compile(
    r"(?<![ ~])(?P<open>[ ~]*+[(\[]|)[ ~]*+\\(?:[cC]ite[a-z]*|(?:eq|auto|page|name|[cC])?ref)\*?"
    r"(?:\[[^\[\]{}]*\])*\{[^{}]*\}(?P<close>[)\]]|)"
)
_MARK = re.compile(
    r"(?P<url>https?://(?:[^\s{}$<>\"\\]|\\[_%#&~])+)"
    r"|(?P<path>(?<![A-Za-z])[A-Za-z]:\\(?![A-Za-z]+\{)[^\s{}$]*|(?<!\S)\\\\\w[\w.-]*\\[^\s{}$]*)"
    r"|(?P<code>(?<!`)`[^`']{1,100}`(?!`))"
    r"|(?P<dollar>\$\$?)"
    r"|(?P<bracket>\\[(\[])"
    r"|\\(?P<command>[A-Za-z]+)\*?"
    r"|\\(?P<sign>.)"
    r"|(?P<group>\{)"
    r"|(?<=[\w)\]}])(?P<script>[_^])(?=\{)"
    r"|(?<=[^\W_])\^(?P<power>[-+]?\d+)(?!\.\d)|(?<=\))\^(?P<power_of>[-+]?\d+)(?!\.\d)"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,:)\]}]))(?P<tie>~)(?=[\w(\[\\$`“‘])"
    r"|(?<=\s)(?P<loose>~)(?=\()|(?<=\d)(?P<unit>~)(?=[A-Za-z]{2})"
    r"|``(?P<quoted>[^`\"]*?)(?:''|\")"
    r"|(?<![\w`])`(?P<single>[^`'\s][^`']{0,60})'(?![\w'])"
    r"|(?<=[\w%)])(?P<en>--)(?=[\w(])|(?:(?<= )|(?<=[a-z]{3}))(?P<spaced>--)(?= )"
    r"|(?<=[\w\s)\]”\"',.])(?P<em>---)(?=[\w\s(\[“\"'])"
)
#: One step in mathematics.
_STEP = re.compile(r"\\(?P<command>[A-Za-z]+)\*?|\\(?P<sign>.)|(?P<space>\s+)|.", re.DOTALL)
_DOLLARS = re.compile(r"\\.|[{$]", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class _Source:
    text: str
    #: where the group that opens here closes
    ends: dict[int, int]
    escapes_quotes: bool


def untex(text: str) -> str:
    """Return text with its TeX as Unicode; never longer than before.

    Mathematics that Unicode cannot write on a line gets a form that reads well: `x_max`, `2^(n/2)`,
    `(a+b)/c`. Authors' own macros keep their name, without the backslash.
    """
    if not any(mark in text for mark in _CHARACTERS) or not _TEX.search(text):
        return text
    plain = _REFERENCE.sub(_unreferenced, _TWICE.sub(lambda match: match["accent"] or "\\", text))
    source = _Source(
        text=plain,
        ends=tex_heuristics.groups(plain, DEEPEST),
        escapes_quotes=tex_heuristics.escapes_quotes(plain),
    )
    found = _prose(source, 0, len(plain), 0)
    return found if len(found) <= len(text) else text


def _unreferenced(match: re.Match[str]) -> str:
    whole = match["open"].strip(" ~") + match["close"]
    return "" if len(whole) in (0, 2) else match["open"] + match["close"]


@cache
def _symbols() -> dict[str, str]:
    """What macros without arguments stand for; read when the first of them is met."""
    from pylatexenc.latex2text import get_default_latex_context_db

    known = get_default_latex_context_db()
    names = ("latex-base", "latex-approximations", "nonascii-specials", "advanced-symbols")
    found: dict[str, str] = {}
    for spec in known.iter_macro_specs(names):
        text = spec.simplify_repl
        if isinstance(text, str) and text.strip() and "%" not in text and spec.macroname.isalpha():
            found.setdefault(spec.macroname, text)
    found.pop("today", None)
    return found | tex_macros.OURS


@cache
def _known() -> frozenset[str]:
    return tex_macros.WITH_ARGUMENTS | tex_macros.SWITCHES | frozenset(_symbols())


def _prose(source: _Source, start: int, end: int, depth: int) -> str:
    """Write a stretch of text."""
    text = source.text
    if depth > DEEPEST:
        return text[start:end]
    out: list[str] = []
    at = start
    while (match := _MARK.search(text, at, end)) is not None:
        out.append(text[at : match.start()])
        piece, at = _mark(source, match, end, depth)
        out.append(piece)
    out.append(text[at:end])
    return "".join(out)


_PLAIN = {"tie": " ", "unit": " ", "loose": " ", "en": "–", "spaced": "–", "em": "—"}


def _mark(source: _Source, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Write what a mark in the text stands for, and say where to go on."""
    kind = match.lastgroup or ""
    if kind in _PLAIN:
        return _PLAIN[kind], match.end()
    if kind in ("power", "power_of"):
        return tex_macros.script("^", match[kind]), match.end()
    if kind == "script":
        piece, at = _argument(source, match.end(), end, depth, math=True)
        return tex_macros.script(match["script"], piece), at
    if kind in ("quoted", "single"):
        inner = _prose(source, match.start(kind), match.end(kind), depth + 1).strip()
        return f"“{inner}”" if kind == "quoted" else f"‘{inner}’", match.end()
    if kind == "url":
        return _address(source, match, end)
    if kind in ("dollar", "bracket"):
        return _formula(source, match, end, depth)
    if kind == "group":
        return _group(source, match.start(), end, depth)
    if kind == "sign":
        return _sign(source, match, end, depth)
    if kind == "command":
        return _prose_command(source, match, end, depth)
    return match[0], match.end()


def _address(source: _Source, match: re.Match[str], end: int) -> tuple[str, int]:
    """Write an address without escapes, and without what \\href was to show in its place."""
    at = match.end()
    close = source.ends.get(at, end)
    shown = source.text[at + 1 : close]
    if close < end and (" " in shown or shown.startswith("http")):
        at = close + 1
    return re.sub(r"\\(?=[_%#&~])", "", match[0]), at


def _formula(source: _Source, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Write mathematics, or give back the sign that only looked like its beginning."""
    text, start = source.text, match.end()
    opener = match[0]
    if match.lastgroup == "bracket":
        close = text.find({"\\(": "\\)", "\\[": "\\]"}[opener], start, min(end, start + 3000))
        close, width = close if text.find(opener, start, max(close, 0)) < 0 else -1, 2
    else:
        close, width = _closing(source, start, end, opener), len(opener)
    inside = text[start:close]
    if width == 2:
        inside = inside.strip()  # $$ and \[ stand apart, and so does what is in them
    if close > start and tex_heuristics.is_math(inside, text[close + width : close + width + 1]):
        return _math(source, start, close, depth + 1), close + width
    return opener, start


def _closing(source: _Source, start: int, end: int, dollars: str) -> int:
    """Find the dollar that ends a formula; the formulas in groups within it have their own."""
    at = start
    while (match := _DOLLARS.search(source.text, at, end)) is not None:
        at = match.end()
        if match[0] == "{":
            at = max(at, source.ends.get(match.start(), 0))
        elif match[0] == "$" and source.text.startswith(dollars, match.start()):
            return match.start()
    return -1


def _group(source: _Source, start: int, end: int, depth: int) -> tuple[str, int]:
    """Write a group without its braces where they say nothing, else go on behind the first."""
    close = source.ends.get(start, end)
    if close >= end:
        return "{", start + 1
    # {omega}: somewhere on its way it lost the backslash
    lost = _symbols().get(source.text[start + 1 : min(close, start + 20)], "")
    if "Α" <= lost <= "ω" or lost == "∼":
        return lost, close + 1
    if tex_heuristics.is_wrapping(source.text, start, close, _known()):
        return _prose(source, start + 1, close, depth + 1), close + 1
    return "{", start + 1


def _sign(source: _Source, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Write a backslash and a mark: an accent, an escaped sign, a space."""
    sign = match["sign"]
    if sign in tex_macros.ACCENTS:
        return _accented(source, match, sign, end, depth) or (match[0], match.end())
    before = source.text[max(match.start() - 1, 0) : match.start()]
    if sign in "%&_#${}":
        return sign, match.end()
    if sign == "-":
        after = source.text[match.end() : match.end() + 1]
        return ("" if before.isalpha() and after.isalpha() else match[0]), match.end()
    if sign in tex_macros.CONTROL and sign not in "|>@:":
        return tex_macros.CONTROL[sign], match.end()
    return match[0], match.end()


def _accented(
    source: _Source, match: re.Match[str], accent: str, end: int, depth: int
) -> tuple[str, int] | None:
    """Write an accented letter, or return None where there is no such letter."""
    text, at = source.text, match.end()
    if accent == '"' and source.escapes_quotes:
        return None
    if accent == "." and tex_heuristics.is_extension(text, match.start()):
        return None
    if accent.isalpha() and text[at : at + 1] == " " and accent not in "db":
        at += 1
    elif accent.isalpha() and text[at : at + 1] != "{":
        return None
    if text[at : at + 1] == "{" and source.ends.get(at, end) < end:
        close = source.ends[at]
        base, after = _prose(source, at + 1, close, depth + 1).strip(), close + 1
    elif dotless := re.compile(r"\\([ij])(?![A-Za-z])(?:\{\}| )?").match(text, at, end):
        base, after = dotless[1], dotless.end()
    else:
        base, after = text[at : at + 1], at + 1
    composed = unicodedata.normalize(
        "NFC", tex_macros.DOTLESS.get(base, base) + tex_macros.ACCENTS[accent]
    )
    if len(composed) != 1 or after > end:
        return None
    if accent == "'" and tex_heuristics.is_apostrophe(text, match.start()):
        return f"'{base}", after
    return composed, after


def _prose_command(source: _Source, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Write a macro in text; leave what may as well be a path or a regex."""
    name, text, at = match["command"], source.text, match.end()
    has_group = text[at : at + 1] == "{" and source.ends.get(at, end) < end
    if name in tex_macros.ACCENTS:
        return _accented(source, match, name, end, depth) or (match[0], at)
    if name == "begin" and (place := _place(source, match, end, depth)):
        return place
    if name in tex_macros.LETTERS:
        return _symbols()[name], _behind_letter(text, at, end)
    if not has_group and tex_heuristics.is_path(text, match.start(), at, _known(), _symbols()):
        return match[0], at
    piece, at, _kind = _command(source, match, end, depth, math=False)
    return piece, at


def _behind_letter(text: str, at: int, end: int) -> int:
    if text.startswith("{}", at) and at + 2 <= end:
        return at + 2
    return at + 1 if re.compile(r" [a-z]").match(text, at, end) else at


def _place(source: _Source, match: re.Match[str], end: int, depth: int) -> tuple[str, int] | None:
    """Write what stands between \\begin and \\end if it is mathematics."""
    found = re.compile(r"\{([a-z]+)\*?\}").match(source.text, match.end(), end)
    if found is None or found[1] not in tex_macros.MATH_PLACES:
        return None
    tail = "\\end" + found[0]
    close = source.text.find(tail, found.end(), end)
    if close < 0:
        return None
    return f" {_math(source, found.end(), close, depth + 1)} ", close + len(tail)


def _math(source: _Source, start: int, end: int, depth: int) -> str:
    """Write a formula on a line."""
    text = source.text
    if depth > DEEPEST:
        return text[start:end]
    #: what was written, and as what: "char", "space", "letter", "symbol", "word"
    steps: list[tuple[str, str]] = []
    at = start
    while at < end:
        if text[at] in "^_":
            piece, after = _argument(source, at + 1, end, depth, math=True)
            steps.append((tex_macros.script(text[at], piece), "script"))
        elif text[at].isspace():
            after = at + 1
            steps.append((" ", "space"))
        else:
            piece, after, kind = _atom(source, at, end, depth)
            if piece:
                steps.append((piece, kind))
        at = after
    return tex_macros.spaced(steps)


def _atom(source: _Source, at: int, end: int, depth: int) -> tuple[str, int, str]:
    """Write the next thing in a formula: a group, a macro with what belongs to it, a character."""
    text = source.text
    char = text[at]
    if char == "{":
        close = source.ends.get(at, end)
        if close < end:
            return _math(source, at + 1, close, depth + 1), close + 1, "char"
        return "", at + 1, "char"
    if char == "\\":
        match = _STEP.match(text, at, end)
        if match is None or match[0] == char:
            return "", at + 1, "char"
        if match["command"]:
            return _command(source, match, end, depth, math=True)
        sign = match["sign"]
        return tex_macros.CONTROL.get(sign, sign), match.end(), "char"
    return tex_macros.IN_FORMULAS.get(char, char), at + 1, "char"


def _argument(source: _Source, at: int, end: int, depth: int, *, math: bool) -> tuple[str, int]:
    """Write a macro's argument: the next group, else the next macro or character."""
    text = source.text
    while at < end and text[at] == " ":
        at += 1
    if at >= end or depth > DEEPEST or text[at] in "}^_":
        return "", at
    if text[at] == "{":
        close = source.ends.get(at, end)
        if close >= end:
            return "", at + 1
        write = _math if math else _prose
        return write(source, at + 1, close, depth + 1), close + 1
    piece, at, _kind = _atom(source, at, end, depth + 1)
    return piece, at


def _command(
    source: _Source, match: re.Match[str], end: int, depth: int, *, math: bool
) -> tuple[str, int, str]:
    """Write a macro and its arguments; say what kind of thing they are."""
    name, at = match["command"], match.end()
    if name in tex_macros.SWITCHES:
        return "", at + source.text.startswith(".", at) * (name in ("left", "right")), "char"
    if name in tex_macros.WITH_ARGUMENTS:
        return _with_arguments(source, name, at, end, depth, math=math)
    symbol = _symbols().get(name)
    if symbol is not None:
        at += 2 if source.text.startswith("{}", at) and at + 2 <= end else 0
        if len(symbol) > 1:
            return symbol, at, "word"
        return symbol, at, "letter" if symbol.isalnum() or symbol in "∂∇¬∀∃" else "symbol"
    return _unknown(source, name, at, end, depth, math=math)


def _unknown(
    source: _Source, name: str, at: int, end: int, depth: int, *, math: bool
) -> tuple[str, int, str]:
    """Write an author's own macro: what it is given, else its name."""
    parts: list[str] = []
    while source.text.startswith("{", at) and source.ends.get(at, end) < end:
        piece, at = _argument(source, at, end, depth, math=math)
        parts.append(piece.strip())
    return " ".join(filter(None, parts)) or name, at, "word"


def _with_arguments(
    source: _Source, name: str, at: int, end: int, depth: int, *, math: bool
) -> tuple[str, int, str]:
    text = source.text
    option = ""
    is_address = name in ("url", "path", "nolinkurl")
    if (
        text.startswith("[", at)
        and not is_address
        and (close := text.find("]", at, min(end, at + 200))) >= 0
    ):
        option, at = text[at + 1 : close], close + 1
    elif name in tex_macros.BRACED and not (text.startswith("{", at) or math):
        return "", at, "char"
    if is_address and source.ends.get(at, end) < end:
        return text[at + 1 : source.ends[at]], source.ends[at] + 1, "word"
    arguments: list[str] = []
    for _ in range(tex_macros.ARGUMENTS.get(name, 1)):
        if not math and text[at : at + 1] != "{" and name not in tex_macros.FRACTIONS:
            break
        piece, at = _argument(source, at, end, depth, math=math and name not in tex_macros.TEXTS)
        arguments.append(piece)
    one, two = (*arguments, "", "")[:2]
    if not math and one[:1] == one[-1:] == " ":
        one = one.strip()
    return tex_macros.written(name, one, two, option), at, tex_macros.KINDS.get(name, "char")
