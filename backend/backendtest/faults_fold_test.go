//go:build !race

package backendtest

import (
	"math"
	"slices"

	"github.com/org/artnn/backend"
)

func reduceFaults() []broken {
	var all []broken
	fault := func(name, check string, f func(m *mutant, op backend.ReduceOp, dst, x backend.View)) {
		all = append(all, broken{name, "reduce/" + check, with(func(m *mutant) {
			m.reduce = func(op backend.ReduceOp, dst, x backend.View) { f(m, op, dst, x) }
		})})
	}
	fault("adds to the destination", "sum/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		old := m.get(dst)
		m.single.Reduce(op, dst, x)
		m.change(dst, func(i int, y float64) float64 { return y + old[i] })
	})
	fault("empty sum left unwritten", "sum/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		if x.Size() > 0 {
			m.single.Reduce(op, dst, x)
		}
	})
	fault("empty max is 0", "max/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		m.single.Reduce(op, dst, x)
		if x.Size() == 0 {
			m.change(dst, func(int, float64) float64 { return 0 })
		}
	})
	fault("starts from 0", "max/special", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		m.single.Reduce(op, dst, x)
		m.change(dst, func(_ int, y float64) float64 { return max(y, 0) })
	})
	fault("starts from the largest negative number", "max/special", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		m.single.Reduce(op, dst, x)
		m.change(dst, func(_ int, y float64) float64 { return max(y, -math.MaxFloat32) })
	})
	for _, op := range []backend.ReduceOp{backend.ReduceMax, backend.ReduceMin} {
		fault("NaN lost in lane 7", op.String()+"/special", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
			m.single.Reduce(op, dst, x)
			if all := m.get(x); len(all) > 8 && all[7] != all[7] {
				m.change(dst, func(int, float64) float64 { return all[0] })
			}
		})
	}
	fault("last of a line left out", "sum/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		if last := x.Rank - 1; last >= 0 && x.Shape[last]%8 == 1 && dst.Shape[last] == 1 {
			x.Shape[last]--
		}
		m.single.Reduce(op, dst, x)
	})
	fault("one accumulator in float32", "sum/long", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		m.single.Reduce(op, dst, x)
		if dst.Size() == 1 && op == backend.ReduceSum {
			var sum float32
			for _, v := range m.get(x) {
				sum += float32(v)
			}
			m.set(dst, []float64{float64(sum)})
		}
	})
	fault("middle axis folded instead of the first", "sum/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		if x.Rank == 3 && dst.Shape[0] == 1 && x.Shape[0] == x.Shape[1] {
			x.Strides[0], x.Strides[1] = x.Strides[1], x.Strides[0]
		} else if x.Rank == 2 && dst.Shape[0] == 1 && dst.Shape[1] == 3 && x.Shape[0] > 3 {
			x.Strides[0] = 0
		}
		m.single.Reduce(op, dst, x)
	})
	fault("writes one too many", "min/shapes", func(m *mutant, op backend.ReduceOp, dst, x backend.View) {
		m.single.Reduce(op, dst, x)
		m.Write64(dst.Buf, dst.Offset+dst.Size(), []float64{0})
	})

	argMax := func(name string, above func(a, b float64) bool) {
		all = append(all, broken{name, "argmax", with(func(m *mutant) {
			m.argMax = func(dst []int32, x backend.View, axis int) {
				m.single.ArgMax(dst, x, axis)
				if x.Rank != 1 {
					return
				}
				values, best := m.get(x), 0
				for i, v := range values {
					if above(v, values[best]) {
						best = i
					}
				}
				dst[0] = int32(best)
			}
		})})
	}
	argMax("last among equals", func(a, b float64) bool { return a >= b || a != a })
	argMax("NaN passed over", func(a, b float64) bool { return a > b })
	argMax("last NaN", func(a, b float64) bool { return a != a || a > b })
	all = append(all, broken{"wrong axis", "argmax", with(func(m *mutant) {
		m.argMax = func(dst []int32, x backend.View, axis int) {
			if x.Rank == 2 && x.Shape[0] == x.Shape[1] || x.Rank == 3 && axis == 1 {
				x.Strides[0], x.Strides[1] = x.Strides[1], 0
			}
			m.single.ArgMax(dst, x, axis)
		}
	})})
	return all
}

