//go:build !linux

package guard

// ownPath is empty: the file that runs is found by its name.
const ownPath = ""
