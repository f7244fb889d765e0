package services

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"agents-tray/services/workflow"
)

// Workflow is "workflow check FILE…", which checks workflow files of the Python platform and
// prints what is wrong as compilers do.
func Workflow() *cobra.Command {
	command := &cobra.Command{Use: "workflow", Short: "Check workflow files", Args: cobra.NoArgs}
	command.AddCommand(&cobra.Command{
		Use:           "check FILE…",
		Short:         "Say what is wrong with workflow files (- for standard input)",
		Args:          cobra.MinimumNArgs(1),
		SilenceErrors: true, SilenceUsage: true, // what is wrong is printed at its place
		RunE: func(command *cobra.Command, files []string) error {
			valid := true
			for _, file := range files {
				valid = checkWorkflow(command, file) && valid
			}
			if !valid {
				return errInvalid
			}
			return nil
		},
	})
	return command
}

var errInvalid = errors.New("a workflow file is not valid")

// checkWorkflow checks one file and prints the result. It reports whether the file is valid.
func checkWorkflow(command *cobra.Command, file string) bool {
	out, wrong := command.OutOrStdout(), command.ErrOrStderr()
	data, err := readWorkflow(command, file)
	if err != nil {
		fmt.Fprintf(wrong, "%s: %v\n", file, err)
		return false
	}
	result := workflow.Check(data)
	if file != "-" {
		result = workflow.CheckFile(file, data)
	}
	for _, found := range append(result.Errors, result.Warnings...) {
		fmt.Fprintf(wrong, "%s:%v\n", file, found)
	}
	if !result.Valid() {
		return false
	}
	facts := []string{"valid"}
	if result.Dialect != "" {
		facts = append(facts, fmt.Sprintf("only for the platform's branch %s, because of %s", result.Dialect, result.DialectCause))
	}
	if len(result.Environment) > 0 {
		facts = append(facts, "a run needs "+strings.Join(result.Environment, ", "))
	}
	fmt.Fprintf(out, "%s: %s\n", file, strings.Join(facts, "; "))
	return true
}

// readWorkflow reads a file, or standard input, up to a byte more than a workflow may have.
func readWorkflow(command *cobra.Command, file string) ([]byte, error) {
	from := command.InOrStdin()
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, errors.Unwrap(err)
		}
		defer opened.Close() // only read
		from = opened
	}
	data, err := io.ReadAll(io.LimitReader(from, workflow.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	return data, nil
}
