//go:build !linux

package session

// selfPath is empty: the file that runs is found by its name.
const selfPath = ""
