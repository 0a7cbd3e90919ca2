#!/bin/sh
# Prints the kernels of package asm and their dispatch anew. With -check it changes nothing and
# fails, showing how, if what is committed is not what the programs print.
set -eu
cd "$(dirname "$0")"
export GOWORK=off
out=..
if [ "${1:-}" = -check ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
go run ./amd64 "$out"
go run ./arm64 -dir "$out"
go run ./dispatch "$out"
if [ "$out" != .. ]; then
	for f in "$out"/*; do
		diff -u "../${f##*/}" "$f"
	done
fi
