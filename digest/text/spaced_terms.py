"""Close the blanks that Hugging Face leaves around the terms it marks in its texts.

`the model , named LENS ( Lamp Noise ) , improves DINO -SAE 's score` is what its service gives.
Only blanks are removed, and only where English has none: `x : X`, `:)`, `.NET` and `train- and
test-time` stay as they are.
"""

from __future__ import annotations

import re

#: With the text before them, these end a word: a letter, digit, bracket or quotation mark.
_END = r"[\w)\]\"”’'%+*]"
_RULES = (
    # model , → model,   but no ". . ." and no "1 , 000"
    (re.compile(rf"(?<={_END}) +(?=[,;](?:\s|$))(?!(?<=\d )[,;] \d)"), ""),
    (re.compile(rf"(?<={_END}) +(?=\.(?:\s|$))(?!\. *\.)"), ""),
    (re.compile(r"(?<=\w\w|\.\d) +(?=[:?!](?:\s|$))"), ""),
    (re.compile(r"(?<=\)) +(?=[:?!](?:\s|$))"), ""),
    # ( LENS ) → (LENS)
    (re.compile(r"(?<=\() +(?=[\w\"“])"), ""),
    (re.compile(r"(?<=[\w.%\"”’+*]) +(?=\))"), ""),
    # Whisper 's → Whisper's
    (re.compile(r"(?<=\w) +(?=['’]s(?:[\s.,;:)]|$))"), ""),
    # DINO -SAE, utility -optimized, Terminal -14B
    (re.compile(r"(?<=[^\W\d_]) +(?=-(?:[^\W\d_]{2}|v\d|\d+(?:\.\d+)?[BMK]\b))"), ""),
    # multi- modal, but no "train- and test-time"
    (
        re.compile(
            r"(?<=[^\W\d_]-) +(?!(?:and|or|to|nor|but|versus|vs|as|than|plus|through|rather)\b)"
            r"(?=[^\W\d_])",
            re.IGNORECASE,
        ),
        "",
    ),
    # " context rot " → "context rot"
    (re.compile(r"(?<!\S)([\"“(]*[\"“]) +([^\"“”]{1,80}?) +([\"”])(?=[\s.,;:)!?]|$)"), r"\1\2\3"),
)
_MAX_PASSES = 10


def close_up(text: str) -> str:
    """Return a text without the blanks that stand before punctuation and within brackets.

    Every character but these blanks stays. One rule can make room for another, so they repeat.
    """
    for _ in range(_MAX_PASSES):
        closed = text
        for pattern, replacement in _RULES:
            closed = pattern.sub(replacement, closed)
        if closed == text:
            return text
        text = closed
    return text
