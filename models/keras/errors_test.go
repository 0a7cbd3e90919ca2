package keras_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/models/keras"
)

// layer is a layer of a configuration.
func layer(class, config string, inputs ...string) keras.Entry {
	if inputs == nil {
		inputs = []string{"x"}
	}
	return keras.Entry{Name: "l", Class: class, Inputs: inputs, Config: json.RawMessage(config)}
}

// A configuration may come from anywhere: what no layer can have is an error, and takes
// no memory.
func TestConfigErrors(t *testing.T) {
	good := layer("Conv2D", `{"filters":3,"kernel_size":[3,3],"strides":[1,1],"padding":"same"}`)
	named := func(name string, e keras.Entry) keras.Entry { e.Name = name; return e }
	for _, c := range []struct {
		want string
		size [3]int
		list []keras.Entry
	}{
		{"layers: 0: must be from 1 to 8192", [3]int{3, 0, 0}, nil},
		{"size: channels, height and width [0 0 0]: must be", [3]int{}, []keras.Entry{good}},
		{"size: channels, height and width [3 -1 0]: must be", [3]int{3, -1, 0}, []keras.Entry{good}},
		{"size: channels, height and width [3 99999 0]: must be", [3]int{3, 99999, 0}, []keras.Entry{good}},
		{`layer "l": reads 0 others`, [3]int{3, 0, 0}, []keras.Entry{{Name: "l", Class: "ReLU"}}},
		{`layer "l": reads "y", which is no layer before it`, [3]int{3, 0, 0}, []keras.Entry{layer("ReLU", "", "y")}},
		{`layer "x": every layer needs a name of its own`, [3]int{3, 0, 0}, []keras.Entry{named("x", good)}},
		{`output: "l" is no layer`, [3]int{3, 0, 0}, []keras.Entry{named("m", good)}},
		{`layer "l" of class Lambda: a class that is not known: add it with keras.Register; known are Activation, Add`, [3]int{3, 0, 0}, []keras.Entry{layer("Lambda", "")}},
		{"unknown field", [3]int{3, 0, 0}, []keras.Entry{layer("ReLU", `{"odd":1}`)}},
		{"threshold: 2: must be 0", [3]int{3, 0, 0}, []keras.Entry{layer("ReLU", `{"threshold":2}`)}},
		{"max_value: -1: must not be negative", [3]int{3, 0, 0}, []keras.Entry{layer("ReLU", `{"max_value":-1}`)}},
		{`activation: "odd": not one of elu, gelu`, [3]int{3, 0, 0}, []keras.Entry{layer("Activation", `{"activation":"odd"}`)}},
		{"padding: \"causal\": must be same or valid", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":1,"kernel_size":1,"padding":"causal"}`)}},
		{"data_format: \"channels_first\": must be channels_last", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":1,"kernel_size":1,"padding":"same","data_format":"channels_first"}`)}},
		{"filters and groups: 0: must be from 1 to 1048576", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":0,"kernel_size":1,"padding":"same"}`)}},
		{"kernel_size, strides and dilation_rate: 0: must be", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":1,"padding":"same"}`)}},
		{"kernel_size, strides and dilation_rate: 2000: must be", [3]int{3, 0, 0}, []keras.Entry{layer("DepthwiseConv2D", `{"kernel_size":1,"dilation_rate":[1,2000],"padding":"same"}`)}},
		{"[1,2,3]: expected a whole number or two", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":1,"kernel_size":[1,2,3],"padding":"same"}`)}},
		{"groups: 2: must divide 3 channels and 4 filters", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2D", `{"filters":4,"groups":2,"kernel_size":1,"padding":"same"}`)}},
		{"needs larger pictures", [3]int{3, 4, 4}, []keras.Entry{layer("Conv2D", `{"filters":4,"kernel_size":5,"padding":"valid"}`)}},
		{"output_padding or dilation_rate: must be left out", [3]int{3, 0, 0}, []keras.Entry{layer("Conv2DTranspose", `{"filters":4,"kernel_size":5,"padding":"same","output_padding":[1,1]}`)}},
		{"reads values [1 3 128 128], and needs vectors [batch, features]", [3]int{3, 0, 0}, []keras.Entry{layer("Dense", `{"units":4}`)}},
		{"and needs pictures", [3]int{3, 4, 4}, []keras.Entry{named("f", layer("Flatten", "")), layer("ZeroPadding2D", `{"padding":1}`, "f")}},
		{"reads 2 layers, and needs one", [3]int{3, 4, 4}, []keras.Entry{layer("Flatten", "", "x", "x")}},
		{"reads one layer, and needs two or more", [3]int{3, 4, 4}, []keras.Entry{layer("Add", "")}},
		{"reads values [1 48] and [1 3 4 4], which do not go together", [3]int{3, 4, 4}, []keras.Entry{named("f", layer("Flatten", "")), layer("Add", "", "f", "x")}},
		{"add: ", [3]int{3, 4, 4}, []keras.Entry{named("f", layer("Conv2D", `{"filters":2,"kernel_size":1,"padding":"same"}`)), layer("Add", "", "f", "x")}},
		{"cat: ", [3]int{3, 4, 4}, []keras.Entry{named("f", layer("MaxPooling2D", `{"pool_size":2,"padding":"valid"}`)), layer("Concatenate", "", "f", "x")}},
		{"axis: 4: must be from 1 to 3", [3]int{3, 4, 4}, []keras.Entry{layer("Concatenate", `{"axis":4}`)}},
		{"axis: [1]: must be the last", [3]int{3, 4, 4}, []keras.Entry{layer("BatchNormalization", `{"axis":[1]}`)}},
		{"epsilon and momentum: -1 and 0.99: must be", [3]int{3, 4, 4}, []keras.Entry{layer("BatchNormalization", `{"epsilon":-1}`)}},
		{"shared_axes: [1]: must be left out", [3]int{3, 4, 4}, []keras.Entry{layer("PReLU", `{"shared_axes":[1]}`)}},
		{"rate: 1: must be in [0, 1)", [3]int{3, 4, 4}, []keras.Entry{layer("Dropout", `{"rate":1}`)}},
		{"size: 5000: must be from 1 to 1024", [3]int{3, 4, 4}, []keras.Entry{layer("UpSampling2D", `{"size":5000}`)}},
		{"too large", [3]int{3, 0, 0}, []keras.Entry{layer("UpSampling2D", `{"size":1000}`)}},
		{"too large", [3]int{3, 10000, 10}, []keras.Entry{layer("UpSampling2D", `{"size":1,"interpolation":"bilinear"}`)}},
		{"too large", [3]int{3, 4000, 4000}, []keras.Entry{layer("MaxPooling2D", `{"pool_size":2,"padding":"same"}`)}},
		{`interpolation: "area": must be nearest or bilinear`, [3]int{3, 4, 4}, []keras.Entry{layer("UpSampling2D", `{"size":2,"interpolation":"area"}`)}},
		{"scale: 2: its square must divide the 3 channels", [3]int{3, 4, 4}, []keras.Entry{layer("PixelShuffle2x", "")}},
		{"needs pictures of more than 4 pixels", [3]int{3, 4, 4}, []keras.Entry{layer("Cropping2D", `{"cropping":2}`)}},
		{"target_shape: [5]: does not fit 48 numbers", [3]int{3, 4, 4}, []keras.Entry{layer("Reshape", `{"target_shape":[5]}`)}},
		{"target_shape: [-1 -1 2]: does not fit", [3]int{3, 4, 4}, []keras.Entry{layer("Reshape", `{"target_shape":[-1,-1,2]}`)}},
		{"target_shape: [4 4]: must be [features], or", [3]int{3, 4, 4}, []keras.Entry{layer("Reshape", `{"target_shape":[4,4]}`)}},
	} {
		_, err := keras.New(keras.Config{Size: c.size, Input: "x", Output: "l", Layers: c.list}, shape.New(math.MaxInt/8))
		assert.ErrorContains(t, err, c.want)
	}
}

// network is a layers model of a topology, without weights.
func network(topology string) fstest.MapFS {
	return fstest.MapFS{"model.json": {Data: fmt.Appendf(nil, `{"modelTopology":%s,"weightsManifest":[]}`, topology)}}
}

// What is no network for pictures with one input and one output is refused.
func TestTopologyErrors(t *testing.T) {
	input := `{"class_name":"InputLayer","config":{"name":"x","batch_input_shape":[null,4,4,3]},"inbound_nodes":[]}`
	relu := func(inbound string) string {
		return `{"class_name":"ReLU","config":{"name":"l"},"inbound_nodes":` + inbound + `}`
	}
	functional := func(inputs, outputs string, list ...string) string {
		return `{"class_name":"Functional","config":{"layers":[` + strings.Join(list, ",") + `],"input_layers":` + inputs + `,"output_layers":` + outputs + `}}`
	}
	x, l, reads := `[["x",0,0]]`, `[["l",0,0]]`, `[[["x",0,0,{}]]]`
	for topology, want := range map[string]string{
		`{"class_name":"Lambda"}`: `class "Lambda": expected a Functional, Model or Sequential network`,
		`{"class_name":"Sequential","config":{"layers":[{"class_name":"Dense","config":{"name":"d","units":3,"batch_input_shape":[null,7]}}]}}`:                                           `layer "d": batch_input_shape: must be [batch, height, width, channels]`,
		strings.Repeat(`{"class_name":"Sequential","config":{"layers":[`, 9) + strings.Repeat(`]}}`, 9):                                                                                   "networks in networks: at most 8 are read",
		strings.Repeat(`{"class_name":"Sequential","config":{"layers":[`, 8) + strings.Repeat(`]}}`, 8):                                                                                   "a network with 0 layers, read by 1 value",
		functional(x, l, input, `{"class_name":"Model","config":{"layers":[`+input+`],"input_layers":`+x+`,"output_layers":`+x+`},"name":"l","inbound_nodes":`+reads+`}`):                 "layers: 0",
		functional(x, l, input, `{"class_name":"Sequential","config":{"layers":[{"class_name":"ReLU","config":{"name":"a"}}]},"name":"l","inbound_nodes":[[["x",0,0,{}],["x",0,0,{}]]]}`): "a network with 1 layer, read by 2 values",
		`{"class_name":"Sequential","config":{"layers":[]}}`:                                                                                                                              "layers: 0",
		functional(`[["x",0,0],["y",0,0]]`, l, input, relu(reads)):                                                                                                                        "input_layers: a network must have one, got 2",
		functional(`[]`, l, input, relu(reads)):                                                           "input_layers: expected the name of a layer",
		functional(x, `[["l",0,0],["x",0,0]]`, input, relu(reads)):                                        "output_layers: a network must have one, got 2",
		functional(x, l, strings.Replace(input, `"x"`, `"y"`, 1), relu(reads)):                            `inputs "x" and "y": a network must have one`,
		functional(x, l, input, relu(`[[["y",0,0,{}]]]`)):                                                 `layer "l": reads ["y"], and one of them is no layer`,
		functional(x, l, input, relu(`[[["l",0,0,{}]]]`)):                                                 `depends on it`,
		functional(x, l, input, relu(`[[["x",0,0,{}]],[["x",0,0,{}]]]`)):                                  `the layer is used 2 times`,
		functional(x, l, input, relu(`[[["x",1,0,{}]]]`)):                                                 `reads use 1, output 0 of "x"`,
		functional(x, l, input, relu(`[[["x",0]]]`)):                                                      "expected the name of a layer and two numbers",
		functional(x, l, input, relu(`[{"args":[3]}]`)):                                                   "expected the value of a layer",
		functional(x, l, input, relu(`3`)):                                                                "inbound_nodes: json",
		functional(x, l, strings.Replace(input, ",3]", ",null]", 1), relu(reads)):                         "with a number of channels",
		functional(x, l, input, strings.Replace(relu(reads), "ReLU", "Lambda", 1)):                        "a class that is not known",
		functional(x, l, input, strings.Replace(relu(reads), "ReLU", "Conv2D", 1)):                        `layer "l" of class Conv2D: filters and groups: 0`,
		functional(x, l, input, `{"class_name":"PReLU","config":{"name":"l"},"inbound_nodes":`+reads+`}`): "weights: l/alpha is missing",
	} {
		m, err := tfjs.Read(network(topology), "model.json")
		require.NoError(t, err, topology)
		_, err = keras.Convert(m, keras.Options{})
		assert.ErrorContains(t, err, want, topology)
	}
}

// edited is a network of testdata with another text in its model.json.
func edited(t testing.TB, name, from, to string) *tfjs.Model {
	t.Helper()
	files := fstest.MapFS{}
	paths, err := filepath.Glob(filepath.Join("testdata", name, "*"))
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasSuffix(path, ".json") {
			require.Contains(t, string(text), from)
			text = []byte(strings.Replace(string(text), from, to, 1))
		}
		files[filepath.Base(path)] = &fstest.MapFile{Data: text}
	}
	m, err := tfjs.Read(files, "model.json")
	require.NoError(t, err)
	return m
}

// Weights must be those that the layers need, and finite.
func TestWeightErrors(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`"name":"a/kernel"`, `"name":"a/other"`, "weights: a/kernel is missing, a/other is of no layer"},
		{`"shape":[3,3,2,4]`, `"shape":[3,3,4,2]`, "weights: a/kernel has shape [3 3 4 2], and its layer [3 3 2 4]"},
		{`"scale":0.00`, `"scale":9e99,"x":0.00`, "is +Inf, expected finite numbers"},
	} {
		_, err := keras.Convert(edited(t, "functional", c.from, c.to), keras.Options{})
		assert.ErrorContains(t, err, c.want)
	}
}

// Any topology is a network or an error.
func FuzzConvert(f *testing.F) {
	for _, name := range networks {
		m, err := tfjs.Open(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(string(m.Topology))
	}
	f.Fuzz(func(t *testing.T, topology string) {
		if !json.Valid([]byte(topology)) {
			return
		}
		m, err := tfjs.Read(network(topology), "model.json")
		if err != nil {
			return
		}
		net, err := keras.Convert(m, keras.Options{Backend: shape.New(math.MaxInt / 8)})
		if err == nil {
			_, _ = net.Enlargement()
		}
	})
}

// hostile are values that configurations may have instead of theirs.
var hostile = []any{0, -1, 1, 2, 3, 7, 1023, 1024, 1 << 20, 1e12, 1e300, -0.5, 0.5, "", "same", "valid", "softmax", "bilinear", nil, true, []int{}, []int{3, 1}, []int{-1, 2, 3}, map[string]int{}}

// mutate changes some values of a configuration as JSON has it.
func mutate(v any, r *rand.Rand, names []string) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) { // in one order
			switch {
			case key == "class" && r.IntN(60) == 0:
				v[key] = names[r.IntN(len(names))]
			case key == "name" || key == "class":
			default:
				v[key] = mutate(v[key], r, names)
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = mutate(v[i], r, names)
		}
		if len(v) > 1 && r.IntN(60) == 0 {
			i := r.IntN(len(v))
			v[0], v[i] = v[i], v[0]
		}
		return v
	}
	if r.IntN(60) == 0 {
		return hostile[r.IntN(len(hostile))]
	}
	return v
}

// Any configuration, as in a model's file, is a network or an error: no panic of
// another kind, and no memory or time that the file does not justify.
func FuzzNew(f *testing.F) {
	var texts [][]byte
	var names []string
	for _, name := range networks {
		_, config := open(f, name, nil).Describe()
		text, err := json.Marshal(config)
		require.NoError(f, err)
		texts = append(texts, text)
		for _, e := range config.(keras.Config).Layers {
			names = append(names, e.Class)
		}
	}
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		var v any
		require.NoError(t, json.Unmarshal(texts[r.IntN(len(texts))], &v))
		text, err := json.Marshal(mutate(v, r, names))
		require.NoError(t, err)
		var cfg keras.Config
		if json.Unmarshal(text, &cfg) != nil {
			return
		}
		began := time.Now()
		if net, err := keras.New(cfg, shape.New(math.MaxInt/8)); err == nil {
			_, _ = net.Enlargement()
		}
		require.Less(t, time.Since(began), 20*time.Second)
	})
}
