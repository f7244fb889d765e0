package words

import (
	"testing"
	"time"

	"agents-tray/manager"
)

// What is said of an exit in each language.
func TestExits(t *testing.T) {
	for _, test := range []struct {
		exit            manager.Exit
		english, german string
	}{
		{manager.Exit{Code: 0}, "ended by itself (exit 0)", "endete von selbst (Exit-Code 0)"},
		{manager.Exit{Code: 3}, "ended with an error (exit 3)", "endete mit einem Fehler (Exit-Code 3)"},
		{manager.Exit{Code: 126}, "could not be executed (exit 126: found, but not a program that can run)", "ließ sich nicht ausführen (Exit-Code 126: gefunden, aber nicht ausführbar)"},
		{manager.Exit{Code: 127}, "did not find a command (exit 127: command not found)", "fand einen Befehl nicht (Exit-Code 127: Befehl nicht gefunden)"},
		{manager.Exit{Code: 128}, "ended with an error (exit 128)", "endete mit einem Fehler (Exit-Code 128)"},
		{manager.Exit{Code: 137}, "ended because a program in it was ended by SIGKILL (exit 137)", "endete, weil ein Programm darin durch SIGKILL beendet wurde (Exit-Code 137)"},
		{manager.Exit{Code: -1, Signal: "SIGKILL"}, "was killed; perhaps for lack of memory (SIGKILL)", "wurde abgebrochen, vielleicht aus Mangel an Arbeitsspeicher (SIGKILL)"},
		{manager.Exit{Code: -1, Signal: "SIGKILL", OutOfMemory: true}, "was killed by the system: out of memory (SIGKILL)", "wurde vom System abgebrochen: zu wenig Arbeitsspeicher (SIGKILL)"},
		{manager.Exit{Code: -1, Signal: "SIGSEGV"}, "crashed (SIGSEGV)", "ist abgestürzt (SIGSEGV)"},
		{manager.Exit{Code: -1, Signal: "SIGABRT"}, "gave up by itself (SIGABRT)", "hat sich selbst abgebrochen (SIGABRT)"},
		{manager.Exit{Code: -1, Signal: "SIGUSR1"}, "was ended by SIGUSR1", "wurde durch SIGUSR1 beendet"},
		{manager.Exit{Code: -1, Signal: "SIGTERM"}, "was told to stop by another program (SIGTERM)", "wurde von einem anderen Programm angehalten (SIGTERM)"},
		{manager.Exit{Code: -1, Signal: "SIGTERM", Ended: true}, "was stopped", "wurde angehalten"},
		{manager.Exit{Code: -1, Signal: "SIGKILL", Ended: true}, "was killed", "wurde abgebrochen"},
		{manager.Exit{Code: -1, Signal: "SIGKILL", Ended: true, Grace: 5 * time.Second}, "did not stop within 5 s and was killed", "hielt nicht innerhalb von 5 s an und wurde abgebrochen"},
		{manager.Exit{Code: shutdownExit}, "was ended by the system shutting down", "wurde beim Herunterfahren des Systems beendet"},
		{manager.Exit{Code: controlExit, Ended: true}, "was stopped", "wurde angehalten"},
		{manager.Exit{Code: controlExit}, "was told to stop by another program (exit 0xC000013A)", "wurde von einem anderen Programm angehalten (Exit-Code 0xC000013A)"},
		{manager.Exit{Code: 0xC0000005}, "crashed (exit 0xC0000005)", "ist abgestürzt (Exit-Code 0xC0000005)"},
	} {
		if got := English.Exit(test.exit); got != test.english {
			t.Errorf("%+v: it %s, want %s", test.exit, got, test.english)
		}
		if got := German.Exit(test.exit); got != test.german {
			t.Errorf("%+v: er %s, want %s", test.exit, got, test.german)
		}
	}
}

// An exit that another version tells of is told in its English words, and in German by what
// is known of it.
func TestAnExitOfAnotherVersion(t *testing.T) {
	exit := manager.Exit{Code: -1, Signal: "SIGTERM", Asked: true, Words: "was stopped by a newer rule"}
	if got := English.Exit(exit); got != exit.Words {
		t.Errorf("it %s", got)
	}
	if got := German.Exit(exit); got != "wurde angehalten" {
		t.Errorf("er %s", got)
	}
}
