package tray

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"agents-tray/icons"
)

// themeFolder returns a folder with the icon as an icon theme: of the pictures that come
// over the bus some panels, Xfce's among them, take the largest and scale it, which is
// not sharp; from a theme all take the one of their size. Empty: it cannot be written,
// and the pictures must do.
func themeFolder() string {
	files, digest := themeFiles(), sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(digest, "%s\n%s", name, files[name])
	}
	// Panels remember what they have read in a folder, so other pictures are in another.
	folder := filepath.Join(xdg.CacheHome, itemIdentity, fmt.Sprintf("icons-%x", digest.Sum(nil)[:6]))
	if _, err := os.Stat(folder); err == nil {
		if writeFiles(folder, missing(folder, files)) != nil { // a cache is cleaned, in part or as a whole
			return ""
		}
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
	if writeFiles(part, files) != nil || os.Rename(part, folder) != nil {
		if _, err := os.Stat(folder); err != nil { // nor has another instance been quicker
			return ""
		}
	}
	return folder
}

// themeFiles are the pictures where hicolor, the theme that every other one falls back to,
// has those of applications, and the index without which GNOME's and Waybar's panels, who
// look here only, find none of them.
func themeFiles() map[string][]byte {
	var folders, sections []string
	for _, size := range icons.LinuxSizes {
		folder := fmt.Sprintf("%dx%[1]d/apps", size)
		folders = append(folders, folder)
		sections = append(sections, fmt.Sprintf("\n[%s]\nSize=%d\nContext=Applications\nType=Threshold\n", folder, size))
	}
	files := map[string][]byte{}
	for _, state := range icons.States {
		for i, picture := range icons.Sizes(state) {
			files["hicolor/"+folders[i]+"/"+themeName(state)+".png"] = picture
		}
	}
	files["hicolor/index.theme"] = fmt.Appendf(nil, "[Icon Theme]\nName=Hicolor\nComment=Icons of %s\nHidden=true\nDirectories=%s\n%s",
		Name, strings.Join(folders, ","), strings.Join(sections, ""))
	return files
}

// missing are those of the files that are not in a folder.
func missing(folder string, files map[string][]byte) map[string][]byte {
	absent := map[string][]byte{}
	for name, data := range files {
		if info, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name))); err != nil || info.Size() != int64(len(data)) {
			absent[name] = data
		}
	}
	return absent
}

// isInTheme reports whether the pictures of a state are still there.
func isInTheme(folder string, state icons.State) bool {
	for _, size := range icons.LinuxSizes {
		if _, err := os.Stat(filepath.Join(folder, "hicolor", fmt.Sprintf("%dx%[1]d", size), "apps", themeName(state)+".png")); err != nil {
			return false
		}
	}
	return true
}

func writeFiles(folder string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// themeName is the name of a state's icon in the theme.
func themeName(state icons.State) string { return itemIdentity + "-" + string(state) }
