package config

import (
	"errors"

	"agents-tray/manager/spec"
)

// Options are the options of the command line. The zero value of each means
// that it was not given.
type Options struct {
	// File is the services file. Default: services.yaml in the folder for what the
	// user writes; where there is none, Dashboard and Chat are what runs.
	File string
	// Host and the ports go before what the file says of the built-in services. Host
	// is a loopback address. Default: 127.0.0.1, 7861 and 7860.
	Host          string
	DashboardPort int
	ChatPort      int
	// MLflowURI and MLflowPort are options of the Python platform's own command, passed on to
	// those of its services that take them.
	MLflowURI  string
	MLflowPort int
	// NoChat leaves the built-in Chat out.
	NoChat bool
}

// Contents are what a services file says.
type Contents struct {
	Services []spec.ServiceSpec // in its order, ready to be added and valid together
	Settings Settings
	Found    bool // there is a services file
	// Unread says why the usual services file may not be read: the services are those without
	// one. Nil: it was read, or is not there.
	Unread *Unusable
}

// Load reads the services file. What is wrong with it comes as *Mistakes. Whether the
// services' programs are there is not asked: a missing one fails its own service when that
// is started.
func Load(o Options, f Folders) (Contents, error) { return load(o, f, true, spec.ValidateAll) }

// Services returns the services of Load.
func Services(o Options, f Folders) ([]spec.ServiceSpec, error) {
	contents, err := Load(o, f)
	return contents.Services, err
}

// Check is Services, and so are mistakes what the services need of this computer and do not
// get: missing returns that as *spec.Errors joined.
func Check(o Options, f Folders, missing func([]spec.ServiceSpec) error) ([]spec.ServiceSpec, error) {
	contents, err := load(o, f, false, func(specs []spec.ServiceSpec) error {
		return errors.Join(append(flat(spec.ValidateAll(specs)), flat(missing(specs))...)...)
	})
	return contents.Services, err
}

// load is Load; validate says what is wrong with the services. Unless it is tolerated, that the
// file may not be read is an error.
func load(o Options, f Folders, tolerate bool, validate func([]spec.ServiceSpec) error) (Contents, error) {
	doc, err := open(o.File, f)
	var unread *Unusable
	if err != nil && !(errors.As(err, &unread) && tolerate) {
		return Contents{}, err
	}
	contents, err := loadDocument(doc, o, f, validate)
	if err != nil {
		return Contents{}, err
	}
	contents.Unread = unread
	return contents, nil
}

// loadDocument is load for a services file that is open; nil: there is none.
func loadDocument(doc *document, o Options, f Folders, validate func([]spec.ServiceSpec) error) (Contents, error) {
	if o.Host != "" {
		host, err := loopback(o.Host)
		if err != nil {
			return Contents{}, spec.Wrong(spec.NotLoopback, "{host}", "--host "+o.Host)
		}
		o.Host = host
	}
	services := []service{
		{builtin: "dashboard", ServiceSpec: spec.ServiceSpec{Name: "dashboard", Open: true}},
		{builtin: "chat", ServiceSpec: spec.ServiceSpec{Name: "chat", Open: true}},
	}
	var settings Settings
	if doc != nil {
		services, settings = doc.contents()
	}
	specs := complete(services, o, f, settings)
	if err := passOn(specs, o); err != nil {
		return Contents{}, err
	}
	err := validate(specs)
	if doc != nil {
		err = doc.addErrors(err)
		err = errors.Join(doc.err(), err)
	}
	switch {
	case err != nil:
		return Contents{}, err
	case len(services) == 0:
		return Contents{}, spec.Wrong(spec.NoServices, "{path}", doc.file)
	case len(specs) == 0:
		return Contents{}, spec.Wrong(spec.OnlyChat, "{path}", doc.file)
	}
	return Contents{Services: specs, Settings: settings, Found: doc != nil}, nil
}

// complete fills in the built-in services, and leaves out those that the options exclude.
func complete(services []service, o Options, f Folders, settings Settings) []spec.ServiceSpec {
	var specs []spec.ServiceSpec
	dashboard, chat := "", -1
	for _, s := range services {
		switch {
		case s.builtin == "chat" && o.NoChat:
			continue
		case s.builtin != "":
			s.ServiceSpec = builtins[s.builtin].complete(s, o)
			if settings.OtherUsers {
				s.OtherUsers = true
				s.Command = append(s.Command, "--other-users")
			}
		}
		switch s.builtin {
		case "dashboard":
			dashboard = s.URL
		case "chat":
			chat = len(specs)
		}
		specs = append(specs, s.ServiceSpec)
	}
	if chat >= 0 {
		command := append(specs[chat].Command, "--database", f.Conversations())
		if dashboard != "" {
			command = append(command, "--dashboard", dashboard)
		}
		specs[chat].Command = command
	}
	return specs
}
