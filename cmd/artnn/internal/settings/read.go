package settings

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/org/artnn/internal/regular"
)

// CommandKey is the key under which a file names the command it is for.
const CommandKey = "command"

// maxFile bounds what is read and written: a configuration is a page of text.
const maxFile = 1 << 20

func checkSize(n int) error {
	if n > maxFile {
		return fmt.Errorf("%d bytes are too many, at most %d are read", n, maxFile)
	}
	return nil
}

// readFile reads a file that need not end, such as a pipe.
func readFile(path string) ([]byte, error) {
	f, err := regular.OpenStream(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil {
		err = checkSize(len(text))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// File is what a configuration file says, checked against a command's flags.
type File struct {
	Path   string
	values map[string]string // by flag
}

// Read reads the file at path for the selected command.
//
// Errors: a file that cannot be read, is neither YAML nor JSON, is for another
// command, or has an unknown key, a repeated key or a value of the wrong type.
// They name file, line and key, and the nearest key there is.
func Read(path string, ctx *kong.Context) (*File, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return parse(path, text, commandOf(ctx), Of(ctx))
}

// commandOf names the selected command, such as "train image".
func commandOf(ctx *kong.Context) string {
	var names []string
	for _, p := range ctx.Path {
		if p.Command != nil {
			names = append(names, p.Command.Name)
		}
	}
	return strings.Join(names, " ")
}

func parse(path string, text []byte, command string, flags []*kong.Flag) (*File, error) {
	f := &File{Path: path, values: map[string]string{}}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: not YAML or JSON: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 { // nothing but comments
		return f, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: expected lines of the form \"key: value\"", path, root.Line)
	}
	byName := map[string]*kong.Flag{}
	names := []string{CommandKey}
	for _, flag := range flags {
		byName[flag.Name] = flag
		names = append(names, flag.Name)
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		where := fmt.Sprintf("%s:%d: %s", path, key.Line, key.Value)
		name := strings.ReplaceAll(key.Value, "_", "-")
		if name == CommandKey {
			if value.Value != command {
				return nil, fmt.Errorf("%s: the file is for \"artnn %s\", not for \"artnn %s\"", where, value.Value, command)
			}
			continue
		}
		flag := byName[name]
		if flag == nil {
			return nil, fmt.Errorf("%s: unknown key; did you mean %q? The keys are the flags of \"artnn %s --help\"", where, nearest(name, names), command)
		}
		if _, ok := f.values[name]; ok {
			return nil, fmt.Errorf("%s: the key is there twice", where)
		}
		s, err := scalar(value, flag)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		f.values[name] = s
	}
	return f, nil
}

// scalar is a value as text for the flag's own parser, once its type is right.
func scalar(n *yaml.Node, flag *kong.Flag) (string, error) {
	t := flag.Target.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if t.Kind() == reflect.Slice {
		if n.Kind == yaml.ScalarNode { // a single one
			s, err := one(n, t.Elem())
			return escape(s), err
		}
		if n.Kind != yaml.SequenceNode {
			return "", errors.New("expected a list, such as [128, 256]")
		}
		parts := make([]string, len(n.Content))
		for i, item := range n.Content {
			s, err := one(item, t.Elem())
			if err != nil {
				return "", err
			}
			parts[i] = escape(s)
		}
		return strings.Join(parts, ","), nil
	}
	s, err := one(n, t)
	if err == nil && flag.Enum != "" && !slices.Contains(flag.EnumSlice(), s) {
		err = fmt.Errorf("%q is none of %s", s, strings.Join(flag.EnumSlice(), ", "))
	}
	return s, err
}

func one(n *yaml.Node, t reflect.Type) (string, error) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return "", fmt.Errorf("expected %s", kindName(t))
	}
	into := reflect.New(t)
	if t.Kind() == reflect.String { // also what looks like a number: 42 may be a file
		return n.Value, nil
	}
	if t == reflect.TypeFor[time.Duration]() {
		if _, err := time.ParseDuration(n.Value); err != nil {
			return "", fmt.Errorf("expected %s, got %q", kindName(t), n.Value)
		}
		return n.Value, nil
	}
	if !fits(n.ShortTag(), t.Kind()) || n.Decode(into.Interface()) != nil {
		return "", fmt.Errorf("expected %s, got %q", kindName(t), n.Value)
	}
	return Text(into.Elem()), nil
}

// fits tells whether a value of a YAML type is right for a flag. The decoder
// alone would cut 1.5 down to 1.
func fits(tag string, kind reflect.Kind) bool {
	switch kind {
	case reflect.Bool:
		return tag == "!!bool"
	case reflect.Float64:
		return tag == "!!float" || tag == "!!int"
	default:
		return tag == "!!int"
	}
}

func kindName(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "a time, such as 90s, 10m or 2h"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Uint64:
		return "a whole number from 0"
	case reflect.Float64:
		return "a number"
	default:
		return "a text"
	}
}

// nearest is the name most like the one typed: that of its initials, as lr for
// learning-rate, or else the one with the fewest letters to change.
func nearest(typed string, names []string) string {
	initials := ""
	for word := range strings.SplitSeq(typed, "-") {
		initials += word[:min(1, len(word))]
	}
	if strings.Contains(typed, "-") && slices.Contains(names, initials) {
		return initials
	}
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(typed, a) - levenshtein.ComputeDistance(typed, b)
	})
}

// Resolver gives the file's values to flags that the command line leaves open.
func (f *File) Resolver() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if s, ok := f.values[flag.Name]; ok && flag.Tag.Get(tag) != "-" {
			return s, nil
		}
		return nil, nil
	})
}
