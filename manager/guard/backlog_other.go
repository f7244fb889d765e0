//go:build !linux

package guard

import "os"

// CountsWaiting says that Members.Waiting is not counted on this system.
const CountsWaiting = false

func waiting(*os.File) int { return 0 }
