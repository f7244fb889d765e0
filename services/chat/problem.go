package chat

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"time"

	"agents-tray/manager/control"
	"agents-tray/manager/words"
	"agents-tray/services/chat/completion"
	"agents-tray/services/web"
)

type problem = control.Problem

// tooLong is what has happened to an answer for which its conversation is too long.
const tooLong = "The conversation is too long for this model."

// explain describes why the model server gave no complete answer.
func explain(err error, s serverChoice) *problem { return explainWith(err, s, " in the settings") }

// explainInSettings is explain for the settings dialog, which does not refer to itself.
func explainInSettings(err error, s serverChoice) *problem { return explainWith(err, s, "") }

// explainWith adds where to each advice to change a setting.
func explainWith(err error, s serverChoice, where string) *problem {
	p := &problem{Detail: err.Error()}
	var e *completion.Error
	if !errors.As(err, &e) {
		p.What, p.Now = "The answer could not be fetched.", "Try again."
		return p
	}
	quote := ""
	if e.Message != "" {
		quote = fmt.Sprintf(" It says: “%s”", e.Message)
	}
	if e.WebPage {
		quote = " It answered with a web page."
	}
	provider := cmp.Or(e.Provider, s.Name)
	switch e.Kind {
	case completion.Unreachable:
		p.What = s.Name + " does not answer."
		p.Why = unreachable(err, s)
		if s.Local() {
			p.Now = fmt.Sprintf("Start %s, then try again, or enter another address%s.", s.Name, where)
		} else {
			p.Now = fmt.Sprintf("Check the connection and the address%s, then try again.", where)
		}
	case completion.BadAddress:
		p.What = "The address of the model server cannot be used."
		p.Why = cause(e)
		p.Now = fmt.Sprintf("Correct it%s. It looks like http://127.0.0.1:11434/v1.", where)
		if e.Status != 0 { // it answered
			p.Now = fmt.Sprintf("Correct it%s.", where)
		}
	case completion.Redirected:
		p.What = s.Name + " sends requests on to another address."
		p.Why = fmt.Sprintf("It names %s. What you say, and your key, only go to the address you chose.", e.Message)
		p.Now = fmt.Sprintf("If you trust that address, enter it%s.", where)
	case completion.Unauthorized:
		p.What = s.Name + " refused the request."
		p.Why = "The key is not accepted." + quote
		if s.Key == "" {
			p.Why = "It asks for a key and none is set." + quote
		}
		p.Now = fmt.Sprintf("Enter a valid key%s, then try again.", where)
	case completion.Forbidden:
		p.What = s.Name + " refused the request."
		p.Why = "The key is not accepted for this model or request." + quote
		p.Now = fmt.Sprintf("Choose another model, or enter another key%s, then try again.", where)
		if e.WebPage {
			p.Why = "A firewall or proxy before it answered with a web page, so this need not be about the key."
			p.Now = "Open " + s.Host() + " in a browser to see that page, or try another network."
		}
	case completion.WrongRegion:
		p.What = provider + " does not serve the place you are in."
		p.Why = strings.TrimSpace(quote)
		p.Now = fmt.Sprintf("Choose another server or model%s.", where)
	case completion.NoCredit:
		p.What = "Nothing is left to pay for this request."
		p.Why = "The account at " + provider + " has no credit, or not enough." + quote
		p.Now = "Add credit there, or choose another model. Waiting does not help."
		if e.Wait > 0 {
			p.Now = fmt.Sprintf("Try again after %s, add credit there, or choose another model.", waitWords(e.Wait))
		}
	case completion.QuotaUsed:
		p.What = "The quota at " + provider + " is used up."
		p.Why = strings.TrimSpace(quote)
		p.Now = "Wait until it begins anew, or choose another model."
		if e.Wait > 0 {
			p.Now = fmt.Sprintf("Try again after %s, or choose another model.", waitWords(e.Wait))
		}
	case completion.Overloaded:
		p.What = provider + " has too much to do at the moment."
		p.Why = strings.TrimSpace(quote)
		p.Now = "Try again in a minute, or choose another model."
		if e.Wait > 0 {
			p.Now = fmt.Sprintf("Try again after %s, or choose another model.", waitWords(e.Wait))
		}
	case completion.Unavailable:
		p.What = provider + " is not available at the moment."
		p.Why = strings.TrimSpace(quote)
		p.Now = tryAgain(e.Wait, "in a minute")
		if e.WebPage || e.Message == "" {
			p.Why = fmt.Sprintf("What stands before it, a gateway or a proxy, answered in its place (status %d).", e.Status)
			if s.Local() {
				p.Now = "See whether the server behind it is running, then try again."
			}
		}
	case completion.LoadFailed:
		p.What = fmt.Sprintf("%s could not load the model %s.", s.Name, s.Model)
		p.Why = strings.TrimSpace(quote)
		p.Now = "Try again, or choose another model. If it happens again, its log may say more."
	case completion.NoMemory:
		p.What = "The model does not fit into the memory of " + s.Name + "."
		p.Why = strings.TrimSpace(quote)
		p.Now = "Choose a smaller model, or end other programs and try again."
	case completion.NotForChat:
		p.What = s.Model + " is not a model for conversations."
		p.Why = strings.TrimSpace(quote)
		p.Now = "Choose another model, then try again."
	case completion.TooLarge:
		p.What = "The request is too large for " + provider + "."
		p.Why = strings.TrimSpace(quote)
		p.Now = "Leave out the oldest turns or single messages, then try again."
	case completion.Moderated:
		p.What = provider + " does not answer to this."
		p.Why = "Its filter objects to what was said." + quote
		p.Now = "Say it in another way: edit the message, or leave an earlier one out."
	case completion.NotFound, completion.NotAModelServer:
		p.What = fmt.Sprintf("What answers at %s is no model server.", s.Host())
		p.Why = "It does not speak the OpenAI-compatible protocol at this address." + quote
		p.Now = fmt.Sprintf("Check the address%s. Most servers want it to end in /v1.", where)
	case completion.ModelNotFound:
		p.What = fmt.Sprintf("%s does not have the model %s.", s.Name, s.Model)
		p.Why = "It may have been removed or renamed." + quote
		p.Now = fmt.Sprintf("Choose another model%s, then try again.", where)
		if s.Name == "Ollama" {
			p.Now = fmt.Sprintf("Run “ollama pull %s”, or choose another model%s. Then try again.", s.Model, where)
		}
	case completion.RateLimited:
		p.What = provider + " takes no more requests at the moment."
		p.Why = "Too many were sent in a short time." + quote
		p.Now = tryAgain(e.Wait, "in a little while")
	case completion.Loading:
		p.What = s.Name + " is still loading the model."
		p.Now = tryAgain(e.Wait, "in a little while")
	case completion.TooLong:
		p.What = tooLong
		p.Why = fmt.Sprintf("%s can only read so much at once.%s", s.Model, quote)
		p.Now = fmt.Sprintf("Leave out the oldest turns or single messages, or choose a model with a larger context%s.", where)
	case completion.Disconnected:
		p.What = "The answer broke off."
		p.Why = s.Name + " closed the connection before the answer was complete. It may have crashed or been stopped."
		p.Now = "Continue it, or try again."
	case completion.TimedOut:
		p.What = s.Name + " stopped answering."
		p.Why = "It kept the connection open but sent nothing for minutes."
		p.Now = "See whether the computer it runs on is overloaded, then try again."
	case completion.Malformed:
		p.What = s.Name + " sent something that cannot be read."
		p.Why = "A part of the answer is not valid."
		p.Now = "Try again. If it happens again, look for an update of the server."
	case completion.Oversized:
		p.What = "The answer was stopped because it is too large."
		p.Why = "It exceeds what a conversation can hold (4 MB, or 1 MB in one piece)."
		p.Now = "Ask for a shorter one."
	case completion.Rejected:
		p.What = s.Name + " did not accept the request."
		p.Why = strings.TrimSpace(quote)
		p.Now = fmt.Sprintf("Another model may accept it: choose one%s.", where)
	default:
		p.What = s.Name + " failed."
		p.Why = "It reports an error of its own." + quote
		p.Now = "Try again. If it happens again, its log may say more."
		if e.Wait > 0 {
			p.Now = tryAgain(e.Wait, "")
		}
	}
	return p
}

