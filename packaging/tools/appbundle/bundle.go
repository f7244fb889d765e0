package main

import (
	"fmt"
	"os"
	"path/filepath"

	"howett.net/plist"
)

const (
	identifier    = "arpa.home.agentstray"
	name          = "Configurable Agents"
	executable    = "agents-tray"
	oldestSystem  = "12.0" // that Go's programs run on
	iconFile      = "agents-tray.icns"
	packageMarker = "APPL????"
	copyright     = "Copyright (c) 2026 The Configurable Agents authors, MIT licence"
)

// bundle is what an application is made from.
type bundle struct {
	program   string // file
	version   string // three numbers
	icons     string // folder
	documents []string
}

// properties are those of Info.plist.
type properties struct {
	Identifier     string `plist:"CFBundleIdentifier"`
	Name           string `plist:"CFBundleName"`
	DisplayName    string `plist:"CFBundleDisplayName"`
	Executable     string `plist:"CFBundleExecutable"`
	IconFile       string `plist:"CFBundleIconFile"`
	Kind           string `plist:"CFBundlePackageType"`
	ShortVersion   string `plist:"CFBundleShortVersionString"`
	Version        string `plist:"CFBundleVersion"`
	Dictionary     string `plist:"CFBundleInfoDictionaryVersion"`
	OldestSystem   string `plist:"LSMinimumSystemVersion"`
	OnlyInMenuBar  bool   `plist:"LSUIElement"` // no icon in the Dock
	OneInstance    bool   `plist:"LSMultipleInstancesProhibited"`
	HighResolution bool   `plist:"NSHighResolutionCapable"`
	Category       string `plist:"LSApplicationCategoryType"`
	Copyright      string `plist:"NSHumanReadableCopyright"`
}

// write makes the application at path, which must not be there yet.
func (b bundle) write(path string) error {
	contents := filepath.Join(path, "Contents")
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	for _, folder := range []string{"MacOS", "Resources"} {
		if err := os.MkdirAll(filepath.Join(contents, folder), 0o755); err != nil {
			return err
		}
	}
	info, err := plist.MarshalIndent(b.properties(), plist.XMLFormat, "\t")
	if err != nil {
		return fmt.Errorf("Info.plist: %w", err)
	}
	icon, err := icns(b.icons)
	if err != nil {
		return err
	}
	program, err := os.ReadFile(b.program)
	if err != nil {
		return err
	}
	files := []struct {
		path string
		data []byte
		mode os.FileMode
	}{
		{"Info.plist", append(info, '\n'), 0o644},
		{"PkgInfo", []byte(packageMarker), 0o644},
		{"Resources/" + iconFile, icon, 0o644},
		{"MacOS/" + executable, program, 0o755},
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(contents, file.path), file.data, file.mode); err != nil {
			return err
		}
	}
	for _, document := range b.documents {
		data, err := os.ReadFile(document)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(contents, "Resources", filepath.Base(document)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (b bundle) properties() properties {
	return properties{
		Identifier: identifier, Name: name, DisplayName: name, Executable: executable, IconFile: iconFile, Kind: "APPL",
		ShortVersion: b.version, Version: b.version, Dictionary: "6.0", OldestSystem: oldestSystem,
		OnlyInMenuBar: true, OneInstance: true, HighResolution: true, Category: "public.app-category.developer-tools", Copyright: copyright,
	}
}
