"""Makes tensorboard.tfevents with TensorBoard's own code, for TestBytes:

    pip install tensorboard
    python3 make.py

The Go test logs the same values and must get the same bytes.
"""

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.plugins.image import metadata as image
from tensorboard.plugins.text import metadata as text
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util

TIME = 1_700_000_000.25


def value(v, data_class):
    v.metadata.data_class = data_class
    return summary_pb2.Summary(value=[v])


def events():
    yield dict(file_version="brain.Event:2")
    for step, v in enumerate([0.1, -3.0, float("nan"), float("inf")]):
        yield dict(step=step, summary=summary_pb2.Summary(
            value=[summary_pb2.Summary.Value(tag="loss", simple_value=v)]))
    yield dict(step=300, summary=value(summary_pb2.Summary.Value(
        tag="名前/sample",
        metadata=text.create_summary_metadata(None, None),
        tensor=tensor_util.make_tensor_proto("**Call** me \N{REPLACEMENT CHARACTER}".encode())),
        summary_pb2.DATA_CLASS_TENSOR))
    with open("dot.png", "rb") as f:
        dot = f.read()
    yield dict(step=300, summary=value(summary_pb2.Summary.Value(
        tag="faces",
        metadata=image.create_summary_metadata(None, None),
        tensor=tensor_util.make_tensor_proto([b"3", b"2", dot, dot])),
        summary_pb2.DATA_CLASS_BLOB_SEQUENCE))
    data = np.arange(-8, 25, dtype=np.float32) ** 2 / 4
    for tag, data in [("spread", data), ("same", [2.5, 2.5, 2.5]), ("none", [])]:
        v = histogram.histogram_pb(tag, data).value[0]
        yield dict(step=1000, summary=value(v, summary_pb2.DATA_CLASS_TENSOR))
    for _ in range(2):
        yield dict(step=251, session_log=event_pb2.SessionLog(
            status=event_pb2.SessionLog.START))


with open("tensorboard.tfevents", "wb") as f:
    w = RecordWriter(f)
    for e in events():
        w.write(event_pb2.Event(wall_time=TIME, **e).SerializeToString())
