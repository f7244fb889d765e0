package clipboard

import (
	"testing"

	"github.com/atotto/clipboard"
)

func TestCopy(t *testing.T) {
	for _, text := range []string{"Dashboard", "two\nlines, ä, 𝄞"} {
		if err := Copy(text); err != nil {
			t.Fatal(err)
		}
		if pasted, err := clipboard.ReadAll(); err != nil || pasted != text {
			t.Errorf("copied %q, pasted %q (%v)", text, pasted, err)
		}
	}
}
