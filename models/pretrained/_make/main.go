// Command _make trains the models beside it and writes their files. README.md
// says how to run it and what comes out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/train"
)

// options are what the command line says.
type options struct {
	out, only, sheet, quatrains, network, emoji, groups string
	measure                                             bool
}

// seed starts all random choices of both models.
const seed = 1

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.out, "o", "models/pretrained", "folder to write to")
	flag.StringVar(&o.only, "only", "", "make one of faces, quatrains, features alone")
	flag.StringVar(&o.sheet, "sheet", "", "also write a sheet of faces, a PNG file")
	flag.StringVar(&o.quatrains, "quatrains", "", "UTF-8 quatrains to learn from, two lines each, a blank line between; default the embedded sample set")
	flag.StringVar(&o.network, "network", "gpt", "network of the quatrains, gpt or lstm, which is not shipped")
	flag.StringVar(&o.emoji, "emoji", "", "archive of 64×64 drawings of emoji, for features")
	flag.StringVar(&o.groups, "groups", "", "data-by-emoji.json of unicode-emoji-json, for features")
	flag.BoolVar(&o.measure, "measure", false, "train nothing, measure the files that are there")
	flag.Parse()
	known := o.only == ""
	for _, r := range recipes {
		known = known || o.only == r.name
	}
	if flag.NArg() > 0 || !known {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Printf("kernels: %s\n", asm.Selected())
	for _, r := range recipes {
		if o.only != "" && o.only != r.name {
			continue
		}
		if o.only == "" && r.name == "features" && o.emoji == "" {
			fmt.Println("features: left out without -emoji")
			continue
		}
		if err := r.make(ctx, filepath.Join(o.out, r.name+".safetensors"), o); err != nil {
			log.Fatalf("%s: %v", r.name, err)
		}
	}
}

// recipes make a file each.
var recipes = []struct {
	name string
	make func(ctx context.Context, path string, o options) error
}{{"faces", makeFaces}, {"quatrains", makeQuatrains}, {"features", makeFeatures}}

// limit is the size a file must stay below.
const limit = 1_000_000

// save writes a model in half precision and without what only training needs.
func save(path string, m models.Model, facts map[string]string) error {
	facts["recipe"] = "models/pretrained/_make"
	if err := models.Save(path, m, models.ForInference(), models.Float16(), models.WithFacts(facts)); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes\n", path, info.Size())
	if info.Size() >= limit {
		return fmt.Errorf("%s has %d bytes, must stay below %d", path, info.Size(), limit)
	}
	return nil
}

// holdThenFall is a schedule: the rate rises along a line, stays, then falls along half a
// cosine to a hundredth.
type holdThenFall struct {
	LR                float64
	Warm, Hold, Total int // updates until it is LR, until it falls, and in all
}

func (s holdThenFall) Rate(step int) float64 {
	if step < s.Warm {
		return s.LR * float64(step+1) / float64(s.Warm)
	}
	fall := optim.CosineWarmup{LR: s.LR, Min: s.LR / 100, Total: s.Total - s.Hold}
	return fall.Rate(max(0, step-s.Hold))
}

// whole returns an error unless a run went to its end.
func whole(r train.Report, err error) error {
	if err == nil && r.Interrupted {
		return errors.New("interrupted; nothing was written")
	}
	return err
}

// show prints metrics now and then.
func show(what string) train.Callback {
	return train.EveryShare(20, func(e train.Event) error {
		fmt.Printf("%s: step %d, %.0f s", what, e.Step, e.Elapsed.Seconds())
		for _, m := range e.Metrics {
			fmt.Printf(", %s %.3f", m.Name, m.Value)
		}
		fmt.Println()
		return nil
	})
}
