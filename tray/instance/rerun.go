package instance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb/platform"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// A rerun is a workflow of the previous session that was asked to run again.
type rerun struct {
	control.Workflow
	service string        // that runs it, once
	told    *manager.Exit // the exit that the user was told of
}

// inReview returns r with the services that run its workflows again, and the pages of those
// that cannot be run again on the platform's Dashboard, the service of that name, if there is
// one; nil for nil.
func (w *workflows) inReview(r *control.Review, dashboard string) *control.Review {
	if r == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := *r
	now.Workflows = slices.Clone(r.Workflows)
	for i, workflow := range now.Workflows {
		now.Workflows[i].Rerun = w.rerunOf(workflow.Workflow)
		if workflow.Source == platform.Source && len(workflow.Again) == 0 && dashboard != "" { // there it can be looked at
			now.Workflows[i].Page, now.Workflows[i].PageOf = "/workflows/"+url.PathEscape(workflow.ID), dashboard
		}
	}
	return &now
}

// rerunOf returns the service that runs a workflow again, "" if none was asked to.
func (w *workflows) rerunOf(workflow control.Workflow) string {
	for _, again := range w.reruns {
		if again.Source == workflow.Source && again.ID == workflow.ID {
			return again.service
		}
	}
	return ""
}

// RunAgain runs a workflow that the previous session had under way again, by the command
// in the record, as a service that is not restarted, and returns that service. The error is
// a control.Refused if there is no such workflow, or none that can be run again.
func (i *Instance) RunAgain(source, id string) (service string, err error) {
	workflow, err := i.interrupted(source, id)
	if err != nil {
		return "", err
	}
	i.work.mu.Lock()
	defer i.work.mu.Unlock() // a double click runs it once
	if service := i.work.rerunOf(workflow); service != "" {
		if now, _ := i.manager.Snapshot().Service(service); !now.State.Idle() {
			return service, nil
		}
		return service, i.manager.Start(service)
	}
	spec := i.rerunSpec(workflow)
	if source == platform.Source {
		if err := i.preparePlatform(workflow, &spec); err != nil {
			return "", err
		}
	}
	if err := i.manager.AddService(spec); err != nil {
		return "", err
	}
	i.work.reruns = append(i.work.reruns, rerun{Workflow: workflow, service: spec.Name})
	return spec.Name, i.manager.Start(spec.Name)
}

// done returns the names of the services whose workflow has run to its end since it was
// last asked. That one has failed is told as of any service.
func (w *workflows) done(now manager.Snapshot) (services []manager.Service) {
	for i := range w.reruns {
		again := &w.reruns[i]
		service, _ := now.Service(again.service)
		if service.State == manager.Completed && service.LastExit != again.told {
			again.told = service.LastExit
			services = append(services, service)
		}
	}
	return services
}

// tellDone lets the user know that a workflow has run again.
func (i *Instance) tellDone(service manager.Service) {
	say := i.language.Say
	i.tell(tray.Notification{
		Summary: say(words.RanAgain, service.Title), Body: say(words.RanAgainBody),
		Actions: []tray.Action{{Label: say(words.OpenLog), Intent: tray.Intent{Verb: tray.ShowLog, Service: service.Name}}},
	})
}

// interrupted finds a workflow of the review that can be run again.
func (i *Instance) interrupted(source, id string) (control.Workflow, error) {
	if i.review != nil {
		for _, w := range i.review.Workflows {
			if w.Source != source || w.ID != id {
				continue
			}
			if len(w.Again) == 0 {
				return control.Workflow{}, i.refuse(http.StatusConflict, words.NoRerunCommand, w.Name)
			}
			return w.Workflow, nil
		}
	}
	return control.Workflow{}, i.refuse(http.StatusNotFound, words.NoRerun, id, source)
}

// rerunSpec is the service that runs a workflow again: in the folder and with the
// environment of the service that ran it before, if that is still there.
func (i *Instance) rerunSpec(w control.Workflow) spec.ServiceSpec {
	spec := spec.ServiceSpec{
		Name: i.freeName("again-" + nameFrom(w.Name)), Title: w.Name, Command: w.Again, Once: true,
	}
	if before, err := i.manager.Spec(w.Source); err == nil {
		spec.Dir, spec.Env, spec.EnvFile = before.Dir, before.Env, before.EnvFile
	}
	return spec
}

// nameFrom turns any text into a valid part of a service's name.
func nameFrom(words string) string {
	const limit = 40
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '-'
	}, strings.ToLower(words))
	name = strings.Trim(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' }), "-"), "-")
	if name = strings.TrimRight(name[:min(len(name), limit)], "-"); name == "" {
		return "workflow"
	}
	return name
}

// freeName returns name, with a number if there is a service of that name already.
func (i *Instance) freeName(name string) string {
	snapshot := i.manager.Snapshot()
	free := name
	for n := 2; ; n++ {
		if _, taken := snapshot.Service(free); !taken {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
