"""TeX in titles, abstracts and names, converted to plain Unicode.

Sources send text that is only partly TeX: prices, paths, regular expressions and JSON use the same
characters. So a `%` is no comment here, a `$` begins a formula only if the text up to the next `$`
looks like one, and a brace stays unless it has no meaning. In doubt a text stays as it is.

The meaning of macros comes from pylatexenc's tables. The parser is our own, because it must be fast
on any input: it reads each character a bounded number of times and recurses MAX_DEPTH levels.

The terms are TeX's. A macro is a backslash and letters, such as `\\alpha`. A control symbol is a
backslash and one other character, such as `\\%`. A group is text in braces.

Most functions convert one construct of a text. They get its position and the end of what they may
read, and they return the converted text and the position after it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from digest.text import tex_heuristics, tex_macros

#: The most levels of groups and macros within each other. What lies deeper stays as it is.
MAX_DEPTH = 12

#: A text without any of these holds no TeX. The search is fast, and most texts have none.
_CHARACTERS = ("\\", "$", "~", "{", "^", "`", "--")
#: The same in more detail, for texts that have at least one of the characters.
_TEX = re.compile(r"[\\$~]|[_^]\{|\^[-+]?\d|\{[^\W\d_]|\{[(,]|``|`[^`']*'|--")

#: TeX that a second program has escaped once more: `{\\textless}`, `Barab\{\'a\}si`.
_ESCAPED_TWICE = re.compile(
    r"\\\{(?P<accent>\\[\"'`^~=.]\\?[A-Za-z])\\\}|(?<=\{)\\\\(?=[A-Za-z\"'`^~])"
)
#: A citation or reference, with the brackets around it. It has no meaning outside of its document.
_REFERENCE = re.compile(
    r"(?<![ ~])(?P<open>[ ~]*+[(\[]|)[ ~]*+\\(?:[cC]ite[a-z]*|(?:eq|auto|page|name|[cC])?ref)\*?"
    r"(?:\[[^\[\]{}]*\])*\{[^{}]*\}(?P<close>[)\]]|)"
)
#: The next construct in prose that may be TeX. The name of the group that matched says which one.
_CONSTRUCT = re.compile(
    r"(?P<url>https?://(?:[^\s{}$<>\"\\]|\\[_%#&~])+)"
    r"|(?P<path>(?<![A-Za-z])[A-Za-z]:\\(?![A-Za-z]+\{)[^\s{}$]*|(?<!\S)\\\\\w[\w.-]*\\[^\s{}$]*)"
    r"|(?P<code>(?<!`)`[^`']{1,100}`(?!`))"
    r"|(?P<dollar>\$\$?)"
    r"|(?P<bracket>\\[(\[])"
    r"|\\(?P<macro>[A-Za-z]+)\*?"
    r"|\\(?P<control>.)"
    r"|(?P<group>\{)"
    r"|(?<=[\w)\]}])(?P<script>[_^])(?=\{)"
    r"|(?<=[^\W_])\^(?P<power>[-+]?\d+)(?!\.\d)|(?<=\))\^(?P<power_of>[-+]?\d+)(?!\.\d)"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,:)\]}]))(?P<tie>~)(?=[\w(\[\\$`“‘])"
    r"|(?<=\s)(?P<loose>~)(?=\()|(?<=\d)(?P<unit>~)(?=[A-Za-z]{2})"
    r"|``(?P<double_quoted>[^`\"]*?)(?:''|\")"
    r"|(?<![\w`])`(?P<single_quoted>[^`'\s][^`']{0,60})'(?![\w'])"
    r"|(?<=[\w%)])(?P<en>--)(?=[\w(])|(?:(?<= )|(?<=[a-z]{3}))(?P<spaced>--)(?= )"
    r"|(?<=[\w\s)\]”\"',.])(?P<em>---)(?=[\w\s(\[“\"'])"
)
#: The constructs that always become the same character.
_FIXED = {"tie": " ", "unit": " ", "loose": " ", "en": "–", "spaced": "–", "em": "—"}
#: The next macro, control symbol or character of a formula.
_TOKEN = re.compile(r"\\(?P<macro>[A-Za-z]+)\*?|\\(?P<control>.)|(?P<space>\s+)|.", re.DOTALL)
_DOLLARS = re.compile(r"\\.|[{$]", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class _TeX:
    """A text to convert, and what is found out about the whole of it at the beginning."""

    text: str
    #: The position of the closing brace of each group, by the position of its opening brace.
    #: Braces without a partner, and those of groups that are too deep, are missing.
    group_ends: dict[int, int]
    #: Whether a backslash before a quotation mark is JSON and not an accent.
    escapes_quotes: bool


def untex(text: str) -> str:
    """Return a text with its TeX as Unicode; the result is never longer than the text.

    A formula that Unicode cannot write on one line gets a readable form: `x_max`, `2^(n/2)`,
    `(a+b)/c`. A macro that nobody knows becomes its name, or its arguments if it has some.
    """
    if not any(mark in text for mark in _CHARACTERS) or not _TEX.search(text):
        return text
    once = _ESCAPED_TWICE.sub(lambda match: match["accent"] or "\\", text)
    plain = _REFERENCE.sub(_drop_reference, once)
    tex = _TeX(
        text=plain,
        group_ends=tex_heuristics.find_groups(plain, MAX_DEPTH),
        escapes_quotes=tex_heuristics.escapes_quotes(plain),
    )
    converted = _convert_prose(tex, 0, len(plain), 0)
    return converted if len(converted) <= len(text) else text


def _drop_reference(match: re.Match[str]) -> str:
    """Return the brackets around a reference, unless they held nothing else."""
    brackets = match["open"].strip(" ~") + match["close"]
    return "" if len(brackets) in (0, 2) else match["open"] + match["close"]


def _convert_prose(tex: _TeX, start: int, end: int, depth: int) -> str:
    """Convert text outside of formulas."""
    text = tex.text
    if depth > MAX_DEPTH:
        return text[start:end]
    parts: list[str] = []
    at = start
    while (match := _CONSTRUCT.search(text, at, end)) is not None:
        parts.append(text[at : match.start()])
        piece, at = _convert_construct(tex, match, end, depth)
        parts.append(piece)
    parts.append(text[at:end])
    return "".join(parts)


def _convert_construct(tex: _TeX, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Convert one construct in prose; paths and code stay as they are."""
    kind = match.lastgroup or ""
    if kind in _FIXED:
        return _FIXED[kind], match.end()
    if kind in ("power", "power_of"):
        return tex_macros.render_script("^", match[kind]), match.end()
    if kind == "script":
        piece, at = _convert_argument(tex, match.end(), end, depth, math=True)
        return tex_macros.render_script(match["script"], piece), at
    if kind in ("double_quoted", "single_quoted"):
        inside = _convert_prose(tex, match.start(kind), match.end(kind), depth + 1).strip()
        return f"“{inside}”" if kind == "double_quoted" else f"‘{inside}’", match.end()
    if kind == "url":
        return _convert_url(tex, match, end)
    if kind in ("dollar", "bracket"):
        return _convert_formula(tex, match, end, depth)
    if kind == "group":
        return _convert_group(tex, match.start(), end, depth)
    if kind == "control":
        return _convert_control_symbol(tex, match, end, depth)
    if kind == "macro":
        return _convert_prose_macro(tex, match, end, depth)
    return match[0], match.end()


