//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
)

func TestMain(m *testing.M) { maintest.Main(m, main) }

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	nowhere := filepath.Join(dir, "nowhere")
	out := filepath.Join(dir, "run")
	works := file("works.csv", "width,price\n"+strings.Repeat("1,10\n2,20\n", 20))
	spoilt := file("spoilt.csv", "width,price\n1,10\n2,\"12,3x\"\n")
	empty := file("empty.csv", "")
	for _, c := range []struct{ args, want string }{
		{"-lr 0", "-lr must be positive, got 0"},
		{"-csv " + nowhere + " -target price", nowhere},
		{"-csv " + works, "-csv needs -target"},
		{"-csv " + works + " -target prize", `no column "prize"; there are "width", "price"`},
		{"-csv " + works + " -target price -skip prize", `no column "prize"`},
		{"-csv " + works + " -target price -kind price=money", `kind "money": use number, category or date`},
		{"-csv " + works + " -target price -kind width=date", `line 2: column "width": "1" is not a date`},
		{"-csv " + works + " -target price -skip width", "there is nothing to predict"},
		{"-csv " + spoilt + " -target price -kind price=number", spoilt + `: line 3: column "price": "12,3x" is not a number`},
		{"-csv " + empty + " -target price", empty + ": no text"},
		{"-target size", "-target size"},
		{"-sales 10", "-sales must be at least 50"},
		{"-epochs -1", "Epochs must be"},
		{"-batch -1", "Batch must be"},
		{"-lr -1", "LR must be"},
		{"-write " + filepath.Join(works, "sales.csv"), works}, // which is no folder
		{"-sales 100 -epochs 1 -out " + filepath.Join(works, "run"), works},
	} {
		maintest.Fails(t, "art-market", append([]string{"-out", out}, strings.Fields(c.args)...), c.want)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run that failed has left a folder")
	}
}
