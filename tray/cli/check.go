package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/config"
	"agents-tray/manager/disk"
	"agents-tray/manager/guard/proctree"
	"agents-tray/manager/spec"
	"agents-tray/manager/words"
	"agents-tray/tray/instance"

	"github.com/spf13/cobra"
)

// checkCommand says what is wrong with the services file, or what it says; it starts nothing.
func checkCommand() *cobra.Command {
	var options config.Options
	command := &cobra.Command{
		Use:   "check",
		Short: "Check the services file, and list what it says",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("name the services file by --config: agents-tray check --config %s", args[0])
			}
			return nil
		},
		RunE: func(command *cobra.Command, _ []string) error {
			services, err := checkServices(command.Context(), options)
			if err != nil {
				return explain(words.System(), err)
			}
			if slices.ContainsFunc(services, func(s spec.ServiceSpec) bool { return s.OtherUsers }) {
				fmt.Fprintln(command.OutOrStdout(), words.System().Say(words.CheckOtherUsers))
			}
			return listServices(command.OutOrStdout(), words.System(), services)
		},
	}
	configFlag(command, &options)
	return command
}

// checkServices returns the services, or what is wrong with them, on this computer too.
func checkServices(ctx context.Context, options config.Options) ([]spec.ServiceSpec, error) {
	return config.Check(options, config.Locate(), func(specs []spec.ServiceSpec) error {
		reached, err := reach(ctx, specs)
		return errors.Join(spec.Doubts(specs), spec.Missing(reached, proctree.LookPath), missingFolders(reached), err)
	})
}

// missingFolders reports the services whose dir is not there, as *spec.Errors joined.
func missingFolders(specs []spec.ServiceSpec) error {
	var found []error
	for _, s := range specs {
		if s.Dir == "" {
			continue
		}
		if info, err := os.Stat(s.Dir); err != nil {
			found = append(found, &spec.Error{Service: s.Name, Field: "dir", Err: spec.Wrong(spec.FolderMissing, "{path}", s.Dir, "{detail}", disk.Cause(err))})
		} else if !info.IsDir() {
			found = append(found, &spec.Error{Service: s.Name, Field: "dir", Err: spec.Wrong(spec.NoFolder, "{path}", s.Dir)})
		}
	}
	return errors.Join(found...)
}

// reach returns the services whose folder and program answer. The error, *spec.Errors joined,
// reports the others, and those whose env_file cannot be used.
func reach(ctx context.Context, specs []spec.ServiceSpec) (reached []spec.ServiceSpec, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // a mount may hang
	defer cancel()
	found, hangs := make([]error, len(specs)), make([]bool, len(specs))
	var looking sync.WaitGroup
	for i, s := range specs { // all at once: one that hangs says nothing of the others
		looking.Go(func() {
			env, err := manager.ReadEnvFile(ctx, s, nil)
			if err != nil {
				found[i] = &spec.Error{Service: s.Name, Field: "env_file", Err: spec.Wrong(spec.EnvFileUnusable, "{detail}", err)}
			}
			unreachable, ok := errors.AsType[*manager.Unreachable](manager.Reach(ctx, s, env))
			if hangs[i] = ok; ok {
				field := "command"
				if unreachable.Path == s.Dir {
					field = "dir"
				}
				found[i] = errors.Join(found[i], &spec.Error{Service: s.Name, Field: field, Err: spec.Wrong(spec.PathHangs, "{path}", unreachable.Path)})
			}
		})
	}
	looking.Wait()
	for i, s := range specs {
		if !hangs[i] {
			reached = append(reached, s)
		}
	}
	return reached, errors.Join(found...)
}

// An explained error says what is wrong with the services file in the user's language.
type explained struct {
	error
	text string
}

func (e explained) Error() string { return e.text }
func (e explained) Unwrap() error { return e.error }

// explain returns an error that says what one of package config says as people read it in a
// terminal, any other as it is. Where no service is in the file it shows one.
func explain(language words.Language, err error) error {
	if errors.As(err, new(*config.Unusable)) {
		return explained{err, instance.Mistakes(language, err, "")}
	}
	mistake, one := errors.AsType[*spec.Mistake](err)
	if !one && !errors.As(err, new(*config.Mistakes)) {
		return err
	}
	text := config.Explain(err, language)
	if one && mistake.Kind == spec.NoServices {
		text += ". " + language.Say(words.CheckExample) + "\n\n" + config.Example
	}
	return explained{err, text}
}

// listServices prints services as a table.
func listServices(to io.Writer, language words.Language, specs []spec.ServiceSpec) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, language.Say(words.CheckHeader))
	for _, s := range specs {
		command := strings.Join(s.Command, " ")
		switch {
		case s.Builtin != "":
			command = language.Say(words.CheckBuiltIn)
		case s.Watched():
			command = language.Say(words.CheckOnlyWatched)
		}
		var needs []string
		for name, condition := range s.DependsOn {
			needs = append(needs, name+" "+string(condition))
		}
		slices.Sort(needs)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Name, orDash(command), orDash(s.Listen), orDash(strings.Join(needs, ", ")))
	}
	return table.Flush()
}
