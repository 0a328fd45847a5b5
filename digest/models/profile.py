"""Profiles: what a reader's feedback teaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Interest:
    """Papers that a reader likes and that are like each other."""

    #: The weights of stems, and of pairs of neighbouring stems with a space between, the heaviest
    #: first. The product with a paper's TF-IDF vector of length one says how close it is.
    terms: Mapping[str, float]
    #: the most telling of them as the papers spell them
    words: tuple[str, ...] = ()
    #: how many papers it is learned from
    likes: int
    #: where the papers' sentence vectors point from the mean of all, of length one; empty without
    vector: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a reader's feedback teaches: one interest, or several beside what they have in common.

    Several, so that none is averaged away; and the whole, since what few papers say is chance.
    """

    interests: tuple[Interest, ...]
    #: beside several interests, what all papers that the reader likes have in common
    whole: Interest | None = None
    #: how many papers the reader likes
    likes: int
    #: of how many they want less
    less: int = 0
