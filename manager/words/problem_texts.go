package words

import (
	"slices"

	"agents-tray/manager"
)

// A problemText is what is said of a kind of problem, or, with when, of some of its problems.
type problemText struct {
	kind                   manager.Kind
	when                   func(*manager.Problem) bool
	summary, cause, advice text
}

var (
	cannotStart    = text{"{service} cannot be started", "{service} lässt sich nicht starten"}
	logAdvice      = text{"Look at its log for the reason", "Den Grund im Protokoll nachsehen"}
	logThenStart   = text{"Look at its log for the reason, then start it again", "Den Grund im Protokoll nachsehen, dann neu starten"}
	installAdvice  = text{"Install it, or correct the command in the services file, then start it again", "Das Programm installieren oder den Befehl in der Dienste-Datei berichtigen, danach wieder starten"}
	envFileAdvice  = text{"Correct the file, or take env_file out of the services file, then start it again", "Die Datei berichtigen oder env_file aus der Dienste-Datei nehmen, danach wieder starten"}
	exitCause      = text{"It {exit}", "Der Dienst {exit}"}
	holderAdvice   = text{"Stop {name}{move}", "{name} beenden{move}"}
	strangerAdvice = text{"Stop that program{move}", "Dieses Programm beenden{move}"}
)

var closeAdvice = text{"Close other programs, then start it again", "Andere Programme schließen, dann neu starten"}

// answered is for a problem whose last check got such an answer.
func answered(kinds ...manager.AnswerKind) func(*manager.Problem) bool {
	return func(p *manager.Problem) bool { return p.Answer != nil && slices.Contains(kinds, p.Answer.Kind) }
}

// givenUp is for a problem of the system's that is tried no more.
func givenUp(p *manager.Problem) bool { return p.Waited > 0 }

