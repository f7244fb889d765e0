package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"agents-tray/manager/control"
	"agents-tray/manager/logs"
)

// logRequest asks for the last lines of a service's log, and for those that follow.
type logRequest struct {
	service string
	lines   int
}

// maxLogs are followed by one page.
const maxLogs = 16

// parseLogRequests parses texts such as "chat:50", at most one for a service.
func parseLogRequests(texts []string) ([]logRequest, error) {
	if len(texts) > maxLogs {
		return nil, fmt.Errorf("%d logs are too many: one page can follow %d", len(texts), maxLogs)
	}
	var logs []logRequest
	for _, text := range texts {
		service, count, _ := strings.Cut(text, ":")
		lines, err := strconv.Atoi(count)
		if err != nil || lines < 1 {
			return nil, fmt.Errorf("log=%s: give a service and a number from 1 to %d, as in log=chat:50", text, maxLines)
		}
		if slices.ContainsFunc(logs, func(l logRequest) bool { return l.service == service }) {
			return nil, fmt.Errorf("log=%s: that log is asked for already", text)
		}
		logs = append(logs, logRequest{service, min(lines, maxLines)})
	}
	return logs, nil
}

type logEvent struct {
	Service string      `json:"service"`
	Lines   []logs.Line `json:"lines"`
}

type silentEvent struct {
	Service string `json:"service"`
	control.Problem
}

// relayLog follows a log. After a reconnection it sends the last lines again.
func (d *dashboard) relayLog(s *stream, log logRequest) {
	s.reconnect(func(received func()) error {
		tail, complete := []logs.Line{}, false
		return d.client.Follow(s.ctx, log.service, log.lines, func(lines []logs.Line) {
			received()
			stripControls(lines)
			switch {
			case complete:
				s.send("lines", logEvent{log.service, lines})
			case len(lines) > 0:
				tail = logs.Settle(append(tail, lines...))
			default:
				s.send("tail", logEvent{log.service, tail})
				tail, complete = nil, true
			}
		})
	}, func(err error) {
		_, problem := problemOf(err, "The log cannot be read now.", "")
		s.send("silent", silentEvent{log.service, problem})
	})
}
