"""A small stand-in for the model of the extra `semantic`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.app import meaning
from digest.ranking.semantic import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest
    from numpy.typing import NDArray
    from support.installation import Installation


class FakeEncoder:
    """Makes a vector of the letters of a text, or of what it stands for."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        #: texts with the first are read as if they were the second
        self.stands_for: dict[str, str] = {}

    def encode(
        self, texts: Sequence[str], *, advance: Callable[[int], None] = lambda _: None
    ) -> NDArray[np.float32]:
        self.texts += texts
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for at, letter in enumerate(self._meant(text)):
                vectors[row, (ord(letter) + 31 * at) % DIMENSIONS] += 1
        advance(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _meant(self, text: str) -> str:
        return next((said for word, said in self.stands_for.items() if word in text), text)


def install(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """Have the extra installed, with this model."""
    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    found = FakeEncoder()
    installation.app.__dict__["encoder"] = found
    return found
