package tray

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"agents-tray/icons"
)

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
