package guard

import "context"

// Sweep has nothing to do: the guard's Job Object ends with the guard.
func Sweep(context.Context, string) (int, error) { return 0, nil }
