package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// process is a program that speaks the protocol.
type process struct {
	*line
	cmd   *exec.Cmd
	stdin io.Closer
}

// start runs a program with its environment changed as by withEnv.
func start(env []string, name string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = withEnv(os.Environ(), env)
	cmd.Stderr = os.Stderr
	to, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{newLine(to, from), cmd, to}, nil
}

// stopTimeout is how long a program may take to end after its input has. PyTorch
// needs about a second.
const stopTimeout = 5 * time.Second

// stop closes the program's input, which ends it, and kills it after stopTimeout.
func (p *process) stop() {
	_ = p.stdin.Close()
	timer := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.cmd.Wait()
}

// withEnv changes an environment: NAME=VALUE sets a variable, NAME removes it.
func withEnv(old, changes []string) []string {
	name := func(s string) string { n, _, _ := strings.Cut(s, "="); return n }
	env := slices.DeleteFunc(slices.Clone(old), func(o string) bool {
		return slices.ContainsFunc(changes, func(s string) bool { return name(s) == name(o) })
	})
	for _, c := range changes {
		if strings.Contains(c, "=") {
			env = append(env, c)
		}
	}
	return env
}

// firstMatch is the first file that matches a pattern, or nothing.
func firstMatch(pattern string) string {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}
