// Package settings keeps a command's flags in a YAML or JSON file and reads
// them from one.
//
// A file holds one flag to a line, under the flag's name. A key that is no flag
// of the command and a value of the wrong type are errors that say where; the
// command line takes precedence. Flags with the tag conf:"-" are not settings:
// they say how this call behaves and not what is made.
package settings
