package session

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/spec"
	"agents-tray/sessiondb"
	"agents-tray/sessiondb/platform"
	"agents-tray/tray"
	"agents-tray/tray/words"
)

// A rerun is a workflow of the session before that was asked to run again.
type rerun struct {
	control.Workflow
	service string        // that runs it, once
	told    *manager.Exit // the end that the user was told of
}

// reviewWorkflows are the workflows that the session before had under way.
func reviewWorkflows(interrupted []sessiondb.Workflow) []control.ReviewWorkflow {
	list := []control.ReviewWorkflow{}
	for _, w := range interrupted {
		list = append(list, control.ReviewWorkflow{Workflow: control.Workflow(w)})
	}
	return list
}

// inReview returns a review with what has become of its workflows; nil if there is none.
func (w *workflows) inReview(r *control.Review) *control.Review {
	if r == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := *r
	now.Workflows = slices.Clone(r.Workflows)
	for i, workflow := range now.Workflows {
		now.Workflows[i].Rerun = w.rerunOf(workflow.Workflow)
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

// RunAgain runs a workflow that the session before had under way once more, by the
// command that its record holds, as a service of its own that is not restarted. Nothing
// else can be run this way.
func (s *Session) RunAgain(source, id string) (service string, err error) {
	workflow, err := s.interrupted(source, id)
	if err != nil {
		return "", err
	}
	s.work.mu.Lock()
	defer s.work.mu.Unlock() // two clicks run it once
	if service := s.work.rerunOf(workflow); service != "" {
		if now, _ := s.manager.Snapshot().Service(service); !now.State.Idle() {
			return service, nil
		}
		return service, s.manager.Start(service)
	}
	spec := s.rerunSpec(workflow)
	if source == platform.Source {
		if err := s.preparePlatform(workflow, &spec); err != nil {
			return "", err
		}
	}
	if err := s.manager.AddService(spec); err != nil {
		return "", err
	}
	s.work.reruns = append(s.work.reruns, rerun{Workflow: workflow, service: spec.Name})
	return spec.Name, s.manager.Start(spec.Name)
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
func (s *Session) tellDone(service manager.Service) {
	say := s.language.Say
	s.tell(tray.Notification{
		Summary: say(words.RanAgain, service.Title), Body: say(words.RanAgainBody),
		Actions: []tray.Action{{Label: say(words.OpenLog), Intent: tray.Intent{Verb: tray.ShowLog, Service: service.Name}}},
	})
}

// interrupted finds a workflow of the review that can be run again.
func (s *Session) interrupted(source, id string) (control.Workflow, error) {
	if s.review != nil {
		for _, w := range s.review.Workflows {
			if w.Source != source || w.ID != id {
				continue
			}
			if len(w.Again) == 0 {
				return control.Workflow{}, &control.Refused{Status: http.StatusConflict, Message: w.Name + " did not leave a command that would run it again"}
			}
			return w.Workflow, nil
		}
	}
	return control.Workflow{}, &control.Refused{Status: http.StatusNotFound, Message: fmt.Sprintf("the last session has left no workflow %q of %q", id, source)}
}

// rerunSpec is the service that runs a workflow again: in the folder and with the
// environment of the service that ran it before, if that is still there.
func (s *Session) rerunSpec(w control.Workflow) spec.ServiceSpec {
	spec := spec.ServiceSpec{
		Name: s.freeName("again-" + nameFrom(w.Name)), Title: w.Name, Command: w.Again, Once: true,
	}
	if before, err := s.manager.Spec(w.Source); err == nil {
		spec.Dir, spec.Env, spec.EnvFile = before.Dir, before.Env, before.EnvFile
	}
	return spec
}

// nameFrom makes of any words what can be part of a service's name.
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
func (s *Session) freeName(name string) string {
	snapshot := s.manager.Snapshot()
	free := name
	for n := 2; ; n++ {
		if _, taken := snapshot.Service(free); !taken {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
