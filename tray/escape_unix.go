//go:build unix && !darwin

package tray

import "strings"

// escape keeps the menu from taking a character for an access key.
func escape(label string) string { return strings.ReplaceAll(label, "_", "__") }
