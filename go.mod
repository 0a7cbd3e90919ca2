module github.com/org/artnn

go 1.26.0

require github.com/stretchr/testify v1.12.1

require github.com/gofrs/flock v0.13.0

require golang.org/x/text v0.43.0

require (
	github.com/klauspost/cpuid/v2 v2.4.2
	github.com/nlpodyssey/safetensors v0.0.0-20250209183917-bfb01cc25f7c
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/image v0.47.0
	golang.org/x/sys v0.49.0
	google.golang.org/protobuf v1.36.12
)
