package safetensors

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	oracle "github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/require"
)

// same compares a file as we see it with how an independent reader sees it.
func same(t testing.TB, f *File, theirs oracle.SafeTensors) {
	t.Helper()
	names := theirs.Names()
	slices.Sort(names)
	require.Equal(t, f.Names(), names)
	for _, name := range names {
		info, err := f.Info(name)
		require.NoError(t, err)
		b, err := f.Bytes(name)
		require.NoError(t, err)
		view, ok := theirs.Tensor(name)
		require.True(t, ok)
		require.Equal(t, view.DType().String(), info.DType.String(), name)
		require.Equal(t, len(view.Shape()), len(info.Shape), name)
		for i, d := range view.Shape() {
			require.Equal(t, int(d), info.Shape[i], name)
		}
		require.True(t, bytes.Equal(view.Data(), b), name)
	}
}

// view is an oracle.View of any shape: oracle.NewTensorView refuses scalars.
type view struct {
	dtype oracle.DType
	shape []uint64
	data  []byte
}

func (v view) DType() oracle.DType { return v.dtype }
func (v view) Shape() []uint64     { return v.shape }
func (v view) Data() []byte        { return v.data }
func (v view) DataLen() uint64     { return uint64(len(v.data)) }

func TestAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 50 {
		views := map[string]view{}
		var tensors []Tensor
		for d := Bool; d.known(); d++ {
			dtype, err := oracle.ParseDType(d.String())
			if err != nil {
				continue // newer than the oracle
			}
			for range r.IntN(3) {
				shape := make([]int, r.IntN(4))
				wide := make([]uint64, len(shape))
				n := d.Bits() / 8
				for i := range shape {
					shape[i] = r.IntN(4)
					wide[i] = uint64(shape[i])
					n *= shape[i]
				}
				b := make([]byte, n)
				for i := range b {
					b[i] = byte(r.Uint32())
				}
				name := string(rune('a'+r.IntN(26))) + "." + d.String() + string(rune('a'+len(tensors)))
				tensors = append(tensors, Tensor{Name: name, DType: d, Shape: shape, Values: b})
				views[name] = view{dtype, wide, b}
			}
		}
		var metadata map[string]string
		if round%2 == 1 {
			metadata = map[string]string{"format": "pt", "empty": "", "文": "字"}
		}
		theirs, err := oracle.Serialize(views, metadata)
		require.NoError(t, err)
		same(t, read(t, theirs), mustOracle(t, theirs))

		ours := write(t, tensors, metadata)
		same(t, read(t, ours), mustOracle(t, ours))
		_, header, err := oracle.ReadMetadata(ours)
		require.NoError(t, err)
		if metadata != nil {
			require.Equal(t, metadata, header.Metadata())
		}
		data := func(file []byte) []byte { return file[8+little.Uint64(file):] }
		require.True(t, bytes.Equal(data(theirs), data(ours)), "arrays are laid out otherwise:\n%q\n%q", theirs, ours)
	}
}

func mustOracle(t testing.TB, file []byte) oracle.SafeTensors {
	t.Helper()
	theirs, err := oracle.Deserialize(file)
	require.NoError(t, err)
	return theirs
}

// What we accept, the oracle accepts and sees alike, every array can be read,
// and writing it again reads back the same.
func FuzzRead(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.file)
	}
	f.Add(write(f, []Tensor{
		{Name: "a", Shape: []int{2}, Values: []float32{1, 2}},
		{Name: "b", Shape: []int{1}, Values: []int64{1}},
		{Name: "c", DType: BF16, Shape: []int{1, 1}, Values: []float32{1}},
	}, map[string]string{"k": "v"}))
	f.Add(raw(`{"a":{"dtype":"F4","shape":[2,3],"data_offsets":[0,3]},"b":{"dtype":"C64","shape":[],"data_offsets":[3,11]}}`, 11))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		readAll(t, file)
		if knownToOracle(file) {
			same(t, file, mustOracle(t, data))
		}
		var tensors []Tensor
		for _, name := range file.Names() {
			info, err := file.Info(name)
			require.NoError(t, err)
			b, err := file.Bytes(name)
			require.NoError(t, err)
			tensors = append(tensors, Tensor{Name: name, DType: info.DType, Shape: info.Shape, Values: b})
		}
		again := write(t, tensors, file.Metadata())
		if knownToOracle(file) {
			same(t, read(t, again), mustOracle(t, again))
		}
		require.Equal(t, file.Metadata(), read(t, again).Metadata())
	})
}

// knownToOracle reports whether the oracle knows all types of a file.
func knownToOracle(f *File) bool {
	return !slices.ContainsFunc(f.infos, func(i Info) bool {
		_, err := oracle.ParseDType(i.DType.String())
		return err != nil
	})
}
