package asm

import "fmt"

// same panics unless a slice of n numbers matches dst.
func same(op string, dst, n int) {
	if n != dst {
		badLen(op, dst, n)
	}
}

// same2 and same3 are same for two and three slices.
func same2(op string, dst, n, m int) {
	if n != dst || m != dst {
		badLen(op, dst, n, m)
	}
}

func same3(op string, dst, n, m, l int) {
	if n != dst || m != dst || l != dst {
		badLen(op, dst, n, m, l)
	}
}

//go:noinline
func badLen(op string, dst int, got ...int) {
	panic(fmt.Sprintf("asm: %s: expected inputs of length %d like dst, got %v", op, dst, got))
}

// fits reports whether rows of cols numbers at stride ld lie within length
// numbers. rows and cols are positive.
func fits(length, rows, cols, ld int) bool { return ld >= 0 && (rows-1)*ld+cols <= length }

// span panics unless rows of cols numbers at stride ld lie within length numbers.
// rows and cols may be 0.
func span(op, name string, length, rows, cols, ld int) {
	if rows > 0 && cols > 0 && !fits(length, rows, cols, ld) {
		badSpan(op, name, length, rows, cols, ld)
	}
}

//go:noinline
func badSpan(op, name string, length, rows, cols, ld int) {
	panic(fmt.Sprintf("asm: %s: %s: expected room for [%d %d] at stride %d, got length %d",
		op, name, rows, cols, ld, length))
}

//go:noinline
func badSize(op, what string, got ...int) {
	panic(fmt.Sprintf("asm: %s: expected %s, got %v", op, what, got))
}
