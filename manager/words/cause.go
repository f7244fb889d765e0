package words

import (
	"errors"
	"syscall"
)

// causes are the system's errors with files that a user meets, in German; English is what the
// system says itself.
var causes = []struct {
	is     syscall.Errno
	german string
}{
	{syscall.ENOENT, "Datei oder Ordner ist nicht da"},
	{syscall.EACCES, "keine Berechtigung"},
	{syscall.EPERM, "nicht erlaubt"},
	{syscall.ENOTDIR, "ein Teil des Pfades ist kein Ordner"},
	{syscall.EISDIR, "das ist ein Ordner"},
	{syscall.ENOSPC, "der Datenträger ist voll"},
	{syscall.EDQUOT, "der zugeteilte Speicherplatz ist belegt"},
	{syscall.EROFS, "der Datenträger lässt sich nur lesen"},
	{syscall.EIO, "Ein- oder Ausgabefehler"},
	{syscall.ELOOP, "die Verweise gehen im Kreis"},
	{syscall.ENAMETOOLONG, "der Name ist zu lang"},
	{syscall.EMFILE, "zu viele offene Dateien"},
	{syscall.EEXIST, "das gibt es schon"},
}

// Cause says what the system says, which may be nothing that this program knows, in a language.
// One that has more to say, such as the path, is not changed.
func (l Language) Cause(err error) string {
	errno, bare := err.(syscall.Errno)
	if l == German && bare {
		for _, row := range causes {
			if errors.Is(errno, row.is) {
				return row.german
			}
		}
	}
	return err.Error()
}
