package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"agents-tray/manager"
)

// Options are what can be asked for on the command line.
type Options struct {
	Host          string // loopback only
	DashboardPort int
	ChatPort      int
	NoChat        bool
}

// Defaults are the addresses that the Python platform's users know.
var Defaults = Options{Host: "127.0.0.1", DashboardPort: 7861, ChatPort: 7860}

// Services are the built-in services, ready to be added in this order.
func Services(o Options, f Folders) ([]manager.ServiceSpec, error) {
	host, err := loopback(o.Host)
	if err != nil {
		return nil, err
	}
	for option, port := range map[string]int{"--dashboard-port": o.DashboardPort, "--chat-port": o.ChatPort} {
		if port < 1 || port > 65535 {
			return nil, fmt.Errorf("%s %d: a port is a number from 1 to 65535", option, port)
		}
	}
	specs := []manager.ServiceSpec{builtin("dashboard", "Dashboard", host, o.DashboardPort)}
	if !o.NoChat {
		if o.ChatPort == o.DashboardPort {
			return nil, fmt.Errorf("--dashboard-port and --chat-port are both %d: each service needs a port of its own", o.ChatPort)
		}
		chat := builtin("chat", "Chat", host, o.ChatPort)
		chat.Command = append(chat.Command, "--database", f.Conversations(), "--dashboard", specs[0].URL)
		specs = append(specs, chat)
	}
	return specs, nil
}

func builtin(service, title, host string, port int) manager.ServiceSpec {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	return manager.ServiceSpec{
		Name: service, Title: title,
		Builtin: true, Command: []string{name, "serve", service},
		Listen: address, URL: "http://" + address,
		Ready: manager.Ready{Check: manager.Check{HTTP: "http://" + address + "/healthz"}},
		Open:  true,
	}
}

// loopback refuses an address that other computers could reach: the services ask for
// no password.
func loopback(host string) (string, error) {
	if host == "localhost" {
		return "127.0.0.1", nil
	}
	if address, err := netip.ParseAddr(host); err == nil && address.IsLoopback() {
		return host, nil
	}
	return "", fmt.Errorf("--host %s: the services ask for no password, so they only listen on this computer: use 127.0.0.1, ::1 or localhost", host)
}
