"""Close the blanks that Hugging Face leaves around the terms it marks in its texts.

`the model , named LENS ( Lamp Noise ) , improves DINO -SAE 's score` is what its service gives.
Only blanks are removed, and only where English has none: `x : X`, `:)`, `.NET` and `train- and
test-time` stay as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _closed_name(found: re.Match[str]) -> str:
    """Return a name without the blank before its version, or anything else as it is.

    A capital makes a name. At the start of a sentence every word has one, so there it takes two, or
    a digit: `Values -1 and 1`.
    """
    name, version = found["name"], found["version"]
    is_inside = found.start() > 0 and not found["start"]
    is_named = sum(map(str.isupper, name)) + sum(map(str.isdecimal, name)) >= 2
    is_name = is_named or (name[0].isupper() and (is_inside or version[0].isalpha()))
    has_letter = any(map(str.isalpha, name))
    return found["start"] + name + ("" if is_name and has_letter else found["blanks"])


def _closed(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


#: With the text before them, these end a word: a letter, digit, bracket or quotation mark.
_END = r"[\w)\]\"”’'%+*]"
#: Words that join others with hyphens on both sides: state-of-the-art, end-to-end.
_LINK = r"(?:of|to|in|on|by|for|at|and|or|the|a|as|per|vs)"
_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # 91 . 2 % → 91.2%, Qwen 2 . 5 → Qwen 2.5, but "in 2024 . 12 lamps"
    (re.compile(r"(?<=\d \. )(\d+) +(?=%)"), r"\1"),
    (re.compile(r"(?<!\d)(\d{1,3}) +\. +(?=\d+(?!\w))"), r"\1."),
    # e . g . → e.g.
    (
        re.compile(
            r"\b(?:e *\. *g|i *\. *e|w *\. *r *\. *t|a *\. *k *\. *a|U *\. *S)\b"
            r"(?: *\.(?=[\s,;:)]|$))?"
        ),
        _closed,
    ),
    # state - of - the - art
    (
        re.compile(rf"\b[^\W\d_]+ - {_LINK} - (?:{_LINK} - )?(?=[^\W\d_])"),
        _closed,
    ),
    # model , → model,   but no ". . ." and no "1 , 000"
    (re.compile(rf"(?<={_END}) +(?=[,;](?:\s|$))(?!(?<=\d )[,;] \d)"), ""),
    (re.compile(r"(?<=[^\W\d_]\.) +(?=[,;](?:\s|$))"), ""),
    (re.compile(rf"(?<={_END}) +(?=\.(?:\s|$))(?!\. *\.)"), ""),
    (re.compile(r"(?<=\w\w|\.\d) +(?=[:?!](?:\s|$))"), ""),
    (re.compile(r"(?<=\)) +(?=[:?!](?:\s|$))"), ""),
    # ( LENS ) → (LENS)
    (re.compile(r"(?<=\() +(?=[\w\"“])"), ""),
    (re.compile(r"(?<=[\w.%\"”’+*]) +(?=\))"), ""),
    # [ MASK ] → [MASK]
    (re.compile(r"\[ +([^\W\d][^\[\]]{0,40}?) +\]"), r"[\1]"),
    # Whisper 's → Whisper's, don 't, they 're
    (re.compile(r"(?<=\w) +(?=['’](?:s|re|ve|ll)(?:[\s.,;:)]|$))"), ""),
    (re.compile(r"(?<=n) +(?=['’]t(?:[\s.,;:)]|$))"), ""),
    # DINO -SAE, utility -optimized, nllb-200 -distilled, Terminal -14B, Qwen2.5 -7B
    (re.compile(r"(?<=[^\W_]) +(?=-(?:[^\W\d_]{2}|v\d|\d+(?:\.\d+)?[BMK]\b))"), ""),
    # DeepSeek -R1, GPT -4
    (
        re.compile(
            r"(?P<start>(?:[.!?:] )?)\b(?P<name>\w{2,40}(?:\.\d{1,3})?)(?P<blanks> +)"
            r"(?=-(?P<version>[^\W\d_]?[1-9]\d?(?:\.\d)?[^\W\d_]?)(?!\w|\.\d)"
            r"(?! ?(?:%|°|dB|pp|points|to|or)))"
        ),
        _closed_name,
    ),
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
    # ' think tokens ' → 'think tokens', but "the players ' scores and the teams ' ranks"
    (re.compile(r"(?:^|(?<=[^\Ws] ))' +([^'’]{1,60}?) +'(?=[\s.,;:)!?]|$)"), r"'\1'"),
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
