"""TeX is converted to Unicode, and what only looks like TeX stays as it is."""

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
    ("tex", "letters"),
    [
        (r"M\"uller, M{\"u}ller, M\"{u}ller, M\" uller", 'Müller, Müller, Müller, M\\" uller'),
        (r"\'Ecole, {\'E}cole, Caf\'e", "École, École, Café"),
        (r"S\o ren, {\O}, \o{}re, stra\ss e, \AA ngstr\"om", "Søren, Ø, øre, straße, Ångström"),
        (r"Fran\c{c}ois, Gon\c calves, \v{S}koda", "François, Gonçalves, Škoda"),
        (r"{\L}ukasz, \L{}ukasz, Erd\H{o}s, \k{a}", "Łukasz, Łukasz, Erdős, ą"),
        (r"\'{\i}ndice, na\"{\i}ve, Mar\'\i a", "índice, naïve, María"),
        (r"Nguy\~{\^e}n, Ng\^{o}, Ba\v{z}ant, \.Zak", "Nguyễn, Ngô, Bažant, Żak"),
        (r"Barab\{\'a\}si", "Barabási"),
    ],
)
def test_an_accent_becomes_a_letter(tex: str, letters: str) -> None:
    assert untex(tex) == letters


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"$\alpha$-DPO", "α-DPO"),
        ("$O(n^2)$", "O(n²)"),
        (r"$\mathcal{O}(n \log n)$", "O(n log n)"),
        ("$x_{i}$, $x^{10}$, $x_i^2$, $10^{-3}$", "xᵢ, x¹⁰, xᵢ², 10⁻³"),
        (r"$x_{max}$, $x_{\max}$, $D_{\textrm{KL}}$, $a_{i,j}$", "x_max, x_max, D_KL, a_(i,j)"),
        ("$2^{n/2}$, $e^{-x^2/2}$, $L_{1.5}$", "2^(n/2), e^(-x²/2), L_1.5"),
        (r"$A^\top$, $Q^*$, $90^\circ$, $f'(x)$", "Aᵀ, Q*, 90°, f′(x)"),
        (
            r"$\frac{a}{b}$, $\frac{a+b}{c}$, $\frac{1}{2k}$, $\tfrac12$",
            "a/b, (a+b)/c, 1/(2k), 1/2",
        ),
        (r"$x\frac{1}{2}y$", "x 1/2 y"),
        (r"$\sqrt{n}$, $\sqrt{n+1}$, $\sqrt[3]{x}$", "√n, √(n+1), ∛x"),
        (r"$\binom{n}{k}$", "C(n,k)"),
        (r"$\mathbb{R}^d$, $\mathbf{x}$, $\bm{x}$, $\mathbb{E}$", "ℝᵈ, x, x, E"),
        (r"$\hat{x}$, $\tilde{\mathcal{O}}(n)$, $\bar x$, $\widehat{AB}$", "x̂, Õ(n), x̄, AB"),
        (r"$a \leq b$, $a\leq b$, $A \to B$, $x \in \mathbb{N}$", "a ≤ b, a≤b, A → B, x ∈ ℕ"),
        (r"$224\times224$, 3$\times$, $\sim 5$, $\pm 0.5\%$", "224×224, 3×, ∼5, ±0.5%"),
        (r"$\not\in$, $\not= $, $\neq$", "∉, ≠, ≠"),
        (r"$n\log n$, $\lambda x$, $\operatorname{argmax}_x$", "n log n, λx, argmaxₓ"),
        (r"$\left( \frac{n}{k} \right)^2$, $\|x\|_2$, $\{0,1\}^n$", "(n/k)², ‖x‖₂, {0,1}ⁿ"),
        (r"\(O(|G| \cdot |D|^6)\), \[ y < 2 \], $$z$$", "O(|G| · |D|⁶), y < 2, z"),
        (r"\begin{equation*}a=b\end{equation*}", " a=b "),
        (r"$K{=}5$, $1.2{\sim}1.3\times$, 11{,}133", "K=5, 1.2∼1.3×, 11,133"),
        (r"$\textbf{$ρ$-$\texttt{EOS}$}$", "ρ-EOS"),
        (r"region$\unicode{x2014}$set", "region—set"),
        (r"M$^2$-Miner, $k$NN, $n$-th, AP$_r$, $ l$", "M²-Miner, kNN, n-th, APᵣ, l"),
    ],
)
def test_a_formula_becomes_one_readable_line(tex: str, line: str) -> None:
    assert untex(tex) == line


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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It costs $5 and $10, or US$ 7, from 5$ to 10$", id="prices"),
        pytest.param("$5M-$10M; $0.05/1K tokens to $3; A$3 billion", id="more prices"),
        pytest.param("set $HOME/bin:$PATH, ${HOME}, $(pwd), `$x`, $$, $1", id="shell"),
        pytest.param("100% of it % not a comment", id="percent"),
        pytest.param(r"C:\new\theta and D:\alpha, \\server\share\pi", id="Windows paths"),
        pytest.param(r"first\nsecond\tthird, \n and \t", id="line ends in code"),
        pytest.param(r"\d+\.\w*, \bword\b, (.*?)\.txt, [a-z]{2,3}, \d{3}, [^\d]", id="regexes"),
        pytest.param("C++, foo_bar, _paperbanana, __init__, a^b, x^*", id="code"),
        pytest.param('{"a": {"b": 1}}, f"{NAME}", {}', id="JSON"),
        pytest.param(r"{\"user\": \"Uwe\", \"age\": 5}", id="JSON within JSON"),
        pytest.param("sets {x}, {a, b}, {0,1}^n, {-1, 1}", id="sets"),
        pytest.param("AT&T # 3 & more", id="ampersand"),
        pytest.param("~5%, 3~5, y ~ x, ~/bin, http://a.example/~ada", id="tilde"),
        pytest.param("--help, i--, |---|, x -> y, 5'' and ''wiki''", id="dashes and quotes"),
        pytest.param("https://a.example/x--y?z={q}&a=1", id="address"),
        pytest.param("for a<b and c>d we show", id="plain"),
        pytest.param("\\", id="a backslash"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_tex_stays_as_it_is(text: str) -> None:
    assert untex(text) == text


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
