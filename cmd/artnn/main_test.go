package main

import (
	"os"
	"testing"
)

// beTheProgram makes the test's own binary the program.
const beTheProgram = "ARTNN_TEST_IS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beTheProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}
