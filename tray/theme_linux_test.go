package tray

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"agents-tray/icons"
)

// People and programs clean caches, while the icon is shown and else: what is gone of the theme is
// written again, or a panel shows that a picture is missing.
func TestTheThemeIsThereAgain(t *testing.T) {
	before := xdg.CacheHome
	xdg.CacheHome = t.TempDir()
	t.Cleanup(func() { xdg.CacheHome = before })
	theme := themeFolder()
	item := &statusItem{state: icons.Attention, theme: theme}
	for what, clean := range map[string]func() error{
		"a picture": func() error { return os.Remove(filepath.Join(theme, "hicolor/22x22/apps/agents-tray-attention.png")) },
		"an emptied picture": func() error {
			return os.Truncate(filepath.Join(theme, "hicolor/22x22/apps/agents-tray-stopped.png"), 0)
		},
		"the index": func() error { return os.Remove(filepath.Join(theme, "hicolor/index.theme")) },
		"all":       func() error { return os.RemoveAll(xdg.CacheHome) },
	} {
		if err := clean(); err != nil {
			t.Fatal(err)
		}
		if what == "a picture" || what == "all" {
			if shown, _ := item.getAll(itemInterface); shown["IconName"].Value() != "agents-tray-attention" || shown["IconThemePath"].Value() != theme {
				t.Errorf("without %s the panel is told %v in %v", what, shown["IconName"], shown["IconThemePath"])
			}
		} else if themeFolder() != theme {
			t.Errorf("without %s there is no theme", what)
		}
		if absent := missing(theme, themeFiles()); len(absent) > 0 {
			t.Errorf("without %s there is no %v again", what, slices.Collect(maps.Keys(absent)))
		}
	}
}

// The panels of GNOME and Waybar look for the icon in the theme's folder and nowhere
// else, and only where its index leads.
func TestTheThemeStandsByItself(t *testing.T) {
	before := xdg.CacheHome
	xdg.CacheHome = t.TempDir()
	t.Cleanup(func() { xdg.CacheHome = before })
	theme := filepath.Join(themeFolder(), "hicolor")
	index, err := os.ReadFile(filepath.Join(theme, "index.theme"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(index), "\nDirectories=")
	list, _, _ = strings.Cut(list, "\n")
	for _, state := range icons.States {
		var pictures []string
		for folder := range strings.SplitSeq(list, ",") {
			if !strings.Contains(string(index), "\n["+folder+"]\nSize=") {
				t.Errorf("the index does not say the size in %s", folder)
			}
			picture, err := os.ReadFile(filepath.Join(theme, folder, themeName(state)+".png"))
			if err != nil {
				t.Error(err)
			}
			pictures = append(pictures, string(picture))
		}
		for i, want := range icons.Sizes(state) {
			if !slices.Contains(pictures, string(want)) {
				t.Errorf("%s is not there in %d pixels", state, icons.LinuxSizes[i])
			}
		}
	}
}
