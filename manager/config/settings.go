package config

// Settings are what the services file says beside the services.
type Settings struct {
	// DatabaseURL is the URL of the Python platform's database, as --db-url, which goes
	// before it. Default: none.
	DatabaseURL string
	// OtherUsers says that other users of the computer may use the built-in services.
	OtherUsers bool
}

func (s *Settings) keys() keys {
	return keys{{"db_url", text(&s.DatabaseURL)}, {"other_users", boolean(&s.OtherUsers)}}
}

// SettingKeys returns the keys of "settings", as Keys does those of a service.
func SettingKeys() []Key {
	return []Key{
		{Path: "db_url", Type: Text, Example: "sqlite:////home/you/project/workflows.db",
			Description: "The database of the Python platform, in which the state of the session is kept, too. The option `--db-url` goes before it. Without both, it is kept only in the program's own record."},
		{Path: "other_users", Type: Boolean, Default: "false", Example: "true",
			Description: "The built-in services answer only the user who runs them, as the system tells whose a connection is. " +
				"With `true` they answer every user of this computer, who can then read the conversations, use the key of the model server and stop services. " +
				"It takes that behind a reverse proxy or a relay that runs as another user. Menu, `check` and the session record show it."},
	}
}
