module github.com/org/artnn/recipe

go 1.26.0

require (
	github.com/gofrs/flock v0.13.0
	github.com/klauspost/cpuid/v2 v2.4.2
	github.com/org/artnn v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/image v0.47.0
	gonum.org/v1/plot v0.17.0
)
