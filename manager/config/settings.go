package config

// Settings are what the services file says beside the services.
type Settings struct {
	// DatabaseURL is the URL of the Python platform's database, as --db-url, which goes
	// before it. Default: none.
	DatabaseURL string
}

func (s *Settings) keys() keys {
	return keys{{"db_url", text(&s.DatabaseURL)}}
}

// SettingKeys returns the keys of "settings", as Keys does those of a service.
func SettingKeys() []Key {
	return []Key{
		{Path: "db_url", Type: Text, Example: "sqlite:////home/you/project/workflows.db",
			Description: "The database of the Python platform, in which the state of the session is kept, too. The option `--db-url` goes before it. Without both, it is kept only in the program's own record."},
	}
}