// windowsRefused is WSAECONNREFUSED, which Go does not map to ECONNREFUSED.
const windowsRefused = syscall.Errno(10061)

// unreachable describes why there is no connection, as far as the system reports it.
func unreachable(err error, s serverChoice) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, windowsRefused):
		return fmt.Sprintf("Nothing listens at %s: it is not running, or at another address.", s.Host())
	case errors.As(err, &dns):
		return fmt.Sprintf("The name %s cannot be found.", dns.Name)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("%s did not respond in time.", s.Host())
	}
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Sprintf("%s does not speak https: its address begins with http://.", s.Host())
	case errors.As(err, &certificate):
		return fmt.Sprintf("The certificate of %s is not trusted: %v.", s.Host(), certificate.Err)
	}
	return fmt.Sprintf("There is no connection to %s.", s.Host())
}

// tryAgain is the advice to try again after a time, or some time when it is not known.
func tryAgain(wait time.Duration, otherwise string) string {
	if wait > 0 {
		return fmt.Sprintf("Try again after %s.", waitWords(wait))
	}
	return fmt.Sprintf("Try again %s.", otherwise)
}

func emptyAnswer(s serverChoice, finish completion.FinishReason, thought bool) *problem {
	p := &problem{What: s.Model + " answered nothing.", Why: "The server sent an empty answer.", Now: "Try again, or say it in another way."}
	if thought && finish == completion.Length {
		p.Why = "The server's limit of length was used up by thinking."
		p.Now = "Raise that limit in the server, or choose another model in the settings."
	}
	return p
}

func filteredAnswer(s serverChoice) *problem {
	return &problem{What: s.Name + " withheld the answer.", Why: "Its content filter objected.", Now: "Say it in another way."}
}

func cause(e *completion.Error) string {
	if e.Err == nil {
		return ""
	}
	return words.Sentence(e.Err.Error())
}

// waitWords is a time to wait, in words.
func waitWords(wait time.Duration) string {
	return web.Duration(wait + time.Second - 1) // a part of a second counts as one
}

// toolCall is the problem of a model that asked for a tool in place of an answer.
func toolCall(s serverChoice) *problem {
	return &problem{What: s.Model + " answered nothing.", Why: "It wanted to use a tool, and the Chat has none.", Now: "Try again, or choose another model."}
}

// terminal is what this operating system's users call the place to type commands.
func terminal() string {
	if runtime.GOOS == "windows" {
		return "PowerShell"
	}
	return "a terminal"
}
