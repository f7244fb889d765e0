package words

import (
	"errors"
	"fmt"

	"agents-tray/manager/envfile"
)

// envFile says why a file of variables cannot be used, and where in it.
func (l Language) envFile(e *envfile.Error) string {
	why := l.Cause(e.Err)
	if m, ok := errors.AsType[*envfile.Mistake](e.Err); ok {
		why = l.envMistake(m)
	} else if e.Waited > 0 {
		why = text{"it could not be read within {waited}", "es war innerhalb von {waited} nicht zu lesen"}.fill(l, "{waited}", l.Duration(e.Waited))
	}
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, why)
	}
	return e.Path + ": " + why
}

func (l Language) envMistake(m *envfile.Mistake) string {
	if row, known := envMistakes[m.Kind]; known {
		return row.fill(l, "{text}", m.Text)
	}
	return m.Error() // an instance of another version knows it
}

// envMistakes say what is wrong with a file of variables.
var envMistakes = map[envfile.Kind]text{
	envfile.NotRegular: {"it is not a regular file", "das ist keine gewöhnliche Datei"},
	envfile.IsFolder:   {"it is a folder", "das ist ein Ordner"},
	envfile.TooLarge: {
		"it is larger than 1 MB, as no file of variables is: is it the right one?",
		"sie ist größer als 1 MB, wie keine Datei mit Variablen: ist es die richtige?",
	},
	envfile.UTF16:       {"it is UTF-16: save it as UTF-8", "das ist UTF-16: als UTF-8 speichern"},
	envfile.NoName:      {"the name is missing: write NAME=value", "der Name fehlt: NAME=Wert schreiben"},
	envfile.SpaceInName: {"a name cannot contain a space: write NAME=value", "ein Name kann kein Leerzeichen enthalten: NAME=Wert schreiben"},
	envfile.NotAName:    {"{text} cannot be part of a name: write NAME=value", "{text} kann nicht zu einem Namen gehören: NAME=Wert schreiben"},
	envfile.NUL:         {"a value cannot contain the character NUL", "ein Wert kann das Zeichen NUL nicht enthalten"},
	envfile.ValuesTooLarge: {
		"with all variables filled in, the values are larger than 1 MB", "mit allen eingesetzten Variablen sind die Werte größer als 1 MB",
	},
	envfile.QuoteOpen: {"the quote that is opened here is never closed", "das Anführungszeichen, das hier beginnt, wird nie geschlossen"},
	envfile.Dollar: {
		"$ begins a variable, ${NAME}: write $$ for the character, or put the value in single quotes",
		"$ beginnt eine Variable, ${NAME}: für das Zeichen $$ schreiben oder den Wert in einfache Anführungszeichen setzen",
	},
}
