package words

import (
	"fmt"

	"agents-tray/manager"
)

// Exit says how a process ended, to follow "it" or the name of the service: "was stopped".
func (l Language) Exit(e manager.Exit) string {
	if e.Words != "" && l == English { // those of the instance that has seen it
		return e.Words
	}
	signal := e.Signal
	if signal == "" {
		signal = signalName(e.Code) // as shells tell of a signal
	}
	code := fmt.Sprint(e.Code)
	if uint32(e.Code) >= ntStatus && e.Code > 0 {
		code = fmt.Sprintf("0x%08X", uint32(e.Code))
	}
	return exitText(e).fill(l, "{signal}", signal, "{code}", code, "{grace}", l.Duration(e.Grace))
}

const (
	ntStatus     = 0xC0000000 // the first status with which Windows ends a program for an error
	controlExit  = 0xC000013A // the status of a Windows program that Ctrl-C or CTRL_BREAK has ended
	shutdownExit = 0x40010004 // the status of a Windows program that the system's shutdown has ended
)

func exitText(e manager.Exit) text {
	byControl, ended := uint32(e.Code) == controlExit && e.Signal == "", e.Ended || e.Asked // earlier versions know only Asked
	switch {
	case e.OutOfMemory:
		return text{"was killed by the system: out of memory (SIGKILL)", "wurde vom System abgebrochen: zu wenig Arbeitsspeicher (SIGKILL)"}
	case ended && (e.Signal == "SIGTERM" || e.Code == 0 || byControl):
		return text{"was stopped", "wurde angehalten"}
	case ended && e.Signal == "SIGKILL" && e.Grace > 0:
		return text{"did not stop within {grace} and was killed", "hielt nicht innerhalb von {grace} an und wurde abgebrochen"}
	case ended && e.Signal == "SIGKILL":
		return text{"was killed", "wurde abgebrochen"} // as stop.signal may ask for, or at once, or by another program
	case e.Signal != "":
		return signalText(e.Signal)
	case byControl:
		return text{"was told to stop by another program (exit {code})", "wurde von einem anderen Programm angehalten (Exit-Code {code})"}
	}
	return codeText(e.Code)
}

func signalText(signal string) text {
	switch signal {
	case "SIGKILL":
		return text{"was killed; perhaps for lack of memory (SIGKILL)", "wurde abgebrochen, vielleicht aus Mangel an Arbeitsspeicher (SIGKILL)"}
	case "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGSYS", "SIGTRAP":
		return text{"crashed ({signal})", "ist abgestürzt ({signal})"}
	case "SIGABRT":
		return text{"gave up by itself ({signal})", "hat sich selbst abgebrochen ({signal})"}
	case "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT":
		return text{"was told to stop by another program ({signal})", "wurde von einem anderen Programm angehalten ({signal})"}
	}
	return text{"was ended by {signal}", "wurde durch {signal} beendet"}
}

func codeText(code int) text {
	switch {
	case code == 0:
		return text{"ended by itself (exit 0)", "endete von selbst (Exit-Code 0)"}
	case code == 126:
		return text{"could not be executed (exit 126: found, but not a program that can run)", "ließ sich nicht ausführen (Exit-Code 126: gefunden, aber nicht ausführbar)"}
	case code == 127:
		return text{"did not find a command (exit 127: command not found)", "fand einen Befehl nicht (Exit-Code 127: Befehl nicht gefunden)"}
	case uint32(code) == shutdownExit:
		return text{"was ended by the system shutting down", "wurde beim Herunterfahren des Systems beendet"}
	case signalName(code) != "":
		return text{"ended because a program in it was ended by {signal} (exit {code})", "endete, weil ein Programm darin durch {signal} beendet wurde (Exit-Code {code})"}
	case code > 0 && uint32(code) >= ntStatus:
		return text{"crashed (exit {code})", "ist abgestürzt (Exit-Code {code})"}
	}
	return text{"ended with an error (exit {code})", "endete mit einem Fehler (Exit-Code {code})"}
}

// signalNames are the signals that end programs, by their numbers on every Unix.
var signalNames = [...]string{
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM",
}

// signalName is the signal of which a shell tells with an exit code, or "".
func signalName(code int) string {
	if number := code - 128; number > 0 && number < len(signalNames) {
		return signalNames[number]
	}
	return ""
}
