//go:build unix

package control

const unixSockets = true
