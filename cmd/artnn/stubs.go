package main
type evalCommand struct{}
func (evalCommand) Run() error {return nil}
type bench struct{}
func (bench) Run() error {return nil}
type completion struct{}
func (completion) Run() error {return nil}
