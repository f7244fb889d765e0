package words

import "agents-tray/manager/spec"

// mistakes say what is wrong with a services file, and what to do about it.
var mistakes = [...]struct {
	kind spec.MistakeKind
	text text
}{
	{spec.BadName, text{"{name} is no name: use lower-case letters, digits, '-' and '_'", "{name} ist kein Name: Kleinbuchstaben, Ziffern, „-“ und „_“ verwenden"}},
	{spec.LongName, text{
		"this name has {length} bytes: use at most {most}, as the files of its log are called so",
		"dieser Name hat {length} Bytes: höchstens {most} verwenden, denn so heißen die Dateien seines Protokolls",
	}},
	{spec.NameTaken, text{"there is already a service of that name", "es gibt schon einen Dienst dieses Namens"}},
	{spec.SingleRun, text{"a workflow is being run again under that name: use another, or wait for its end", "unter diesem Namen läuft ein Workflow noch einmal: einen anderen verwenden oder sein Ende abwarten"}},
	{spec.NoCommand, text{"no command given", "kein Befehl angegeben"}},
	{spec.NotOneOf, text{"{text} is not one of {list}{meant}", "{text} ist keines von {list}{meant}"}},
	{spec.Negative, text{"it cannot be negative", "der Wert kann nicht negativ sein"}},
	{spec.NotNameValue, text{"{text} is not NAME=value", "{text} ist nicht NAME=Wert"}},
	{spec.NotHostPort, text{"{text} is not host:port, such as 127.0.0.1:9000", "{text} ist nicht Host:Port, wie 127.0.0.1:9000"}},
	{spec.BadPort, text{"{text}: a port is a number from 1 to 65535", "{text}: ein Port ist eine Zahl von 1 bis 65535"}},
	{spec.NoHost, text{"{text}: name the address too, 127.0.0.1 for this computer only", "{text}: auch die Adresse nennen, 127.0.0.1 nur für diesen Rechner"}},
	{spec.PortTaken, text{"port {port} is {service}'s already: each service needs a port of its own", "Port {port} gehört schon {service}: jeder Dienst braucht einen eigenen Port"}},
	{spec.NotAPage, text{
		"{text} is no address of a page: it takes http:// or https://, a host, and perhaps the number of a port",
		"{text} ist keine Adresse einer Seite: nötig sind http:// oder https://, ein Host und vielleicht die Nummer eines Ports",
	}},
	{spec.NoSockets, text{
		"{fd} is not to be had on this system: it cannot hand over sockets. Use {listen} or {port}",
		"{fd} gibt es auf diesem System nicht: es kann keine Sockets übergeben. Stattdessen {listen} oder {port} verwenden",
	}},
	{spec.NoListen, text{
		"{name} stands for a part of listen, which is missing: give the address that is bound for it there, or write it out here",
		"{name} steht für einen Teil von listen, das fehlt: dort die Adresse angeben, die für den Dienst gebunden wird, oder sie hier ausschreiben",
	}},
	{spec.HeldOpen, text{
		"the guard holds that port open, so a connection proves nothing: use http, log or notify",
		"der Wächter hält diesen Port offen, eine Verbindung beweist also nichts: http, log oder notify verwenden",
	}},
	{spec.PathWithoutURL, text{
		"{path} is a path, but the service has no url or listen that it could be on",
		"{path} ist ein Pfad, aber der Dienst hat weder url noch listen, zu denen er gehören könnte",
	}},
	{spec.NotPathOrURL, text{
		"{text} is neither a path such as /healthz nor a URL that begins with http:// or https://",
		"{text} ist weder ein Pfad wie /healthz noch eine URL, die mit http:// oder https:// beginnt",
	}},
	{spec.NoStatus, text{"{text} is no HTTP status", "{text} ist kein HTTP-Status"}},
	{spec.NeedsHTTP, text{"missing: status and body are about its answer", "fehlt: status und body betreffen die Antwort darauf"}},
	{spec.BadPattern, text{"this is no regular expression: {detail}", "das ist kein regulärer Ausdruck: {detail}"}},
	{spec.HTTPAlready, text{"there is http already: use one of them", "http steht schon da: nur eines davon verwenden"}},
	{spec.TooManyChecks, text{"use one of {list}", "nur eines von {list} verwenden"}},
	{spec.NoSuchProtocol, text{"this system has no such protocol: use one of {list}", "dieses System hat kein solches Protokoll: eines von {list} verwenden"}},
	{spec.UnknownService, text{"there is no service {name}; there are {list}", "es gibt keinen Dienst {name}; es gibt {list}"}},
	{spec.NeverCompleted, text{
		"{service} is started again whenever it ends, so it is never completed: set its restart to on-failure or never",
		"{service} wird nach jedem Ende wieder gestartet, wird also nie fertig: dort restart auf on-failure oder never setzen",
	}},
	{spec.Circle, text{"the dependencies go round in a circle: {path}", "die Abhängigkeiten gehen im Kreis: {path}"}},
	{spec.BindsItself, text{
		"{program} binds its address by itself, and would find it taken: write url: http://{address} instead of listen",
		"{program} bindet seine Adresse selbst und fände sie belegt: url: http://{address} statt listen schreiben",
	}},
	{spec.CouldTakeSocket, text{
		"{program} would bind this address itself, and find it taken: add --fd {fd} to the command, or write url: http://{address} instead of listen",
		"{program} würde diese Adresse selbst binden und fände sie belegt: im Befehl --fd {fd} ergänzen oder url: http://{address} statt listen schreiben",
	}},
	{spec.OpenToAll, text{
		"without --host the platform listens on every address, and asks nobody for a password: add --host 127.0.0.1",
		"ohne --host lauscht die Plattform auf jeder Adresse und fragt niemanden nach einem Passwort: --host 127.0.0.1 ergänzen",
	}},

	{spec.ProgramMissing, text{"{why}. Install it, or correct the command", "{why}. Installieren oder den Befehl berichtigen"}},
	{spec.NotInPath, text{"the program {program} is not found in PATH", "das Programm {program} ist in PATH nicht zu finden"}},
	{spec.CannotRun, text{"the program {program} cannot be run: {detail}", "das Programm {program} lässt sich nicht ausführen: {detail}"}},
	{spec.PathHangs, text{"{path} does not answer, as on a network drive whose server is gone", "{path} antwortet nicht, wie auf einem Netzlaufwerk ohne Server"}},
	{spec.FolderMissing, text{"the folder {path}: {detail}. Make it, or correct dir", "der Ordner {path}: {detail}. Anlegen oder dir berichtigen"}},
	{spec.NoFolder, text{"{path} is no folder", "{path} ist kein Ordner"}},
	{spec.EnvFileUnusable, text{"it cannot be used: {detail}", "nicht zu gebrauchen: {detail}"}},

	{spec.Unreadable, text{"the services file {path} cannot be read: {detail}", "die Dienste-Datei {path} ist nicht lesbar: {detail}"}},
	{spec.TooLarge, text{"it is larger than 1 MB, as no services file is: is it the right one?", "sie ist größer als 1 MB, wie keine Dienste-Datei: ist es die richtige?"}},
	{spec.NoServices, text{"{path}: there are no services in this file", "{path}: in dieser Datei stehen keine Dienste"}},
	{spec.OnlyChat, text{
		"{path}: there is nothing to run but the Chat, which --no-chat leaves out",
		"{path}: außer dem Chat, den --no-chat weglässt, ist nichts auszuführen",
	}},
	{spec.NotLoopback, text{
		"{host}: the services ask for no password, so they only listen on this computer: use 127.0.0.1, ::1 or localhost",
		"{host}: die Dienste fragen nach keinem Passwort, deshalb lauschen sie nur auf diesem Rechner: 127.0.0.1, ::1 oder localhost verwenden",
	}},
	{spec.MLflowUnused, text{
		"--mlflow-uri and --mlflow-port are for the Python platform's Dashboard, and the services file has none: agents-tray init --python writes one. MLflow itself can be a service of its own: command: mlflow server --port 5000",
		"--mlflow-uri und --mlflow-port sind für das Dashboard der Python-Plattform, und die Dienste-Datei hat keines: agents-tray init --python schreibt eines. MLflow selbst kann ein eigener Dienst sein: command: mlflow server --port 5000",
	}},

	{spec.NotUTF8, text{"this is not UTF-8: save the file as UTF-8", "das ist kein UTF-8: die Datei als UTF-8 speichern"}},
	{spec.LongLine, text{"this line is longer than 10,000 characters: break it up", "diese Zeile ist länger als 10.000 Zeichen: aufteilen"}},
	{spec.DeepBrackets, text{"brackets are nested deeper than {most} here", "Klammern sind hier tiefer als {most} verschachtelt"}},
	{spec.SecondDocument, text{"a second document begins here: a services file holds one", "hier beginnt ein zweites Dokument: eine Dienste-Datei enthält eines"}},
	{spec.Tab, text{"a tab stands here: YAML is indented with spaces only", "hier steht ein Tabulator: YAML wird nur mit Leerzeichen eingerückt"}},
	{spec.NoKeyHere, text{
		`this cannot be followed by a key: indent keys alike, and put a text with ": " in it in quotes ({detail})`,
		"hierauf kann kein Schlüssel folgen: Schlüssel gleich einrücken, einen Text mit „: “ in Anführungszeichen setzen ({detail})",
	}},
	{spec.NotHere, text{"this does not belong here: indent it like its neighbours ({detail})", "das gehört nicht hierher: wie seine Nachbarn einrücken ({detail})"}},
	{spec.NotClosed, text{
		"the list or mapping in brackets that begins above is not closed ({detail})",
		"die Liste oder Zuordnung in Klammern, die oben beginnt, ist nicht geschlossen ({detail})",
	}},
	{spec.QuoteOpen, text{"the quote that begins here is not closed ({detail})", "das Anführungszeichen, das hier beginnt, wird nicht geschlossen ({detail})"}},
	{spec.NeitherKey, text{
		"this is neither a key with a colon nor part of what is above: indent it like its neighbours ({detail})",
		"das ist weder ein Schlüssel mit Doppelpunkt noch Teil dessen, was darüber steht: wie seine Nachbarn einrücken ({detail})",
	}},
	{spec.Reserved, text{"put the text in quotes ({detail})", "den Text in Anführungszeichen setzen ({detail})"}},
	{spec.UnknownEscape, text{
		`in double quotes write \\ for a backslash, or use single quotes ({detail})`,
		`in doppelten Anführungszeichen \\ für einen Backslash schreiben, oder einfache verwenden ({detail})`,
	}},
	{spec.NoYAML, text{"this is no YAML: {detail}", "das ist kein YAML: {detail}"}},

	{spec.NoSuchKey, text{"there is no such key{meant}; allowed: {list}", "diesen Schlüssel gibt es nicht{meant}; erlaubt: {list}"}},
	{spec.DidYouMean, text{" (did you mean {word}?)", " (vielleicht {word}?)"}},
	{spec.KeyTwice, text{"this key is there already, in line {line}", "diesen Schlüssel gibt es schon, in Zeile {line}"}},
	{spec.NoKey, text{`expected a key with a colon, such as "title:"`, "erwartet wird ein Schlüssel mit Doppelpunkt, wie „title:“"}},
	{spec.DotInName, text{"a name has no dot: use lower-case letters, digits, '-' and '_'", "ein Name hat keinen Punkt: Kleinbuchstaben, Ziffern, „-“ und „_“ verwenden"}},
	{spec.EqualsInName, text{"a name has no =: write NAME: value", "ein Name hat kein =: NAME: Wert schreiben"}},
	{spec.BuiltinTwice, text{"there is a built-in {builtin} already: {service}", "ein eingebautes {builtin} gibt es schon: {service}"}},
	{spec.BuiltinHasOwn, text{"leave it out: the built-in {builtin} has its own", "weglassen: {builtin} ist eingebaut und hat das selbst"}},
	{spec.OnlyWatched, text{
		"leave it out: without a command nothing is started, and the service is only watched",
		"weglassen: ohne Befehl wird nichts gestartet und der Dienst nur beobachtet",
	}},
	{spec.NUL, text{"a text cannot contain the character NUL", "ein Text kann das Zeichen NUL nicht enthalten"}},
	{spec.QuoteTheBrace, text{
		`expected a text, not a mapping: quote a text that begins with a brace, such as "{listen}"`,
		`erwartet wird ein Text, keine Zuordnung: einen Text, der mit einer Klammer beginnt, in Anführungszeichen setzen, wie "{listen}"`,
	}},
	{spec.NoUnit, text{"{text} has no unit: write {text}s for seconds", "{text} hat keine Einheit: für Sekunden {text}s schreiben"}},
	{spec.NotATime, text{
		"{text} is not a time: write a number with its unit, such as 30s, 500ms or 1m30s",
		"{text} ist keine Zeit: eine Zahl mit ihrer Einheit schreiben, wie 30s, 500ms oder 1m30s",
	}},
	{spec.TooShort, text{"{text} is too short: it must be longer than nothing", "{text} ist zu kurz: es muss mehr als nichts sein"}},
	{spec.NegativeTime, text{"{text} is negative", "{text} ist negativ"}},
	{spec.HomeUnknown, text{"{path}: the home folder is unknown: {detail}", "{path}: der persönliche Ordner ist unbekannt: {detail}"}},
	{spec.CannotSplit, text{
		`this cannot be split into arguments: {why}. Quote it, give a list, or run a shell: [sh, -c, "…"]`,
		`das lässt sich nicht in Argumente teilen: {why}. In Anführungszeichen setzen, eine Liste angeben oder eine Shell ausführen: [sh, -c, "…"]`,
	}},
	{spec.NoShell, text{"there is no shell to replace {text}", "es gibt keine Shell, die {text} ersetzt"}},
	{spec.NoShellBraces, text{"there is no shell to replace {text}: write {instead}", "es gibt keine Shell, die {text} ersetzt: {instead} schreiben"}},
	{spec.BraceOpen, text{"the brace of ${ is not closed; $${ stands for itself", "die Klammer von ${ ist nicht geschlossen; $${ steht für sich selbst"}},
	{spec.NotAVariable, text{
		"{text} is neither ${NAME} nor ${NAME:-default}; $${ stands for itself",
		"{text} ist weder ${NAME} noch ${NAME:-Vorgabe}; $${ steht für sich selbst",
	}},
	{spec.VariableNotSet, text{
		"{name} is not set in the environment of agents-tray: set it there, or give a default, ${{name}:-default}",
		"{name} ist in der Umgebung von agents-tray nicht gesetzt: dort setzen oder eine Vorgabe nennen, ${{name}:-Vorgabe}",
	}},

	{spec.Expected, text{"expected {what}, not {found}", "erwartet wird {what}, nicht {found}"}},
	{spec.NoMapping, text{"expected a mapping, not {found}; its keys are {list}", "erwartet wird eine Zuordnung, nicht {found}; ihre Schlüssel sind {list}"}},
	{spec.AMapping, text{"a mapping", "eine Zuordnung"}},
	{spec.AMappingOfServices, text{"a mapping of names to services", "eine Zuordnung von Namen zu Diensten"}},
	{spec.AnEnvironment, text{"a mapping such as {NAME: value}", "eine Zuordnung wie {NAME: Wert}"}},
	{spec.AList, text{"a list", "eine Liste"}},
	{spec.AListOfServices, text{"a list of services, or a mapping such as {db: ready}", "eine Liste von Diensten oder eine Zuordnung wie {db: ready}"}},
	{spec.Arguments, text{"a list of arguments, or a text", "eine Liste von Argumenten oder ein Text"}},
	{spec.AText, text{"a text", "ein Text"}},
	{spec.OneOf, text{"one of {list}", "eines von {list}"}},
	{spec.TrueOrFalse, text{"true or false", "true oder false"}},
	{spec.AWholeNumber, text{"a whole number from {least} to {most}", "eine ganze Zahl von {least} bis {most}"}},
	{spec.ATime, text{"a time such as 30s", "eine Zeit wie 30s"}},
	{spec.ARate, text{"so many exits in so much time, such as 5 in 60s, or never", "so viele Enden in so viel Zeit, wie 5 in 60s, oder never"}},
	{spec.Nothing, text{"nothing", "nichts"}},
	{spec.AnAnchor, text{"an anchor, alias or tag ({text}): write out what is meant", "ein Anker, Alias oder Tag ({text}): ausschreiben, was gemeint ist"}},
	{spec.Something, text{"this", "das hier"}},
}
