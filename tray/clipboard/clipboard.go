// Package clipboard lets the user paste what the program has copied.
package clipboard

import "errors"

// ErrNone says that there is no clipboard that can be reached.
var ErrNone = errors.New("there is no clipboard that can be reached")
