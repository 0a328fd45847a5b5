"""No expression takes much longer for a text that is made to hold it up."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from support.growth import grows_evenly

from digest.inbound import reading
from digest.inbound.reading import text_bounce
from digest.text import refusal_words

MODULES = [
    refusal_words,
    *(
        importlib.import_module(f"{reading.__name__}.{one.name}")
        for one in pkgutil.iter_modules(reading.__path__)
    ),
]
PATTERNS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
} | {
    f"{form.name}.{name}": value
    for form in (*text_bounce.FORMS, text_bounce._UNKNOWN_FORM)
    for name, value in vars(form).items()
    if isinstance(value, re.Pattern)
}
#: What is repeated, besides the words of an expression itself.
MARKS = [
    "a", "a.", "a-", "-", "=", "*", " ", "\n", " \n", "\n \n", "\t", "<", "@", "a@", "a@b ", "<a@",
    '"', '\\"', ":", "a:", "(", "[", ".", "5.", "550 ", "5.1.1", "+41", "\\101", "a ", ";a=", "- ",
    "a\n", "<a ", "<head>", "<style>", "http://", "_", "é",
]  # fmt: skip
SIZE = 16_000


def pieces(pattern: re.Pattern[str] | re.Pattern[bytes]) -> list[str]:
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode()
    words = sorted({word.lower() for word in re.findall(r"[A-Za-z]{3,}", source)})
    return [*MARKS, *words, *(f"{word} " for word in words)]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_an_expression_takes_time_that_grows_with_the_text(pattern: re.Pattern[str]) -> None:
    is_text = isinstance(pattern.pattern, str)

    def grows_with(piece: str) -> bool:
        def search(size: int) -> None:
            text = (piece * (size // len(piece) + 1))[:size]
            for _ in pattern.finditer(text if is_text else text.encode()):  # type: ignore[arg-type]  # of either type
                pass

        return grows_evenly(search, SIZE)

    assert [piece for piece in pieces(pattern) if not grows_with(piece)] == []
