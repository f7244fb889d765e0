// Package words holds what only the tray says, in every language it speaks, in one table.
// What is said of services is in package manager/words.
package words

import "agents-tray/manager/words"

// Language is the language of package manager/words, for those who need no more of it.
type Language = words.Language

// The languages.
const (
	English = words.English
	German  = words.German
)

// Languages is how many there are.
const Languages = words.Languages

const languages = Languages

// System returns the language that the user has chosen in the system's settings.
func System() Language { return words.System() }

// Key is something the tray says.
type Key int

// In returns what key says in a language, with the verbs of fmt for arguments.
func (k Key) In(l Language) string { return table[k].text[l] }

// place is where a line is shown, and how long it may be there, in UTF-16 units: where
// Windows sets no limit, what still reads as one line.
type place int

const (
	label place = 60  // of the menu, and a button's
	state place = 100 // that stands in the icon's tooltip too, of 127 units with the program's name
	title place = 63  // of a notification
	body  place = 255 // of a notification
)

type line struct {
	place
	text [languages]string
}

// The state of the whole.
const (
	Nothing Key = iota
	Starting
	StartingUsually
	Running
	Stopping
	Stopped
	Paused
	AndMore

	// The menu.
	UsePort
	RestartService
	ShowLogOf
	OpenPage
	Services
	Open
	CopyAddress
	ShowLog
	Restart
	Stop
	Start
	RestartAll
	PauseAll
	Resume
	History
	Settings
	AtLogin
	AtLoginAnother
	Notifications
	EditServices
	EditServicesBody
	UsePlatform
	StartServer
	About
	VersionLine
	LicenceLine
	CopyDiagnosis
	Quit

	// A service's state.
	ServiceStopped
	ServiceKilled
	ServiceWaiting
	ServiceStarting
	ServiceRunning
	ServiceRunningAt
	ServiceStopping
	ServiceBackingOff
	ServiceCompleted
	ServiceFailed

	// The end of the session before.
	UncleanEnd
	UncleanLine
	Review
	NothingStarted
	NothingStartedBody
	StartEverything

	// How it ended, as a line after UncleanLine.
	EndPlatform
	EndCrash
	EndOutOfMemory
	EndLeftRunning
	EndKill
	EndPossibleOOM
	EndUnrecorded
	EndRestart

	// The same in sentences, and what more is known.
	CausePlatform
	CauseCrash
	CauseOutOfMemory
	CauseLeftRunning
	CauseKill
	CausePossibleOOM
	CauseUnrecorded
	CauseRestart
	DetailOtherComputer
	DetailKillsOne
	DetailKillsMany

	// Notices: in a line, and what else there is to know.
	NotKept
	NotKeptOther
	SocketsElsewhere
	SettingsNotKept
	ServicesUnread
	UnusableMore
	UnusableMended
	UnusableOther
	NotFindable
	StillRuns
	LeftRunning
	PlatformBlind
	NotRecorded
	NotRecordedMore
	RecordRemoved
	RecordRewritten
	RecordBegun
	RecordDamaged
	RecordDamagedKept
	RecordRestored
	GuardTrouble
	OpenToOthers
	OpenToOthersMore
	LocalhostTaken
	LocalhostTakenMore
	PlatformUnknown
	PlatformLocked
	PlatformLockedMore
	PlatformDamaged
	PlatformDamagedMore
	PlatformUnreadable
	PlatformUnreadableMore
	PlatformMissing
	PlatformMissingMore
	PlatformForeign
	PlatformForeignMore
	ServicesUnchanged
	ServicesNotRead
	ServicesGone
	ServicesGoneMore
	ServicesUnwatched
	SettingsLater

	// Quit while workflows run.
	QuitAskedOne
	QuitAskedMany
	QuitWaitsOne
	QuitWaitsMany
	FinishAndQuit
	QuitNow
	KeepRunning
	QuitQuestionOne
	QuitQuestionMany
	QuitQuestionBody
	QuitWaitsBody

	// Notifications.
	Dismiss
	OpenLog
	CannotStart
	MistakeBody
	MistakesBody
	GaveUpMany
	BackAgain
	BackMany
	RanAgain
	RanAgainBody
	OpensLater
	OpensLaterBody
	NoTray
	NoTrayBody
	NoPageBody
	NoTrayNoPageBody
	InPanel
	BesideClock
	WelcomeBody
	WelcomeNoPageBody
	RunsAlready
	SessionsShowMore
	NoBrowser
	NoBrowserBody
	NotOpened
	WhyNoBrowser
	WhyNoProgram
	WhyNotRunning
	WhyCommandFailed
	WhyMoved
	WhyMadeToRun
	WhyTooLong
	WhyRefused
	WhyUnanswered
	WhyNotAsked
	SilentBody
	NotCopied
	NotChanged
	StatusByCommand
	PlatformTaken
	PlatformTakenBody
	ServerTaken
	ServerTakenBody
	ServerWatched
	ServerWatchedBody
	NotTaken
	NotOffered

	// Why something is refused.
	OnlyWatched
	NoRerunCommand
	NoRerun
	NoSuchSession
	DatabaseNotKnown
	OtherStateFolder

	keys int = iota
)

