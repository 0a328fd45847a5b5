"""TeX in prose is converted to its text, in a time that grows with its length."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.growth import grows_evenly

from digest.text.clean import MAX_LENGTH, clean
from digest.text.tex import MAX_DEPTH, untex

#: Constructs of TeX, and other markup that comes with it.
PIECES = (
    *"\\${}^_%&~\"'`()[].,abxAR12é+-< \n",
    *("``", "''", "--", "---", "$$", "\\(", "\\)", "\\[", "\\]", "^{", "_{", "^2", "{,}", "{RNA}"),
    *("\\alpha", "\\frac", "\\sqrt", "\\hat", "\\mathbb", "\\text", "\\emph", "\\url", "\\href"),
    *("\\cite", "\\ref", "\\ours", "\\log", "\\c", "\\v", '\\"', "\\'", "\\left", "\\begin"),
    *("\\end", "{equation}", "\\textless", "\\textgreater", "\\textbackslash", "\\&", "\\{", "\\$"),
    *("\\unicode{x26}", "\\not", "{omega}", "&amp;", "&lt;", "&#92;", "<b>", "http://a.b/", "C:\\"),
    *("\u0301", "\u200b", "Ã¼", "脺"),
)
TEXISH = st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\emph{a \textbf{b}} and {\bf c}, \textsc{Bert}", "a b and  c, Bert"),
        (r"\url{https://a.example/x--y_z}", "https://a.example/x--y_z"),
        (r"\href{https://a.example}{the code}", "the code"),
        (r"https://a.example/b\_c{https://a.example/b_c}.", "https://a.example/b_c."),
        (r"50\% of R\&D, a\_b, \#1, \$5", "50% of R&D, a_b, #1, $5"),
        (r"Fig.~3 and models~(LMs), 10~GB, 19.7\,FPS", "Fig. 3 and models (LMs), 10 GB, 19.7 FPS"),
        ("``quotes'' and ``more\", `one'", "“quotes” and “more”, ‘one’"),
        ("10--20, word---word, a -- b, 81%--97%", "10–20, word—word, a – b, 81%–97%"),
        (r"as in~\cite{a,b}, Section~\ref{x} (\cite[p. 2]{c}).", "as in, Section."),
        (r"a note\footnote{of $n$ words} here", "a note here"),
        (
            r"\ours is \method{}, \np-hard, \foo{kept} (\ie, x)",
            "ours is method, np-hard, kept (ie, x)",
        ),
        (r"AP\textsubscript{50}, F_{2}, 2^{14}, SP^2DPO, π^3", "AP₅₀, F₂, 2¹⁴, SP²DPO, π³"),
        (r"mean 0.82 \pm 0.06, 5\times faster, \alpha\beta", "mean 0.82 ± 0.06, 5× faster, αβ"),
        ("{B}ayes, c{DNA}, {T4 DNA}, {(RNA,} {cAMP}", "Bayes, cDNA, T4 DNA, (RNA, cAMP"),
        ("{Life with 6000 genes}", "Life with 6000 genes"),
        (r"{\\textless}5 and {omega} > 1, the field{'}s 25{%}", "<5 and ω > 1, the field's 25%"),
        (r"it\'s O\'Neil's", "it's O'Neil's"),
        (r"\begin{itemize}\item one\end{itemize}", " one"),
        (r"\textbf{never closed and $x", "never closed and $x"),
    ],
)
def test_macros_in_prose_become_their_text(tex: str, text: str) -> None:
    assert untex(tex) == text


@given(TEXISH | st.text())
@example("\\frac\\")
@example("$\\frac\\$")
def test_nothing_becomes_longer(text: str) -> None:
    assert len(untex(text)) <= len(text)


@given(TEXISH | st.text())
@example("\\textbackslash textbackslash alpha")
@example("\\$x\\$ and {{{A}}}")
def test_clean_text_has_no_tex_left_to_convert(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    assert len(once) <= MAX_LENGTH


#: Constructs that are repeated, with and without braces that close.
REPEATED = (
    *("{", "}", "\\", "$", "$ ", "$x", "^", "x^", "x_{", "^{", "~", "~(", "`", "``", "--", "&amp;"),
    *("\\frac", "\\frac{", "$\\frac", "$\\frac{", "\\sqrt", "\\hat", "$\\hat{", "\\textbf{", "<b"),
    *(
        "\\alpha",
        '\\"',
        '\\"{',
        "\\c{",
        "\\not",
        "\\cite",
        "\\cite{",
        "\\cite[",
        "\\(",
        "\\[",
        "{A",
    ),
    *(
        "{\\bf ",
        "\\begin{equation}",
        "\\foo{",
        "\\href{",
        "{\\\\",
        "\\{",
        "$\\text{$",
        "{A}",
        "{'}",
    ),
    *(
        "\\textbackslash ",
        "https://a",
        "C:\\",
        " \\\\a",
        "Ã",
        "\u0958",
        "{AA",
        "\\left(",
        "\\unicode{",
    ),
)


@pytest.mark.parametrize("closing", ["", "}"])
@pytest.mark.parametrize("construct", REPEATED)
def test_the_time_grows_in_proportion_to_the_length_of_nested_tex(
    construct: str, closing: str
) -> None:
    def cleaned(length: int) -> str:
        return clean((construct * length)[: length // 2] + closing * (length // 2))

    assert grows_evenly(cleaned, MAX_LENGTH)


@pytest.mark.parametrize("deep", [MAX_DEPTH + 1, 100, 5_000])
def test_groups_that_are_too_deep_keep_their_braces(deep: int) -> None:
    groups = "{" * deep + "A" + "}" * deep

    assert untex(f"{groups} and $x^2$") == f"{groups} and x²"
