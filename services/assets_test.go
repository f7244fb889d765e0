package services

import (
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// maxAssets is how large all that both pages load may be, compressed: 120 kB.
const maxAssets = 120_000

func TestAssetsStaySmall(t *testing.T) {
	var all counter
	for _, folder := range []string{"web/assets", "dashboard/assets", "chat/assets"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			w := gzip.NewWriter(&all) // as a server does: each by itself
			if _, err := w.Write(data); err != nil {
				return err
			}
			return w.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bytes", all)
	if all > maxAssets || all == 0 {
		t.Errorf("the assets of both pages have %d bytes compressed, more than %d", all, maxAssets)
	}
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
