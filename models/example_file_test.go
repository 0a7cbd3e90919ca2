package models_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/org/artnn/models"
)

// A program can carry its model inside, in an embed.FS.
func ExampleLoadFS() {
	gan, err := models.NewGAN(models.GANConfig{Width: 8, Hidden: []int{16, 32}})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := models.Save(filepath.Join(dir, "pictures.safetensors"), gan); err != nil {
		log.Fatal(err)
	}

	fsys := os.DirFS(dir) // stands for an embed.FS
	m, err := models.LoadFS(fsys, "pictures.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(m.(*models.GAN).Images(3, 1)), "pictures")
	// Output:
	// 3 pictures
}

// Those who only want pictures need no discriminator.
func ExampleForInference() {
	gan, err := models.NewGAN(models.GANConfig{Width: 16, EMA: 0.999})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	all, some := filepath.Join(dir, "all"), filepath.Join(dir, "some")
	fmt.Println(models.Save(all, gan))
	fmt.Println(models.Save(some, gan, models.ForInference(), models.Float16()))
	fmt.Printf("%d KB or %d KB\n", size(all)/1000, size(some)/1000)

	small, err := models.LoadAs[*models.GAN](some)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(small.Images(3, 1)), "pictures")
	// Output:
	// <nil>
	// <nil>
	// 1894 KB or 487 KB
	// 3 pictures
}

// size is that of a file.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		log.Fatal(err)
	}
	return info.Size()
}
