package pretrained_test

import (
	"context"
	"fmt"
	"io/fs"
	"log"
	"slices"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models/pretrained"
)

func ExampleFaces() {
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	faces := gan.Images(64, 1) // from seed 1
	fmt.Println(len(faces), "pictures of", faces[0].Bounds().Size())
	// Output:
	// 64 pictures of (16,16)
}

// A poem of its own begins after a line end, any other goes on from the prompt.
func ExampleQuatrains() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	poem, err := writer.Generate("\n", 33, generate.Temperature(0.8), generate.TopP(0.9), generate.Seed(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(poem)
	more, err := writer.Generate("春風", 14, generate.Temperature(0.8), generate.TopP(0.9), generate.Seed(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("春風" + more)
	_, err = writer.Generate("春风", 14) // the second in simplified characters
	fmt.Println(err)
	// Output:
	// 玄珠團扇對春心，輕薄情深日日深。
	// 忽見故園桃李樹，春風不動舊人心。
	// 春風橋上日西斜，獨立青山日暮花。
	// generate: prompt: the model does not know '风' (U+98CE): its text had 1501 other characters; the text is in simplified characters and the model knows traditional ones: convert the text, for example with opencc -c s2t
}

// Vectors in which pictures of one kind are near to each other, whatever their size.
func ExampleFeatures() {
	network, err := pretrained.Features()
	if err != nil {
		log.Fatal(err)
	}
	features, err := measure.NetworkFeatures(network, measure.View{Channels: 3, Height: 16, Width: 16})
	if err != nil {
		log.Fatal(err)
	}
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	made, err := features.Of(ctx, slices.Collect(slices.Chunk(gan.Generate(200, 1), 3*16*16)))
	if err != nil {
		log.Fatal(err)
	}
	var drawn [][]float32
	for i := range 200 {
		drawn = append(drawn, samples.Faces().At(i))
	}
	if drawn, err = features.Of(ctx, drawn); err != nil {
		log.Fatal(err)
	}
	overlap, err := measure.ByNeighbours(ctx, drawn, made, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(made[0]), "features; precision above a half:", overlap.Precision > 0.5)
	// Output: 72 features; precision above a half: true
}

func ExampleFiles() {
	err := fs.WalkDir(pretrained.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fmt.Println(path)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// NOTICE.md
	// faces.safetensors
	// features.safetensors
	// quatrains.safetensors
}
