package recipe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// prepareAndTrain is what Run of every recipe does: the folder is taken first, so
// that one that cannot be used is known before data are read.
func prepareAndTrain[B any](ctx context.Context, c interface{ Check() error }, o *Options, prepare func(context.Context) (*Task[B], error)) (Result, error) {
	if err := c.Check(); err != nil {
		return Result{}, err
	}
	if !o.reserved {
		release, err := o.Reserve()
		if err != nil {
			return Result{}, err
		}
		defer release()
	}
	task, err := prepare(ctx)
	if err != nil {
		return Result{}, err
	}
	return Train(ctx, task, *o)
}

// settle notes a recipe's choices as the settings of its run.
func (o *Options) settle(recipe any) {
	if o.Settings == nil {
		o.Settings = settingsOf(recipe)
	}
}

// named puts the file or folder in front of an error, if there is one.
func named(path string, err error) error {
	if path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// titled is a report's title, which says what the data are like if they have a
// name.
func titled(title, preposition, path string) string {
	if path == "" {
		return title
	}
	return title + " " + preposition + " " + path
}

// missing says it plainly where there are no data.
func missing(err error, path, what string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &missingError{fmt.Sprintf("%s: there is no such %s", path, what), err}
	}
	return err
}

// missingError is a [fs.ErrNotExist] in plain words.
type missingError struct {
	text  string
	cause error
}

func (e *missingError) Error() string { return e.text }
func (e *missingError) Unwrap() error { return e.cause }
