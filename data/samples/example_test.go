package samples_test

import (
	"context"
	"fmt"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
)

func ExampleFaces() {
	faces := samples.Faces()
	fmt.Println(faces.Summary())
	loader, err := faces.Loader(data.LoaderOptions{BatchSize: 64, Shuffle: true, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, batch := range loader.Epoch(context.Background()) {
		fmt.Println(batch.Shape(), "in each of", loader.Len(), "batches")
		break
	}
	// Output:
	// 4096 pictures of 16×16×3
	// [64 3 16 16] in each of 64 batches
}

func ExampleQuatrains() {
	poems := samples.Quatrains()
	fmt.Println(len(poems), "poems, the first:")
	fmt.Println(poems[0])
	// Output:
	// 3000 poems, the first:
	// 千巖萬壑不辭勞，遠看方知出處高。
	// 溪澗豈能留得住，終歸大海作波濤。
}

func ExampleMobyDick() {
	lines := data.Lines(samples.MobyDick())
	fmt.Println(lines[0])
	fmt.Println(lines[1][:16])
	// Output:
	// CHAPTER 1. Loomings.
	// Call me Ishmael.
}
