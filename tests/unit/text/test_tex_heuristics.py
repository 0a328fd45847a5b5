"""What only looks like TeX stays as it is."""

from __future__ import annotations

import pytest

from digest.text.tex import untex


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
