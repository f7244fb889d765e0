//go:build unix

package scaffold

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script makes a program of the platform that begins so.
func script(t *testing.T, path, begins string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(begins), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

// A virtual environment that was moved, or whose Python is gone, was taken for an installation, and
// the services failed then. What cannot run is told with the reason, unless another one can.
func TestAPlatformThatCannotRun(t *testing.T) {
	const working = "#!/bin/sh\n"
	for name, test := range map[string]struct {
		begins string
		mode   os.FileMode
		says   []string
	}{
		"its Python is gone":         {"#!/nowhere/.venv/bin/python3\n", 0o700, []string{"its Python, /nowhere/.venv/bin/python3, is not there", "anew"}},
		"in a folder with spaces":    {"#!/bin/sh\n'''exec' \"/no where/Büro/bin/python\" \"$0\" \"$@\"\n' '''\n", 0o700, []string{"its Python, /no where/Büro/bin/python, is not there"}},
		"nobody may execute it":      {working, 0o600, []string{"permission denied"}},
		"its Python is a folder":     {"#!/usr\n", 0o700, []string{"its Python, /usr, is not there"}},
		"it works":                   {working, 0o700, nil},
		"it works by env":            {"#!/usr/bin/env python3\n", 0o700, nil},
		"it works, and is no script": {"\x7fELF", 0o700, nil},
	} {
		home := alone(t)
		project := filepath.Join(home, "Büro 2")
		program := filepath.Join(project, ".venv", "bin", platformProgram)
		script(t, program, test.begins, test.mode)
		platform, err := FindPlatform(project)
		if test.says == nil {
			if err != nil || platform.Program != program {
				t.Errorf("%s: %+v, %v", name, platform, err)
			}
			continue
		}
		for _, want := range append(test.says, program) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %+v, %v", name, platform, err)
			}
		}
		other := filepath.Join(home, ".local", "share", "uv", "tools", platformProgram, "bin", platformProgram)
		script(t, other, working, 0o700)
		if platform, err = FindPlatform(project); err != nil || platform.Program != other || platform.Dir != project {
			t.Errorf("%s, beside one that works: %+v, %v", name, platform, err)
		}
	}
}

// Somebody may name the virtual environment in place of the folder that it is in; either may be
// behind a link.
func TestTheEnvironmentItselfIsNamed(t *testing.T) {
	home := alone(t)
	project := filepath.Join(home, "project")
	environment := filepath.Join(project, "environment")
	program := filepath.Join(environment, "bin", platformProgram)
	script(t, program, "#!/bin/sh\n", 0o700)
	script(t, filepath.Join(environment, "pyvenv.cfg"), "home = /usr/bin\n", 0o600)
	script(t, filepath.Join(project, ".env"), "", 0o600)
	if platform, err := FindPlatform(environment); err != nil || platform.Program != program || platform.Dir != project || !platform.EnvFile {
		t.Errorf("%+v, %v", platform, err)
	}
	if err := os.Symlink(environment, filepath.Join(project, ".venv")); err != nil {
		t.Fatal(err)
	}
	if platform, err := FindPlatform(project); err != nil || platform.Program != filepath.Join(project, ".venv", "bin", platformProgram) || platform.Dir != project {
		t.Errorf("behind a link: %+v, %v", platform, err)
	}
}
