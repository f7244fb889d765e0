package chat

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
)

// requestTimeout is how long a request for a server's models may take.
const requestTimeout = 10 * time.Second

// openAI is the server of OPENAI_API_KEY without OPENAI_BASE_URL.
const openAI = "https://api.openai.com/v1"

// serverChoice is the model server in use. Without one its Base is "".
type serverChoice struct {
	completion.Server
	Model   string
	Name    string // for people: "Ollama", or its host
	FromEnv bool   // its address is OPENAI_BASE_URL
	EnvKey  bool   // its key is OPENAI_API_KEY
}

// Ready reports whether there is a server and a model.
func (s serverChoice) Ready() bool { return s.Base != "" && s.Model != "" }

// Local reports whether the server is on this computer.
func (s serverChoice) Local() bool { return local(s.Base) }

// Exposed reports whether messages and key are sent over a network unencrypted.
func (s serverChoice) Exposed() bool { return strings.HasPrefix(s.Base, "http://") && !s.Local() }

// Label is the server and its model in a few words.
func (s serverChoice) Label() string {
	switch {
	case s.Ready():
		return s.Model + " · " + s.Name
	case s.Base != "":
		return s.Name + " · no model chosen"
	}
	return "No model server"
}

// Host is the server's host and port.
func (s serverChoice) Host() string { return host(s.Base) }

// server returns the model server in use: the one chosen, or that of the environment.
func (c *chat) server() (serverChoice, error) {
	settings, err := c.file.Settings()
	if err != nil {
		return serverChoice{}, err
	}
	return c.choose(settings), nil
}

// choose applies the order of precedence: what was chosen here, then the environment.
func (c *chat) choose(settings history.Settings) serverChoice {
	choice := serverChoice{Server: completion.Server{Base: settings.Address, Key: settings.Key}, Model: settings.Model}
	if choice.Base == "" {
		choice.Base, choice.Key = environmentBase(), ""
		choice.FromEnv = choice.Base != ""
	}
	if choice.Key == "" {
		choice.Key = environmentKey(choice.Base)
		choice.EnvKey = choice.Key != ""
	}
	choice.Name = c.nameOf(choice.Base)
	return choice
}

// environmentBase is the address in OPENAI_BASE_URL, or "".
func environmentBase() string {
	address := os.Getenv("OPENAI_BASE_URL")
	if address == "" {
		return ""
	}
	if base, err := completion.Normalize(address); err == nil {
		return base
	}
	return address // the first request fails and says why
}

// environmentKey is OPENAI_API_KEY if it is meant for the server at base, or "".
func environmentKey(base string) string {
	if sameOrigin(base, cmp.Or(environmentBase(), openAI)) {
		return os.Getenv("OPENAI_API_KEY")
	}
	return ""
}

// nameOf is the name of the server at base for people.
func (c *chat) nameOf(base string) string {
	if base == "" {
		return ""
	}
	for _, known := range c.LocalServers {
		if sameOrigin(known.Base, strings.Replace(base, "//localhost:", "//127.0.0.1:", 1)) {
			return known.Name
		}
	}
	return host(base)
}

func host(base string) string {
	parsed, err := url.Parse(base)
	if err != nil || parsed.Host == "" {
		return base
	}
	return parsed.Host
}

func local(base string) bool {
	parsed, err := url.Parse(base)
	if err != nil {
		return false
	}
	if strings.EqualFold(parsed.Hostname(), "localhost") {
		return true
	}
	ip := net.ParseIP(parsed.Hostname())
	return ip != nil && ip.IsLoopback()
}

// sameOrigin reports whether two addresses have the same scheme, host and port. A key
// that was given for one may be sent to the other.
func sameOrigin(a, b string) bool {
	left, errLeft := url.Parse(a)
	right, errRight := url.Parse(b)
	return errLeft == nil && errRight == nil && left.Host != "" &&
		left.Scheme == right.Scheme && strings.EqualFold(left.Host, right.Host)
}

// chatModels are the names of the models that are for conversations.
func chatModels(models []completion.Model) []string {
	var list []string
	for _, model := range models {
		if !model.NotChat {
			list = append(list, model.Name)
		}
	}
	return list
}
