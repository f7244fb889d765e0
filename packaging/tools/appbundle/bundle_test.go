package main

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"howett.net/plist"
)

const drawings = "../../../icons/app"

// made is an application that was made of a stand-in for the program.
func made(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	b := bundle{version: "1.2.3", icons: drawings}
	for file, into := range map[string]func(string){
		"program":      func(path string) { b.program = path },
		"licences.txt": func(path string) { b.documents = []string{path} },
	} {
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		into(path)
	}
	app := filepath.Join(folder, "Made.app")
	if err := b.write(app); err != nil {
		t.Fatal(err)
	}
	return app
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What the system looks at is there, and where it looks.
func TestABundleIsLaidOutAsTheSystemWants(t *testing.T) {
	contents := filepath.Join(made(t), "Contents")
	var info map[string]any
	if format, err := plist.Unmarshal(read(t, filepath.Join(contents, "Info.plist")), &info); err != nil || format != plist.XMLFormat {
		t.Fatalf("Info.plist: format %d, %v", format, err)
	}
	for key, want := range map[string]any{
		"CFBundleIdentifier": "arpa.home.agentstray", "CFBundleShortVersionString": "1.2.3", "CFBundleVersion": "1.2.3",
		"CFBundlePackageType": "APPL", "LSUIElement": true, "LSMinimumSystemVersion": "12.0", "NSHighResolutionCapable": true,
		"NSHumanReadableCopyright": "Copyright (c) 2026 The Configurable Agents authors, MIT licence",
	} {
		if info[key] != want {
			t.Errorf("%s is %v, not %v", key, info[key], want)
		}
	}
	program := filepath.Join(contents, "MacOS", info["CFBundleExecutable"].(string))
	if state, err := os.Stat(program); err != nil || state.Mode().Perm() != 0o755 {
		t.Errorf("the program: %v, %v", state, err)
	}
	if string(read(t, program)) != "program" {
		t.Error("the program is another")
	}
	read(t, filepath.Join(contents, "Resources", info["CFBundleIconFile"].(string)))
	read(t, filepath.Join(contents, "Resources", "licences.txt"))
}

// Each picture of the icon has the size that its kind stands for.
func TestTheIconHasEverySize(t *testing.T) {
	data, err := icns(drawings)
	if err != nil {
		t.Fatal(err)
	}
	if string(data[:4]) != "icns" || binary.BigEndian.Uint32(data[4:]) != uint32(len(data)) {
		t.Fatalf("it begins with % x", data[:8])
	}
	found := map[string]int{}
	for rest := data[8:]; len(rest) > 0; {
		length := binary.BigEndian.Uint32(rest[4:])
		picture, err := png.DecodeConfig(bytes.NewReader(rest[8:length]))
		if err != nil || picture.Width != picture.Height {
			t.Fatalf("%s: %v, %d×%d", rest[:4], err, picture.Width, picture.Height)
		}
		found[string(rest[:4])] = picture.Width
		rest = rest[length:]
	}
	for _, part := range icnsParts {
		if found[part.kind] != part.size {
			t.Errorf("%s has %d pixels, not %d", part.kind, found[part.kind], part.size)
		}
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	a, b := made(t), made(t)
	err := filepath.WalkDir(a, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(a, path)
		if err == nil && !bytes.Equal(read(t, path), read(t, filepath.Join(b, relative))) {
			t.Errorf("%s differs", relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The exceptions from the hardened runtime are none.
func TestTheEntitlementsAskForNothing(t *testing.T) {
	var asked map[string]bool
	if _, err := plist.Unmarshal(read(t, "../../macos/entitlements.plist"), &asked); err != nil {
		t.Fatal(err)
	}
	for entitlement, granted := range asked {
		if granted {
			t.Errorf("%s is asked for", entitlement)
		}
	}
}
