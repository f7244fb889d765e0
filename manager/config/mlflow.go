package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"agents-tray/manager/spec"
)

// passOn gives the Python platform's services the options about MLflow that are its own, but
// those that the services file gives them already. The platform's Dashboard takes the URI
// only, its ui both.
func passOn(specs []spec.ServiceSpec, o Options) error {
	if o.MLflowURI == "" && o.MLflowPort == 0 {
		return nil
	}
	passed := false
	for i, s := range specs {
		if s.Builtin != "" || len(s.Command) < 2 || strings.TrimSuffix(filepath.Base(s.Command[0]), ".exe") != "configurable-agents" {
			continue
		}
		uri, takesPort := o.MLflowURI, slices.Contains(s.Command[1:], "ui")
		if !takesPort && !slices.Contains(s.Command[1:], "dashboard") {
			continue
		}
		passed = true
		if uri == "" && !takesPort {
			uri = fmt.Sprintf("http://127.0.0.1:%d", o.MLflowPort)
		}
		command := slices.Clone(s.Command)
		if uri != "" && !says(command, "--mlflow-uri") {
			command = append(command, "--mlflow-uri", uri)
		}
		if o.MLflowPort != 0 && takesPort && !says(command, "--mlflow-port") {
			command = append(command, "--mlflow-port", fmt.Sprint(o.MLflowPort))
		}
		specs[i].Command = command
	}
	if !passed {
		return spec.Wrong(spec.MLflowUnused)
	}
	return nil
}

// says reports whether a command has an option already.
func says(command []string, option string) bool {
	return slices.ContainsFunc(command, func(a string) bool { return a == option || strings.HasPrefix(a, option+"=") })
}
