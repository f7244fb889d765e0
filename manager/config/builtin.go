package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"agents-tray/manager/spec"
)

// A builtin is a service that is part of this program.
type builtin struct {
	title  string
	port   int
	option func(Options) int // the port that the command line asks for
}

// builtins have the same default ports as the Python platform.
var builtins = map[string]builtin{
	"dashboard": {"Dashboard", 7861, func(o Options) int { return o.DashboardPort }},
	"chat":      {"Chat", 7860, func(o Options) int { return o.ChatPort }},
}

// complete returns the specification of a built-in service. s has what the file sets; what
// the options set goes before it.
func (b builtin) complete(s service, o Options) spec.ServiceSpec {
	host, port := "127.0.0.1", strconv.Itoa(b.port)
	if s.Listen != "" {
		host, port, _ = net.SplitHostPort(s.Listen) // checked when it was read
	}
	if o.Host != "" {
		host = o.Host
	}
	if given := b.option(o); given != 0 {
		port = strconv.Itoa(given)
	}
	made := s.ServiceSpec
	if made.Title == "" {
		made.Title = b.title
	}
	made.Builtin = s.builtin
	made.Command = []string{name, "serve", s.builtin, "--listen", "{listen}"}
	if s.builtin == "dashboard" && made.Title != b.title {
		made.Command = append(made.Command, "--title="+literal(made.Title))
	}
	made.Listen = net.JoinHostPort(host, port)
	made.URL = "http://" + made.Listen
	made.Ready = spec.Ready{Check: spec.Check{HTTP: "/healthz"}}
	return made
}

// literal keeps what is replaced in arguments out of a text.
func literal(text string) string { return strings.ReplaceAll(text, "{", "(") }

// loopback refuses an address that other computers could reach: the services ask for
// no password.
func loopback(host string) (string, error) {
	if host == "localhost" {
		return "127.0.0.1", nil
	}
	if address, err := netip.ParseAddr(host); err == nil && address.IsLoopback() {
		return host, nil
	}
	return "", spec.Wrong(spec.NotLoopback, "{host}", host)
}

// loopbackAddress is loopback for host:port.
func loopbackAddress(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", spec.Wrong(spec.NotHostPort, "{text}", strconv.Quote(address))
	}
	if host, err = loopback(host); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, port), nil
}
