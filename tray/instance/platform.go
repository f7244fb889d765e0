package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb/platform"
	"agents-tray/tray/words"
)

// platformNotice is the topic of whether the Python platform's database can be read.
const platformNotice = "platform"

// watchPlatform follows what the Python platform has under way, until the end.
func (i *Instance) watchPlatform() {
	if i.options.Database == "" {
		return
	}
	_ = os.RemoveAll(i.again()) // what earlier sessions have run again
	watcher, err := platform.Watch(platform.Options{Path: i.options.Database, Began: i.started, Changed: i.platformChanged})
	if err != nil {
		i.setNotice(platformNotice, &words.Notice{What: words.PlatformUnknown, Detail: err.Error()})
		return
	}
	i.wg.Go(func() {
		<-i.quit
		_ = watcher.Close() // it has only read
	})
}

// platformChanged takes what the platform has under way in place of what it had.
func (i *Instance) platformChanged(now platform.State) {
	i.setNotice(platformNotice, troubleNotice(now.Trouble))
	_ = i.changeWorkflows(func(active []report, _ manager.Snapshot) ([]report, error) {
		active = slices.DeleteFunc(active, func(r report) bool { return r.Source == platform.Source })
		for _, run := range now.Runs {
			if more, err := put(active, report{i.platformWorkflow(run), process{}}); err == nil { // else there are too many to know all
				active = more
			}
		}
		return active, nil
	})
}

// troubleNotice is what the user is to know of the platform's database; nil: nothing.
func troubleNotice(t platform.Trouble) *words.Notice {
	n := &words.Notice{Arguments: []any{t.File}, Detail: t.Detail}
	switch t.Kind {
	case platform.Locked:
		n.What, n.More = words.PlatformLocked, words.PlatformLockedMore
	case platform.Damaged:
		n.What, n.More = words.PlatformDamaged, words.PlatformDamagedMore
	case platform.Unreadable:
		n.What, n.More = words.PlatformUnreadable, words.PlatformUnreadableMore
	case platform.Missing:
		n.What, n.More = words.PlatformMissing, words.PlatformMissingMore
	case platform.Foreign:
		n.What, n.More = words.PlatformForeign, words.PlatformForeignMore
	default:
		return nil
	}
	return n
}

// platformWorkflow is a run as the record keeps it: with the command that runs it again.
func (i *Instance) platformWorkflow(run platform.Run) control.Workflow {
	w := control.Workflow{
		ID: run.ID, Source: platform.Source, Name: run.Name, Started: run.Started,
		Note: "Its configuration is written into the file that its command names when it is run from here.",
	}
	if run.Unreadable != "" {
		w.Note = "It cannot be run again from here: " + run.Unreadable + " cannot be read in the platform's database."
		return w
	}
	w.Again = run.Command(i.platformService().Command[0], i.platformConfig(run.ID))
	return w
}

// platformConfig is the file for the configuration of a run that is to run again. It is
// written when that is asked for.
func (i *Instance) platformConfig(id string) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(i.again(), hex.EncodeToString(sum[:8])+".yaml")
}

// again is the folder of such files.
func (i *Instance) again() string { return filepath.Join(i.options.Folders.State, "again") }

// platformDashboard is the service that is the platform's Dashboard, "" if there is none.
func (i *Instance) platformDashboard() string {
	for _, service := range i.services() {
		if len(service.Command) > 1 && service.URL != "" && isPlatform(service.Command[0]) &&
			slices.ContainsFunc(service.Command[1:], func(a string) bool { return a == "dashboard" || a == "ui" }) {
			return service.Name
		}
	}
	return ""
}

// isPlatform reports whether a program is the platform's command.
func isPlatform(program string) bool {
	return strings.TrimSuffix(filepath.Base(program), ".exe") == platform.Program
}

// platformService is how the platform is run here: as the service that does, or else as
// found in PATH.
func (i *Instance) platformService() spec.ServiceSpec {
	for _, service := range i.services() {
		if service.Builtin != "" || len(service.Command) == 0 || !isPlatform(service.Command[0]) {
			continue
		}
		program := service.Command[0]
		if filepath.Base(program) != program && !filepath.IsAbs(program) {
			program = filepath.Join(service.Dir, program) // it will run in another folder
		}
		return spec.ServiceSpec{Command: []string{program}, Env: service.Env, EnvFile: fromFolder(service.Dir, service.EnvFile)}
	}
	return spec.ServiceSpec{Command: []string{platform.Program}}
}

func fromFolder(dir, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// preparePlatform writes the configuration of a run that is to run again, and completes
// the service that does: beside the database, whose path the platform takes from there.
func (i *Instance) preparePlatform(w control.Workflow, spec *spec.ServiceSpec) error {
	config := i.platformConfig(w.ID)
	switch {
	case i.options.Database == "":
		return i.refuse(http.StatusConflict, words.DatabaseNotKnown)
	case !slices.Contains(w.Again, config):
		return i.refuse(http.StatusConflict, words.OtherStateFolder)
	}
	if err := platform.WriteConfig(i.options.Database, w.ID, config); err != nil {
		return &control.Refused{Status: http.StatusConflict, Message: err.Error()}
	}
	before := i.platformService()
	spec.Dir, spec.Env, spec.EnvFile = filepath.Dir(i.options.Database), before.Env, before.EnvFile
	return nil
}
