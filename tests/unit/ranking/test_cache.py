"""Values that are remembered."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.cache import LruCache


def test_a_value_is_computed_once_while_it_is_kept() -> None:
    cache = LruCache[int](2)
    asked: list[str] = []

    def length(key: str) -> int:
        asked.append(key)
        return len(key)

    found = [cache.get(key, partial(length, key)) for key in ("a", "bb", "a", "ccc", "a", "bb")]

    assert found == [1, 2, 1, 3, 1, 2]
    # The third key took the place of "bb", since "a" had been asked for after it.
    assert asked == ["a", "bb", "ccc", "bb"]


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_no_more_is_kept_than_it_may_and_values_stay_right(keys: list[int], most: int) -> None:
    cache = LruCache[int](most)

    for key in keys:
        assert cache.get(key, partial(pow, key, 2)) == key * key
        assert len(cache) <= most
