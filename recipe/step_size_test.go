package recipe

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A batch that does not fit in memory is an error before memory is taken for it, and fits
// in parts.
func TestStepsThatDoNotFitInMemory(t *testing.T) {
	file := textFile(t, 3000)
	for name, c := range map[string]struct {
		Text
		field string
	}{
		"lstm":        {Text{Network: "lstm", Learning: Learning{Batch: 100_000}}, "Batch"},
		"gpt":         {Text{Network: "gpt", Learning: Learning{Batch: 100_000}}, "Batch"},
		"many":        {Text{Learning: Learning{Batch: 1 << 30}}, "Batch"},
		"parts":       {Text{Learning: Learning{Batch: 100_000, Accumulate: 2}}, "Batch"},
		"lstm window": {Text{Network: "lstm", Window: 1500, Learning: Learning{Batch: 400}}, "Window"},
	} {
		c.Data, c.memory = file, 1e9
		_, err := c.Prepare(context.Background())
		var config *ConfigError
		require.ErrorAs(t, err, &config, name)
		assert.Equal(t, c.field, config.Field, name)
		assert.Regexp(t, `^must be lower, or accumulate higher: a (part of a )?step on [0-9,]+ rows of [0-9,]+ tokens takes about [0-9.,]+ GB of memory, and there are 1.0 GB$`, config.Problem, name)
	}
	for _, network := range Writers() {
		c := Text{Data: file, Network: network, Learning: Learning{Batch: 100_000, Accumulate: 1000}}
		c.memory = 1e9
		_, err := c.Prepare(context.Background())
		assert.NoError(t, err, network)
	}
}
