package tray

// escape has nothing to do: macOS menus have no access keys.
func escape(label string) string { return label }
