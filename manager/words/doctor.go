package words

// A Finding is what doctor has found out about one thing on this computer, as data.
type Finding struct {
	Kind   FindingKind
	Level  Level
	Values []string // of the names in braces, each after its name
}

// Level is how much a finding matters.
type Level string

const (
	Fine  Level = "ok"
	Worth Level = "warning" // the program runs, with something missing
	Wrong Level = "error"
)

// FindingKind is what was looked at, and how it is.
type FindingKind string

const (
	FoundVersion     FindingKind = "version"
	FoundServices    FindingKind = "services-file"
	FoundMistakes    FindingKind = "services-file-mistakes"
	FoundUnread      FindingKind = "services-file-unread"
	FoundRunning     FindingKind = "instance"
	FoundNotRunning  FindingKind = "no-instance"
	FoundSilent      FindingKind = "instance-silent"
	FoundFolder      FindingKind = "folder"
	FoundNoFolder    FindingKind = "folder-not-made"
	FoundUnwritable  FindingKind = "folder-not-writable"
	FoundForeign     FindingKind = "folder-of-another-user"
	FoundNoRoom      FindingKind = "folder-full"
	FoundOpenFolder  FindingKind = "folder-open"
	FoundPortFree    FindingKind = "port-free"
	FoundPortOurs    FindingKind = "port-ours"
	FoundPortTaken   FindingKind = "port-taken"
	FoundPortAwaited FindingKind = "port-awaited"
	FoundPlatform    FindingKind = "port-taken-by-platform"
	FoundPortDenied  FindingKind = "port-denied"
	FoundBus         FindingKind = "bus"
	FoundNoBus       FindingKind = "no-bus"
	FoundTray        FindingKind = "tray"
	FoundNoTray      FindingKind = "no-tray"
	FoundMessages    FindingKind = "notifications"
	FoundNoMessages  FindingKind = "no-notifications"
	FoundBrowser     FindingKind = "browser"
	FoundNoBrowser   FindingKind = "no-browser"
	FoundLeft        FindingKind = "left"
	FoundNothingLeft FindingKind = "nothing-left"
)

