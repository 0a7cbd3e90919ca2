package recipe_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/anim"
	"github.com/org/artnn/train"
)

// A folder of pictures in; a model, pictures on the way and a report out.
func ExampleImages() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	writeFaces(filepath.Join(dir, "faces"), 60)

	r := recipe.Images{Data: filepath.Join(dir, "faces")}
	r.Dir = filepath.Join(dir, "run1")
	r.Budget = train.Budget{Steps: 20} // without one, ten minutes
	result, err := r.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Step, "steps")
	fmt.Println(filepath.Base(result.Folder.Model()), filepath.Base(result.Folder.Report()))
	fmt.Println(len(r.Model().Images(4, 1)), "new pictures")
	// Output:
	// 20 steps
	// model.safetensors report.html
	// 4 new pictures
}

// What was left open can be read once the pictures are known, before anything is
// trained.
func ExampleImages_Prepare() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	writeFaces(dir, 60)

	r := recipe.Images{Data: dir, Mirror: true}
	task, err := r.Prepare(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.Plan())
	fmt.Println(r.Size, *r.Gray, r.Batch, r.Network, r.LR, r.Schedule)
	// Output:
	// A generative adversarial network learns from 60 pictures of 16×16 pixels in batches of 60, 473,217 parameters
	// 16 false 60 dense 0.001 cosine
}

func ExampleText() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	novel := filepath.Join(dir, "novel.txt")
	os.WriteFile(novel, []byte(samples.MobyDick()[:30_000]), 0o666)

	r := recipe.Text{Data: novel, Hidden: 32} // small, to be quick
	r.Dir = filepath.Join(dir, "run2")
	r.Budget.Steps = 20
	if _, err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	text, err := generate.Text(r.Model(), "Call me ", 100, generate.Seed(1))
	fmt.Println(len(text) >= 100, err)
	// Output: true <nil>
}

func ExampleTable() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	squares := filepath.Join(dir, "squares.csv")
	text := "side,colour,area\n"
	for i := range 300 {
		side := float64(i)/100 + 1
		text += fmt.Sprintf("%.2f,%s,%.4f\n", side, []string{"red", "blue"}[i%2], side*side)
	}
	os.WriteFile(squares, []byte(text), 0o666)

	r := recipe.Table{Data: squares, Target: "area"}
	r.Dir = filepath.Join(dir, "run3")
	r.Budget.Epochs = 60
	if _, err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	evaluation, err := r.Model().Evaluate(r.Test())
	fmt.Println(r.Test().Len(), "rows to test with; R² above 0.99:", evaluation.Network.R2 > 0.99, err)
	// Output: 30 rows to test with; R² above 0.99: true <nil>
}

// The data are those of MNIST or Fashion-MNIST; the network reaches 98 and 89 per
// cent in half a minute.
func ExampleClasses() {
	r := recipe.Classes{Data: "/usr/share/datasets/fashion-mnist"}
	r.Dir = "run4"
	result, err := r.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Summary())
}

// The names of the folders in a folder are the classes: here drawn faces, and what a
// network makes that has learned nothing.
func ExampleClassifier() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	writeFaces(filepath.Join(dir, "pictures", "drawn"), 40)
	gan, err := models.NewGAN(models.GANConfig{Width: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range gan.Images(40, 1) {
		if err := data.WritePNG(filepath.Join(dir, "pictures", "made", fmt.Sprint(i, ".png")), p); err != nil {
			fmt.Println(err)
			return
		}
	}

	r := recipe.Classifier{Data: filepath.Join(dir, "pictures"), Width: 4}
	r.Dir = filepath.Join(dir, "run")
	r.Budget = train.Budget{Epochs: 10} // without one, a number that goes with that of the pictures
	result, err := r.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Text)
	told, _, err := recipe.ClassifyPictures(context.Background(), r.Model(), filepath.Join(dir, "pictures", "made", "7.png"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("it takes one for", told[0].Classes[0].Class)
	// Output:
	// Of the test pictures 100.0 % are told right; naming the commonest class would be right for 50.0 %.
	// it takes one for made
}

// Train trains any model; here a network that learns the exclusive or.
func ExampleTrain() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	m, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 8, 1}, Activation: "tanh", Loss: "binary_cross_entropy", Optimizer: "adam", Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, y := []float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0}
	table := func() string {
		return fmt.Sprintf("%.0f", m.Predict(x))
	}

	task := &recipe.Task[data.ImageBatch]{ // it has no loader, so the batch is not used
		Title: "Exclusive or", Model: m,
		Step: func(context.Context, data.ImageBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(x, y)}}, nil
		},
		Sample: func() (recipe.Sample, error) { return recipe.Sample{Text: table()}, nil },
	}
	result, err := recipe.Train(context.Background(), task, recipe.Options{Dir: dir, Budget: train.Budget{Steps: 300}, LR: 0.05})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Step, "steps:", table())

	loaded, err := recipe.LoadModel(dir)
	fmt.Println(models.Kind(loaded), err)
	// Output:
	// 300 steps: [0 1 1 0]
	// MLP <nil>
}

