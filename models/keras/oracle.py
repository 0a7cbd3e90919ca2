"""What Keras makes of a layers model of TensorFlow.js, for TestPackages. .ci/upscaling
calls it.

    python3 models/keras/oracle.py FOLDER LOW HIGH HEIGHT WIDTH OUT.safetensors [LAYER…]

FOLDER has model.json and its shards. LOW and HIGH are what the network takes for black
and white. OUT gets a picture and the values of the layers, in our order of axes, as
float32 and under the names of internal/golden. Needs tensorflow-cpu, tf_keras and
safetensors.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import tf_keras
from safetensors.numpy import save_file


@tf_keras.utils.register_keras_serializable("artnn", "MultiplyBeta")
class MultiplyBeta(tf_keras.layers.Layer):
    def __init__(self, beta=0.2, **options):
        super().__init__(**options)
        self.beta = beta

    def call(self, x):
        return x * self.beta


class PixelShuffle(tf_keras.layers.Layer):
    def __init__(self, scale, **options):
        super().__init__(**options)
        self.scale = scale

    def call(self, x):
        return tf.nn.depth_to_space(x, self.scale)


CLASSES = {"MultiplyBeta": MultiplyBeta} | {f"PixelShuffle{n}x": PixelShuffle for n in (2, 3, 4, 8)}


def weights(folder, manifest):
    for group in manifest:
        data, at = b"".join((folder / p).read_bytes() for p in group["paths"]), 0
        for w in group["weights"]:
            q = w.get("quantization")
            a = np.frombuffer(data, q["dtype"] if q else w["dtype"], int(np.prod(w["shape"])), at)
            at += a.nbytes
            if q and q["dtype"] != "float16":
                a = a.astype(np.float64) * q["scale"] + q["min"]
            yield w["name"], a.astype(np.float32).reshape(w["shape"])
        assert at == len(data)


def load(folder):
    m = json.loads((folder / "model.json").read_text())
    net = tf_keras.models.model_from_json(json.dumps(m["modelTopology"].get("model_config", m["modelTopology"])), custom_objects=CLASSES)
    arrays = dict(weights(folder, m["weightsManifest"]))
    for v in net.weights:
        v.assign(arrays.pop(v.name.removesuffix(":0")))
    assert not arrays, arrays.keys()
    return net


def main(folder, low, high, height, width, out, *names):
    net = load(pathlib.Path(folder))
    names = names or net.output_names
    # Waves and noise, as bytes, so that the picture has flat parts and edges.
    height, width, random = int(height), int(width), np.random.RandomState(1)
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    picture = 127 + 90 * np.sin(x / (7 + c) + y / 11) * np.cos(y / 5) + 25 * random.randn(height, width, 3)
    picture = np.clip(picture, 0, 255).round().astype(np.float32)
    values = tf_keras.Model(net.input, [net.get_layer(n).output for n in names])(float(low) + (picture[None] / 255) * (float(high) - float(low)))
    arrays = {"all/in.x": (picture / 127.5 - 1).transpose(2, 0, 1)[None]}
    for name, v in zip(names, values if isinstance(values, list) else [values]):
        v = v.numpy()
        arrays[f"all/out.{name}"] = v.transpose(0, 3, 1, 2) if v.ndim == 4 else v
    save_file({k: np.ascontiguousarray(v, np.float32) for k, v in arrays.items()}, out, {"all/range": f"{low},{high}"})


main(*sys.argv[1:])
