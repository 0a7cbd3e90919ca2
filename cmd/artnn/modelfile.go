package main

import (
	"context"
	"fmt"

	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

// family is what the commands can do with models of a kind. Each is added by the
// file that makes something with it.
type family struct {
	is   func(models.Model) bool
	use  string                                                                        // the command that makes something with it
	eval func(ctx context.Context, c *evalCommand, m models.Model, con *console) error // nil if it cannot be measured
}

var families []family

// addFamily adds the models of a type. The result is of no use, but lets a
// variable be declared.
func addFamily[M models.Model](use string, eval func(context.Context, *evalCommand, M, *console) error) bool {
	f := family{is: func(m models.Model) bool { _, ok := m.(M); return ok }, use: use}
	if eval != nil {
		f.eval = func(ctx context.Context, c *evalCommand, m models.Model, con *console) error {
			return eval(ctx, c, m.(M), con)
		}
	}
	families = append(families, f)
	return true
}

// familyOf is the family of a model, nil if it has none.
func familyOf(m models.Model) *family {
	for i := range families {
		if families[i].is(m) {
			return &families[i]
		}
	}
	return nil
}

// loadAs loads a model of one type, of which art, such as "pictures", is what it
// makes.
func loadAs[M models.Model](path, art string) (m M, err error) {
	any, err := recipe.LoadModel(path)
	if err != nil {
		return m, err
	}
	m, ok := any.(M)
	if !ok {
		use := "\"artnn info\" tells what it is"
		if f := familyOf(any); f != nil {
			use = fmt.Sprintf("use %q", f.use)
		}
		return m, fmt.Errorf("%s: holds a model of kind %s, which makes no %s: %s", path, models.Kind(any), art, use)
	}
	return m, nil
}
