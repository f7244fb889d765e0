package control

import (
	"slices"

	"agents-tray/manager"
	"agents-tray/manager/words"
)

// withProse returns a status as it is sent: with the English sentences beside the data of
// problems and exits, for programs of another version. The status itself stays as it is.
func withProse(s Status) Status {
	s.Services = slices.Clone(s.Services)
	for i := range s.Services {
		service := &s.Services[i]
		service.LastExit = exitWithWords(service.LastExit)
		if service.Problem != nil {
			problem := *service.Problem
			problem.Prose, problem.Exit = words.English.Problem(&problem), exitWithWords(problem.Exit)
			service.Problem = &problem
		}
	}
	return s
}

func exitWithWords(e *manager.Exit) *manager.Exit {
	if e == nil {
		return nil
	}
	exit := *e
	exit.Words = words.English.Exit(exit)
	return &exit
}
