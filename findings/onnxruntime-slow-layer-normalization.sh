#!/usr/bin/env bash
# Layer normalisation of onnxruntime takes four to six times as long in some versions as in others.
#
# On a processor (CPUExecutionProvider), for 72 rows of 384 floats: LayerNormalization behind an Add
# takes 60 microseconds up to 1.26, 210 to 250 in 1.27, 1.28 and 1.29, and 40 since 1.30.
# SkipLayerNormalization, which is both in one, takes 40 to 60 up to 1.29 and 210 to 250 since 1.30,
# 1.32 among them. So what was fused to be fast is the slow way today; and graphs are fused unasked,
# at the default level of optimisation. In a small BERT with products of bytes it is a fifth of all
# time. The product writes Add and LayerNormalization, in digest/app/minilm.py.
#
# Exits with 1 when onnxruntime behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat > "$folder/measure.py" <<'PYTHON'
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def session(*nodes):
    """Return a session that runs these nodes as they are."""
    of = {"x": [1, 72, 384], "y": [1, 72, 384], "weight": [384], "bias": [384], "z": [1, 72, 384]}
    values = [helper.make_tensor_value_info(it, TensorProto.FLOAT, of[it]) for it in of]
    graph = helper.make_graph(nodes, "graph", values[:-1], values[-1:])
    versions = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


norm = {"epsilon": 1e-12}
fused = session(
    helper.make_node(
        "SkipLayerNormalization", ["x", "y", "weight", "bias"], ["z"], domain="com.microsoft", **norm
    )
)
parted = session(
    helper.make_node("Add", ["x", "y"], ["sum"]),
    helper.make_node("LayerNormalization", ["sum", "weight", "bias"], ["z"], **norm),
)
x, y = np.random.default_rng(0).standard_normal((2, 1, 72, 384)).astype(np.float32)
inputs = {"x": x, "y": y, "weight": np.ones(384, np.float32), "bias": np.zeros(384, np.float32)}
seconds = {fused: [], parted: []}
for _ in range(9):  # turn by turn: what else runs here slows both
    for each, taken in seconds.items():
        at = time.process_time()
        for _ in range(300):
            each.run(None, inputs)
        taken.append((time.process_time() - at) / 300)
one, other = (min(taken) for taken in seconds.values())
print(
    f"onnxruntime {onnxruntime.__version__}: fused {1e6 * one:.0f} microseconds, "
    f"in two {1e6 * other:.0f}"
)
print("FUSED" if one > 2 * other else "PARTED" if other > 2 * one else "NEITHER")
PYTHON
changed=0
while read -r version slow; do
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "onnxruntime==$version" \
    onnx==1.23.2
  found=$("$folder/venv/bin/python" "$folder/measure.py")
  echo "$found"
  [ "$(tail -n 1 <<< "$found")" = "$slow" ] || changed=1
done <<'VERSIONS'
1.26.0 NEITHER
1.28.0 PARTED
1.32.0 FUSED
VERSIONS
exit "$changed"
