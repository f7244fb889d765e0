//go:build !darwin

package sessiondb

const fullSync = ``
