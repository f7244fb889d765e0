package tray

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"agents-tray/icons"
)

// themeFolder returns a folder with the icon as an icon theme: of the pictures that come
// over the bus some panels, Xfce's among them, take the largest and scale it, which is
// not sharp; from a theme all take the one of their size. Empty: it cannot be written,
// and the pictures must do.
func themeFolder() string {
	digest := sha256.New()
	for _, state := range icons.States {
		for _, picture := range icons.Sizes(state) {
			digest.Write(picture)
		}
	}
	// Panels remember what they have read in a folder, so other pictures are in another.
	folder := filepath.Join(xdg.CacheHome, itemIdentity, fmt.Sprintf("icons-%x", digest.Sum(nil)[:6]))
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return ""
	}
	part, err := os.MkdirTemp(filepath.Dir(folder), "icons-*.part")
	if err != nil {
		return ""
	}
	defer os.RemoveAll(part) // it is gone if all went well
	if writeTheme(part) != nil || os.Rename(part, folder) != nil {
		if _, err := os.Stat(folder); err != nil { // nor has another instance been quicker
			return ""
		}
	}
	return folder
}

// writeTheme writes the pictures where hicolor, the theme that every other one falls back
// to, has those of applications.
func writeTheme(folder string) error {
	for _, state := range icons.States {
		for i, picture := range icons.Sizes(state) {
			dir := filepath.Join(folder, "hicolor", fmt.Sprintf("%dx%[1]d", icons.LinuxSizes[i]), "apps")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, themeName(state)+".png"), picture, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// themeName is the name of a state's icon in the theme.
func themeName(state icons.State) string { return itemIdentity + "-" + string(state) }
