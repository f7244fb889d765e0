package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is the release that was given where there is no git to tell it, as in an archive
// of the source; otherwise the tag of the commit that this was built from, or what Go makes of the
// commit where it has none: v0.0.0-TIME-COMMIT. It ends in +dirty if files were
// changed, and is "(devel)" if the build knows nothing of git.
func version(release string) string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// about says in a few lines which program this is: for bug reports, and for "About".
func about(release string) string {
	lines := []string{"agents-tray " + version(release)}
	if commit, time, changed := builtFrom(); commit != "" {
		line := fmt.Sprintf("commit %s of %s", commit, time)
		if changed {
			line += ", with changes that are not committed"
		}
		lines = append(lines, line)
	}
	lines = append(lines, fmt.Sprintf("built with %s for %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH))
	lines = append(lines, "Copyright (c) 2026 The Configurable Agents authors, MIT licence")
	return strings.Join(lines, "\n")
}

// builtFrom is the commit of this build with its time, in RFC 3339; empty if the build
// knows nothing of git.
func builtFrom() (commit, time string, changed bool) {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return "", "", false
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			commit = setting.Value[:min(12, len(setting.Value))]
		case "vcs.time":
			time = setting.Value
		case "vcs.modified":
			changed = setting.Value == "true"
		}
	}
	return commit, time, changed
}

// versionCommand tells what is needed to report a fault.
func versionCommand(release string) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Which version this is, and what it was built from", Args: cobra.NoArgs,
		Run: func(command *cobra.Command, _ []string) { fmt.Fprintln(command.OutOrStdout(), about(release)) },
	}
}
