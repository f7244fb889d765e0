package words

import "testing"

// Each finding is said in every language.
func TestEveryFindingIsSaid(t *testing.T) {
	for kind, row := range findings {
		if row.what.english == "" || row.what.german == "" || (row.advice.english == "") != (row.advice.german == "") {
			t.Errorf("%s is not said in every language", kind)
		}
	}
	f := Finding{FoundPortTaken, Wrong, []string{"{port}", "7861", "{service}", "Dashboard", "{holder}", "node (pid 812)"}}
	if what, advice := German.Finding(f); what != "Port 7861 für Dashboard ist von node (pid 812) belegt" || advice == "" {
		t.Errorf("%q, %q", what, advice)
	}
}
