"""The macros of TeX: which there are, and what text each becomes.

Most symbols come from pylatexenc's tables. The tables here hold what pylatexenc does not know, or
what it writes in a form that reads badly in a line of text. Nothing here parses TeX; the arguments
of macros come here as converted text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal, TypeAlias

#: What a piece of a converted formula was in TeX; `join_pieces` sets the spaces by it. A `letter`
#: and a `symbol` come from a macro such as `\alpha` or `\leq`, a `word` from one such as `\log`.
Kind: TypeAlias = Literal["char", "space", "letter", "symbol", "word", "script"]
#: A piece of a converted formula: its text and its kind.
Piece: TypeAlias = tuple[str, Kind]


def _words(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> dict[str, str]:
    """Return a table from words that are names and values in turn."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


#: Accents in prose, such as `\"u` and `\v{s}`, as combining characters.
ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    '"': "\u0308",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
}
#: Accents in formulas, such as `\hat{x}`, as combining characters.
MATH_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
}
#: Letters without a dot, by which TeX makes room for an accent; in Unicode they have the dot.
DOTLESS = {"ı": "i", "ȷ": "j"}

#: Macros without arguments that pylatexenc does not know, or writes in a form that reads badly.
_SYMBOLS = (
    _pairs(
        "ne ≠ implies ⟹ iff ⟺ gets ← neg ¬ land ∧ lor ∨ colon : coloneqq ≔ models ⊨ vDash ⊨ "
        "bot ⊥ Re ℜ Im ℑ Box □ triangle △ checkmark ✓ xmark ✗ cmark ✓ prime ′ ast * bullet • "
        "star ⋆ backslash ∖ degree ° pounds £ copyright © textless < textgreater > lt < gt > "
        "textbar | textasciicircum ^ ddagger ‡ blacksquare ■ eps ε lbrack [ rbrack ] eg eg "
        "ie ie etc etc vs vs wrt wrt cf cf bmod mod mathellipsis … uparrow ↑"
    )
    | dict.fromkeys(_words("quad qquad newline par linebreak enspace thinspace space"), " ")
    | {
        name: name
        for name in _words(
            "LaTeX TeX det Pr mod deg arg ker dim gcd sec hom limsup liminf sgn poly argmax argmin"
        )
    }
    | {"etal": "et al"}
)
#: Letters of European alphabets. A space behind the name of one ends the name and is not printed.
LETTERS = frozenset(("ss", "o", "O", "l", "L", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j"))
#: What a backslash and one of these characters becomes: spaces, break points, a double bar.
CONTROL_SYMBOLS = {
    **dict.fromkeys(" ,;:>\\", " "),
    **dict.fromkeys("!/-@", ""),
    "|": "‖",
}
#: Macros whose one argument is prose, even in a formula.
TEXT_MACROS = frozenset(
    _words(
        "emph enquote fbox hbox hl mathbin mathop mathord mathrel mbox nolinkurl path sout st "
        "text textbf textit textln textmd textnormal textquote textrm textsc textsf textsl texttt "
        "textup title ul uline underline url"
    )
)
#: Macros that change how their one argument looks, and become that argument.
FONT_MACROS = frozenset(
    _words(
        "bm bold boldsymbol boxed cancel ensuremath mathbf mathcal mathfrak mathit mathnormal "
        "mathrm mathscr mathsf mathtt overbrace overleftarrow overrightarrow pmb smash underbrace"
    )
)
#: Macros of two arguments of which only the second is text to read.
SECOND_ARGUMENT = frozenset(
    _words("colorbox href overset stackrel texorpdfstring textcolor underset")
)
#: Macros that are removed together with their argument.
DROPPED = frozenset(
    _words(
        "begin bibliography bibliographystyle color end footnote footnotetext hphantom hspace "
        "includegraphics index label phantom tag thanks vphantom vspace"
    )
)
#: Macros without an argument that print nothing: they switch a font, a size or a layout.
SWITCHES = frozenset(
    _words(
        "Big Bigg Biggl Biggr Bigl Bigr allowbreak bf bfseries big bigg biggl biggr bigl bigr "
        "bigskip boldmath cal centering displaystyle em frak it item itshape large left limits "
        "maketitle mathstrut medskip middle newpage noindent nolimits normalfont null protect "
        "relax right rm rmfamily sc scr scriptstyle scshape sf sffamily sl slshape small "
        "smallskip textstyle tiny tt ttfamily upshape xspace"
    )
)
FRACTIONS = frozenset(_words("cfrac dfrac frac nicefrac sfrac tfrac"))
#: Macros with arguments that have a form of their own; see `_render_other`.
_OTHERS = frozenset(
    _words(
        "Bbb binom dbinom mathbb mathbbm mathds not operatorname pmod sqrt tbinom textsubscript "
        "textsuperscript unicode"
    )
)
#: Environments that hold a formula.
MATH_ENVIRONMENTS = frozenset(
    _words("align aligned array displaymath eqnarray equation gather math multline split")
)
#: The characters that have a superscript or subscript in Unicode. A raised `⊤` becomes a T.
SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤′*⋆",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′**",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρϕχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
#: The double-struck letters for sets of numbers.
DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
#: The signs of roots, by their degree.
ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
#: Characters that have another meaning in a formula than in prose.
FORMULA_CHARACTERS = {"&": " ", "~": " ", "'": "′", "}": "", "$": ""}
#: Macros that mean nothing in prose unless a group follows them.
NEEDS_GROUP = TEXT_MACROS | SECOND_ARGUMENT | DROPPED
#: How many arguments a macro has, if it is not one.
ARGUMENT_COUNTS = dict.fromkeys((*SECOND_ARGUMENT, *FRACTIONS, "binom", "tbinom", "dbinom"), 2)
WITH_ARGUMENTS = (
    TEXT_MACROS
    | FONT_MACROS
    | SECOND_ARGUMENT
    | DROPPED
    | FRACTIONS
    | _OTHERS
    | frozenset(MATH_ACCENTS)
)
#: The kinds of macros with arguments that are not characters.
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*FRACTIONS, "operatorname", "binom", "pmod"), "word"),
    "not": "symbol",
}

