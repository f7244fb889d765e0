//go:build !linux

package control

import (
	"net"
	"os"
)

// takeName returns nothing: this system has no names for sockets that are no files.
func takeName(string) (net.Listener, *os.File, error) { return nil, nil, nil }

func nameTaken(string) (bool, error) { return false, nil }