// Hooks see what a person may want to.
func ExampleHooks() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	writeFaces(filepath.Join(dir, "faces"), 60)

	r := recipe.Images{Data: filepath.Join(dir, "faces"), Hidden: []int{16}}
	r.Dir, r.Budget.Steps, r.Samples = filepath.Join(dir, "run"), 10, 2
	r.OnSample = func(s recipe.Sample) error {
		fmt.Println("a sheet after", s.Step, "steps")
		return nil
	}
	r.Progress = train.EverySteps(5, func(e train.Event) error {
		fmt.Printf("%.0f %%\n", 100*e.Done)
		return nil
	})
	if _, err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a sheet after 5 steps
	// 50 %
	// a sheet after 10 steps
	// 100 %
}

// The trials find mistakes before hours are spent, and leave nothing.
func ExampleOverfitBatch() {
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	novel := filepath.Join(dir, "novel.txt")
	os.WriteFile(novel, []byte(samples.MobyDick()[:30_000]), 0o666)

	r := recipe.Text{Data: novel, Hidden: 32, Window: 8}
	r.LR, r.Batch = 0.02, 2
	ctx := context.Background()
	task, err := r.Prepare(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = recipe.DryRun(ctx, task, r.Options)
	fmt.Println("dry run:", err)
	losses, err := recipe.OverfitBatch(ctx, task, r.Options, 60)
	fmt.Println("one batch overfitted:", losses[59] < losses[0]/4, err)
	curve, err := recipe.FindLR(ctx, task, r.Options)
	fmt.Println("a learning rate:", curve.Suggestion > 1e-4, err)
	// Output:
	// dry run: <nil>
	// one batch overfitted: true <nil>
	// a learning rate: true <nil>
}

// Is a generated picture a copy of one that the network has learned from?
func ExampleNearest() {
	dir, err := os.MkdirTemp("", "faces")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	writeFaces(dir, 20)
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	near, err := recipe.Nearest(context.Background(), gan, gan.Generate(4, 1), dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	for i, n := range near.Of {
		if n.Distance < near.FolderToFolder/2 {
			fmt.Println("picture", i, "is a copy of", n.File)
		}
	}
	fmt.Println(len(near.Of), "pictures,", near.Folder, "in the folder")
	// Output:
	// 4 pictures, 20 in the folder
}

// From one picture to another and a third, and back to the first.
func ExampleMorph() {
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	var stops [][]float32
	for _, seed := range []uint64{3, 8, 21} {
		stops = append(stops, gan.Latents(1, models.Draw{Seed: seed}))
	}
	ctx := context.Background()
	frames, err := recipe.Morph(ctx, gan, stops, recipe.MorphOptions{N: 10, Loop: true})
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(os.TempDir(), "morph.apng")
	defer os.Remove(path)
	err = anim.Save(ctx, path, frames, anim.Options{Delay: 80 * time.Millisecond})
	fmt.Println(len(frames), "pictures", err)
	// Output:
	// 30 pictures <nil>
}

// writeFaces makes a folder of small pictures.
func writeFaces(dir string, n int) {
	os.MkdirAll(dir, 0o777)
	for i := range n {
		data.WritePNG(filepath.Join(dir, fmt.Sprintf("%02d.png", i)), samples.Faces().Image(i))
	}
}

// A picture becomes larger, however large it is, with a network that artnn convert has
// written. (This one has random weights.)
func ExampleUpscale() {
	m, err := tfjs.Open("../models/keras/testdata/enlarge")
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := keras.Convert(m, keras.Options{Range: [2]float64{0, 255}}) // or models.LoadAs[*keras.Network]
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, _ := os.MkdirTemp("", "recipe")
	defer os.RemoveAll(dir)
	writeFaces(dir, 1)
	face, err := data.LoadPicture(context.Background(), filepath.Join(dir, "00.png"))
	if err != nil {
		fmt.Println(err)
		return
	}
	larger, err := recipe.Upscale(context.Background(), net, face, recipe.UpscaleOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(face.Bounds().Size(), larger.Bounds().Size())
	// Output:
	// (16,16) (48,48)
}
