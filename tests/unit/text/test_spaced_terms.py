"""Closing the blanks that Hugging Face leaves around terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import clean
from digest.text.spaced_terms import close_up

REAL = sorted((Path(__file__).parents[4] / "shared/data/hf").glob("daily_papers-*.json"))


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("a model , which", "a model, which"),
        ("lamps . We", "lamps. We"),
        ("lamps .", "lamps."),
        ("a remedy : light", "a remedy: light"),
        ("Lamps 2.0 : light", "Lamps 2.0: light"),
        ("which lamp ? None", "which lamp? None"),
        ("Lamp Noise ( LENS ) , first", "Lamp Noise (LENS), first"),
        ("( LLMs )", "(LLMs)"),
        ("Whisper 's lamps", "Whisper's lamps"),
        ("DINO -SAE", "DINO-SAE"),
        ("utility -optimized lamps", "utility-optimized lamps"),
        ("Lamp -14B and Lamp -v3", "Lamp-14B and Lamp-v3"),
        ("multi- modal", "multi-modal"),
        ("V- Pretraining : a lamp", "V-Pretraining: a lamp"),
        ('by " context rot " .', 'by "context rot".'),
        ("the “ light ” of", "the “light” of"),
        ("91 . 2 % of Qwen 2 . 5", "91.2% of Qwen 2.5"),
        ("version 1 . 2 . 3 .", "version 1.2.3."),
        ("lamps , e . g . , of kilns", "lamps, e.g., of kilns"),
        ("i . e . light", "i.e. light"),
        ("GPT -4 and GPT -4o", "GPT-4 and GPT-4o"),
        ("DeepSeek -R1 , Llama -3", "DeepSeek-R1, Llama-3"),
        ("the Llama -3.1 -8B and Qwen2.5 -7B", "the Llama-3.1-8B and Qwen2.5-7B"),
        ("nllb-200 -distilled", "nllb-200-distilled"),
        ("state - of - the - art", "state-of-the-art"),
        ("an end - to - end lamp", "an end-to-end lamp"),
        ("they don 't , we 've", "they don't, we've"),
        ("the [ MASK ] token", "the [MASK] token"),
        ("learnable ' lamp tokens ' to", "learnable 'lamp tokens' to"),
    ],
)
def test_blanks_around_terms_are_closed(text: str, closed: str) -> None:
    assert close_up(text) == closed


@pytest.mark.parametrize(
    "text",
    [
        "f : X",
        "n !",
        "e.g. .NET lamps",
        "smile :) please",
        "train- and test-time",
        "in- or outdoors, pre- to post-war",
        "a lamp - and light - goes",
        "from -90 to 90",
        "gcc -O lamps",
        "wait . . . there",
        "1 , 000",
        'a "lamp" and "light" go',
        "the 's' key and the 't' key",
        "in 2024. 12 lamps",
        "SNR -5 dB, GPT -4%",
        "Values -1 and 1. Angles -3 and 3",
        "gcc -O2 lamps",
        "the lamps ' light and the kilns ' heat",
        "[ 0, 1 ]",
        "FID / IS",
        "( )",
        "x < y, a (b) c: d",
    ],
)
def test_other_blanks_stay(text: str) -> None:
    assert close_up(text) == text


@given(st.text("abG -,.:;!?()[]\"'s1“”% "))
def test_only_blanks_are_lost_and_once_is_enough(text: str) -> None:
    closed = close_up(text)

    assert closed.replace(" ", "") == text.replace(" ", "")
    assert close_up(closed) == closed


@pytest.mark.skipif(not REAL, reason="no saved answers here")
def test_of_real_abstracts_hardly_any_keeps_such_a_blank() -> None:
    records = [one["paper"] for file in REAL for one in json.loads(file.read_text("utf-8"))]
    closed = [close_up(clean(record.get("summary", ""))) for record in records]

    spaced = [text for text in closed if " , " in text or " . " in text or "( " in text]
    assert len(spaced) < len(records) / 100
