//go:build !linux

package open

import "github.com/pkg/browser"

// run hands a target to the system, which opens it in processes of its own.
func run(target string, _ Desktop) error {
	browser.Stdout, browser.Stderr = nil, nil // the null device
	return browser.OpenURL(target)
}

// fileTarget is a path: these systems take it as it is.
func fileTarget(path string) string { return path }

// Command is empty: the system itself opens pages.
func Command() string { return "" }

// IsHelper is false: there is no such process here.
func IsHelper([]string) bool { return false }

// Main is not called.
func Main([]string) int { return 0 }
