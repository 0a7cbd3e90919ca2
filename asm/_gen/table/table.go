// Package table lists the functions of package asm that have kernels: one row
// for each, with its parameters, the Go loop that its kernels equal and what runs
// where. The programs beside it print dispatch, and the declarations and
// comments of kernels, from these rows.
package table

import (
	"fmt"
	"go/ast"
	"go/parser"
	"strings"
)

// Family is the functions dispatched by the files NAME_amd64.go, NAME_arm64.go
// and NAME_noasm.go.
type Family struct {
	Name  string
	Funcs []Func
}

// Func is one function.
type Func struct {
	Name   string
	Params string // as in Go: "dst, x []float32"
	Result string // type of the result, if there is one
	Loop   string // the Go loop that its kernels equal; that of NameGeneric if empty
	Plain  string // the call where no kernel runs; NameGeneric with all parameters if empty
	Gated  bool   // a helper of dispatch on amd64, called where the gate is open

	AVX2, NEON Choice
	AVX512     *Choice // nil where there is no kernel
}

// Choice says what runs of one instruction set where its gate is open. The zero
// value is the kernel that has the name and the parameters of the function.
type Choice struct {
	Doc  string // comment where it is dispatched
	If   string // what else must hold
	Do   string // statements, if not the call of that one kernel
	None bool   // there is no kernel
}

var none = Choice{None: true}

// wide is f with an AVX-512 kernel that has its name and parameters, for lengths of a vector
// and more: of eight numbers, AVX2 needs no mask. On a Xeon with AMX, one call of Sigmoid after
// the other on them takes 8 ns, and 30 with masked loads and stores.
func (f Func) wide() Func {
	f.AVX512 = &Choice{If: "len(" + ParamsOf(f.Signature())[0].Name + ") >= 16"}
	return f
}

// Families is the table.
func Families() []Family {
	return []Family{
		binary(), unary(), exp(), grad(), reduce(), optim(), lstm(), rotate(), philox(), gemm(), pack(), int8(), wide(), inPlace(), winograd(),
	}
}

// Lookup finds the row of a function.
func Lookup(name string) Func {
	for _, family := range Families() {
		for _, f := range family.Funcs {
			if f.Name == name {
				return f
			}
		}
	}
	panic("table: no row " + name)
}

// Signature is the type of the function.
func (f Func) Signature() string { return strings.TrimSpace("func(" + f.Params + ") " + f.Result) }

// KernelDoc is the comment of the kernel with the function's name; rest says
// what is special to it.
func (f Func) KernelDoc(rest string) string {
	if f.Loop == "" {
		return "is the loop of " + f.Name + "Generic."
	}
	doc := "is\n\n\t" + f.Loop
	if rest != "" {
		doc += "\n\n" + rest
	}
	return doc
}

// Call is a call of name with all parameters.
func (f Func) Call(name string) string {
	var args []string
	for _, p := range ParamsOf(f.Signature()) {
		args = append(args, p.Name)
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// PlainCall is the call where no kernel runs.
func (f Func) PlainCall() string {
	if f.Plain != "" {
		return f.Plain
	}
	return f.Call(f.Name + "Generic")
}

// Param is one parameter.
type Param struct{ Name, Type string }

// ParamsOf lists the parameters of a function type.
func ParamsOf(signature string) (params []Param) {
	e, err := parser.ParseExpr(signature)
	if err != nil {
		panic(fmt.Sprintf("table: %s: %v", signature, err))
	}
	for _, field := range e.(*ast.FuncType).Params.List {
		text := signature[field.Type.Pos()-1 : field.Type.End()-1]
		for _, name := range field.Names {
			params = append(params, Param{name.Name, text})
		}
	}
	return params
}
