package settings

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Write writes the settings of the selected command with their present values,
// in the order of the help text and with its headings as comments. Reading the
// result gives the same values.
func Write(w io.Writer, ctx *kong.Context) error {
	root := &yaml.Node{Kind: yaml.MappingNode, HeadComment: "Written by artnn. Use with --config, or continue the run with --resume."}
	add(root, CommandKey, &yaml.Node{Kind: yaml.ScalarNode, Value: commandOf(ctx)})
	heading := ""
	for _, flag := range Of(ctx) {
		value := node(flag.Target)
		if value == nil || unset(flag) {
			continue
		}
		key := add(root, flag.Name, value)
		if g := group(flag); g != heading {
			heading = g
			key.HeadComment = "\n" + strings.TrimSuffix(flag.Group.Title, ":")
		}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}); err != nil {
		return err
	}
	if err := checkSize(b.Len()); err != nil { // it could not be read again
		return fmt.Errorf("configuration: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func add(root *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	k := &yaml.Node{Kind: yaml.ScalarNode, Value: key}
	root.Content = append(root.Content, k, value)
	return k
}

// node is a value for the file, nil if it is not set.
func node(v reflect.Value) *yaml.Node {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	n := &yaml.Node{}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		n.Kind, n.Value = yaml.ScalarNode, Text(v)
	case v.Kind() == reflect.Slice:
		n.Kind, n.Style = yaml.SequenceNode, yaml.FlowStyle
		for i := range v.Len() {
			n.Content = append(n.Content, node(v.Index(i)))
		}
	case v.Kind() == reflect.String:
		n.SetString(v.String())
	default:
		n.Kind, n.Value = yaml.ScalarNode, Text(v)
	}
	return n
}

// Value is one setting with its present value.
type Value struct{ Name, Text string }

// Values lists the settings of the selected command that have a value.
func Values(ctx *kong.Context) (values []Value) {
	for _, flag := range Of(ctx) {
		if s := Text(flag.Target); s != "" {
			values = append(values, Value{flag.Name, s})
		}
	}
	return values
}
