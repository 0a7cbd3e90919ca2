package tensorboard

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of the messages in TensorFlow's event.proto, summary.proto,
// tensor.proto and tensor_shape.proto that are written here.
const (
	eventWallTime    = 1 // double
	eventStep        = 2 // int64
	eventFileVersion = 3 // string
	eventSummary     = 5 // Summary
	eventSessionLog  = 7 // SessionLog

	sessionLogStatus = 1 // enum
	statusStart      = 1

	summaryValue = 1 // repeated Value

	valueTag         = 1 // string
	valueSimpleValue = 2 // float
	valueTensor      = 8 // TensorProto
	valueMetadata    = 9 // SummaryMetadata

	metadataPluginData = 1 // PluginData
	metadataDataClass  = 4 // enum
	pluginDataName     = 1 // string

	tensorDType     = 1 // enum
	tensorShape     = 2 // TensorShapeProto
	tensorContent   = 4 // bytes: the numbers, little-endian
	tensorStringVal = 8 // repeated bytes
	shapeDim        = 2 // repeated Dim
	dimSize         = 1 // int64

	typeDouble = 2 // DT_DOUBLE
	typeString = 7 // DT_STRING
)

// plugin names what shows a series, and the class of data that it expects.
type plugin struct {
	name  string
	class uint64
}

var (
	texts      = plugin{"text", 2}       // DATA_CLASS_TENSOR
	histograms = plugin{"histograms", 2} // DATA_CLASS_TENSOR
	images     = plugin{"images", 3}     // DATA_CLASS_BLOB_SEQUENCE
)

// appendEvent starts an Event. Its content follows.
func appendEvent(b []byte, wallTime float64, step int) []byte {
	b = appendDouble(b, eventWallTime, wallTime)
	if step == 0 { // a field's default is not written
		return b
	}
	return appendVarint(b, eventStep, uint64(step))
}

// appendScalar adds a Summary of one number.
func appendScalar(b []byte, tag string, value float32) []byte {
	size := sizeString(tag) + 1 + protowire.SizeFixed32()
	b = appendHead(b, eventSummary, 1+protowire.SizeBytes(size))
	b = appendHead(b, summaryValue, size)
	b = appendString(b, valueTag, tag)
	b = protowire.AppendTag(b, valueSimpleValue, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(value))
}

// appendSummary adds a Summary of one encoded TensorProto. Every value names its plugin. TensorBoard needs that in the first of a series
// only, but other readers do not look back, and the first file of a run may be
// deleted.
func appendSummary(b []byte, tag string, p plugin, tensor []byte) []byte {
	name := appendString(nil, pluginDataName, p.name)
	metadata := appendBytes(nil, metadataPluginData, name)
	metadata = appendVarint(metadata, metadataDataClass, p.class)

	size := sizeString(tag) + 1 + protowire.SizeBytes(len(metadata)) + 1 + protowire.SizeBytes(len(tensor))
	b = appendHead(b, eventSummary, 1+protowire.SizeBytes(size))
	b = appendHead(b, summaryValue, size)
	b = appendString(b, valueTag, tag)
	b = appendBytes(b, valueTensor, tensor)
	return appendBytes(b, valueMetadata, metadata)
}

// appendStart adds a SessionLog that says START.
func appendStart(b []byte) []byte {
	return appendBytes(b, eventSessionLog, appendVarint(nil, sessionLogStatus, statusStart))
}

// stringTensor is a TensorProto of strings. Without a shape it is a scalar.
func stringTensor(values [][]byte, shape ...int) []byte {
	size := 0
	for _, v := range values {
		size += 1 + protowire.SizeBytes(len(v))
	}
	b := appendShape(make([]byte, 0, size+32), typeString, shape)
	for _, v := range values {
		b = appendBytes(b, tensorStringVal, v)
	}
	return b
}

// doubleTensor is a TensorProto of numbers.
func doubleTensor(values []float64, shape ...int) []byte {
	b := appendShape(nil, typeDouble, shape)
	b = appendHead(b, tensorContent, len(values)*protowire.SizeFixed64())
	for _, v := range values {
		b = protowire.AppendFixed64(b, math.Float64bits(v))
	}
	return b
}

// appendShape adds a TensorProto's type and shape.
func appendShape(b []byte, dtype uint64, shape []int) []byte {
	b = appendVarint(b, tensorDType, dtype)
	var dims []byte
	for _, n := range shape {
		dims = appendBytes(dims, shapeDim, appendVarint(nil, dimSize, uint64(n)))
	}
	return appendBytes(b, tensorShape, dims)
}

// appendHead starts a field of size bytes, which follow. All fields used here
// have numbers below 16, whose tag is one byte.
func appendHead(b []byte, field protowire.Number, size int) []byte {
	b = protowire.AppendTag(b, field, protowire.BytesType)
	return protowire.AppendVarint(b, uint64(size))
}

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return append(appendHead(b, field, len(v)), v...)
}

func appendString(b []byte, field protowire.Number, v string) []byte {
	return append(appendHead(b, field, len(v)), v...)
}

func sizeString(v string) int {
	return 1 + protowire.SizeBytes(len(v))
}

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}
