package recipe

import (
	"context"
	"fmt"
	"math/bits"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each recipe says which of its fields is too large for the memory, and takes none.
func TestNetworksThatDoNotFitInMemory(t *testing.T) {
	if bits.UintSize < 64 {
		t.Skip("needs 64-bit sizes")
	}
	sales, text, faces := salesFile(t, 60), textFile(t, 3000), facesFolder(t, 4)
	prepared := func(o *Options, prepare func() error) error {
		o.memory = 1e9
		return prepare()
	}
	images := func(c Images) func() error {
		return func() error {
			c.Data = faces
			return prepared(&c.Options, func() error { _, err := c.Prepare(context.Background()); return err })
		}
	}
	writer := func(c Text) func() error {
		return func() error {
			c.Data = text
			return prepared(&c.Options, func() error { _, err := c.Prepare(context.Background()); return err })
		}
	}
	for name, r := range map[string]struct {
		field   string
		prepare func() error
	}{
		"table": {"Hidden", func() error {
			c := Table{Data: sales, Target: "price", Hidden: []int{10000, 10000}}
			return prepared(&c.Options, func() error { _, err := c.Prepare(context.Background()); return err })
		}},
		"classes": {"Hidden", func() error {
			c := Classes{Data: stripesFolder(t, 8), Hidden: []int{8, 10000, 10000}}
			return prepared(&c.Options, func() error { _, err := c.Prepare(context.Background()); return err })
		}},
		"classifier": {"Width", func() error {
			c := Classifier{Data: stripesFolders(t, 5, 5), Width: 3000}
			return prepared(&c.Options, func() error { _, err := c.Prepare(context.Background()); return err })
		}},
		"text's hidden":   {"Hidden", writer(Text{Hidden: 10000})},
		"text's embed":    {"Embed", writer(Text{Embed: 1_000_000})},
		"text's layers":   {"Layers", writer(Text{Hidden: 512, Layers: 1000})},
		"dense hidden":    {"Hidden", images(Images{Network: "dense", Hidden: []int{1_000_000}})},
		"dense latents":   {"ZDim", images(Images{Network: "dense", ZDim: 10_000_000})},
		"dense pictures":  {"Size", images(Images{Network: "dense", Size: 256, Hidden: []int{1000}})},
		"conv's width":    {"Width", images(Images{Width: 1000})},
		"conv's latents":  {"ZDim", images(Images{ZDim: 1_000_000})},
		"another's width": {"Width", images(Images{Network: "r3gan", Width: 2000})},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := r.prepare()
		runtime.ReadMemStats(&after)
		var config *ConfigError
		require.ErrorAs(t, err, &config, name)
		assert.Equal(t, r.field, config.Field, name)
		assert.Regexp(t, `^must be lower: the network has [0-9,]+ parameters, whose training takes about [0-9.,]+ GB of memory, and there are 1.0 GB$`, config.Problem, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100e6), name)
	}
}

func TestNetworkThatFitsNowhere(t *testing.T) {
	c := Images{Data: facesFolder(t, 4), Width: 1_000_000}
	_, err := c.Prepare(context.Background())
	assert.ErrorContains(t, err, "Width must be lower: dcgan: sizes: more than")
	assert.ErrorAs(t, err, new(*ConfigError))
}

// 1 input, two hidden layers and 1 output, in 16 bytes each, are the bound exactly.
func TestNetworkThatJustFitsInMemory(t *testing.T) {
	c := Table{Data: file(t, "line.csv", straight(40)), Target: "y", Hidden: []int{3, 5}}
	c.memory = 16 * (1*3 + 3 + 3*5 + 5 + 5*1 + 1)
	_, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Nil(t, c.Model().Config().Check, "it is of the making only")
	c.memory--
	_, err = c.Prepare(context.Background())
	assert.EqualError(t, err, "Hidden must be lower: the network has 32 parameters, whose training takes about 0.0 GB of memory, and there are 0.0 GB")
	assert.Equal(t, "12,345 GB", gigabytes(12_345_678_901_234))
	assert.Equal(t, "999.9 GB", gigabytes(999.94e9))
}

// straight is a table of so many points.
func straight(n int) string {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range n {
		fmt.Fprintf(&b, "%d.5,%d.25\n", i, 3*i)
	}
	return b.String()
}
