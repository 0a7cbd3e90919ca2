package keras_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// A network of TensorFlow.js becomes a model's file. (This one has random weights, and
// the layers of those of UpscalerJS.)
func ExampleConvert() {
	m, err := tfjs.Open("testdata/enlarge")
	if err != nil {
		log.Fatal(err)
	}
	net, err := keras.Convert(m, keras.Options{Range: [2]float64{0, 255}})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "upscale.safetensors")
	if err := models.Save(path, net, models.WithFacts(map[string]string{"licence": "MIT"})); err != nil {
		log.Fatal(err)
	}
	same, err := models.LoadAs[*keras.Network](path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(same.Enlargement())
	fmt.Println(same.Enlarge(tensor.Zeros(1, 3, 10, 20)).Shape())
	// Output:
	// {3 4 162} <nil>
	// [1 3 30 60]
}

// How much a layer responds to a picture, and how the picture must change for it to
// respond more: the gradient that DeepDream follows.
func ExampleNetwork_Activations() {
	m, err := tfjs.Open("testdata/classify")
	if err != nil {
		log.Fatal(err)
	}
	net, err := keras.Convert(m, keras.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.ActivationNames()[:6])

	picture := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, 13, 10)
	tape := tensor.NewTape()
	defer tape.Release()
	seen := net.Activations(tape.Of(picture), "relu6", "flatten")
	fmt.Println(seen[0].Shape(), seen[1].Shape())
	tape.Backward(seen[0].Square().Mean(), picture)
	fmt.Println(picture.Grad().Shape())
	// Output:
	// [rescaling conv_same_even_and_odd conv_dilated conv_groups concatenate norm]
	// [1 14 7 5] [1 40]
	// [1 3 13 10]
}