// findings say what was found, and what to do about it.
var findings = map[FindingKind]struct{ what, advice text }{
	FoundVersion:    {text{"Version {version}, on {system}", "Version {version}, auf {system}"}, none},
	FoundServices:   {text{"The services file is in order: {names}", "Die Dienste-Datei ist in Ordnung: {names}"}, none},
	FoundMistakes:   {text{"The services file has mistakes:\n{mistakes}", "Die Dienste-Datei hat Fehler:\n{mistakes}"}, text{"Correct them; agents-tray check looks again", "Berichtigen; agents-tray check sieht wieder nach"}},
	FoundUnread:     {text{"Services file: {mistakes}", "Dienste-Datei: {mistakes}"}, none},
	FoundRunning:    {text{"It is running (pid {pid}, version {version})", "Es läuft (PID {pid}, Version {version})"}, none},
	FoundNotRunning: {text{"It is not running", "Es läuft nicht"}, text{"Start it with agents-tray, or agents-tray ui in a terminal", "Mit agents-tray starten, im Terminal mit agents-tray ui"}},
	FoundSilent: {
		text{"It is running, or seems to be, but does not answer", "Es läuft, oder scheint zu laufen, antwortet aber nicht"},
		text{"If it was suspended in its terminal, as by Ctrl-Z, fg there continues it; else try again later, or end the process agents-tray", "Wurde es in seinem Terminal angehalten, etwa mit Strg-Z, setzt fg es dort fort; sonst später noch einmal versuchen oder den Prozess agents-tray beenden"},
	},
	FoundFolder:     {text{"The folder {path} can be written", "Der Ordner {path} ist beschreibbar"}, none},
	FoundNoFolder:   {text{"The folder {path} is not there yet", "Den Ordner {path} gibt es noch nicht"}, none},
	FoundUnwritable: {text{"The folder {path} cannot be written: {detail}", "Der Ordner {path} ist nicht beschreibbar: {detail}"}, text{"Make it your own and writable", "Den Ordner zum eigenen machen und beschreibbar"}},
	FoundForeign:    {text{"{detail}", "{detail}"}, none}, // with what mends it
	FoundNoRoom: {
		text{"Nothing more can be written to the folder {path}: {detail}", "In den Ordner {path} lässt sich nichts mehr schreiben: {detail}"},
		text{"Make room on that disk, or have it written to again; until then nothing is recorded or logged", "Auf dem Datenträger Platz schaffen oder ihn wieder beschreibbar machen; bis dahin wird nichts aufgezeichnet und protokolliert"},
	},
	FoundOpenFolder: {text{"The folder {path} is open to other users", "Der Ordner {path} steht anderen Benutzern offen"}, text{"It is closed at the next start", "Beim nächsten Start wird er geschlossen"}},
	FoundPortFree:   {text{"Port {port} is free for {service}", "Port {port} ist frei für {service}"}, none},
	FoundPortOurs:   {text{"Port {port} is {service}'s", "Port {port} gehört {service}"}, none},
	FoundPortTaken:  {text{"Port {port}, for {service}, is taken by {holder}", "Port {port} für {service} ist von {holder} belegt"}, text{"Stop that program, or give the service another port in the services file", "Dieses Programm beenden oder dem Dienst in der Dienste-Datei einen anderen Port geben"}},
	FoundPortAwaited: {
		text{"Port {port} is taken by {holder}, and {service} waits for it", "Port {port} ist von {holder} belegt, und {service} wartet darauf"},
		text{"Stop that program, or give the service another port in the services file", "Dieses Programm beenden oder dem Dienst in der Dienste-Datei einen anderen Port geben"},
	},
	FoundPortDenied: {text{"You may not use port {port}, for {service}: ports below 1024 are for the administrator", "Port {port} für {service} dürfen Sie nicht verwenden: Ports unter 1024 sind dem Administrator vorbehalten"}, text{"Give it a port above 1023 in the services file", "In der Dienste-Datei einen Port über 1023 angeben"}},
	FoundPlatform: {
		text{"Port {port}, for {service}, is taken by {holder}, started elsewhere", "Port {port} für {service} ist von {holder} belegt, die anderswo gestartet wurde"},
		text{"Stop it there; agents-tray init --python has it run from here", "Dort anhalten; mit agents-tray init --python läuft sie von hier aus"},
	},
	FoundBus:         {text{"There is a session of the desktop", "Es gibt eine Sitzung der Oberfläche"}, none},
	FoundNoBus:       {text{"There is no session of the desktop here: it runs in the terminal", "Hier gibt es keine Sitzung der Oberfläche: Es läuft im Terminal"}, none},
	FoundTray:        {text{"The desktop shows icons of programs", "Die Oberfläche zeigt Symbole von Programmen"}, none},
	FoundNoTray:      {text{"The desktop shows no icons of programs", "Die Oberfläche zeigt keine Symbole von Programmen"}, text{"Switch on its tray (GNOME: the extension AppIndicator); until then agents-tray menu does all that the menu does", "Den Systembereich einschalten (GNOME: die Erweiterung AppIndicator); bis dahin kann agents-tray menu alles, was das Menü kann"}},
	FoundMessages:    {text{"The desktop shows notifications", "Die Oberfläche zeigt Benachrichtigungen"}, none},
	FoundNoMessages:  {text{"The desktop shows no notifications", "Die Oberfläche zeigt keine Benachrichtigungen"}, text{"Look into the menu instead; a notification daemon such as dunst shows them", "Stattdessen ins Menü sehen; ein Benachrichtigungsdienst wie dunst zeigt sie"}},
	FoundBrowser:     {text{"Pages are opened by {path}", "Seiten öffnet {path}"}, none},
	FoundNoBrowser:   {text{"Nothing is there that opens a page", "Nichts ist da, was eine Seite öffnet"}, text{"Install xdg-utils and a browser", "xdg-utils und einen Browser installieren"}},
	FoundLeft:        {text{"Something of an earlier session still runs: {pids}", "Von einer früheren Sitzung läuft noch etwas: {pids}"}, text{"The next start ends it", "Der nächste Start beendet es"}},
	FoundNothingLeft: {text{"Nothing of an earlier session is left", "Von früheren Sitzungen ist nichts übrig"}, none},
}

// Finding says what was found, and what to do about it, without full stops; the latter may be
// empty.
func (l Language) Finding(f Finding) (what, advice string) {
	row := findings[f.Kind]
	return row.what.fill(l, f.Values...), row.advice.fill(l, f.Values...)
}
