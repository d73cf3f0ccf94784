#!/usr/bin/env python3
"""Texts per second of all-MiniLM-L6-v2 in onnxruntime (fp32, CPU) at 16, 48 and 128 tokens, as JSON.

    python3 embed_onnx.py FOLDER [RUNS]

FOLDER holds model.safetensors, tokenizer.json and config.json. Needs onnxruntime, onnx, numpy and tokenizers; the graph
is built here from the weights, node by node, so torch is not needed. The texts are those of the example `bench_embed`
of escher-rag: a text of n tokens is n-2 times the word "disk". Tokenising counts, as it does there.
"""

import json
import pathlib
import struct
import sys
import tempfile
import time

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

BATCH = 32


def weights(path):
    """The tensors of a safetensors file of 32-bit floats; others are left out."""
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = numpy.frombuffer(raw[8 + size + start : 8 + size + end], "<f4").reshape(entry["shape"])
    return tensors


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(value), name))
        return name

    def op(self, kind, *inputs, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def build(tensors, config):
    """Token ids and mask in; normalised means out."""
    g = Graph()
    heads, width, epsilon = config["num_attention_heads"], config["hidden_size"], config["layer_norm_eps"]
    number = lambda value: g.constant(numpy.float32(value))
    integers = lambda *values: g.constant(numpy.array(values, numpy.int64))

    def dense(x, name):
        product = g.op("MatMul", x, g.constant(tensors[f"{name}.weight"].T))
        return g.op("Add", product, g.constant(tensors[f"{name}.bias"]))

    def norm(x, name):
        scale, shift = (g.constant(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        return g.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)

    positions = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
    length = g.op("Slice", g.op("Shape", "ids"), integers(1), integers(2))
    words = g.op("Gather", g.constant(tensors["embeddings.word_embeddings.weight"]), "ids")
    x = g.op("Add", words, g.op("Slice", g.constant(positions), integers(0), length, integers(0)))
    x = norm(x, "embeddings.LayerNorm")
    absent = g.op("Sub", number(1), g.op("Cast", "mask", to=TensorProto.FLOAT))
    bias = g.op("Mul", g.op("Unsqueeze", absent, integers(1, 2)), number(-1e9))

    def split(x, perm):
        return g.op("Transpose", g.op("Reshape", x, integers(0, 0, heads, width // heads)), perm=perm)

    for i in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{i}"
        q = split(dense(x, f"{layer}.attention.self.query"), [0, 2, 1, 3])
        k = split(dense(x, f"{layer}.attention.self.key"), [0, 2, 3, 1])
        v = split(dense(x, f"{layer}.attention.self.value"), [0, 2, 1, 3])
        scores = g.op("Mul", g.op("MatMul", q, k), number((width // heads) ** -0.5))
        mixed = g.op("MatMul", g.op("Softmax", g.op("Add", scores, bias), axis=-1), v)
        mixed = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), integers(0, 0, width))
        x = norm(g.op("Add", dense(mixed, f"{layer}.attention.output.dense"), x), f"{layer}.attention.output.LayerNorm")
        up = g.op("Gelu", dense(x, f"{layer}.intermediate.dense"))
        x = norm(g.op("Add", dense(up, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    mask = g.op("Unsqueeze", g.op("Cast", "mask", to=TensorProto.FLOAT), integers(2))
    total = g.op("ReduceSum", g.op("Mul", x, mask), integers(1), keepdims=0)
    size = g.op("ReduceL2", total, integers(1), keepdims=1)
    g.nodes.append(helper.make_node("Div", [total, size], ["vectors"]))
    shape = ["batch", "length"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", width])]
    graph = helper.make_graph(g.nodes, "all-MiniLM-L6-v2", inputs, outputs, g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def main():
    folder = pathlib.Path(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    config = json.loads((folder / "config.json").read_text())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        onnx.save(build(weights(folder / "model.safetensors"), config), file.name)
        session = onnxruntime.InferenceSession(file.name, providers=["CPUExecutionProvider"])

    def embed(texts):
        made = []
        for start in range(0, len(texts), BATCH):
            tokens = tokenizer.encode_batch_fast(texts[start : start + BATCH])
            feed = {
                "ids": numpy.array([t.ids for t in tokens], numpy.int64),
                "mask": numpy.array([t.attention_mask for t in tokens], numpy.int64),
            }
            made.append(session.run(["vectors"], feed)[0])
        return numpy.concatenate(made)

    if "--vectors" in sys.argv:
        lines = pathlib.Path(sys.argv[sys.argv.index("--vectors") + 1]).read_text(encoding="utf-8").splitlines()
        embed([json.loads(line) for line in lines]).tofile(sys.stdout.buffer)
        return
    embed(["disk disk disk"])
    table = {}
    for tokens in (16, 48, 128):
        texts = ["disk " * (tokens - 2)] * (16384 // tokens)
        rates = []
        for _ in range(runs):
            start = time.perf_counter()
            embed(texts)
            rates.append(len(texts) / (time.perf_counter() - start))
        table[str(tokens)] = round(sorted(rates)[len(rates) // 2], 1)
    print(json.dumps({"engine": f"onnxruntime {onnxruntime.__version__}", "runs": runs, "texts_per_second": table}))


if __name__ == "__main__":
    main()
