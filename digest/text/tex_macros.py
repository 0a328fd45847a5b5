"""TeX's macros: what they stand for, and what is made of their arguments.

Symbols that pylatexenc knows are not repeated here. Nothing here reads TeX: arguments come written.
"""

from __future__ import annotations

import re
import unicodedata


def _words(words: str) -> list[str]:
    return words.split()


def _pairs(words: str) -> dict[str, str]:
    names = words.split()
    return dict(zip(names[::2], names[1::2], strict=True))


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
HATS = {
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
DOTLESS = {"ı": "i", "ȷ": "j"}

#: What pylatexenc does not know, or says in a way that reads badly in a line of text.
OURS = (
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
#: Letters of western alphabets. TeX takes the space that ends their names.
LETTERS = frozenset(("ss", "o", "O", "l", "L", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j"))
CONTROL = {
    **dict.fromkeys(" ,;:>\\", " "),
    **dict.fromkeys("!/-@", ""),
    "|": "‖",
}
#: Macros of one argument that is text, and of one that is what surrounds it.
TEXTS = frozenset(
    _words(
        "emph enquote fbox hbox hl mathbin mathop mathord mathrel mbox nolinkurl path sout st "
        "text textbf textit textln textmd textnormal textquote textrm textsc textsf textsl texttt "
        "textup title ul uline underline url"
    )
)
FONTS = frozenset(
    _words(
        "bm bold boldsymbol boxed cancel ensuremath mathbf mathcal mathfrak mathit mathnormal "
        "mathrm mathscr mathsf mathtt overbrace overleftarrow overrightarrow pmb smash underbrace"
    )
)
#: Of two arguments the second is to be read.
SECOND = frozenset(_words("colorbox href overset stackrel texorpdfstring textcolor underset"))
DROPPED = frozenset(
    _words(
        "begin bibliography bibliographystyle color end footnote footnotetext hphantom hspace "
        "includegraphics index label phantom tag thanks vphantom vspace"
    )
)
#: They have no argument and say nothing.
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
BUILT = frozenset(
    _words(
        "Bbb binom dbinom mathbb mathbbm mathds not operatorname pmod sqrt tbinom textsubscript "
        "textsuperscript unicode"
    )
)
MATH_PLACES = frozenset(
    _words("align aligned array displaymath eqnarray equation gather math multline split ")
)
ABOVE = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤′*⋆",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′**",
        strict=True,
    )
)
BELOW = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρϕχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
DOUBLE = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
IN_FORMULAS = {"&": " ", "~": " ", "'": "′", "}": "", "$": ""}
#: Without a group behind them these are somebody's words.
BRACED = TEXTS | SECOND | DROPPED
ARGUMENTS = dict.fromkeys((*SECOND, *FRACTIONS, "binom", "tbinom", "dbinom"), 2)
WITH_ARGUMENTS = TEXTS | FONTS | SECOND | DROPPED | FRACTIONS | BUILT | frozenset(HATS)
_SIMPLE = re.compile(r"[^\W_]*|\d+\.\d+|\([^()]*\)|.")
#: A word is hard to read when it is raised.
_WORD = re.compile(r"[^\W\d_]{3}")
_WHOLE = re.compile(r"[^\s+\-−±=<>/*·×,|≤≥()]*(?:\([^()]*\))?")
#: 1/2k would be read as half of k.
_PRODUCT = re.compile(r"\d[\d.]*[^\W\d_].*")


def spaced(steps: list[tuple[str, str]]) -> str:
    """Join the steps of a formula with the spaces that a reader needs.

    TeX takes the space that ends a macro's name: `\\alpha x` is αx, but `n\\log n` is n log n.
    """
    out: list[str] = []
    last = ""
    before = ""
    for number, (piece, kind) in enumerate(steps):
        if kind == "space":
            following = steps[number + 1][0][:1] if number + 1 < len(steps) else ""
            if _is_space_taken(steps, number, following):
                continue
        elif (
            "word" in (kind, before) and kind != "script" and last.isalnum() and piece[:1].isalnum()
        ):
            out.append(" ")
        out.append(piece)
        last, before = piece[-1:] or last, kind
    return "".join(out).strip()


_OPENING = tuple("([⌊⌈⟨")
_CLOSING = tuple(")]⌋⌉⟩,")


def _is_space_taken(steps: list[tuple[str, str]], number: int, following: str) -> bool:
    piece, kind = steps[number - 1] if number else ("", "space")
    if following in _CLOSING or piece in _OPENING:
        return True
    if kind == "letter":
        return following.isalnum()
    if kind == "symbol":
        return number < 2 or steps[number - 2][1] != "space"
    return kind == "space"


KINDS = dict.fromkeys((*FRACTIONS, "operatorname", "binom", "pmod"), "word") | {"not": "symbol"}


def written(name: str, one: str, two: str, option: str) -> str:
    """Write a macro whose arguments are written."""
    if name in TEXTS or name in FONTS or name == "operatorname":
        return one
    if name in DROPPED:
        return ""
    if name in SECOND:
        return two or one
    if name in FRACTIONS:
        below = f"({two})" if _PRODUCT.fullmatch(two) else _as_factor(two)
        return f"{_as_factor(one)}/{below}"
    if name in HATS:
        hat = HATS[name] if len(one) == 1 else ""
        return unicodedata.normalize("NFC", DOTLESS.get(one, one) + hat)
    return _built(name, one, two, option)


def _built(name: str, one: str, two: str, option: str) -> str:
    if name == "sqrt":
        return ROOTS.get(option or "2", script("^", option) + "√") + _as_factor(one)
    if name == "not":
        return unicodedata.normalize("NFC", one + "\u0338")
    if name == "unicode":
        return _character(one)
    if name == "pmod":
        return f"(mod {one})"
    if name in ("textsubscript", "textsuperscript"):
        return script("_" if name == "textsubscript" else "^", one)
    if name in ("binom", "tbinom", "dbinom"):
        return f"C({one},{two})"
    return "".join(DOUBLE.get(char, char) for char in one)


def _character(number: str) -> str:
    """Write MathJax's `\\unicode{x2014}`."""
    if not re.fullmatch(r"x[0-9a-fA-F]{1,4}|\d{1,5}", number):
        return number
    code = int("0" + number, 16) if number[0] == "x" else int(number)
    return chr(code) if chr(code).isprintable() and code < 0xD800 else ""


def _as_factor(text: str) -> str:
    return text if not text or _WHOLE.fullmatch(text) else f"({text})"


def script(mark: str, text: str) -> str:
    """Raise or lower text where Unicode can, else write it behind its mark."""
    text = text.strip()
    table = ABOVE if mark == "^" else BELOW
    if mark == "^" and text == "∘":
        return "°"
    if text and not _WORD.search(text) and all(char in table for char in text):
        return "".join(table[char] for char in text)
    if not text:
        return ""
    return mark + text if _SIMPLE.fullmatch(text) else f"{mark}({text})"
