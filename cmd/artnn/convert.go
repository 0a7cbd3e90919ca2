package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/keras"
)

var _ = commands.add(55, func() any {
	return &struct {
		Convert convert `cmd:"" help:"Turn a network of TensorFlow.js into a model's file."`
	}{}
})

// convert reads a network of others.
type convert struct {
	From    string     `arg:"" input:"data" help:"Folder with a model.json and its shards, or the model.json."`
	Out     string     `short:"o" output:"file" default:"model.safetensors" placeholder:"FILE" help:"Model's file to write (default: ${default})."`
	Range   pixelRange `required:"" placeholder:"LOW,HIGH" help:"The numbers that the network takes for black and white, as its documentation says: 0,1, 0,255 or -1,1."`
	Source  string     `placeholder:"TEXT" help:"Where the network comes from (default: what the package.json beside or above it says)."`
	Licence string     `placeholder:"TEXT" help:"Its licence (default: likewise)."`
}

// Help is shown by --help.
func (*convert) Help() string {
	return `Reads a layers model: convolutional networks of Keras, such as those that make pictures larger, MobileNet or Inception. Weights may be quantised. A graph model, which TensorFlow.js has too, is a program without layers, and cannot be read.

The file keeps where the network comes from and its licence, which "artnn info" shows.

Examples:
  npm pack @upscalerjs/default-model@1.0.0 && tar xzf upscalerjs-*.tgz
  artnn convert package/models --range 0,255 -o upscale.safetensors`
}

// pixelRange is two numbers, such as "0,255".
type pixelRange [2]float64

// Decode is called by the command-line parser. It takes what begins with a dash for a
// value, which the parser by itself does not: --range -1,1.
func (r *pixelRange) Decode(d *kong.DecodeContext) error {
	token := d.Scan.Pop()
	if token.IsEOL() {
		return errors.New("expected two numbers, such as 0,255")
	}
	return r.UnmarshalText([]byte(token.String()))
}

// UnmarshalText reads two numbers.
func (r *pixelRange) UnmarshalText(text []byte) error {
	low, high, _ := strings.Cut(string(text), ",")
	for i, s := range []string{low, high} {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 32)
		if err != nil {
			return fmt.Errorf("expected two numbers, such as 0,255, got %q", text)
		}
		r[i] = v
	}
	if !(r[0] < r[1] && r[1]-r[0] < 1e9) {
		return fmt.Errorf("black must be less than white, got %q", text)
	}
	return nil
}

// Run is the command.
func (c *convert) Run(con *console) error {
	m, err := tfjs.Open(c.From)
	if err != nil {
		return noSuch(err, c.From, "model.json, nor a folder with one")
	}
	net, err := keras.Convert(m, keras.Options{Range: c.Range})
	if err != nil {
		return fmt.Errorf("%s: %w", c.From, err)
	}
	facts, err := npmFacts(c.From)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"source": c.Source, "licence": c.Licence} {
		if text != "" {
			facts[name] = text
		}
	}
	if err := models.Save(c.Out, net, models.WithFacts(facts)); err != nil {
		return err
	}
	con.say("%s: %s with %s\n", c.Out, words.Count(len(net.ActivationNames()), "layer"), words.Thousand(layers.Count(net), "parameter"))
	if facts["licence"] == "" {
		con.warn("the file says nothing of a licence: name it with --licence")
	}
	return nil
}
