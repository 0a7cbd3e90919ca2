package backendtest

import "testing"

// A correctly rounded float32 backend passes. The reference is run where it is.
func TestSinglePasses(t *testing.T) { Run(t, new(single)) }
