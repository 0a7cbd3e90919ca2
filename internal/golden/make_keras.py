"""Writes the small networks of models/keras/testdata, and what Keras computes of them.

    python3 internal/golden/make_keras.py

Each network is a folder as TensorFlow.js has it, model.json and weights.bin, and a file
of golden cases beside it: a picture, a digest and (as a note) the shape of the value of
every layer, the whole value of the last one, and the gradient of Σ up·out for the
picture, all in our order of axes. They have every class of layers
between them, Keras 2 and 3, functional and sequential networks, and weights as they are
and quantised.

Needs tensorflow-cpu 2.21 and tf_keras 2.21.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.dont_write_bytecode = True

import keras
import numpy as np
import tensorflow as tf
import tf_keras

from goldenfile import File

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTDATA = "models/keras/testdata"
L = tf_keras.layers


class MultiplyBeta(L.Layer):
    def __init__(self, beta=0.2, **options):
        super().__init__(**options)
        self.beta = beta

    def call(self, x):
        return x * tf.cast(self.beta, x.dtype)

    def get_config(self):
        return super().get_config() | {"beta": self.beta}


class PixelShuffle2x(L.Layer):
    def call(self, x):
        return tf.nn.depth_to_space(x, 2)

    def get_config(self):
        return super().get_config() | {"scale": 2}


class PixelShuffle3x(L.Layer):
    def call(self, x):
        return tf.nn.depth_to_space(x, 3)


def classify():
    """Every class of layers for a fixed size, in one chain with some branches."""
    x = picture = L.Input((13, 10, 3), name="picture")
    x = L.Rescaling(0.5, 0.1, name="rescaling")(x)
    x = L.Conv2D(6, 3, padding="same", strides=2, activation="relu", name="conv_same_even_and_odd")(x)  # 7×5
    y = L.Conv2D(4, (2, 3), padding="same", dilation_rate=(2, 1), use_bias=False, name="conv_dilated")(x)
    z = L.Conv2D(4, 1, groups=2, activation="tanh", name="conv_groups")(x)
    x = L.Concatenate(name="concatenate")([y, z, x])  # 14 channels
    x = L.BatchNormalization(name="norm", scale=False, epsilon=0.01)(x)
    x = L.ReLU(6, name="relu6")(x)
    y = L.DepthwiseConv2D((3, 2), padding="same", depth_multiplier=2, name="depthwise", activation="sigmoid")(x)  # 28
    y = L.SeparableConv2D(14, 3, padding="same", depth_multiplier=1, name="separable", activation="relu6")(y)
    y = L.PReLU(shared_axes=[1, 2], name="prelu")(y)
    s = L.GlobalAveragePooling2D(keepdims=True, name="squeeze")(y)
    s = L.Conv2D(14, 1, activation="swish", name="excite")(s)
    y = L.Multiply(name="scaled")([y, s])
    x = L.Add(name="add")([x, y, x])
    a = L.MaxPooling2D(2, padding="same", name="max_same")(x)  # 4×3, odd at the bottom and on the right
    b = L.AveragePooling2D(2, padding="same", name="avg_same")(x)
    c = L.MaxPooling2D(3, strides=2, padding="same", name="max_same_3")(x)
    d = L.AveragePooling2D(3, strides=2, padding="same", name="avg_same_3")(x)
    x = L.Average(name="average")([a, b, c, d])
    x = L.Maximum(name="maximum")([x, L.Subtract(name="subtract")([a, d]), L.Minimum(name="minimum")([b, c])])
    x = L.LeakyReLU(0.1, name="leaky")(x)
    x = L.Conv2DTranspose(5, 3, strides=2, padding="same", name="transpose_same", activation="elu")(x)  # 8×6
    x = L.Conv2DTranspose(4, 2, strides=3, name="transpose_valid")(x)  # 24×18
    x = L.Cropping2D(((1, 2), (0, 3)), name="crop")(x)  # 21×15
    x = L.ZeroPadding2D(((0, 1), (2, 1)), name="pad")(x)  # 22×18
    x = L.ELU(0.7, name="elu")(x)
    x = L.AveragePooling2D((4, 3), strides=(3, 4), name="avg_valid")(x)  # 7×4
    x = L.MaxPooling2D(3, strides=1, name="max_valid")(x)  # 5×2
    x = L.SpatialDropout2D(0.2, name="spatial_dropout")(x)
    x = L.PReLU(name="prelu_pixels")(x)
    x = L.Softmax(name="softmax_channels")(x)
    m = L.GlobalMaxPooling2D(name="max_all")(x)
    x = L.Flatten(name="flatten")(x)  # 40
    x = L.BatchNormalization(name="norm_features", center=False)(x)
    x = L.Dense(12, activation="gelu", name="dense")(x)
    x = L.Reshape((2, 3, 2), name="reshape")(x)
    x = L.Reshape((-1,), name="reshape_back")(x)
    x = L.Dropout(0.5, name="dropout")(x)
    x = L.Concatenate(name="features")([x, m])
    return tf_keras.Model(picture, L.Dense(5, activation="softmax", name="classes")(x))


def enlarge():
    """As UpscalerJS: for any size, three times as large, and pixels shuffled."""
    x = picture = L.Input((None, None, 3), name="LR")
    first = x = L.Conv2D(8, 3, padding="same", name="F_1")(x)
    x = L.Activation("relu", name="F_1_Relu")(x)
    x = L.Conv2D(8, 5, padding="same", name="F_2")(x)
    x = L.Add(name="LRL")([first, MultiplyBeta(0.3, name="multiply_beta")(x)])
    a = PixelShuffle3x(name="shuffle_3")(L.Conv2D(18, 1, name="preshuffle")(x))
    b = L.UpSampling2D(3, name="nearest")(x)
    c = L.UpSampling2D(3, interpolation="bilinear", name="bilinear")(first)
    x = L.Concatenate(axis=3, name="all")([a, b, c])
    return tf_keras.Model(picture, L.Conv2D(3, 3, padding="same", name="SR")(x))


def sequential():
    """In the form of Keras 3."""
    K = keras.layers
    return keras.Sequential([
        keras.Input((6, 7, 1), name="gray"), K.Conv2D(8, 3, activation="relu", name="c1"), K.BatchNormalization(name="bn"),
        K.LeakyReLU(negative_slope=0.2, name="leaky"), K.Conv2DTranspose(4, 2, strides=2, padding="same", use_bias=False, name="up"),
        K.GlobalAveragePooling2D(name="pool"), K.Dense(3, activation="softmax", name="out")])


def nested():
    """As classifiers that are trained in a browser: networks in a network."""
    x = picture = L.Input((9, 8, 3), name="input_1")
    x = L.Conv2D(4, 3, strides=2, padding="same", name="inner_conv")(x)
    x = L.Add(name="inner_add")([x, L.ReLU(name="inner_relu")(x)])
    inner = tf_keras.Model(picture, x, name="inner")
    body = tf_keras.Sequential([inner, L.GlobalAveragePooling2D(name="pool")], name="body")
    head = tf_keras.Sequential([L.Dense(6, activation="relu", name="dense_1", input_shape=(4,)), L.Dense(3, activation="softmax", use_bias=False, name="dense_2")], name="head")
    net = tf_keras.Sequential([body, head])
    # The same layers once more in a row: values inside networks cannot be asked for.
    x = picture = L.Input((9, 8, 3))
    values = [x := inner.get_layer("inner_conv")(x), y := inner.get_layer("inner_relu")(x), x := inner.get_layer("inner_add")([x, y])]
    for layer in (*body.layers[1:], *head.layers):
        values.append(x := layer(x))
    return net, tf_keras.Model(picture, values)


def flat(net):
    """The layers of a network and of those in it."""
    for l in net.layers:
        yield from flat(l) if hasattr(l, "layers") else [l]


def functional():
    """In the form of Keras 3."""
    K = keras.layers
    x = picture = keras.Input((6, 7, 2), name="picture")
    a, b = K.Conv2D(4, 3, padding="same", name="a")(x), K.Conv2D(4, 1, name="b", activation="silu")(x)
    x = K.Add(name="sum")([a, b])
    return keras.Model(picture, K.Concatenate(name="both")([x, a]))


def quantized(values, form):
    """Bytes, what model.json says of them, and the numbers that come of them."""
    if form == "float16":
        stored = values.astype("<f2")
        return stored, {"dtype": form, "original_dtype": "float32"}, stored.astype(np.float32)
    top = np.iinfo(form).max
    low = values.min()
    scale = (values.max() - low) / top or 1.0
    stored = np.round((values - low) / scale).astype(np.dtype(form).newbyteorder("<"))
    return stored, {"dtype": form, "min": float(low), "scale": float(scale), "original_dtype": "float32"}, (stored * float(scale) + float(low)).astype(np.float32)


def axes(v):
    v = np.asarray(v)
    return v.transpose(0, 3, 1, 2) if v.ndim == 4 else v


def digest(v):
    """Few numbers as they are, of many Σ vᵢ·cos(i·(k+1)) for k = 0, 1, 2."""
    v = np.asarray(v, np.float64).reshape(-1)
    return v if len(v) <= 16 else np.stack([(v * np.cos(np.arange(len(v)) * (k + 1.0))).sum() for k in range(3)])


def write(name, net, forms, rows, height, width):
    net, whole = net if isinstance(net, tuple) else (net, None)
    f = File(f"{TESTDATA}/{name}.safetensors", np.float64)
    c = f.case(name)
    folder = ROOT / TESTDATA / name
    folder.mkdir(exist_ok=True)
    entries, data = [], b""
    for layer in flat(net):
        for v in layer.weights:
            kind = v.name.removesuffix(":0").split("/")[-1]
            low, high = (0.5, 1.5) if kind in ("moving_variance", "gamma") else (-0.6, 0.6)
            values = c.random.uniform(low, high, v.shape).astype(np.float32)
            entry = {"name": f"{layer.name}/{kind}", "shape": list(v.shape), "dtype": "float32"}
            form = forms[len(entries) % len(forms)]
            stored = values.astype("<f4")
            if form != "float32":
                stored, entry["quantization"], values = quantized(values.astype(np.float64), form)
            v.assign(values)
            entries.append(entry)
            data += stored.tobytes()
    half = len(data) // 2 + 1  # an array lies in both
    paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    (folder / paths[0]).write_bytes(data[:half])
    (folder / paths[1]).write_bytes(data[half:])
    topology = json.loads(net.to_json().replace("float64", "float32"))
    text = json.dumps({"format": "layers-model", "generatedBy": "keras", "modelTopology": {"model_config": topology},
                       "weightsManifest": [{"paths": paths, "weights": entries}]}, separators=(",", ":"))
    (folder / "model.json").write_text(text + "\n")

    x = c.random.uniform(-1, 1, (rows, net.input_shape[3], height, width)).astype(np.float32)
    c._put("in.x", x)
    package = keras if isinstance(net, keras.Model) else tf_keras
    layers = [l for l in flat(net) if not isinstance(l, (L.InputLayer, keras.layers.InputLayer))]
    pixels = tf.constant(x.transpose(0, 2, 3, 1).astype(np.float64))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        values = (whole or package.Model(net.inputs, [l.output for l in layers]))(pixels)
        y = values[-1]
        up = c.random.uniform(-1, 1, axes(y).shape).astype(np.float32)
        c._put("up.y", up)
        loss = tf.reduce_sum(tf.cast(y, tf.float64) * (up.transpose(0, 2, 3, 1) if up.ndim == 4 else up))
    for layer, v in zip(layers, values):
        v = axes(v.numpy())
        c.note(**{layer.name: v.shape})
        c.out(f"out.{layer.name}", v if layer.name == layers[-1].name else digest(v))
    c.out("grad.x", axes(tape.gradient(loss, pixels).numpy()))
    (ROOT / f.path).write_bytes(f.encode())


for package in (keras, tf_keras):
    package.backend.set_floatx("float64")
write("classify", classify(), ["float32"], 2, 13, 10)
write("enlarge", enlarge(), ["uint8", "uint16", "float16"], 1, 5, 4)
write("sequential", sequential(), ["uint16", "float32"], 2, 6, 7)
write("nested", nested(), ["float32"], 1, 9, 8)
write("functional", functional(), ["uint8"], 2, 6, 7)