func indexFaults() []broken {
	var all []broken
	add := func(name, check string, f func(m *mutant)) { all = append(all, broken{name, check, with(f)}) }

	add("a repeated row left out", "take", func(m *mutant) {
		m.take = func(dst, x backend.View, index []int32) {
			old := m.get(dst)
			m.single.Take(dst, x, index)
			for i := 1; i < len(index); i++ {
				if n := len(old) / len(index); index[i] == index[i-1] {
					m.change(dst, func(j int, y float64) float64 {
						if j/max(n, 1) == i {
							return old[j]
						}
						return y
					})
				}
			}
		}
	})
	add("row stride ignored", "take", func(m *mutant) {
		m.take = func(dst, x backend.View, index []int32) {
			if x.Rank == 2 && x.Strides[1] == 1 {
				x.Strides[0] = x.Shape[1]
			}
			m.single.Take(dst, x, index)
		}
	})
	add("sorts the caller's index", "take", func(m *mutant) {
		m.take = func(dst, x backend.View, index []int32) {
			m.single.Take(dst, x, index)
			slices.Sort(index)
		}
	})
	add("a repeated row counts once", "take_add", func(m *mutant) {
		m.takeAdd = func(dst, src backend.View, index []int32) {
			old := m.get(dst)
			m.single.TakeAdd(dst, src, index)
			for i := 1; i < len(index); i++ {
				if n := len(old) / dst.Shape[0]; index[i] == index[i-1] {
					m.change(dst, func(j int, y float64) float64 {
						if j/max(n, 1) == int(index[i]) {
							return old[j]
						}
						return y
					})
				}
			}
		}
	})
	add("adds in another order", "take_add", func(m *mutant) {
		m.takeAdd = func(dst, src backend.View, index []int32) {
			backwards := slices.Clone(index)
			slices.Reverse(backwards)
			if src.Size() > 0 && src.Offset+(src.Shape[0]-1)*src.Strides[0] >= 0 {
				src.Offset += (src.Shape[0] - 1) * src.Strides[0]
				src.Strides[0] *= -1
			}
			m.single.TakeAdd(dst, src, backwards)
		}
	})
	add("overwrites", "take_add", func(m *mutant) {
		m.takeAdd = func(dst, src backend.View, index []int32) {
			m.change(dst, func(i int, y float64) float64 {
				for _, r := range index {
					if n := dst.Size() / dst.Shape[0]; i/max(n, 1) == int(r) {
						return 0
					}
				}
				return y
			})
			m.single.TakeAdd(dst, src, index)
		}
	})
	add("one index for all lines", "gather", func(m *mutant) {
		m.gather = func(dst, x backend.View, index []int32) {
			n := dst.Shape[dst.Rank-1]
			same := slices.Clone(index)
			for i := range same {
				same[i] = index[i%n]
			}
			m.single.Gather(dst, x, same)
		}
	})
	add("stride of the last axis ignored", "gather", func(m *mutant) {
		m.gather = func(dst, x backend.View, index []int32) {
			if x.Strides[x.Rank-1] == 2 {
				x.Strides[x.Rank-1] = 1
			}
			m.single.Gather(dst, x, index)
		}
	})
	add("a repeated place counts once", "scatter_add", func(m *mutant) {
		m.scatterAdd = func(dst, src backend.View, index []int32) {
			if len(index) == 2 && dst.Rank == 1 && index[0] == index[1] {
				src.Shape[0], index = 1, index[:1]
			}
			m.single.ScatterAdd(dst, src, index)
		}
	})
	add("destination cleared first", "scatter_add", func(m *mutant) {
		m.scatterAdd = func(dst, src backend.View, index []int32) {
			m.Fill(dst, 0)
			m.single.ScatterAdd(dst, src, index)
		}
	})
	return all
}

func randomFaults() []broken {
	var all []broken
	add := func(name, check string, f func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream)) {
		all = append(all, broken{name, "random/" + check, with(func(m *mutant) {
			m.random = func(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
				f(m, dst, dist, p, s)
			}
		})})
	}
	add("counter ignored", "uniform", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		s.Counter = 0
		m.single.Random(dst, dist, p, s)
	})
	add("upper half of the key ignored", "normal", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		s.Key = uint64(uint32(s.Key))
		m.single.Random(dst, dist, p, s)
	})
	add("memory order", "normal", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		if dst.Rank == 2 && dst.Strides[0] < dst.Strides[1] {
			dst.Shape[0], dst.Shape[1] = dst.Shape[1], dst.Shape[0]
			dst.Strides[0], dst.Strides[1] = dst.Strides[1], dst.Strides[0]
		}
		m.single.Random(dst, dist, p, s)
	})
	add("every chunk alike", "bernoulli", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		m.single.Random(dst, dist, p, s)
		first := m.get(dst)
		m.change(dst, func(i int, _ float64) float64 { return first[i%(1<<14)] })
	})
	add("upper bound drawn", "uniform", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		m.single.Random(dst, dist, p, s)
		m.change(dst, func(_ int, x float64) float64 {
			if x > p[1]-(p[1]-p[0])*1e-3 {
				return p[1]
			}
			return x
		})
	})
	add("variance for deviation", "normal", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		p[1] = math.Sqrt(p[1])
		m.single.Random(dst, dist, p, s)
	})
	add("complement", "bernoulli", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		m.single.Random(dst, dist, p, s)
		m.change(dst, func(_ int, x float64) float64 { return 1 - x })
	})
	calls := uint64(0)
	add("a state of its own", "uniform", func(m *mutant, dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
		calls++
		s.Counter += calls
		m.single.Random(dst, dist, p, s)
	})
	return all
}
