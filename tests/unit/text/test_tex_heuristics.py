"""What only looks like TeX stays as it is."""

from __future__ import annotations

import pytest

from digest.text.tex import untex
from digest.text.tex_heuristics import (
    escapes_quotes,
    find_groups,
    is_apostrophe,
    is_extension,
    is_math,
)


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


def test_groups_are_found_with_their_ends() -> None:
    assert find_groups(r"a{b{c}}\{{d", 9) == {1: 6, 3: 5}


def test_a_group_that_is_too_deep_is_left_out_with_all_in_it() -> None:
    assert find_groups("{{{a}}}{b}", 2) == {7: 9}


@pytest.mark.parametrize(
    ("inside", "after"), [("x", ""), ("O(n)", ","), (r"\alpha x", ""), ("n^2", "-"), ("k", "N")]
)
def test_a_formula_is_told_by_what_stands_between_dollars(inside: str, after: str) -> None:
    assert is_math(inside, after)


@pytest.mark.parametrize(
    ("inside", "after"),
    [("5 and ", "1"), ("we show that", ""), ("HOME/bin:", "P"), ("(pwd), ", " "), ("x", "1")],
)
def test_what_stands_between_two_prices_is_no_formula(inside: str, after: str) -> None:
    assert not is_math(inside, after)


def test_an_apostrophe_that_was_escaped_is_no_accent() -> None:
    assert is_apostrophe(r"it\'s", 2)
    assert is_apostrophe(r"O\'Neil", 1)
    assert not is_apostrophe(r"Caf\'e", 3)


def test_the_dot_of_a_file_s_name_is_no_accent() -> None:
    assert is_extension(r"\.txt", 0)
    assert is_extension(r"\.zip", 0)
    assert not is_extension(r"\.Zak", 0)


def test_json_within_json_has_no_accents() -> None:
    assert escapes_quotes(r"{\"age\": 5}")
    assert not escapes_quotes(r"M\"uller")
