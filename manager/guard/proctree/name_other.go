//go:build !linux

package proctree

// NameProcess does nothing: the name is that of the program's file.
func NameProcess(string) {}