// The table: of each kind, what happened, why, and what to do. The first row that applies
// counts.
var problems = []problemText{
	{
		manager.PortHeld, func(p *manager.Problem) bool { return p.Holder == nil },
		text{"Port {port} is taken; by which program cannot be seen", "Port {port} ist belegt; von welchem Programm, ist nicht zu sehen"},
		none, strangerAdvice,
	},
	{
		manager.PortHeld, func(p *manager.Problem) bool { return p.Holder.PID == 0 },
		text{"Port {port} is taken by a program of another user ({user})", "Port {port} ist von einem Programm eines anderen Benutzers belegt ({user})"},
		none, strangerAdvice,
	},
	{
		manager.PortHeld, func(p *manager.Problem) bool { return p.Own },
		text{"{service} runs already, started elsewhere", "{service} läuft schon, anderswo gestartet"},
		text{"Port {port} is taken by it ({ids}), so it was not started a second time", "Port {port} ist davon belegt ({ids}), deshalb wurde der Dienst kein zweites Mal gestartet"},
		text{
			"Stop it where it was started, then start it here. To have it only watched, take command out of the services file, and give it a url and health",
			"Dort anhalten, wo er gestartet wurde, danach hier starten. Soll er nur beobachtet werden: in der Dienste-Datei command weglassen und url und health angeben",
		},
	},
	{
		manager.PortHeld, func(p *manager.Problem) bool { return p.Holder.Platform },
		text{"Port {port} is taken by the Python platform ({ids})", "Port {port} ist von der Python-Plattform belegt ({ids})"},
		text{"It runs already, started outside of Configurable Agents", "Sie läuft schon, außerhalb von Configurable Agents gestartet"},
		text{
			"Stop it where it was started{move}. To have it run from here: Settings ▸ Use the Python platform…, or agents-tray init --python",
			"Dort anhalten, wo sie gestartet wurde{move}. Soll sie von hier aus laufen: Einstellungen ▸ Python-Plattform verwenden… oder agents-tray init --python",
		},
	},
	{
		manager.PortHeld, nil,
		text{"Port {port} is taken by {name} ({ids})", "Port {port} ist von {name} belegt ({ids})"},
		none, holderAdvice,
	},
	{
		manager.PortBusy, nil,
		text{"{service} waits for port {port} to be free", "{service} wartet, bis Port {port} frei ist"},
		text{"No program is seen to listen there. A connection of an earlier run, or of another program, is still open or being closed, which mostly takes up to a minute", "Dort lauscht kein Programm, das zu sehen ist. Eine Verbindung des vorigen Laufs oder eines anderen Programms ist noch offen oder wird geschlossen; das dauert meist bis zu einer Minute"},
		text{"Wait: it starts by itself as soon as the port is free", "Abwarten: Der Dienst startet von selbst, sobald der Port frei ist"},
	},
	{
		manager.PortDenied, nil,
		cannotStart, text{"You may not use port {port}: ports below 1024 are for the administrator", "Port {port} dürfen Sie nicht verwenden: Ports unter 1024 sind dem Administrator vorbehalten"},
		text{"Give it a port above 1023 in listen in the services file, then start it again", "In der Dienste-Datei unter listen einen Port über 1023 angeben, danach wieder starten"},
	},
	{
		manager.NotFound, func(p *manager.Problem) bool { return p.Path == "" },
		cannotStart, text{"{Detail}", "{Detail}"}, installAdvice,
	},
	{
		manager.NotFound, nil,
		cannotStart, text{"The program {path} was not found{searched}", "Das Programm {path} wurde nicht gefunden{searched}"}, installAdvice,
	},
	{
		manager.NotExecutable, func(p *manager.Problem) bool { return p.Expected != "" },
		cannotStart,
		text{"The first line of {path} names {expected} to run it, which does not exist", "Die erste Zeile von {path} nennt als Programm, das es ausführt, {expected}; das gibt es nicht"},
		text{
			"Install that, or correct the line, then start it again. \\r at its end comes from Windows line ends: save the file with those of Unix",
			"Das Programm installieren oder die Zeile berichtigen, danach wieder starten. \\r am Ende kommt von Windows-Zeilenenden: die Datei mit Unix-Zeilenenden speichern",
		},
	},
	{
		manager.NotExecutable, func(p *manager.Problem) bool { return p.Foreign },
		cannotStart,
		text{"{path} is no program for this computer, nor a script whose first line names its interpreter", "{path} ist weder ein Programm für diesen Computer noch ein Skript, dessen erste Zeile seinen Interpreter nennt"},
		text{
			"Begin a script with a line such as #!/bin/sh, or correct the command in the services file, then start it again",
			"Ein Skript mit einer Zeile wie #!/bin/sh beginnen oder den Befehl in der Dienste-Datei berichtigen, danach wieder starten",
		},
	},
	{
		manager.NotExecutable, nil,
		cannotStart, text{"The program {path} cannot be executed: {detail}", "Das Programm {path} lässt sich nicht ausführen: {detail}"},
		text{"Make it executable, or correct the command in the services file, then start it again", "Das Programm ausführbar machen oder den Befehl in der Dienste-Datei berichtigen, danach wieder starten"},
	},
	{
		manager.NoFolder, func(p *manager.Problem) bool { return p.Detail != "" },
		cannotStart, text{"Its folder {path} cannot be used: {detail}", "Der Ordner {path} ist nicht zu verwenden: {detail}"},
		text{"Mend that, or correct dir in the services file, then start it again", "Das beheben oder dir in der Dienste-Datei berichtigen, danach wieder starten"},
	},
	{
		manager.NoFolder, nil,
		cannotStart, text{"Its folder {path} does not exist", "Den Ordner {path} gibt es nicht"},
		text{"Make the folder, or correct dir in the services file, then start it again", "Den Ordner anlegen oder dir in der Dienste-Datei berichtigen, danach wieder starten"},
	},
	{
		manager.PathHangs, nil,
		cannotStart, text{"{path} did not answer within {waited}, as on a network drive whose server is gone", "{path} antwortete innerhalb von {waited} nicht, wie auf einem Netzlaufwerk ohne Server"},
		text{"Have that drive answer, or correct dir or command in the services file, then start it again", "Das Laufwerk wieder erreichbar machen oder dir oder command in der Dienste-Datei berichtigen, danach wieder starten"},
	},
	{
		manager.EnvFile, func(p *manager.Problem) bool { return p.Path == "" },
		cannotStart, text{"Its env_file cannot be read: {detail}", "Seine env_file ist nicht lesbar: {detail}"}, envFileAdvice,
	},
	{
		manager.EnvFile, func(p *manager.Problem) bool { return p.Missing },
		cannotStart, text{"Its env_file {path} does not exist", "Die env_file {path} gibt es nicht"},
		text{"Make the file, or take env_file out of the services file, then start it again", "Die Datei anlegen oder env_file aus der Dienste-Datei nehmen, danach wieder starten"},
	},
	{
		manager.EnvFile, func(p *manager.Problem) bool { return p.Waited > 0 },
		cannotStart, text{"Its env_file {path} could not be read within {waited}", "Die env_file {path} war innerhalb von {waited} nicht zu lesen"},
		text{"Give an ordinary file that can be read at once: no named pipe, and none on a network drive that does not answer", "Eine gewöhnliche Datei angeben, die sich sofort lesen lässt: keine benannte Pipe und keine auf einem Netzlaufwerk, das nicht antwortet"},
	},
	{
		manager.EnvFile, nil,
		cannotStart, text{"Its env_file {path} cannot be used{where}: {detail}", "Die env_file {path} ist nicht zu verwenden{where}: {detail}"}, envFileAdvice,
	},
	{
		manager.EnvTooLarge, func(p *manager.Problem) bool { return p.Variable != "" },
		cannotStart,
		text{"Its variable {variable} takes {size}; the system hands a program at most 131 kB in one", "Seine Umgebungsvariable {variable} belegt {size}; das System übergibt einem Programm höchstens 131 kB in einer"},
		text{"Make it shorter in its env_file or in env in the services file, then start it again", "Sie in der env_file oder unter env in der Dienste-Datei kürzen, danach wieder starten"},
	},
	{
		manager.EnvTooLarge, nil,
		cannotStart, text{"Its environment takes {size}, which is more than the system hands to a program", "Die Umgebungsvariablen belegen {size}; mehr, als das System einem Programm übergibt"},
		text{"Make its env_file smaller, or take variables out of env in the services file, then start it again", "Die env_file verkleinern oder Variablen aus env in der Dienste-Datei nehmen, danach wieder starten"},
	},
	{
		manager.CrashLoop, nil,
		text{"{service} keeps crashing", "{service} stürzt immer wieder ab"}, exitCause, logThenStart,
	},
	{
		manager.FailedOnce, nil,
		text{"{service} failed", "{service} ist ausgefallen"}, exitCause, logThenStart,
	},
	{
		manager.EndsByItself, nil,
		text{"{service} keeps ending by itself", "{service} endet immer wieder von selbst"},
		text{"It {exit} each time", "Der Dienst {exit}, jedes Mal"},
		text{
			"If that is how it is meant to be, set restart: on-failure for it in the services file; if not, look at its log for the reason",
			"Wenn das so sein soll, in der Dienste-Datei restart: on-failure setzen; wenn nicht, im Protokoll nach dem Grund sehen",
		},
	},
	{
		manager.Background, nil,
		text{"{service} went to the background", "{service} ging in den Hintergrund"},
		text{"Its process ended with status {code} and left {left} running, as a daemon does", "Der Prozess endete mit Status {code} und ließ {left} weiterlaufen, wie es ein Daemon tut"},
		text{
			"Have it stay in the foreground: give its command the option for that, such as daemon off, --nodaemon or -f, or take away the one that sends it to the background",
			"Den Dienst im Vordergrund laufen lassen: dem Befehl die Option dafür geben, etwa daemon off, --nodaemon oder -f, oder die weglassen, die ihn in den Hintergrund schickt",
		},
	},
	{
		manager.BindsItself, nil,
		text{"{service} binds its listen: address {expected} itself", "{service} belegt seine listen:-Adresse {expected} selbst"},
		text{
			"It {exit}: with listen: in the services file the address is bound for it already and handed over",
			"Der Dienst {exit}: Mit listen: in der Dienste-Datei ist die Adresse schon für ihn belegt und wird ihm übergeben",
		},
		text{
			"Take listen: out and give it url: http://{expected} instead, or have it take the socket that is handed over ({fd})",
			"In der Dienste-Datei listen: durch url: http://{expected} ersetzen, oder den Dienst den Socket nehmen lassen, der ihm übergeben wird ({fd})",
		},
	},
	{
		manager.NotReady, func(p *manager.Problem) bool { return p.Exit != nil },
		text{"{service} does not answer", "{service} antwortet nicht"},
		text{"It has {proof} within {waited}{(answer)}", "Der Dienst hat innerhalb von {waited} {proof}{(answer)}"}, logThenStart,
	},
	{
		manager.NotReady, answered(manager.AnswerStranger),
		text{"{service} is still starting after {waited}", "{service} startet nach {waited} immer noch"},
		text{"It has {proof} yet{(answer)}", "Der Dienst hat bisher {proof}{(answer)}"},
		text{
			"Stop that program, or give {service} another port in the services file",
			"Dieses Programm beenden oder {service} in der Dienste-Datei einen anderen Port geben",
		},
	},
	{
		manager.NotReady, answered(manager.AnswerStatus, manager.AnswerBody, manager.AnswerNotHTTP),
		text{"{service} is still starting after {waited}", "{service} startet nach {waited} immer noch"},
		text{"It has {proof} yet{(answer)}", "Der Dienst hat bisher {proof}{(answer)}"},
		text{
			"Wait, restart it, or look at its log for the reason. If it always takes longer, set a longer ready.timeout for it in the services file. If that answer is right, correct what ready there asks, or which status and body it wants",
			"Abwarten, neu starten oder im Protokoll nach dem Grund sehen. Wenn es immer so lange dauert, in der Dienste-Datei ein längeres ready.timeout setzen. Wenn diese Antwort richtig ist, dort berichtigen, was ready fragt oder welchen status und body es will",
		},
	},
	{
		manager.NotReady, nil,
		text{"{service} is still starting after {waited}", "{service} startet nach {waited} immer noch"},
		text{"It has {proof} yet{(answer)}", "Der Dienst hat bisher {proof}{(answer)}"},
		text{
			"Wait, restart it, or look at its log for the reason. If it always takes longer, set a longer ready.timeout for it in the services file",
			"Abwarten, neu starten oder im Protokoll nach dem Grund sehen. Wenn es immer so lange dauert, in der Dienste-Datei ein längeres ready.timeout setzen",
		},
	},
	{
		manager.Elsewhere, func(p *manager.Problem) bool { return p.Field == "listen" },
		text{"{service} listens at {seen}", "{service} lauscht auf {seen}"},
		text{
			"It does not take the socket of {expected}, which listen: in the services file has bound and handed over to it",
			"Den Socket von {expected}, den listen: in der Dienste-Datei bindet und ihm übergibt, nimmt der Dienst nicht",
		},
		text{
			"Take listen: out and give it url: http://{seen1} instead, or have it take the socket that is handed over ({fd})",
			"In der Dienste-Datei listen: durch url: http://{seen1} ersetzen, oder den Dienst den Socket nehmen lassen, der ihm übergeben wird ({fd})",
		},
	},
	{
		manager.Elsewhere, nil,
		text{"{service} listens at {seen}", "{service} lauscht auf {seen}"},
		text{"Nothing of it answers at {expected}, which its {field} says", "Auf {expected}, wie es in {field} steht, antwortet der Dienst nicht"},
		text{"Correct {field} in the services file, or have it listen at {expected}", "In der Dienste-Datei {field} berichtigen oder den Dienst auf {expected} lauschen lassen"},
	},
	{
		manager.Unhealthy, func(p *manager.Problem) bool { return p.Exit != nil },
		text{"{service} stopped answering", "{service} antwortet nicht mehr"}, text{"{Answer}", "{Answer}"}, logThenStart,
	},
	{
		manager.Unhealthy, nil,
		text{"{service} stopped answering", "{service} antwortet nicht mehr"}, text{"{Answer}", "{Answer}"}, logAdvice,
	},
	{
		manager.NotAnswering, nil,
		text{"{service} does not answer", "{service} antwortet nicht"}, text{"{Answer}", "{Answer}"},
		text{"It is not started from here: see to it where it runs. It is asked again every {waited}", "Der Dienst wird nicht von hier gestartet: Dort nachsehen, wo er läuft. Alle {waited} wird wieder nachgefragt"},
	},
	{
		manager.NoAddress, givenUp,
		cannotStart,
		text{"For {waited} this computer had no address {expected}, which its listen says", "{waited} lang hatte dieser Computer keine Adresse {expected}, wie sie in listen steht"},
		text{"Connect to the network that it belongs to, or correct listen in the services file, then start it again", "Das Netzwerk verbinden, zu dem sie gehört, oder listen in der Dienste-Datei berichtigen, danach wieder starten"},
	},
	{
		manager.NoAddress, nil,
		text{"{service} cannot be started yet", "{service} lässt sich noch nicht starten"},
		text{"This computer has no address {expected} now, which its listen says", "Dieser Computer hat gerade keine Adresse {expected}, wie sie in listen steht"},
		text{"It is tried again by itself. If that does not help, correct listen in the services file", "Es wird von selbst wieder versucht. Wenn das nicht hilft, listen in der Dienste-Datei berichtigen"},
	},
	{
		manager.CannotFork, givenUp,
		cannotStart,
		text{"For {waited} the system started no more processes: {detail}", "{waited} lang startete das System keine weiteren Prozesse: {detail}"},
		closeAdvice,
	},
	{
		manager.CannotFork, nil,
		text{"{service} cannot be started yet", "{service} lässt sich noch nicht starten"},
		text{"The system starts no more processes now: {detail}", "Das System startet gerade keine weiteren Prozesse: {detail}"},
		text{"It is tried again by itself. If that does not help, close other programs", "Es wird von selbst wieder versucht. Wenn das nicht hilft, andere Programme schließen"},
	},
	{
		manager.GuardFailed, nil,
		cannotStart, text{"{Detail}", "{Detail}"}, text{"Start it again; if that does not help, quit Configurable Agents and start it again", "Noch einmal starten; wenn das nicht hilft, Configurable Agents beenden und neu starten"},
	},
	{
		manager.NoGuard, givenUp,
		text{"Services cannot be started", "Die Dienste lassen sich nicht starten"},
		text{"For {waited} the system did not start the process that runs them{(detail)}", "{waited} lang startete das System den Prozess nicht, der sie ausführt{(detail)}"},
		closeAdvice,
	},
	{
		manager.NoGuard, nil,
		text{"Services cannot be started", "Die Dienste lassen sich nicht starten"},
		text{"The process that runs them keeps ending{(detail)}", "Der Prozess, der sie ausführt, endet immer wieder{(detail)}"},
		text{"Quit, and start again", "Beenden und neu starten"},
	},
	{
		manager.LeftRunning, nil,
		text{"{service} left processes running", "{service} ließ Prozesse weiterlaufen"},
		text{"{left} could not be ended: {why}", "{left} ließ sich nicht beenden: {why}"},
		text{"End what is left yourself, then start it again", "Was übrig ist, selbst beenden, danach wieder starten"},
	},
}
