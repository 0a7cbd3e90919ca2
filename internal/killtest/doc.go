// Package killtest kills processes at random moments, or fills their disk, and looks
// at what they leave. It serves tests of the packages that have such processes; the
// script .ci/kills runs all of them.
package killtest
