package main

import (
	"fmt"
	"slices"
	"strings"
)

// row is a piece of work that both sides do.
type row struct {
	name  string // in JSON and for --rows
	title string
	peer  string // the peer's name for it
	train bool   // it trains: its peak memory is measured
	cost  cost
	build func() (workload, error)
}

// Sizes of the rows, the same as in peer.py.
var (
	seedSizes  = []int{3, 2, 1}
	mnistSizes = []int{784, 256, 128, 10}
	text       = textSizes{vocab: 10000, embed: 256, hidden: 512}
)

const (
	seedBatch  = 5
	mnistBatch = 64
	textBatch  = 32
	textSteps  = 32
)

// rows are all rows, in the order of the table.
func rows() []row {
	return slices.Concat([]row{
		{"mlp-seed", "MLP 3-2-1, batch 5, SGD", "mlp-seed", true,
			mlpCost(seedBatch, seedSizes, sgdBytes), newSeedMLP},
		{"mlp-mnist", "MLP 784-256-128-10, batch 64, Adam", "mlp-mnist", true,
			mlpCost(mnistBatch, mnistSizes, adamBytes),
			func() (workload, error) { return newMNIST(mnistSizes, mnistBatch) }},
		ganRow("gan-64", 64, 32),
		ganRow("gan-256", 256, 16),
		{"dcgan", "DCGAN 64×64×3, batch 32", "dcgan", true, convGANCost(),
			func() (workload, error) { return newConvGAN(false) }},
		{"sngan", "SN-GAN 64×64×3, batch 32", "sngan", true, convGANCost(),
			func() (workload, error) { return newConvGAN(true) }},
		{"wgan-gp", "WGAN-GP 64×64×3, batch 32, critic", "wgan-gp", true, criticCost(), newCritic},
		{"dcgan-generate", "DCGAN 64×64×3, generate 16", "dcgan-generate", false, generateCost(), newConvPictures},
		{"lstm-train", "LSTM 10000/256/512, batch 32, 32 steps", "lstm-train", true,
			text.trainCost(textBatch, textSteps),
			func() (workload, error) { return newTextTraining(text, textBatch, textSteps) }},
		{"lstm-token", "LSTM 10000/256/512, one token, float32", "lstm-token", false,
			text.tokenCost(4), func() (workload, error) { return newTokens(text) }},
		{"lstm-token-int8", "LSTM 10000/256/512, one token, int8", "lstm-token-int8", false,
			text.tokenCost(1), func() (workload, error) { return newInt8Tokens(text) }},
	}, gptRows())
}

func ganRow(name string, size, batch int) row {
	g, d := ganSizes(size)
	return row{name, fmt.Sprintf("dense GAN %d×%d×3, batch %d", size, size, batch), name, true,
		ganCost(batch, g, d), func() (workload, error) { return newGAN(size, batch) }}
}

// ganSizes are the layers of the generator and the discriminator.
func ganSizes(size int) (g, d []int) {
	pixels := 3 * size * size
	return []int{100, 128, 256, pixels}, []int{pixels, 256, 128, 1}
}

// selectRows picks rows by a comma-separated list of names; all if it is empty.
func selectRows(list string) ([]row, error) {
	all := rows()
	if list == "" {
		return all, nil
	}
	var picked []row
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(all, func(r row) bool { return r.name == strings.TrimSpace(name) })
		if i < 0 {
			names := make([]string, len(all))
			for k, r := range all {
				names[k] = r.name
			}
			return nil, fmt.Errorf("--rows: no row %q: there are %s", name, strings.Join(names, ", "))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}
