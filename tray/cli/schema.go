package cli

import (
	"github.com/spf13/cobra"

	"agents-tray/manager/config"
)

// schemaCommand prints the JSON Schema of the services file.
func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print a JSON Schema of the services file, for editors", Args: cobra.NoArgs,
		Long: "Print a JSON Schema of the services file, for editors.\n\n" +
			"An editor with a YAML language server completes keys by it when the first line of the file says where it is:\n\n" +
			"  agents-tray schema >~/.config/agents-tray/schema.json\n" +
			"  # yaml-language-server: $schema=schema.json",
		RunE: func(command *cobra.Command, _ []string) error {
			_, err := command.OutOrStdout().Write(config.Schema())
			return err
		},
	}
}
