package main

// trainCommands are the commands that train.
type trainCommands struct {
	Image trainImage `cmd:"" help:"Train a generator of pictures on a folder of pictures."`
	Text  trainText  `cmd:"" help:"Train a writer on a text file or a folder of texts."`
	MLP   trainMLP   `cmd:"" name:"mlp" help:"Train a network that predicts one column of a table from the others."`
}
