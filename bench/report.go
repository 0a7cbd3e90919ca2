package main

import (
	"errors"
	"fmt"

	"github.com/org/artnn/internal/words"
)

// report measures what was asked for and prints it as Markdown.
func (b *bench) report(o options, picked []row) error {
	all := o.results != ""
	b.paragraph(describe(o.threads)...)
	if b.limits == (limits{}) {
		b.limits = measureLimits(o.threads)
	}
	b.paragraph(
		fmt.Sprintf("Limits with %s: %.1f GF/s of multiply-adds by this library's kernel with operands in cache, %.1f GB/s read from memory.",
			words.Count(o.threads, "thread"), b.limits.flops/1e9, b.limits.bandwidth/1e9),
		"Floor of a step: FLOPs / the first + bytes / the second; training with Adam moves 28 bytes a parameter, generating a token reads every weight. A step can take less where caches keep data from step to step, or memory is read during arithmetic.")

	speed := all || !(o.gemm || o.conv || o.scaling || o.memory)
	if speed || o.conv || o.memory {
		if err := b.peerVersions(); err != nil {
			return err
		}
	}
	if speed {
		b.title("Speed")
		results, err := b.speed(picked, o.generic || all)
		if err != nil {
			return err
		}
		if err := speedTable(results).write(b.out); err != nil {
			return err
		}
		if err := writeJSON(o.json, results); err != nil {
			return err
		}
	}
	if all || o.memory {
		b.title("Peak memory")
		if err := b.print(b.memory(picked)); err != nil {
			return err
		}
	}
	if all || o.gemm {
		b.title("Matrix products, GF/s")
		t, notes, err := b.gemm()
		if err != nil {
			return err
		}
		b.paragraph(notes...)
		if err := t.write(b.out); err != nil {
			return err
		}
	}
	if all || o.conv {
		b.title("Convolutions in batches of 32, GF/s")
		b.paragraph("Rates count the multiplications of the definition. Winograd's method takes fewer: 9 for 16 of 4×4 windows at stride 2, 16 for 36 of 3×3 ones.")
		if err := b.print(b.conv()); err != nil {
			return err
		}
	}
	if all || o.scaling {
		b.title("Growth: time = constant · size^slope")
		if err := b.print(b.scaling()); err != nil {
			return err
		}
		b.title("Threads")
		if err := b.print(b.cores(picked)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) title(text string) { fmt.Fprintf(b.out, "\n## %s\n\n", text) }

// paragraph prints lines as one list.
func (b *bench) paragraph(lines ...string) {
	fmt.Fprintln(b.out)
	for _, l := range lines {
		fmt.Fprintln(b.out, "-", l)
	}
	fmt.Fprintln(b.out)
}

func (b *bench) print(t *table, err error) error {
	if err != nil {
		return err
	}
	return t.write(b.out)
}

// peerVersions prints which peer is measured, or how to install it.
func (b *bench) peerVersions() error {
	p, a, err := startPeer(b.peer, "")
	if errors.Is(err, errNoPeer) {
		b.noPeer = true
		b.paragraph(fmt.Sprintf("%v: only ours is measured. `go run ./bench --install-peer` installs PyTorch %s (6 GB) in a virtual environment of its own", err, peerVersion))
		return nil
	}
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	p.stop()
	b.paragraph(describePeer(b.peer, a.Versions)...)
	return nil
}

func writeJSON(path string, results []result) error {
	if path == "" {
		return nil
	}
	text, err := encode(results)
	if err != nil {
		return err
	}
	return writeFile(path, text)
}
