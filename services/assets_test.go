package services

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// maxAssets is how much the styles and scripts of both pages may have together, compressed.
const maxAssets = 120_000 // bytes

func TestThePagesAreSmall(t *testing.T) {
	total := 0
	for _, folder := range []string{"web/assets", "dashboard/assets", "chat/assets"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var compressed bytes.Buffer
			w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
			if err != nil {
				return err
			}
			if _, err := w.Write(data); err != nil {
				return err
			}
			if err := w.Close(); err != nil {
				return err
			}
			total += compressed.Len()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bytes", total)
	if total > maxAssets {
		t.Errorf("the assets of both pages have %d bytes, more than %d", total, maxAssets)
	}
}
