"""Accents, symbols and formulas become characters of Unicode."""

from __future__ import annotations

import pytest

from digest.text.tex import untex
from digest.text.tex_macros import (
    Piece,
    join_pieces,
    known,
    render_macro,
    render_script,
    symbols,
)


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
    ("mark", "text", "script"),
    [
        ("^", "2", "²"),
        ("_", "i", "ᵢ"),
        ("^", "", ""),
        ("^", "∘", "°"),
        ("^", "max", "^max"),
        ("_", "q", "_q"),
        ("_", "i,j", "_(i,j)"),
        ("^", "1.5", "^1.5"),
    ],
)
def test_a_script_without_characters_of_its_own_stands_behind_its_mark(
    mark: str, text: str, script: str
) -> None:
    assert render_script(mark, text) == script


@pytest.mark.parametrize(
    ("name", "first", "second", "option", "text"),
    [
        ("frac", "a", "b", "", "a/b"),
        ("frac", "a+b", "2k", "", "(a+b)/(2k)"),
        ("sqrt", "x", "", "3", "∛x"),
        ("sqrt", "x", "", "n", "ⁿ√x"),
        ("hat", "x", "", "", "x̂"),
        ("hat", "xy", "", "", "xy"),
        ("href", "https://a.example", "a page", "", "a page"),
        ("footnote", "a note", "", "", ""),
        ("mathbb", "R", "", "", "ℝ"),
        ("not", "=", "", "", "≠"),
        ("unicode", "x2014", "", "", "—"),
        ("unicode", "xD800", "", "", ""),
        ("binom", "n", "k", "", "C(n,k)"),
        ("pmod", "p", "", "", "(mod p)"),
    ],
)
def test_a_macro_becomes_the_text_of_its_arguments(
    name: str, first: str, second: str, option: str, text: str
) -> None:
    assert render_macro(name, first, second, option) == text


def test_a_formula_keeps_the_spaces_that_help_to_read_it() -> None:
    spaced: list[Piece] = [
        ("a", "char"), (" ", "space"), ("≤", "symbol"), (" ", "space"), ("b", "char"),
    ]  # fmt: skip

    assert join_pieces(spaced) == "a ≤ b"
    assert join_pieces([("α", "letter"), (" ", "space"), ("x", "char")]) == "αx"
    assert join_pieces([("n", "char"), ("log", "word"), ("n", "char")]) == "n log n"


def test_every_macro_that_is_converted_is_known() -> None:
    assert symbols()["alpha"] == "α"
    assert {"frac", "textbf", "centering", "alpha"} <= known()
    assert "textbfoo" not in known()
