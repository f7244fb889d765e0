//go:build !unix || darwin

package autostart

// IsHelper is false: there is no portal here.
func IsHelper([]string) bool { return false }

// Main is not called.
func Main([]string) int { return 0 }
