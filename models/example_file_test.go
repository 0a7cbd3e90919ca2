package models_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"testing/fstest"

	"github.com/org/artnn/models"
)

// A program can carry its model inside: the file of an embed.FS is a reader of
// the kind that is needed.
func ExampleReadGAN() {
	gan, err := models.NewGAN(models.GANConfig{Width: 8, Hidden: []int{16, 32}})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer // stands for a file written by gan.Save
	if err := models.Write(&file, gan); err != nil {
		log.Fatal(err)
	}
	fsys := fstest.MapFS{"pictures.safetensors": {Data: file.Bytes()}} // stands for an embed.FS

	f, err := fsys.Open("pictures.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	again, err := models.ReadGAN(f.(io.ReaderAt), info.Size())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(again.Images(3, 1)), "pictures")
	// Output:
	// 3 pictures
}

// Those who only want pictures need no discriminator.
func ExampleForInference() {
	gan, err := models.NewGAN(models.GANConfig{Width: 16, EMA: 0.999})
	if err != nil {
		log.Fatal(err)
	}
	var all, some bytes.Buffer
	fmt.Println(models.Write(&all, gan))
	fmt.Println(models.Write(&some, gan, models.ForInference(), models.Float16()))
	fmt.Printf("%d KB or %d KB\n", all.Len()/1000, some.Len()/1000)

	small, err := models.ReadGAN(bytes.NewReader(some.Bytes()), int64(some.Len()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(small.Images(3, 1)), "pictures")
	// Output:
	// <nil>
	// <nil>
	// 2868 KB or 487 KB
	// 3 pictures
}