#: A script that needs no brackets behind `^` or `_`: letters and digits, a decimal, one character.
_SIMPLE_SCRIPT = re.compile(r"[^\W_]*|\d+\.\d+|\([^()]*\)|.")
#: Three letters are a word, which would be hard to read as a superscript.
_WORD = re.compile(r"[^\W\d_]{3}")
#: A factor: what needs no brackets as a part of a fraction or under a root.
_FACTOR = re.compile(r"[^\s+\-−±=<>/*·×,|≤≥()]*(?:\([^()]*\))?")
#: A number and a variable. Below a fraction bar they need brackets: 1/2k reads as half of k.
_PRODUCT = re.compile(r"\d[\d.]*[^\W\d_].*")
_OPENING_BRACKETS = tuple("([⌊⌈⟨")
_CLOSING_BRACKETS = tuple(")]⌋⌉⟩,")


@cache
def symbols() -> dict[str, str]:
    """Return what the macros without arguments stand for, by their names.

    pylatexenc is imported at the first call, since most texts hold no macro.
    """
    from pylatexenc.latex2text import get_default_latex_context_db

    context = get_default_latex_context_db()
    categories = ("latex-base", "latex-approximations", "nonascii-specials", "advanced-symbols")
    found: dict[str, str] = {}
    for spec in context.iter_macro_specs(categories):
        text = spec.simplify_repl
        if isinstance(text, str) and text.strip() and "%" not in text and spec.macroname.isalpha():
            found.setdefault(spec.macroname, text)
    found.pop("today", None)
    return found | _SYMBOLS


@cache
def known() -> frozenset[str]:
    """Return the names of all macros that are converted."""
    return WITH_ARGUMENTS | SWITCHES | frozenset(symbols())


