package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"agents-tray/manager/disk"
)

// Environment is the variable that tells a service where the control API is. Its
// value is an Address as JSON.
const Environment = "AGENTS_TRAY_CONTROL"

// Address says where a running instance answers.
type Address struct {
	Network string `json:"network"`         // "unix" or "tcp"
	Address string `json:"address"`         // a path, or host:port
	Token   string `json:"token,omitempty"` // sent as a bearer token; TCP only
	// Name is where it answers, too, on Linux: see Claim. It serves where the other address is a
	// file that has been removed.
	Name string `json:"name,omitempty"`
}

// byName is the address of an instance that is found by its name.
func byName(name string) Address { return Address{Network: "unix", Address: "@" + name} }

func (a Address) String() string {
	data, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings only: cannot fail
	}
	return string(data)
}

// ParseAddress reads what String wrote.
func ParseAddress(text string) (Address, error) {
	var a Address
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, fmt.Errorf("control address %q: %w", text, err)
	}
	if (a.Network != "unix" && a.Network != "tcp") || a.Address == "" {
		return a, fmt.Errorf("control address %q: no network or no address", text)
	}
	return a, nil
}

// FromEnvironment returns the address that the manager gave to this service.
func FromEnvironment() (Address, error) {
	text := os.Getenv(Environment)
	if text == "" {
		return Address{}, errors.New("not started by agents-tray: " + Environment + " is not set")
	}
	return ParseAddress(text)
}

// ReadAddress reads the address file of a running instance: the first of files that is
// there. The error wraps fs.ErrNotExist when no instance has written one.
func ReadAddress(files ...string) (Address, error) {
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err == nil {
			return ParseAddress(string(data))
		}
		if !errors.Is(err, fs.ErrNotExist) || i == len(files)-1 {
			return Address{}, err
		}
	}
	return Address{}, fs.ErrNotExist
}

// Write makes the address known in file, readable by the owner only. Readers see
// either the old file or the new one.
func (a Address) Write(file string) error { return disk.Replace(file, []byte(a.String())) }
