package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tabular"
)

// tableFlags say how the file of a table is written, where it does not tell
// itself.
type tableFlags struct {
	Delimiter string   `group:"table" placeholder:"CHAR" help:"What separates fields: a character, or \"tab\" (default: what the first line has most of)."`
	Decimal   string   `group:"table" placeholder:"CHAR" help:"Mark before decimals, \".\" or \",\" (default: by the values)."`
	Dates     string   `group:"table" placeholder:"ORDER" help:"Order of dates that can be read in two ways: dmy, mdy or ymd; or 2 January 2006 as the table writes it, such as 02.01.2006."`
	Missing   []string `group:"table" placeholder:"WORD" help:"Words for \"not known\", instead of NA, N/A, NaN, null, - and ?. An empty field always is."`
	Encoding  string   `group:"table" placeholder:"NAME" help:"Of the text: ${encodings} (default: UTF-8, or UTF-16 by its mark)."`
}

// add puts what the flags say into the options of a reader.
func (f *tableFlags) add(o *table.Options) {
	o.Delimiter, o.Decimal, o.Dates, o.Missing, o.Encoding = f.delimiter(), f.Decimal, f.dates(), f.missing(), f.encoding()
}

// missing are the words, nil if none were given. A configuration file has an empty
// list for that.
func (f *tableFlags) missing() []string {
	if len(f.Missing) == 0 {
		return nil
	}
	return f.Missing
}

func (f *tableFlags) dates() []string {
	if f.Dates == "" {
		return nil
	}
	return []string{f.Dates}
}

func (f *tableFlags) encoding() string { return strings.ToLower(f.Encoding) }

// delimiter is the character. A tab is hard to type.
func (f *tableFlags) delimiter() string {
	if strings.EqualFold(f.Delimiter, "tab") || f.Delimiter == `\t` {
		return "\t"
	}
	return f.Delimiter
}

// given is the first flag that was given, "" if none.
func (f *tableFlags) given() string {
	switch {
	case f.Delimiter != "":
		return "--delimiter"
	case f.Decimal != "":
		return "--decimal"
	case f.Dates != "":
		return "--dates"
	case len(f.Missing) > 0:
		return "--missing"
	case f.Encoding != "":
		return "--encoding"
	}
	return ""
}

// explainTable says an error of reading a table with the flags that would settle
// it.
func explainTable(err error, help func(table.Help, *table.Error) string) error {
	if !errors.As(err, new(*table.Error)) {
		return err
	}
	return errors.New(table.Explain(err, help))
}

// readingHelp is tableHelp of the commands that use a network: kinds and logarithms
// are learned with it, and have no flags there.
func readingHelp(h table.Help, e *table.Error) string {
	switch h.Option {
	case "Kinds", "Skip", "Log":
		return ""
	}
	return tableHelp(h, e)
}

// tableHelp is a flag of training and its value, for a shell.
func tableHelp(h table.Help, e *table.Error) string {
	name := strings.ToLower(h.Option)
	switch {
	case h.Option == "Kinds":
		return listed("kind", e.Column+"="+h.Value)
	case h.Option == "Missing" || h.Option == "Skip":
		return listed(name, h.Value)
	case h.Option == "Delimiter" && h.Value == "\t":
		return "--delimiter tab"
	case h.Option == "Log" || h.Value == "":
		return settings.Dashed(name)
	}
	return flagged(name, h.Value)
}

// read reads the table that --data names as a model's training rows were.
func (f *tableFlags) read(path string, m *tabular.Model, target bool) (*table.CSV, *table.Table, error) {
	file, err := openTable(path)
	if err != nil {
		return nil, nil, err
	}
	o := m.CSVOptions(target)
	f.add(&o)
	if err := o.Check(); err != nil {
		return nil, nil, usageError{err}
	}
	t, err := file.Read(o)
	return file, t, explainTable(inputError(path, err), readingHelp)
}

// openTable opens the table that --data names: a file, or - for standard input.
func openTable(path string) (*table.CSV, error) {
	if path == "-" {
		file, err := table.NewCSV(os.Stdin)
		return file, inputError(path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, and the model is of tables: name a CSV file with --data", path)
	}
	file, err := table.OpenCSV(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file; name that of your table with --data", path)
	}
	return file, err
}

// inputError names standard input in an error, which has the names of files already.
func inputError(path string, err error) error {
	if err == nil || path != "-" {
		return err
	}
	return fmt.Errorf("standard input: %w", err)
}

// warnUnseen counts the categories of a table that training has not seen.
func warnUnseen(con *console, m *tabular.Model, t *table.Table) {
	unseen, err := m.Unseen(t)
	if err != nil {
		return // the predictions have failed for the same reason
	}
	for _, u := range unseen {
		so := "predictions for these rest on the other columns"
		if u.Column == m.Config().Target {
			so = "whatever is predicted for these counts as wrong"
		}
		con.warn(fmt.Sprintf("column %q: training has never seen %s (%s): %s", u.Column, words.Few(u.Levels), words.Count(u.Rows, "row"), so))
	}
}
