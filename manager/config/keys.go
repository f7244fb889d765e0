package config

// A Key is one that a service may have in the services file. Manual page and schema are
// made from these.
type Key struct {
	Path        string   // within the service: "restart.give_up"
	Type        Type     // what stands at the key
	Values      []string // of a Choice, all there are; of a Mapping, the words that may stand in its place
	Default     string   // as YAML: what is the same as leaving the key out; empty if nothing is
	Description string   // Markdown; says also what leaving it out means where Default is empty
	Example     string   // as YAML
}

// Type says what may stand at a key, in words for the reader of the manual.
type Type string

const (
	Text        Type = "text"
	Boolean     Type = "true or false"
	Number      Type = "whole number"
	Duration    Type = "time with its unit, such as 500ms, 30s or 1m30s"
	Rate        Type = "count and time, such as 5 in 60s, or never"
	Choice      Type = "one of"
	Arguments   Type = "list of arguments, or text"
	Environment Type = "mapping of names to values"
	Conditions  Type = "list of services, or mapping of services to started, ready or completed"
	Mapping     Type = "mapping"
)

// Keys returns the keys of a service, a mapping before what is in it.
func Keys() []Key {
	keys := []Key{
		{Path: "title", Type: Text, Example: "Web shop",
			Description: "The name that people see, in the menu and on the pages. Without it, the service's name, or the title of the built-in service."},
		{Path: "command", Type: Arguments, Example: `[my-web, --port, "{port}"]`,
			Description: "The program and its arguments. It runs without a shell; a text is split at its spaces as a shell would, with the same quotes and backslashes. " +
				"In a text, `${NAME}` and `${NAME:-default}` are filled in, each as part of one argument; the arguments of a list stay as they are. " +
				"A program without a slash is looked up in `PATH`, that of `env` first; one with a relative path begins in `dir`. " +
				"In each argument and in `env`, `{listen}`, `{host}` and `{port}` stand for the parts of `listen`, and `{fd}` for the number of its socket, so none of them may be there without `listen`; other braces mean nothing. Where they name the `listen` of another service, and that is moved to another port from the menu, they get the new address. " +
				"A service has a `command` or a `builtin`, or neither: with a `url` and a `health` that is asked by `http` or `tcp` it is only watched and opened, never started."},
		{Path: "builtin", Type: Choice, Values: []string{"dashboard", "chat"}, Example: "chat",
			Description: "One of the two services that are part of this program. It has `command`, `dir`, `env_file`, `url`, `ready` and `stdin` of its own, so leave those out. Each can be there once."},
		{Path: "dir", Type: Text, Default: ".", Example: "~/projects/shop",
			Description: "The folder in which it runs. A relative path begins in the folder of the services file; `~/` is the home folder."},
		{Path: "env", Type: Environment, Example: "{LOG_LEVEL: debug}",
			Description: "Environment variables, added to those of agents-tray. In the values `${NAME}` is filled in. `PYTHONUNBUFFERED` is 1 unless you set it, so that a Python program's output is seen at once."},
		{Path: "env_file", Type: Text, Example: ".env",
			Description: "A regular file of `NAME=value` lines, read before each start as `docker compose` reads it, with its quotes, comments and `${NAME}`. A relative path begins in `dir`. What `env` says goes before it. Without it, no file is read."},
		{Path: "listen", Type: Text, Example: "127.0.0.1:9000",
			Description: "An address, `host:port`, that is bound for the service and handed to it as an open socket: descriptor 3, with `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES` as in sd_listen_fds(3), or the number `{fd}`. " +
				"It stays open while the service restarts, so connections wait instead of being refused. On Windows nothing is handed over, and the service binds the address itself. " +
				"Without it, the service binds its own. A built-in service listens on this computer only; its default is `127.0.0.1:7861` for the Dashboard and `127.0.0.1:7860` for the Chat."},
		{Path: "url", Type: Text, Example: "http://127.0.0.1:9000/",
			Description: "Where its page is, and what paths in `ready` and `health` belong to. Without it, `http://` and `listen` take its place: for these paths, and for a page if it is to `open`."},
		{Path: "ready", Type: Mapping, Example: "{http: /healthz, timeout: 1m}",
			Description: "How the service proves after a start that it answers: one of `http`, `tcp`, `log` and `notify`. Without any, it is ready as soon as its process runs."},
	}
	keys = append(keys, checkKeys("ready")...)
	keys = append(keys,
		Key{Path: "ready.log", Type: Text, Example: `"Listening on port \\d+"`,
			Description: "A regular expression (RE2) that a line of its output matches."},
		Key{Path: "ready.notify", Type: Boolean, Default: "false", Example: "true",
			Description: "It sends `READY=1` as in sd_notify(3). Not on Windows."},
		Key{Path: "ready.timeout", Type: Duration, Default: "30s", Example: "2m",
			Description: "The time from the start of its process after which it is told that it is still starting. It is not ended for being slow; what depends on it waits."},
		Key{Path: "health", Type: Mapping, Example: "{http: /healthz, interval: 10s}",
			Description: "How it proves from then on that it still answers: one of `http`, `tcp` and `notify`. One that does not is restarted. Without any, it is enough that its process runs."})
	keys = append(keys, checkKeys("health")...)
	return append(keys,
		Key{Path: "health.notify", Type: Boolean, Default: "false", Example: "true",
			Description: "It sends `WATCHDOG=1` as in sd_notify(3) within each `interval`, which it finds in `WATCHDOG_USEC`. Not on Windows."},
		Key{Path: "health.interval", Type: Duration, Default: "30s", Example: "10s",
			Description: "The time from the end of one check to the next."},
		Key{Path: "health.timeout", Type: Duration, Default: "5s", Example: "1s",
			Description: "How long one check may take."},
		Key{Path: "health.failures", Type: Number, Default: "3", Example: "5",
			Description: "How many checks in a row must fail, from 1 to 1000."},
		Key{Path: "restart", Type: Mapping, Values: []string{"always", "on-failure", "never"}, Example: "on-failure",
			Description: "What follows when it ends by itself. The policy may stand alone, as in `restart: never`."},
		Key{Path: "restart.policy", Type: Choice, Values: []string{"always", "on-failure", "never"}, Default: "always", Example: "on-failure",
			Description: "After which ends it is started again. `on-failure` means an exit status other than 0, or a signal."},
		Key{Path: "restart.delay", Type: Duration, Default: "0s", Example: "100ms",
			Description: "The wait before the first restart. Each that follows soon waits twice as long as the one before, the second at least 100 ms. Without it, the waits are 0, 1, 2, 4 s and so on."},
		Key{Path: "restart.max_delay", Type: Duration, Default: "30s", Example: "5m",
			Description: "The longest wait."},
		Key{Path: "restart.give_up", Type: Rate, Example: "5 in 60s",
			Description: "So many ends in so much time, and it is no longer restarted until you start it; `never` restarts it for ever. Without it, it is given up after about a minute of failing, and after five ends at the earliest."},
		Key{Path: "restart.good_run", Type: Duration, Default: "10s", Example: "1m",
			Description: "Once it has been ready for this long, earlier ends are forgotten."},
		Key{Path: "depends_on", Type: Conditions, Example: "{db: ready}",
			Description: "Services that come first; a list of names means `ready`. `started`: its process runs. `ready`: it has proved that it answers; when that is lost, this service is stopped, and started again when it is back. " +
				"`completed`: it has run and ended with status 0. Services are stopped in the reverse order."},
		Key{Path: "stop", Type: Mapping, Example: "{signal: INT, timeout: 20s}",
			Description: "How it is stopped."},
		Key{Path: "stop.signal", Type: Choice, Values: []string{"TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "KILL"}, Default: "TERM", Example: "INT",
			Description: "The signal that asks it to stop, with or without `SIG` before it. Windows knows one way to ask only, CTRL_BREAK."},
		Key{Path: "stop.timeout", Type: Duration, Default: "5s", Example: "20s",
			Description: "After this time it is killed, with all processes that it has started."},
		Key{Path: "stdin", Type: Choice, Values: []string{"open", "empty"}, Default: "open", Example: "empty",
			Description: "Its standard input. `open`: nothing comes on it, and it ends when the service is to stop; many programs, such as `esbuild --watch`, stop by themselves when it ends. `empty`: it is at its end from the start."},
		Key{Path: "optional", Type: Boolean, Default: "false", Example: "true",
			Description: "The start as a whole succeeds also without it, and its program may be missing."},
		Key{Path: "open", Type: Boolean, Example: "true",
			Description: "It has a line of its own in the menu, such as *Open Dashboard*. Without it, `true` for the built-in services and `false` for others."})
}

// checkKeys are what can be asked of a service, to be ready and to be healthy.
func checkKeys(mapping string) []Key {
	return []Key{
		{Path: mapping + ".http", Type: Text, Example: "/healthz",
			Description: "A URL, or a path of `url`, that is asked with GET. At `localhost` both 127.0.0.1 and ::1 are asked, as browsers do: one must answer, and no other program at the other. On this computer a certificate is not checked."},
		{Path: mapping + ".status", Type: Number, Example: "204",
			Description: "The HTTP status of the answer. Without it, any from 200 to 399, or 401 or 403, with which a page answers that wants a log-in. Redirections are not followed."},
		{Path: mapping + ".body", Type: Text, Example: `"ok|fine"`,
			Description: "A regular expression (RE2) that the first 64 kB of the answer match. Without it, any answer will do."},
		{Path: mapping + ".tcp", Type: Text, Example: "127.0.0.1:9000",
			Description: "An address, `host:port`, that takes a connection."},
	}
}