// The table: where each line is shown, and what it says in English and in German.
var table = [keys]line{
	Starting:        {state, [languages]string{"Starting…", "Startet…"}},
	StartingUsually: {state, [languages]string{"Starting… usually %s", "Startet… meist %s"}},
	Running:         {state, [languages]string{"Running", "Läuft"}},
	Stopping:        {state, [languages]string{"Stopping…", "Wird beendet…"}},
	Stopped:         {state, [languages]string{"Stopped", "Angehalten"}},
	Paused:          {state, [languages]string{"Paused", "Pausiert"}},
	AndMore:         {state, [languages]string{"%s, and %d more", "%s, und %d weitere"}},

	UsePort:          {label, [languages]string{"Use port %d for %s this time", "Diesmal Port %d für %s verwenden"}},
	RestartService:   {label, [languages]string{"Restart %s", "%s neu starten"}},
	ShowLogOf:        {label, [languages]string{"Show log of %s", "Protokoll von %s zeigen"}},
	OpenPage:         {label, [languages]string{"Open %s", "%s öffnen"}},
	Services:         {label, [languages]string{"Services", "Dienste"}},
	Open:             {label, [languages]string{"Open", "Öffnen"}},
	CopyAddress:      {label, [languages]string{"Copy address", "Adresse kopieren"}},
	ShowLog:          {label, [languages]string{"Show log", "Protokoll zeigen"}},
	Restart:          {label, [languages]string{"Restart", "Neu starten"}},
	Stop:             {label, [languages]string{"Stop", "Anhalten"}},
	Start:            {label, [languages]string{"Start", "Starten"}},
	RestartAll:       {label, [languages]string{"Restart all", "Alle neu starten"}},
	PauseAll:         {label, [languages]string{"Pause all", "Alle pausieren"}},
	Resume:           {label, [languages]string{"Resume", "Fortsetzen"}},
	History:          {label, [languages]string{"Session history…", "Sitzungsverlauf…"}},
	Settings:         {label, [languages]string{"Settings", "Einstellungen"}},
	AtLogin:          {label, [languages]string{"Start at login", "Bei der Anmeldung starten"}},
	AtLoginAnother:   {label, [languages]string{"Start at login (now: another copy)", "Bei der Anmeldung starten (jetzt: andere Kopie)"}},
	Notifications:    {label, [languages]string{"Notifications", "Benachrichtigungen"}},
	EditServices:     {label, [languages]string{"Edit services…", "Dienste bearbeiten…"}},
	EditServicesBody: {body, [languages]string{"What you save in %s applies at once.", "Was in %s gespeichert wird, gilt sofort."}},
	UsePlatform:      {label, [languages]string{"Use the Python platform…", "Python-Plattform verwenden…"}},
	StartServer:      {label, [languages]string{"Start %s", "%s starten"}},
	About:            {label, [languages]string{"About", "Über"}},
	VersionLine:      {label, [languages]string{"%s, version %s", "%s, Version %s"}},
	LicenceLine:      {label, [languages]string{"MIT licence", "MIT-Lizenz"}},
	CopyDiagnosis:    {label, [languages]string{"Copy diagnosis", "Diagnose kopieren"}},
	Quit:             {label, [languages]string{"Quit", "Beenden"}},

	ServiceStopped:    {label, [languages]string{"Stopped", "Angehalten"}},
	ServiceKilled:     {label, [languages]string{"Stopped; killed after %s", "Angehalten; nach %s abgebrochen"}},
	ServiceWaiting:    {label, [languages]string{"Waiting for %s", "Wartet auf %s"}},
	ServiceStarting:   {label, [languages]string{"Starting…", "Startet…"}},
	ServiceRunning:    {label, [languages]string{"Running", "Läuft"}},
	ServiceRunningAt:  {label, [languages]string{"Running at %s", "Läuft auf %s"}},
	ServiceStopping:   {label, [languages]string{"Stopping…", "Hält an…"}},
	ServiceBackingOff: {label, [languages]string{"Ended; starts again soon", "Beendet; startet gleich wieder"}},
	ServiceCompleted:  {label, [languages]string{"Completed", "Abgeschlossen"}},
	ServiceFailed:     {label, [languages]string{"Failed", "Ausgefallen"}},

	UncleanEnd:         {title, [languages]string{"Last session ended unexpectedly", "Letzte Sitzung endete unerwartet"}},
	UncleanLine:        {state, [languages]string{"Last session ended unexpectedly – %s", "Letzte Sitzung endete unerwartet – %s"}},
	NothingStarted:     {title, [languages]string{"Nothing was started", "Nichts wurde gestartet"}},
	NothingStartedBody: {body, [languages]string{"The last two sessions ended unexpectedly, within ten minutes. %s", "Die letzten beiden Sitzungen endeten unerwartet, innerhalb von zehn Minuten. %s"}},
	StartEverything:    {label, [languages]string{"Start everything", "Alles starten"}},

	Review: {label, [languages]string{"Review", "Ansehen"}},

	EndPlatform:    {state, [languages]string{"it was the Python platform's", "die der Python-Plattform"}},
	EndCrash:       {state, [languages]string{"it crashed {when}", "abgestürzt {when}"}},
	EndOutOfMemory: {state, [languages]string{"memory had run out {when}", "aus Speichermangel abgebrochen {when}"}},
	EndLeftRunning: {state, [languages]string{"something ran on after it {when}", "etwas lief danach weiter, {when}"}},
	EndKill:        {state, [languages]string{"it was killed {when}", "abgebrochen {when}"}},
	EndPossibleOOM: {state, [languages]string{"it was killed {when}; perhaps for lack of memory", "abgebrochen {when} (vielleicht Speichermangel)"}},
	EndUnrecorded:  {state, [languages]string{"it ended unrecorded {when}", "Ende nicht aufgezeichnet, {when}"}},
	EndRestart:     {state, [languages]string{"the computer went down {when}", "der Rechner ging {when} aus"}},

	CausePlatform: {body, [languages]string{
		"It was a session of the Python platform, whose database says that it did not end in order. If it still runs, stop it: both want the same ports.",
		"Es war eine Sitzung der Python-Plattform, deren Datenbank sagt, dass sie nicht ordentlich endete. Falls sie noch läuft, bitte anhalten: Beide wollen dieselben Ports.",
	}},
	CauseCrash:       {body, [languages]string{"Configurable Agents itself crashed.", "Configurable Agents ist selbst abgestürzt."}},
	CauseOutOfMemory: {body, [languages]string{"The system killed Configurable Agents because memory had run out.", "Das System hat Configurable Agents aus Speichermangel abgebrochen."}},
	CauseLeftRunning: {body, [languages]string{
		"Configurable Agents ended, but could not end everything that it had started.",
		"Configurable Agents endete, konnte aber nicht alles beenden, was es gestartet hatte.",
	}},
	CauseKill: {body, [languages]string{
		"Configurable Agents was killed by somebody or by another program.", "Configurable Agents wurde von jemandem oder von einem anderen Programm abgebrochen.",
	}},
	CausePossibleOOM: {body, [languages]string{
		"Configurable Agents was killed by somebody, by another program, or by the system for lack of memory.",
		"Configurable Agents wurde abgebrochen: von jemandem, von einem anderen Programm oder vom System aus Speichermangel.",
	}},
	CauseUnrecorded: {body, [languages]string{
		"How Configurable Agents ended is not known: its end was not recorded.",
		"Wie Configurable Agents endete, ist nicht bekannt: Das Ende wurde nicht aufgezeichnet.",
	}},
	CauseRestart: {body, [languages]string{
		"The computer was restarted or lost power while Configurable Agents was running.",
		"Der Rechner wurde neu gestartet oder verlor den Strom, während Configurable Agents lief.",
	}},
	DetailOtherComputer: {body, [languages]string{"The record was made on another computer.", "Die Aufzeichnung stammt von einem anderen Rechner."}},
	DetailKillsOne: {body, [languages]string{
		"Since that session started, the system has killed 1 process for lack of memory.",
		"Seit dem Beginn jener Sitzung hat das System einen Prozess aus Speichermangel abgebrochen.",
	}},
	DetailKillsMany: {body, [languages]string{
		"Since that session started, the system has killed %d processes for lack of memory.",
		"Seit dem Beginn jener Sitzung hat das System %d Prozesse aus Speichermangel abgebrochen.",
	}},

	NotKept:          {state, [languages]string{"Nothing of this session will be kept", "Von dieser Sitzung wird nichts behalten"}},
	NotKeptOther:     {state, [languages]string{"Nothing will be kept: a folder belongs to %s", "Nichts wird behalten: Ein Ordner gehört %s"}},
	SocketsElsewhere: {state, [languages]string{"The folder for sockets cannot be used", "Der Ordner für Sockets ist nicht zu benutzen"}},
	SettingsNotKept:  {state, [languages]string{"Settings will not be kept", "Einstellungen werden nicht behalten"}},
	ServicesUnread: {state, [languages]string{
		"The services file cannot be read: Dashboard and Chat run", "Die Datei der Dienste ist nicht lesbar: Dashboard und Chat laufen",
	}},
	UnusableMore: {body, [languages]string{
		"%s cannot be used: %v. Make it your own and writable, or name another folder in %s.",
		"%s ist nicht zu benutzen: %v. Den Ordner zum eigenen machen und beschreibbar, oder einen anderen in %s nennen.",
	}},
	UnusableMended: {body, [languages]string{
		"%s belongs to %s, as after a start with sudo. This gives it back: %s",
		"%s gehört %s, wie nach einem Start mit sudo. Das gibt es zurück: %s",
	}},
	UnusableOther: {body, [languages]string{
		"%s belongs to %s. Name another folder in %s.", "%s gehört %s. Einen anderen Ordner in %s nennen.",
	}},
	NotFindable:     {state, [languages]string{"Other programs cannot find this one", "Andere Programme finden dieses nicht"}},
	StillRuns:       {state, [languages]string{"Something of the last session still runs", "Etwas von der letzten Sitzung läuft noch"}},
	LeftRunning:     {state, [languages]string{"Something that was started here could not be ended", "Etwas, das hier gestartet wurde, ließ sich nicht beenden"}},
	PlatformBlind:   {state, [languages]string{"The Python platform does not see this session", "Die Python-Plattform sieht diese Sitzung nicht"}},
	NotRecorded:     {state, [languages]string{"This session is not being recorded", "Diese Sitzung wird nicht aufgezeichnet"}},
	NotRecordedMore: {body, [languages]string{"Should it end unexpectedly, that may go unnoticed.", "Sollte sie unerwartet enden, bleibt das vielleicht unbemerkt."}},
	RecordRemoved: {state, [languages]string{
		"The session record was removed while it was in use", "Die Sitzungsaufzeichnung wurde entfernt, während sie benutzt wurde",
	}},
	RecordRewritten: {body, [languages]string{"It was written anew, with all that was in it.", "Sie wurde neu geschrieben, mit allem, was darin stand."}},
	RecordBegun:     {body, [languages]string{"A new one was begun.", "Eine neue wurde begonnen."}},
	RecordDamaged:   {state, [languages]string{"The session record was damaged", "Die Sitzungsaufzeichnung war beschädigt"}},
	RecordDamagedKept: {body, [languages]string{
		"A new one was begun; the old file is kept as %s.", "Eine neue wurde begonnen; die alte Datei bleibt als %s erhalten.",
	}},
	RecordRestored: {body, [languages]string{
		"The copy made %s has taken its place, so how the last session ended is not known; the damaged file is kept as %s.",
		"Die Kopie, gemacht %s, ist an ihre Stelle getreten. Wie die letzte Sitzung endete, ist deshalb nicht bekannt; die beschädigte Datei bleibt als %s erhalten.",
	}},
	OpenToOthers:     {state, [languages]string{"Other users of this computer can use Dashboard and Chat", "Andere Benutzer dieses Computers können Dashboard und Chat benutzen"}},
	OpenToOthersMore: {state, [languages]string{"other_users in the services file says so.", "So steht es unter other_users in der Datei der Dienste."}},
	LocalhostTaken:   {state, [languages]string{"Another program answers at localhost", "Ein anderes Programm antwortet auf localhost"}},
	LocalhostTakenMore: {body, [languages]string{
		"%[1]s is taken by %[2]s, so that localhost may not be %[3]s. Open %[4]s instead.",
		"%[1]s ist von %[2]s belegt, localhost ist also womöglich nicht %[3]s. Stattdessen %[4]s öffnen.",
	}},
	GuardTrouble:    {state, [languages]string{"Something for the services could not be done", "Etwas für die Dienste war nicht möglich"}},
	PlatformUnknown: {state, [languages]string{"What the Python platform runs is not known", "Was die Python-Plattform ausführt, ist nicht bekannt"}},
	PlatformLocked: {state, [languages]string{
		"The Python platform's database is locked by another program", "Ein anderes Programm sperrt die Datenbank der Python-Plattform",
	}},
	PlatformLockedMore: {body, [languages]string{
		"Its workflows are shown as they were before: %s.", "Ihre Workflows werden so gezeigt, wie sie zuvor waren: %s.",
	}},
	PlatformDamaged: {state, [languages]string{"The Python platform's database is damaged", "Die Datenbank der Python-Plattform ist beschädigt"}},
	PlatformDamagedMore: {body, [languages]string{
		"So its workflows are not known. Restore %s from a copy, or remove it: the platform makes a new one.",
		"Ihre Workflows sind deshalb nicht bekannt. %s aus einer Kopie wiederherstellen oder entfernen: Die Plattform legt eine neue an.",
	}},
	PlatformUnreadable: {state, [languages]string{"The Python platform's database cannot be read", "Die Datenbank der Python-Plattform ist nicht lesbar"}},
	PlatformUnreadableMore: {body, [languages]string{
		"So its workflows are not known: %s.", "Ihre Workflows sind deshalb nicht bekannt: %s.",
	}},
	PlatformMissing: {state, [languages]string{"The Python platform's database is not there yet", "Die Datenbank der Python-Plattform ist noch nicht da"}},
	PlatformMissingMore: {body, [languages]string{
		"Its workflows are known once %s is there; if it does not come, check the path in --db-url.",
		"Ihre Workflows sind bekannt, sobald %s da ist; wenn sie nicht kommt, den Pfad in --db-url prüfen.",
	}},
	PlatformForeign: {state, [languages]string{"The file in --db-url is no database of the Python platform", "Die Datei in --db-url ist keine Datenbank der Python-Plattform"}},
	PlatformForeignMore: {body, [languages]string{
		"%s has none of the platform's tables. Give another file in --db-url.", "%s hat keine der Tabellen der Plattform. In --db-url eine andere Datei angeben.",
	}},

	ServicesUnchanged: {state, [languages]string{"The services file has a mistake: nothing was changed", "Die Dienste-Datei hat einen Fehler: Nichts wurde geändert"}},
	ServicesNotRead:   {state, [languages]string{"The services file cannot be read: nothing was changed", "Die Dienste-Datei ist nicht lesbar: Nichts wurde geändert"}},
	ServicesGone:      {state, [languages]string{"The services file is gone: nothing was changed", "Die Dienste-Datei ist weg: Nichts wurde geändert"}},
	ServicesGoneMore: {body, [languages]string{
		"%s is gone. What runs goes on; without a file, the next start begins with Dashboard and Chat.",
		"%s ist weg. Was läuft, läuft weiter; ohne Datei beginnt der nächste Start mit Dashboard und Chat.",
	}},
	ServicesUnwatched: {state, [languages]string{"Changes of the services file count from the next start", "Änderungen der Dienste-Datei gelten ab dem nächsten Start"}},
	SettingsLater:     {state, [languages]string{"The settings in the services file count from the next start", "Die Einstellungen in der Dienste-Datei gelten ab dem nächsten Start"}},

	QuitAskedOne:     {state, [languages]string{"Quit? A workflow is running (answer by %s)", "Beenden? Ein Workflow läuft (Antwort bis %s)"}},
	QuitAskedMany:    {state, [languages]string{"Quit? %d workflows are running (answer by %s)", "Beenden? %d Workflows laufen (Antwort bis %s)"}},
	QuitWaitsOne:     {state, [languages]string{"Quits after a workflow, at %s at the latest", "Endet nach einem Workflow, spätestens um %s"}},
	QuitWaitsMany:    {state, [languages]string{"Quits after %d workflows, at %s at the latest", "Endet nach %d Workflows, spätestens um %s"}},
	FinishAndQuit:    {label, [languages]string{"Finish, then quit", "Erst fertig werden, dann beenden"}},
	QuitNow:          {label, [languages]string{"Stop now and quit", "Sofort beenden"}},
	KeepRunning:      {label, [languages]string{"Do not quit", "Nicht beenden"}},
	QuitQuestionOne:  {title, [languages]string{"Quit while a workflow is running?", "Beenden, während ein Workflow läuft?"}},
	QuitQuestionMany: {title, [languages]string{"Quit while %d workflows are running?", "Beenden, während %d Workflows laufen?"}},
	QuitQuestionBody: {body, [languages]string{
		"Without an answer by %s, what runs is finished first; then it quits.",
		"Ohne Antwort bis %s wird erst fertig, was läuft; dann wird beendet.",
	}},
	QuitWaitsBody: {body, [languages]string{
		"What still runs at %s is stopped then.",
		"Was um %s noch läuft, wird dann angehalten.",
	}},

	Dismiss:     {label, [languages]string{"Dismiss", "Verwerfen"}},
	OpenLog:     {label, [languages]string{"Open log", "Protokoll öffnen"}},
	CannotStart: {title, [languages]string{"%s cannot start", "%s kann nicht starten"}},
	MistakeBody: {body, [languages]string{"%s has a mistake in line %s\nIn a terminal, %s shows it.", "%s hat einen Fehler in Zeile %s\nIm Terminal zeigt ihn %s."}},
	MistakesBody: {body, [languages]string{
		"%s has %d mistakes. The first, in line %s\nIn a terminal, %s shows all.",
		"%s hat %d Fehler. Der erste, in Zeile %s\nIm Terminal zeigt alle %s.",
	}},
	GaveUpMany:     {title, [languages]string{"%d services have failed", "%d Dienste sind ausgefallen"}},
	BackAgain:      {title, [languages]string{"%s is running again", "%s läuft wieder"}},
	BackMany:       {title, [languages]string{"All services are running again", "Alle Dienste laufen wieder"}},
	RanAgain:       {title, [languages]string{"%s has run again", "%s lief noch einmal"}},
	RanAgainBody:   {body, [languages]string{"It ended as it should.", "Es endete, wie es sollte."}},
	OpensLater:     {title, [languages]string{"%s is still starting", "%s startet noch"}},
	OpensLaterBody: {body, [languages]string{"Its page opens as soon as it answers.", "Die Seite öffnet sich, sobald der Dienst antwortet."}},
	NoTray:         {title, [languages]string{"%s is running", "%s läuft"}},
	NoTrayBody: {body, [languages]string{
		"This desktop shows no tray icons. Start it again to open %s; in a terminal, agents-tray menu lists what it can do.",
		"Diese Oberfläche zeigt keine Symbole im Systembereich. Noch einmal starten öffnet %s; im Terminal zeigt agents-tray menu, was es kann.",
	}},
	NoPageBody: {body, [languages]string{
		"It has no page to open. Its icon is in the tray; in a terminal, agents-tray menu lists what it can do.",
		"Es hat keine Seite, die sich öffnen ließe. Sein Symbol ist im Systembereich; im Terminal zeigt agents-tray menu, was es kann.",
	}},
	NoTrayNoPageBody: {body, [languages]string{
		"This desktop shows no tray icons, and it has no page to open; in a terminal, agents-tray menu lists what it can do.",
		"Diese Oberfläche zeigt keine Symbole im Systembereich, und es hat keine Seite, die sich öffnen ließe; im Terminal zeigt agents-tray menu, was es kann.",
	}},
	InPanel:     {title, [languages]string{"Its icon is in the panel from now on", "Sein Symbol ist von nun an in der Leiste"}},
	BesideClock: {state, [languages]string{"Its icon is beside the clock from now on, perhaps behind the arrow there", "Sein Symbol ist von nun an neben der Uhr, vielleicht hinter dem Pfeil dort"}},
	WelcomeBody: {body, [languages]string{
		"%s: the menu there opens the pages, stops the services and quits. Starting it again opens %s.",
		"%s: Das Menü dort öffnet die Seiten, hält die Dienste an und beendet das Programm. Ein weiterer Start öffnet %s.",
	}},
	WelcomeNoPageBody: {body, [languages]string{
		"%s: the menu there starts and stops the services and quits.",
		"%s: Das Menü dort startet die Dienste, hält sie an und beendet das Programm.",
	}},
	RunsAlready:      {title, [languages]string{"%s is running already", "%s läuft schon"}},
	SessionsShowMore: {body, [languages]string{"In a terminal, agents-tray sessions shows more.", "Im Terminal zeigt agents-tray sessions mehr."}},
	NoBrowser:        {title, [languages]string{"No browser could be opened", "Es ließ sich kein Browser öffnen"}},
	NoBrowserBody:    {body, [languages]string{"Open %s yourself. (%v)", "%s bitte selbst öffnen. (%v)"}},
	NotOpened:        {title, [languages]string{"%s could not be opened", "%s ließ sich nicht öffnen"}},
	WhyNoBrowser:     {body, [languages]string{"there is no xdg-open here, and BROWSER names none that works", "xdg-open gibt es hier nicht, und BROWSER nennt nichts, was geht"}},
	WhyNotRunning:    {body, [languages]string{"its service does not run", "der Dienst dazu läuft nicht"}},
	WhyNoProgram:     {body, [languages]string{"xdg-open found no program for it", "xdg-open fand kein Programm dafür"}},
	WhyCommandFailed: {body, [languages]string{"the command for it ended with exit status %d", "der Befehl dafür endete mit Exit-Code %d"}},
	WhyMoved: {body, [languages]string{
		"it was moved or removed since it was started; quit it, then start it from where it is now",
		"es wurde seit dem Start verschoben oder entfernt; beenden und von seinem neuen Ort aus starten",
	}},
	WhyMadeToRun: {body, [languages]string{
		"it was started by go run, which keeps the program in a folder that is emptied; install it, or build it with go build, and start that",
		"es wurde von go run gestartet, in einem Ordner, der wieder geleert wird; installieren oder mit go build bauen und dann starten",
	}},
	WhyTooLong: {body, [languages]string{
		"Windows starts no command at login that is as long; move the program or its services file to a shorter path",
		"Windows startet bei der Anmeldung keinen so langen Befehl; das Programm oder seine Dienste-Datei in einen kürzeren Pfad verschieben",
	}},
	WhyRefused:    {body, [languages]string{"the desktop does not allow it to be changed", "die Oberfläche erlaubt die Änderung nicht"}},
	WhyUnanswered: {body, [languages]string{"the desktop did not answer whether it may start at login", "die Oberfläche hat nicht beantwortet, ob es bei der Anmeldung starten darf"}},
	WhyNotAsked:   {body, [languages]string{"the desktop cannot be asked to start it at login", "die Oberfläche lässt sich nicht bitten, es bei der Anmeldung zu starten"}},
	SilentBody: {body, [languages]string{
		"It does not answer. It may have been suspended, as by Ctrl-Z in its terminal: fg there continues it. Else end the process agents-tray, then start it again.",
		"Es antwortet nicht. Vielleicht wurde es angehalten, etwa mit Strg-Z im Terminal: fg dort setzt es fort. Sonst den Prozess agents-tray beenden, dann neu starten.",
	}},
	NotCopied: {title, [languages]string{"Nothing can be copied here", "Hier lässt sich nichts kopieren"}},
	StatusByCommand: {body, [languages]string{
		"No Dashboard runs here; in a terminal, agents-tray status shows everything.",
		"Hier läuft kein Dashboard; im Terminal zeigt agents-tray status alles.",
	}},
	PlatformTaken: {title, [languages]string{"The Python platform starts", "Die Python-Plattform startet"}},
	PlatformTakenBody: {body, [languages]string{
		"%s has its Dashboard and Chat in place of the built-in ones, and so has every start from now on. Our own pages are Home now.",
		"In %s stehen Dashboard und Chat der Plattform nun anstelle der eingebauten, auch bei jedem weiteren Start. Die eigenen Seiten heißen jetzt Home.",
	}},
	ServerTaken:       {title, [languages]string{"%s starts", "%s startet"}},
	ServerTakenBody:   {body, [languages]string{"It is in %s now, and so it starts each time with Configurable Agents.", "Der Dienst steht nun in %s und startet so jedes Mal mit Configurable Agents."}},
	ServerWatched:     {title, [languages]string{"%s runs already", "%s läuft schon"}},
	ServerWatchedBody: {body, [languages]string{"It was started elsewhere. It is in %s now, to be watched only: it is not started twice.", "Der Dienst wurde anderswo gestartet. Er steht nun in %s, aber nur um beobachtet zu werden: Zweimal gestartet wird er nicht."}},
	NotTaken:          {title, [languages]string{"The services file could not be changed", "Die Dienste-Datei ließ sich nicht ändern"}},
	NotOffered:        {body, [languages]string{"It is in the services file already, or is not found any more.", "Es steht schon in der Dienste-Datei oder ist nicht mehr zu finden."}},
	OnlyWatched: {body, [languages]string{
		"%s is only watched: what runs it is elsewhere, and it is started and stopped there", "%s wird nur beobachtet: Was dahintersteht, läuft anderswo und wird dort gestartet und angehalten",
	}},
	NoRerunCommand: {body, [languages]string{"%s did not leave a command that would run it again", "%s hat keinen Befehl hinterlassen, der es noch einmal ausführen könnte"}},
	NoRerun:        {body, [languages]string{"the last session has left no workflow %q of %q", "die letzte Sitzung hat keinen Workflow %q von %q hinterlassen"}},
	NoSuchSession:  {body, [languages]string{"the record knows no session %q", "die Aufzeichnung kennt keine Sitzung %q"}},
	DatabaseNotKnown: {body, [languages]string{
		"the platform's database is not known to this session: start with --db-url, as before",
		"die Datenbank der Plattform ist dieser Sitzung nicht bekannt: wie zuvor mit --db-url starten",
	}},
	OtherStateFolder: {body, [languages]string{"its command was recorded for another state folder", "der Befehl wurde für einen anderen Ordner aufgezeichnet"}},
	NotChanged:       {title, [languages]string{"The setting could not be changed", "Die Einstellung ließ sich nicht ändern"}},
}
