package logs

import "slices"

// reasonFirst returns lines, oldest first, with those first that tell why it ended: see Reason.
// stderr are those of standard error. It tells how many those are.
func reasonFirst(all, stderr []string) (lines []string, reasons int) {
	why := slices.Clone(reasonIn(all, stderr))
	rest := all[max(0, len(all)-tailLines):]
	for _, line := range why { // each of them stands there once
		if at := slices.Index(rest, line); at >= 0 {
			rest = slices.Concat(rest[:at], rest[at+1:])
		}
	}
	return append(why, rest[max(0, len(rest)-(tailLines-len(why))):]...), len(why)
}
