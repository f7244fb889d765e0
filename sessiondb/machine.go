package sessiondb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// MachineID identifies this computer, to nobody but this program: it is made from the
// system's own number, which machine-id(5) asks not to pass on. Empty if it cannot be told.
func MachineID() string {
	id := machineID()
	if id == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte("agents-tray"))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}
