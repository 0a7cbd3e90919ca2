package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

// family is what the commands can do with models of a kind. Each is added by the
// file that makes something with it.
type family struct {
	is   func(models.Model) bool
	use  func(models.Model) string // the command that makes something with it
	eval func(ctx context.Context, c *evalCommand, m models.Model, con *console) error
}

var families []family

// addFamily adds the models of a type. The result is of no use, but lets a
// variable be declared.
func addFamily[M models.Model](use func(M) string, eval func(context.Context, *evalCommand, M, *console) error) bool {
	families = append(families, family{
		is:  func(m models.Model) bool { _, ok := m.(M); return ok },
		use: func(m models.Model) string { return use(m.(M)) },
		eval: func(ctx context.Context, c *evalCommand, m models.Model, con *console) error {
			return eval(ctx, c, m.(M), con)
		},
	})
	return true
}

// always is the command for every model of a type.
func always[M models.Model](use string) func(M) string { return func(M) string { return use } }

// noSuch says in plain words that a file is not there.
func noSuch(err error, path, what string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such %s", path, what)
	}
	return err
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
		return m, noArt(path, any, art)
	}
	return m, nil
}
