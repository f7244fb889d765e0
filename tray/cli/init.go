package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"agents-tray/manager/config"
	"agents-tray/manager/config/scaffold"
	"agents-tray/manager/disk"
	"agents-tray/manager/words"
)

// initOptions are the options of init.
type initOptions struct {
	config.Options
	python bool
	from   string // a Procfile
	force  bool
}

// initCommand writes a services file from what is found on this computer.
func initCommand() *cobra.Command {
	var o initOptions
	command := &cobra.Command{
		Use:   "init [--python [DIR]] [--from PROCFILE]",
		Short: "Write a services file from what is found on this computer",
		Long: "Write a services file from what is found on this computer, with comments. A model server that is\n" +
			"installed and does not run is added. A file that is there already stays, and the difference is\n" +
			"printed; with --force it is replaced, and kept beside the new one.\n\n" +
			"  agents-tray init                        the built-in Dashboard and Chat\n" +
			"  agents-tray init --python               the Python platform, in this folder's .venv or where pipx or uv has put it\n" +
			"  agents-tray init --python ~/my-project  the same, in that folder\n" +
			"  agents-tray init --from Procfile        the processes of a Procfile",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.python && o.from != "":
				return errors.New("--python and --from make a file each: give one of them")
			case len(args) > 1:
				return errors.New("name one folder: agents-tray init --python DIR")
			case len(args) == 1 && !o.python:
				return fmt.Errorf("a folder belongs to --python: agents-tray init --python %s", args[0])
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			return o.write(command.Context(), command.OutOrStdout(), append(args, ".")[0])
		},
	}
	flags := command.Flags()
	configFlag(command, &o.Options)
	flags.BoolVar(&o.python, "python", false, "for the Python platform configurable-agents")
	flags.StringVar(&o.from, "from", "", "a `Procfile` whose processes become services")
	flags.BoolVar(&o.force, "force", false, "replace the services file that is there")
	return command
}

// write makes the file, says what was found, and writes it.
func (o initOptions) write(ctx context.Context, out io.Writer, dir string) error {
	file, err := o.make(ctx, out, dir)
	if err != nil {
		return err
	}
	text := file.Text()
	path, err := config.Create(o.Options, config.Locate(), text)
	if errors.Is(err, fs.ErrExist) {
		if said, err := o.replace(out, path, text); said || err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	names := make([]string, len(file.Services))
	for i, service := range file.Services {
		names[i] = service.Name
	}
	fmt.Fprintf(out, "Wrote %s: %s.\n", path, strings.Join(names, ", "))
	fmt.Fprintf(out, "Look it over, then start agents-tray. One that runs with this file has applied it.\n")
	return nil
}

// replace writes the file in the place of one that is there, if that is asked for and makes a
// difference; what there is to say otherwise is the error, or is said already.
func (o initOptions) replace(out io.Writer, path string, text []byte) (said bool, err error) {
	before, err := os.ReadFile(path)
	switch {
	case err != nil:
		return false, fmt.Errorf("the services file %s cannot be read: %w", path, disk.Cause(err))
	case bytes.Equal(before, text):
		fmt.Fprintf(out, "%s says that already.\n", path)
		return true, nil
	case !o.force:
		fmt.Fprintf(out, "%s", diff.Diff(path, before, path+" (new)", text))
		return false, fmt.Errorf("%s is there already, and was not changed. --force replaces it, and keeps it as %s", path, filepath.Base(kept(path)))
	}
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	if err := disk.Replace(kept(path), before); err != nil {
		return false, fmt.Errorf("the services file could not be kept as %s: %w", kept(path), disk.Cause(err))
	}
	if err := errors.Join(disk.Replace(filepath.Join(filepath.Dir(path), config.SchemaFile), config.Schema()), disk.Replace(path, text), os.Chmod(path, info.Mode().Perm())); err != nil {
		return false, fmt.Errorf("the services file %s cannot be written: %w", path, disk.Cause(err))
	}
	return false, nil
}

// kept is where the file that --force replaces is kept.
func kept(path string) string { return path + ".before" }

// make makes the file that was asked for, and prints what was found.
func (o initOptions) make(ctx context.Context, out io.Writer, dir string) (scaffold.File, error) {
	file := scaffold.Default()
	switch {
	case o.from != "":
		made, left, err := scaffold.FromProcfile(o.from)
		for _, line := range left {
			fmt.Fprintf(out, "Left out: %s:%d: %s: %s\n", o.from, line.Line, words.English.Mistake(line.Why), line.Text)
		}
		return made, err
	case o.python:
		platform, err := scaffold.FindPlatform(dir)
		if err != nil {
			return file, err
		}
		fmt.Fprintf(out, "Found the Python platform: %s, its files in %s\n", platform.Program, platform.Dir)
		if platform.EnvFile {
			fmt.Fprintf(out, "Found %s\n", filepath.Join(platform.Dir, ".env"))
		}
		if platform.MLflow != "" {
			fmt.Fprintf(out, "Found MLflow: %s\n", platform.MLflow)
		}
		if scaffold.PlatformRuns(ctx) {
			fmt.Fprintln(out, "The platform's Dashboard already runs on port 7861, started elsewhere: end it there, or this one finds its port taken.")
		}
		file = platform.File()
	}
	for _, server := range scaffold.FindModelServers(ctx) {
		if server.Running {
			fmt.Fprintf(out, "%s already runs at %s, started elsewhere: added to be watched, and never started.\n", server.Name, server.URL)
		} else {
			fmt.Fprintf(out, "Found %s, which does not run: added.\n", server.Name)
		}
		file.Services = append(file.Services, server.Entry())
	}
	return file, nil
}
