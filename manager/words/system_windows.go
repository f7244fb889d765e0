package words

import "golang.org/x/sys/windows"

// preferred are the languages in which the user wants to read Windows, the most wanted
// first.
func preferred() []string {
	languages, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return languages
}
