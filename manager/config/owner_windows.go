package config

// leftByOthers returns nil: here the folders of a user belong to nobody else.
func leftByOthers(string) error { return nil }

// Stranger is empty: see leftByOthers.
func Stranger() string { return "" }
