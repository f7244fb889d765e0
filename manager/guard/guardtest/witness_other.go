//go:build !linux

package guardtest

const elsewhere = "elsewhere"

func witness()             {}
func goElsewhere([]string) {}
