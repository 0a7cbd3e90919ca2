package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/org/artnn/layers"
)

// Fingerprint identifies the kind and the weights of a model: equal ones have equal
// fingerprints, of 16 hexadecimal digits. It does not depend on settings of the training.
// Of a GAN, it is that of the generator, whether there is a discriminator or not.
func Fingerprint(m Model) string {
	kind, _ := m.Describe()
	hash := sha256.New()
	var weights layers.Module = m
	if gan, ok := m.(*GAN); ok {
		weights = gan.Generator
		fmt.Fprintf(hash, "%s %v\n", kind, gan.Size())
	} else {
		fmt.Fprintf(hash, "%s\n", kind)
	}
	for name, e := range weights.State() {
		fmt.Fprintf(hash, "%q %v\n", name, e.Value.Shape())
		values := e.Value.Float32s()
		bits := make([]byte, 0, 4*len(values))
		for _, v := range values {
			bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(v))
		}
		hash.Write(bits)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
