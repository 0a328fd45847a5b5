"""Draws that can be repeated."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY

from digest.ranking.chance import VARIANTS, Chance, Draws

CHANCE = Chance("a key for the tests and nothing else", DAY)


@given(st.integers(0, 2**53), st.text(max_size=9))
def test_a_draw_is_the_same_whenever_it_is_made(reader: int, name: str) -> None:
    again = Chance(CHANCE.secret, DAY)
    variant = CHANCE.variant_of(reader)

    assert again.variant_of(reader) == variant
    assert Draws(again, variant).number(name) == Draws(CHANCE, variant).number(name)
    assert 0 <= variant < VARIANTS
    assert 0 <= Draws(CHANCE, variant).number(name) < 1


def test_another_day_or_key_draws_anew() -> None:
    others = Chance(CHANCE.secret, DAY + timedelta(days=1)), Chance("another", DAY)

    readers = range(200)
    for other in others:
        same = sum(CHANCE.variant_of(it) == other.variant_of(it) for it in readers)
        assert same < 40


def test_readers_fall_into_all_variants_alike() -> None:
    found = Counter(map(CHANCE.variant_of, range(10_000)))

    assert set(found) == set(range(VARIANTS))
    assert max(found.values()) < 1.2 * 10_000 / VARIANTS


def test_heads_and_tails_are_alike() -> None:
    heads = sum(Draws(CHANCE, 3).coin(str(number)) for number in range(2_000))

    assert 900 < heads < 1_100