def join_pieces(pieces: list[Piece]) -> str:
    """Join the pieces of a formula, with the spaces that it needs to be read.

    TeX ignores the spaces of a formula. Most of them help a reader and are kept. A space that only
    ends the name of a macro is left out: `\\alpha x` becomes `αx`. A space is added between a word
    and a letter or digit: `n\\log n` becomes `n log n`.
    """
    parts: list[str] = []
    last_char = ""
    last_kind = ""
    for index, (text, kind) in enumerate(pieces):
        if kind == "space":
            following = pieces[index + 1][0][:1] if index + 1 < len(pieces) else ""
            if _is_ignored_space(pieces, index, following):
                continue
        elif (
            "word" in (kind, last_kind)
            and kind != "script"
            and last_char.isalnum()
            and text[:1].isalnum()
        ):
            parts.append(" ")
        parts.append(text)
        last_char, last_kind = text[-1:] or last_char, kind
    return "".join(parts).strip()


def _is_ignored_space(pieces: list[Piece], index: int, following: str) -> bool:
    """Whether the space at an index is left out; `following` is the character after it.

    A space is left out at the inner side of a bracket, behind another space, and behind a Greek
    letter before a letter or digit. Behind a symbol it stays only if there is one before the symbol
    as well: `a \\leq b` becomes `a ≤ b`, and `a\\leq b` becomes `a≤b`.
    """
    text, kind = pieces[index - 1] if index else ("", "space")
    if following in _CLOSING_BRACKETS or text in _OPENING_BRACKETS:
        return True
    if kind == "letter":
        return following.isalnum()
    if kind == "symbol":
        return index < 2 or pieces[index - 2][1] != "space"
    return kind == "space"


def render_macro(name: str, first: str, second: str, option: str) -> str:
    """Return the text of a macro with its arguments, all of them converted already.

    A macro of one argument ignores `second`; `option` is what stood in square brackets.
    """
    if name in TEXT_MACROS or name in FONT_MACROS or name == "operatorname":
        return first
    if name in DROPPED:
        return ""
    if name in SECOND_ARGUMENT:
        return second or first
    if name in FRACTIONS:
        denominator = f"({second})" if _PRODUCT.fullmatch(second) else _as_factor(second)
        return f"{_as_factor(first)}/{denominator}"
    if name in MATH_ACCENTS:
        accent = MATH_ACCENTS[name] if len(first) == 1 else ""
        return unicodedata.normalize("NFC", DOTLESS.get(first, first) + accent)
    return _render_other(name, first, second, option)


def _render_other(name: str, first: str, second: str, option: str) -> str:
    if name == "sqrt":
        return ROOTS.get(option or "2", render_script("^", option) + "√") + _as_factor(first)
    if name == "not":
        return unicodedata.normalize("NFC", first + "\u0338")
    if name == "unicode":
        return _character(first)
    if name == "pmod":
        return f"(mod {first})"
    if name in ("textsubscript", "textsuperscript"):
        return render_script("_" if name == "textsubscript" else "^", first)
    if name in ("binom", "tbinom", "dbinom"):
        return f"C({first},{second})"
    return "".join(DOUBLE_STRUCK.get(char, char) for char in first)


def _character(number: str) -> str:
    """Return the character that MathJax's `\\unicode{x2014}` names, if it can be printed."""
    if not re.fullmatch(r"x[0-9a-fA-F]{1,4}|\d{1,5}", number):
        return number
    code = int("0" + number, 16) if number[0] == "x" else int(number)
    return chr(code) if chr(code).isprintable() and code < 0xD800 else ""


def _as_factor(text: str) -> str:
    """Return a text in brackets, unless it is one factor already."""
    return text if not text or _FACTOR.fullmatch(text) else f"({text})"


def render_script(mark: str, text: str) -> str:
    """Return text as a superscript or subscript in Unicode, or else behind its mark.

    Args:
        mark: `^` for a superscript, `_` for a subscript.
        text: The converted script; the result is empty if it is.

    """
    text = text.strip()
    table = SUPERSCRIPTS if mark == "^" else SUBSCRIPTS
    if mark == "^" and text == "∘":
        return "°"
    if text and not _WORD.search(text) and all(char in table for char in text):
        return "".join(table[char] for char in text)
    if not text:
        return ""
    return mark + text if _SIMPLE_SCRIPT.fullmatch(text) else f"{mark}({text})"
