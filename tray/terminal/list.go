package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"agents-tray/manager/spec"
)

// List prints services as a table.
func List(to io.Writer, specs []spec.ServiceSpec) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tCOMMAND\tLISTEN\tDEPENDS ON")
	for _, s := range specs {
		command := strings.Join(s.Command, " ")
		if s.Builtin != "" {
			command = "(built in)"
		}
		var needs []string
		for name, condition := range s.DependsOn {
			needs = append(needs, name+" "+string(condition))
		}
		slices.Sort(needs)
		row := []string{s.Name, command, s.Listen, strings.Join(needs, ", ")}
		for i := range row {
			if row[i] == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}
