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
	text [words.Languages]string
}

// The state of the whole.
const (
	Starting Key = iota
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
	Notifications
	EditServices
	EditServicesBody
	About
	VersionLine
	CopyDiagnosis
	Quit

	// A service's state.
	ServiceStopped
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
	NoBrowser
	NoBrowserBody
	NotCopied
	NotChanged

	keys int = iota
)

// The table: where each line is shown, and what it says in English and in German.
var table = [keys]line{
	Starting:        {state, [words.Languages]string{"Starting…", "Startet…"}},
	StartingUsually: {state, [words.Languages]string{"Starting… usually %s", "Startet… meist %s"}},
	Running:         {state, [words.Languages]string{"Running", "Läuft"}},
	Stopping:        {state, [words.Languages]string{"Stopping…", "Wird beendet…"}},
	Stopped:         {state, [words.Languages]string{"Stopped", "Angehalten"}},
	Paused:          {state, [words.Languages]string{"Paused", "Pausiert"}},
	AndMore:         {state, [words.Languages]string{"%s, and %d more", "%s, und %d weitere"}},

	UsePort:          {label, [words.Languages]string{"Use port %d for %s this time", "Diesmal Port %d für %s verwenden"}},
	RestartService:   {label, [words.Languages]string{"Restart %s", "%s neu starten"}},
	ShowLogOf:        {label, [words.Languages]string{"Show log of %s", "Protokoll von %s zeigen"}},
	OpenPage:         {label, [words.Languages]string{"Open %s", "%s öffnen"}},
	Services:         {label, [words.Languages]string{"Services", "Dienste"}},
	Open:             {label, [words.Languages]string{"Open", "Öffnen"}},
	CopyAddress:      {label, [words.Languages]string{"Copy address", "Adresse kopieren"}},
	ShowLog:          {label, [words.Languages]string{"Show log", "Protokoll zeigen"}},
	Restart:          {label, [words.Languages]string{"Restart", "Neu starten"}},
	Stop:             {label, [words.Languages]string{"Stop", "Anhalten"}},
	Start:            {label, [words.Languages]string{"Start", "Starten"}},
	RestartAll:       {label, [words.Languages]string{"Restart all", "Alle neu starten"}},
	PauseAll:         {label, [words.Languages]string{"Pause all", "Alle pausieren"}},
	Resume:           {label, [words.Languages]string{"Resume", "Fortsetzen"}},
	History:          {label, [words.Languages]string{"Session history…", "Sitzungsverlauf…"}},
	Settings:         {label, [words.Languages]string{"Settings", "Einstellungen"}},
	AtLogin:          {label, [words.Languages]string{"Start at login", "Bei der Anmeldung starten"}},
	Notifications:    {label, [words.Languages]string{"Notifications", "Benachrichtigungen"}},
	EditServices:     {label, [words.Languages]string{"Edit services…", "Dienste bearbeiten…"}},
	EditServicesBody: {body, [words.Languages]string{"Quit and start again to use what you change in %s.", "Beenden und neu starten, damit Änderungen an %s gelten."}},
	About:            {label, [words.Languages]string{"About", "Über"}},
	VersionLine:      {label, [words.Languages]string{"%s, version %s", "%s, Version %s"}},
	CopyDiagnosis:    {label, [words.Languages]string{"Copy diagnosis", "Diagnose kopieren"}},
	Quit:             {label, [words.Languages]string{"Quit", "Beenden"}},

	ServiceStopped:    {label, [words.Languages]string{"Stopped", "Angehalten"}},
	ServiceWaiting:    {label, [words.Languages]string{"Waiting for %s", "Wartet auf %s"}},
	ServiceStarting:   {label, [words.Languages]string{"Starting…", "Startet…"}},
	ServiceRunning:    {label, [words.Languages]string{"Running", "Läuft"}},
	ServiceRunningAt:  {label, [words.Languages]string{"Running at %s", "Läuft auf %s"}},
	ServiceStopping:   {label, [words.Languages]string{"Stopping…", "Hält an…"}},
	ServiceBackingOff: {label, [words.Languages]string{"Ended; starts again soon", "Beendet; startet gleich wieder"}},
	ServiceCompleted:  {label, [words.Languages]string{"Completed", "Abgeschlossen"}},
	ServiceFailed:     {label, [words.Languages]string{"Failed", "Ausgefallen"}},

	UncleanEnd:         {title, [words.Languages]string{"Last session ended unexpectedly", "Letzte Sitzung endete unerwartet"}},
	UncleanLine:        {state, [words.Languages]string{"Last session ended unexpectedly – %s", "Letzte Sitzung endete unerwartet – %s"}},
	NothingStarted:     {title, [words.Languages]string{"Nothing was started", "Nichts wurde gestartet"}},
	NothingStartedBody: {body, [words.Languages]string{"The last two sessions ended unexpectedly, within ten minutes. %s", "Die letzten beiden Sitzungen endeten unerwartet, innerhalb von zehn Minuten. %s"}},
	StartEverything:    {label, [words.Languages]string{"Start everything", "Alles starten"}},

	Review: {label, [words.Languages]string{"Review", "Ansehen"}},

	QuitAskedOne:     {state, [words.Languages]string{"Quit? A workflow is running (answer by %s)", "Beenden? Ein Workflow läuft (Antwort bis %s)"}},
	QuitAskedMany:    {state, [words.Languages]string{"Quit? %d workflows are running (answer by %s)", "Beenden? %d Workflows laufen (Antwort bis %s)"}},
	QuitWaitsOne:     {state, [words.Languages]string{"Quits after a workflow, at %s at the latest", "Endet nach einem Workflow, spätestens um %s"}},
	QuitWaitsMany:    {state, [words.Languages]string{"Quits after %d workflows, at %s at the latest", "Endet nach %d Workflows, spätestens um %s"}},
	FinishAndQuit:    {label, [words.Languages]string{"Finish, then quit", "Erst fertig werden, dann beenden"}},
	QuitNow:          {label, [words.Languages]string{"Stop now and quit", "Sofort beenden"}},
	KeepRunning:      {label, [words.Languages]string{"Do not quit", "Nicht beenden"}},
	QuitQuestionOne:  {title, [words.Languages]string{"Quit while a workflow is running?", "Beenden, während ein Workflow läuft?"}},
	QuitQuestionMany: {title, [words.Languages]string{"Quit while %d workflows are running?", "Beenden, während %d Workflows laufen?"}},
	QuitQuestionBody: {body, [words.Languages]string{
		"Without an answer by %s, what runs is finished first; then it quits.",
		"Ohne Antwort bis %s wird erst fertig, was läuft; dann wird beendet.",
	}},
	QuitWaitsBody: {body, [words.Languages]string{
		"What still runs at %s is stopped then.",
		"Was um %s noch läuft, wird dann angehalten.",
	}},

	Dismiss:     {label, [words.Languages]string{"Dismiss", "Verwerfen"}},
	OpenLog:     {label, [words.Languages]string{"Open log", "Protokoll öffnen"}},
	CannotStart: {title, [words.Languages]string{"%s cannot start", "%s kann nicht starten"}},
	MistakeBody: {body, [words.Languages]string{"%s has a mistake in line %s\nIn a terminal, %s shows it.", "%s hat einen Fehler in Zeile %s\nIm Terminal zeigt ihn %s."}},
	MistakesBody: {body, [words.Languages]string{
		"%s has %d mistakes. The first, in line %s\nIn a terminal, %s shows all.",
		"%s hat %d Fehler. Der erste, in Zeile %s\nIm Terminal zeigt alle %s.",
	}},
	GaveUpMany:     {title, [words.Languages]string{"%d services have failed", "%d Dienste sind ausgefallen"}},
	BackAgain:      {title, [words.Languages]string{"%s is running again", "%s läuft wieder"}},
	BackMany:       {title, [words.Languages]string{"All services are running again", "Alle Dienste laufen wieder"}},
	RanAgain:       {title, [words.Languages]string{"%s has run again", "%s lief noch einmal"}},
	RanAgainBody:   {body, [words.Languages]string{"It ended as it should.", "Es endete, wie es sollte."}},
	OpensLater:     {title, [words.Languages]string{"%s is still starting", "%s startet noch"}},
	OpensLaterBody: {body, [words.Languages]string{"Its page opens as soon as it answers.", "Die Seite öffnet sich, sobald der Dienst antwortet."}},
	NoTray:         {title, [words.Languages]string{"%s is running", "%s läuft"}},
	NoTrayBody: {body, [words.Languages]string{
		"This desktop shows no tray icons. Start it again to open the Dashboard; in a terminal, agents-tray menu lists what it can do.",
		"Diese Oberfläche zeigt keine Symbole im Systembereich. Noch einmal starten öffnet das Dashboard; im Terminal zeigt agents-tray menu, was es kann.",
	}},
	NoBrowser:     {title, [words.Languages]string{"No browser could be opened", "Es ließ sich kein Browser öffnen"}},
	NoBrowserBody: {body, [words.Languages]string{"Open %s yourself. (%v)", "%s bitte selbst öffnen. (%v)"}},
	NotCopied:     {title, [words.Languages]string{"Nothing can be copied here", "Hier lässt sich nichts kopieren"}},
	NotChanged:    {title, [words.Languages]string{"The setting could not be changed", "Die Einstellung ließ sich nicht ändern"}},
}
