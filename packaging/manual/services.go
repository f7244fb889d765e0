package main

import (
	_ "embed"
	"fmt"
	"strings"

	"agents-tray/manager/config"
)

//go:embed services.md
var servicesText string

// servicesPage is agents-tray-services(5) in Markdown: the text around the keys from
// services.md, the keys from the package that reads them.
func servicesPage() string {
	return strings.NewReplacer("@KEYS@\n", describe(config.Keys()), "@SETTINGS@\n", describe(config.SettingKeys())).Replace(servicesText)
}

// describe is the list of keys in Markdown.
func describe(list []config.Key) string {
	var keys strings.Builder
	for _, key := range list {
		lines := []string{key.Description}
		if key.Default != "" {
			lines = append(lines, "Default: `"+key.Default+"`")
		}
		lines = append(lines, "Example: `"+example(key)+"`")
		fmt.Fprintf(&keys, "**%s**: %s\n: %s\n\n", key.Path, typeOf(key), strings.Join(lines, "  \n"))
	}
	return keys.String()
}

// typeOf says what may stand at a key.
func typeOf(key config.Key) string {
	values := strings.Join(key.Values, ", ")
	switch {
	case key.Type == config.Choice:
		return string(key.Type) + " " + values
	case values != "":
		return string(key.Type) + ", or one of " + values
	}
	return string(key.Type)
}

// example is the key with its value in one line, as it may stand in the file.
func example(key config.Key) string {
	names := strings.Split(key.Path, ".")
	last := len(names) - 1
	line := names[last] + ": " + key.Example
	for i := last - 1; i >= 0; i-- {
		line = names[i] + ": {" + line + "}"
	}
	return line
}