def _convert_url(tex: _TeX, match: re.Match[str], end: int) -> tuple[str, int]:
    """Remove escapes from a web address, and a group behind it with the text of its link."""
    at = match.end()
    close = tex.group_ends.get(at, end)
    link_text = tex.text[at + 1 : close]
    if close < end and (" " in link_text or link_text.startswith("http")):
        at = close + 1
    return re.sub(r"\\(?=[_%#&~])", "", match[0]), at


def _convert_formula(tex: _TeX, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Convert a formula, or return the delimiter unchanged if no formula follows it."""
    text, start = tex.text, match.end()
    opening = match[0]
    if match.lastgroup == "bracket":
        close = text.find({"\\(": "\\)", "\\[": "\\]"}[opening], start, min(end, start + 3000))
        close, width = close if text.find(opening, start, max(close, 0)) < 0 else -1, 2
    else:
        close, width = _find_dollars(tex, start, end, opening), len(opening)
    inside = text[start:close]
    if width == 2:
        inside = inside.strip()  # white space at the ends is usual in $$ and \[
    if close > start and tex_heuristics.is_math(inside, text[close + width : close + width + 1]):
        return _convert_math(tex, start, close, depth + 1), close + width
    return opening, start


def _find_dollars(tex: _TeX, start: int, end: int, dollars: str) -> int:
    """Return the position of the dollars that end a formula, or -1; those in groups do not."""
    at = start
    while (match := _DOLLARS.search(tex.text, at, end)) is not None:
        at = match.end()
        if match[0] == "{":
            at = max(at, tex.group_ends.get(match.start(), 0))
        elif match[0] == "$" and tex.text.startswith(dollars, match.start()):
            return match.start()
    return -1


def _convert_group(tex: _TeX, start: int, end: int, depth: int) -> tuple[str, int]:
    """Convert a group without its braces if they have no meaning; else keep the opening brace."""
    close = tex.group_ends.get(start, end)
    if close >= end:
        return "{", start + 1
    # {omega} is a Greek letter whose backslash an earlier program has removed.
    letter = tex_macros.symbols().get(tex.text[start + 1 : min(close, start + 20)], "")
    if "Α" <= letter <= "ω" or letter == "∼":
        return letter, close + 1
    if tex_heuristics.is_redundant_group(tex.text, start, close, tex_macros.known()):
        return _convert_prose(tex, start + 1, close, depth + 1), close + 1
    return "{", start + 1


def _convert_control_symbol(
    tex: _TeX, match: re.Match[str], end: int, depth: int
) -> tuple[str, int]:
    """Convert an accent, an escaped character, a space or a hyphenation mark."""
    symbol = match["control"]
    if symbol in tex_macros.ACCENTS:
        return _convert_accent(tex, match, symbol, end, depth) or (match[0], match.end())
    if symbol in "%&_#${}":
        return symbol, match.end()
    if symbol == "-":
        before = tex.text[max(match.start() - 1, 0) : match.start()]
        after = tex.text[match.end() : match.end() + 1]
        return ("" if before.isalpha() and after.isalpha() else match[0]), match.end()
    if symbol in tex_macros.CONTROL_SYMBOLS and symbol not in "|>@:":
        return tex_macros.CONTROL_SYMBOLS[symbol], match.end()
    return match[0], match.end()


def _convert_accent(
    tex: _TeX, match: re.Match[str], accent: str, end: int, depth: int
) -> tuple[str, int] | None:
    """Convert an accent and its letter, or return None if Unicode has no such letter."""
    text, at = tex.text, match.end()
    if accent == '"' and tex.escapes_quotes:
        return None
    if accent == "." and tex_heuristics.is_extension(text, match.start()):
        return None
    if accent.isalpha() and text[at : at + 1] == " " and accent not in "db":
        at += 1
    elif accent.isalpha() and text[at : at + 1] != "{":
        return None
    if text[at : at + 1] == "{" and tex.group_ends.get(at, end) < end:
        close = tex.group_ends[at]
        base, after = _convert_prose(tex, at + 1, close, depth + 1).strip(), close + 1
    elif dotless := re.compile(r"\\([ij])(?![A-Za-z])(?:\{\}| )?").match(text, at, end):
        base, after = dotless[1], dotless.end()
    else:
        base, after = text[at : at + 1], at + 1
    composed = tex_macros.DOTLESS.get(base, base) + tex_macros.ACCENTS[accent]
    letter = unicodedata.normalize("NFC", composed)
    if len(letter) != 1 or after > end:
        return None
    if accent == "'" and tex_heuristics.is_apostrophe(text, match.start()):
        return f"'{base}", after
    return letter, after


def _convert_prose_macro(tex: _TeX, match: re.Match[str], end: int, depth: int) -> tuple[str, int]:
    """Convert a macro in prose, unless it may be part of a path or a regular expression."""
    name, text, at = match["macro"], tex.text, match.end()
    if name in tex_macros.ACCENTS:
        return _convert_accent(tex, match, name, end, depth) or (match[0], at)
    if name == "begin" and (environment := _convert_environment(tex, match, end, depth)):
        return environment
    known, symbols = tex_macros.known(), tex_macros.symbols()
    if name in tex_macros.LETTERS:
        return symbols[name], _skip_letter_end(text, at, end)
    has_group = text[at : at + 1] == "{" and tex.group_ends.get(at, end) < end
    if not has_group and tex_heuristics.is_path(text, match.start(), at, known, symbols):
        return match[0], at
    piece, at, _kind = _convert_macro(tex, match, end, depth, math=False)
    return piece, at


def _skip_letter_end(text: str, at: int, end: int) -> int:
    """Skip the `{}` or the space that ends the name of a letter, as in `S\\o ren`."""
    if text.startswith("{}", at) and at + 2 <= end:
        return at + 2
    return at + 1 if re.compile(r" [a-z]").match(text, at, end) else at


def _convert_environment(
    tex: _TeX, match: re.Match[str], end: int, depth: int
) -> tuple[str, int] | None:
    """Convert what stands between \\begin and \\end, or return None if it is no formula."""
    found = re.compile(r"\{([a-z]+)\*?\}").match(tex.text, match.end(), end)
    if found is None or found[1] not in tex_macros.MATH_ENVIRONMENTS:
        return None
    tail = "\\end" + found[0]
    close = tex.text.find(tail, found.end(), end)
    if close < 0:
        return None
    return f" {_convert_math(tex, found.end(), close, depth + 1)} ", close + len(tail)


def _convert_math(tex: _TeX, start: int, end: int, depth: int) -> str:
    """Convert a formula to one line."""
    text = tex.text
    if depth > MAX_DEPTH:
        return text[start:end]
    pieces: list[tex_macros.Piece] = []
    at = start
    while at < end:
        if text[at] in "^_":
            script, after = _convert_argument(tex, at + 1, end, depth, math=True)
            pieces.append((tex_macros.render_script(text[at], script), "script"))
        elif text[at].isspace():
            after = at + 1
            pieces.append((" ", "space"))
        else:
            piece, after, kind = _convert_token(tex, at, end, depth)
            if piece:
                pieces.append((piece, kind))
        at = after
    return tex_macros.join_pieces(pieces)


def _convert_token(tex: _TeX, at: int, end: int, depth: int) -> tuple[str, int, tex_macros.Kind]:
    """Convert the next token of a formula: a group, a macro with its arguments, or a character."""
    text = tex.text
    char = text[at]
    if char == "{":
        close = tex.group_ends.get(at, end)
        if close < end:
            return _convert_math(tex, at + 1, close, depth + 1), close + 1, "char"
        return "", at + 1, "char"
    if char == "\\":
        match = _TOKEN.match(text, at, end)
        if match is None or match[0] == char:
            return "", at + 1, "char"
        if match["macro"]:
            return _convert_macro(tex, match, end, depth, math=True)
        symbol = match["control"]
        return tex_macros.CONTROL_SYMBOLS.get(symbol, symbol), match.end(), "char"
    return tex_macros.FORMULA_CHARACTERS.get(char, char), at + 1, "char"


def _convert_argument(tex: _TeX, at: int, end: int, depth: int, *, math: bool) -> tuple[str, int]:
    """Convert the argument of a macro: the next group, or else the next token."""
    text = tex.text
    while at < end and text[at] == " ":
        at += 1
    if at >= end or depth > MAX_DEPTH or text[at] in "}^_":
        return "", at
    if text[at] == "{":
        close = tex.group_ends.get(at, end)
        if close >= end:
            return "", at + 1
        convert = _convert_math if math else _convert_prose
        return convert(tex, at + 1, close, depth + 1), close + 1
    piece, at, _kind = _convert_token(tex, at, end, depth + 1)
    return piece, at


def _convert_macro(
    tex: _TeX, match: re.Match[str], end: int, depth: int, *, math: bool
) -> tuple[str, int, tex_macros.Kind]:
    """Convert a macro and its arguments, and return the kind of the result as well."""
    name, at = match["macro"], match.end()
    if name in tex_macros.SWITCHES:
        # `\left.` and `\right.` are delimiters that print nothing.
        return "", at + tex.text.startswith(".", at) * (name in ("left", "right")), "char"
    if name in tex_macros.WITH_ARGUMENTS:
        return _convert_arguments(tex, name, at, end, depth, math=math)
    symbol = tex_macros.symbols().get(name)
    if symbol is None:
        return _convert_unknown_macro(tex, name, at, end, depth, math=math)
    at += 2 if tex.text.startswith("{}", at) and at + 2 <= end else 0
    if len(symbol) > 1:
        return symbol, at, "word"
    return symbol, at, "letter" if symbol.isalnum() or symbol in "∂∇¬∀∃" else "symbol"


def _convert_unknown_macro(
    tex: _TeX, name: str, at: int, end: int, depth: int, *, math: bool
) -> tuple[str, int, tex_macros.Kind]:
    """Convert a macro that the authors defined: to its arguments, or to its name without any."""
    parts: list[str] = []
    while tex.text.startswith("{", at) and tex.group_ends.get(at, end) < end:
        piece, at = _convert_argument(tex, at, end, depth, math=math)
        parts.append(piece.strip())
    return " ".join(filter(None, parts)) or name, at, "word"


def _convert_arguments(
    tex: _TeX, name: str, at: int, end: int, depth: int, *, math: bool
) -> tuple[str, int, tex_macros.Kind]:
    """Convert the arguments of a known macro, and render the macro with them."""
    text = tex.text
    option = ""
    is_url = name in ("url", "path", "nolinkurl")
    has_option = text.startswith("[", at) and not is_url
    if has_option and (close := text.find("]", at, min(end, at + 200))) >= 0:
        option, at = text[at + 1 : close], close + 1
    elif name in tex_macros.NEEDS_GROUP and not (text.startswith("{", at) or math):
        return "", at, "char"
    if is_url and tex.group_ends.get(at, end) < end:
        return text[at + 1 : tex.group_ends[at]], tex.group_ends[at] + 1, "word"
    arguments: list[str] = []
    for _ in range(tex_macros.ARGUMENT_COUNTS.get(name, 1)):
        if not math and text[at : at + 1] != "{" and name not in tex_macros.FRACTIONS:
            break
        is_math = math and name not in tex_macros.TEXT_MACROS
        piece, at = _convert_argument(tex, at, end, depth, math=is_math)
        arguments.append(piece)
    first, second = (*arguments, "", "")[:2]
    if not math and first[:1] == first[-1:] == " ":
        first = first.strip()
    kind = tex_macros.KINDS.get(name, "char")
    return tex_macros.render_macro(name, first, second, option), at, kind
