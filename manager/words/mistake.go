package words

import (
	"errors"
	"fmt"

	"agents-tray/manager/envfile"
	"agents-tray/manager/spec"
)

// Mistake says what is wrong with a services file, without a full stop. An error that is no
// *spec.Mistake, nor has one in it, says it itself, in English.
func (l Language) Mistake(err error) string {
	m, ok := errors.AsType[*spec.Mistake](err)
	if !ok {
		return err.Error()
	}
	values := make([]string, len(m.Values))
	for i, value := range m.Values {
		switch part := value.(type) {
		case *spec.Mistake:
			values[i] = l.Mistake(part)
		case *envfile.Error:
			values[i] = l.envFile(part)
		case error:
			values[i] = l.Cause(part)
		default:
			values[i] = fmt.Sprint(value)
		}
	}
	return mistakeText(m.Kind).fill(l, values...)
}

func mistakeText(kind spec.MistakeKind) text {
	for _, row := range mistakes {
		if row.kind == kind {
			return row.text
		}
	}
	return text{string(kind), string(kind)}
}

// MoreMistakes says that there are so many more than were told.
func (l Language) MoreMistakes(n int) string {
	return text{"more mistakes: {n}", "weitere Fehler: {n}"}.fill(l, "{n}", fmt.Sprint(n))
}
