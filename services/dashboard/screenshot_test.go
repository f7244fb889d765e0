package dashboard

import (
	"fmt"
	"testing"
	"time"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/manager/words"
	"agents-tray/services/web/webtest"
)

// A scene is a page in a state that matters.
type scene struct {
	name    string
	path    string
	connect bool // to a database of the platform
	german  bool
	stage   func(*instance)
	act     func(*webtest.Tab, *instance)
}

var scenes = []scene{
	{name: "running", stage: func(i *instance) {
		i.change(func(s *control.Status) { s.Services[1].Status = "Answering with llama3.2; 2 conversations are open" })
	}, act: func(b *webtest.Tab, i *instance) {
		at := time.Now().Add(-2 * time.Minute)
		var spent time.Duration
		for n := range 60 {
			spent += time.Duration(2+n*n%11) * time.Millisecond
			at := at.Add(time.Duration(n) * 2 * time.Second)
			i.use(control.Usages{
				"dashboard": {CPU: spent, Memory: 11_300_000, Processes: 1, Threads: 9, At: at},
				"chat":      {CPU: 4 * spent, Memory: 1_143_000_000 + uint64(n)*4_000_000, Processes: 3, Threads: n, At: at},
			})
			b.Shows(fmt.Sprintf("3 processes, %d thread", n))
		}
	}},
	{name: "starting", stage: func(i *instance) {
		i.change(func(s *control.Status) {
			s.Phase = manager.PhaseStarting
			chat := &s.Services[1]
			chat.State, chat.Started, chat.Ready = manager.Starting, time.Now().Add(-3*time.Second), time.Time{}
		})
	}},
	{name: "failed", stage: func(i *instance) { i.change(chatFailed) }, act: func(b *webtest.Tab, _ *instance) { b.Shows("Chat keeps crashing") }},
	{name: "port-held", stage: func(i *instance) { i.change(portHeld) }, act: func(b *webtest.Tab, _ *instance) { b.Shows("Use port 9862 this time") }},
	{name: "notices", stage: func(i *instance) {
		i.change(func(s *control.Status) {
			s.Notices = []string{"This desktop shows no tray icons. Everything in the tray menu is on this page too."}
			s.Unclean = lostPower()
		})
	}},
	{name: "offer", stage: func(i *instance) { i.change(platformFound) }, act: func(b *webtest.Tab, _ *instance) { b.Shows("The Python platform is installed here") }},
	{name: "offer-refused", stage: func(i *instance) {
		i.change(platformFound)
		i.refusal = "the services file /home/user/.config/agents-tray/services.yaml cannot be written: read-only file system"
	}, act: func(b *webtest.Tab, _ *instance) {
		b.Allow("409")
		b.Click("#take")
		b.Shows("read-only file system")
	}},
	{name: "under-way", stage: func(i *instance) {
		i.change(func(s *control.Status) {
			s.Workflows = []control.Workflow{
				{ID: "c5", Source: "chat", Name: "Answer in “Plans for the week”", Started: time.Now().Add(-9 * time.Second), Page: "/c/c5"},
				{ID: "7", Source: "Python platform", Name: "nightly-report", Started: time.Now().Add(-20 * time.Minute)},
			}
		})
	}, act: func(b *webtest.Tab, _ *instance) { b.Shows("Workflows under way") }},
	{name: "quit-asked", stage: func(i *instance) {
		i.change(func(s *control.Status) {
			s.Workflows = []control.Workflow{{ID: "7", Source: "Python platform", Name: "nightly-report", Started: time.Now().Add(-20 * time.Minute)}}
			s.Quitting = &control.Quitting{Workflows: 1, Asked: true, Deadline: time.Now().Add(time.Minute)}
		})
	}, act: func(b *webtest.Tab, _ *instance) { b.Shows("Asks whether to quit") }},
	{name: "quit-decided", stage: func(i *instance) {
		i.change(func(s *control.Status) {
			s.Workflows = []control.Workflow{{ID: "7", Source: "Python platform", Name: "nightly-report", Started: time.Now().Add(-20 * time.Minute)}}
			s.Quitting = &control.Quitting{Workflows: 1, Decided: true, Deadline: time.Now().Add(30 * time.Minute)}
		})
	}, act: func(b *webtest.Tab, _ *instance) { b.Shows("Quits after 1 workflow") }},
	{name: "refused", stage: func(i *instance) { i.refusal = "the program is shutting down" }, act: func(b *webtest.Tab, _ *instance) {
		b.Allow("409")
		b.Click("#toggle-chat")
		b.Shows("Chat was not stopped.")
	}},
	{name: "stop-self", act: func(b *webtest.Tab, _ *instance) {
		b.Click("#toggle-dashboard")
		b.Until(`document.querySelector("dialog").open`)
	}},
	{name: "lost", act: func(b *webtest.Tab, i *instance) {
		b.Shows("Both services are running.")
		i.stop()
		b.Shows("is not running any more")
	}},
	{name: "many", stage: many},
	{name: "none", stage: func(i *instance) {
		i.change(func(s *control.Status) { s.Phase, s.Services = manager.PhaseStopped, nil })
	}},
	{name: "log-page", path: "/services/chat/log", stage: talk},
	{name: "log-unknown", path: "/services/nobody/log", act: func(b *webtest.Tab, _ *instance) { b.Allow("404") }},
	{name: "crash", path: "/services/chat/crash", stage: func(i *instance) {
		talk(i)
		i.print("chat", "err", "panic: no model is configured")
		i.print("chat", "err", "goroutine 1 [running]:")
		i.change(chatFailed)
		i.change(func(s *control.Status) { s.Services[1].LastExit.At = time.Now() })
	}},
	{name: "crash-none", path: "/services/chat/crash"},
	{name: "runs", path: "/runs", connect: true, act: func(b *webtest.Tab, i *instance) {
		i.use(control.Usages{"chat": {At: time.Now(), Processes: 1}})
		b.Shows("No key")
		b.Click("#run-article summary")
	}},
	{name: "runs-unconnected", path: "/runs"},
	{name: "review", path: "/review", stage: func(i *instance) { i.review = lostPower() }},
	{name: "review-again", path: "/review", stage: func(i *instance) { i.review = lostPower() }, act: func(b *webtest.Tab, i *instance) {
		b.Click("[data-again]")
		b.Shows("Running again")
		b.Click(".workflow summary")
	}},
	{name: "history", path: "/sessions", stage: aWeek},
	{name: "session", path: "/sessions/s0", stage: aWeek, act: func(b *webtest.Tab, _ *instance) { b.Click(".events summary") }},
	{name: "review-empty", path: "/review"},
	{name: "figures", connect: true, stage: watching, act: func(b *webtest.Tab, i *instance) {
		i.use(control.Usages{"chat": {At: time.Now(), Processes: 1}})
		b.Shows("of 64 recorded")
	}},
	{name: "german-failed", german: true, connect: true, stage: func(i *instance) { watching(i); i.change(chatFailed) }},
	{name: "german-stop-self", german: true, act: func(b *webtest.Tab, _ *instance) {
		b.Click("#toggle-dashboard")
		b.Until(`document.querySelector("dialog").open`)
	}},
	{name: "german-unclean", german: true, stage: func(i *instance) {
		i.change(func(s *control.Status) { s.Unclean, s.Asks = lostPower(), true; portHeld(s) })
	}},
	{name: "german-log-page", path: "/services/chat/log", german: true, stage: talk},
	{name: "german-crash", path: "/services/chat/crash", german: true, stage: func(i *instance) { talk(i); i.change(chatFailed) }},
	{name: "german-runs", path: "/runs", german: true, connect: true},
	{name: "german-runs-unconnected", path: "/runs", german: true},
	{name: "german-review", path: "/review", german: true, stage: func(i *instance) { i.review = lostPower() }},
	{name: "german-history", path: "/sessions", german: true, stage: aWeek},
	{name: "german-session", path: "/sessions/s0", german: true, stage: aWeek},
}

// watching has a service that is only watched, and does not answer.
func watching(i *instance) {
	i.change(func(s *control.Status) {
		s.Services = append(s.Services, manager.Service{
			Name: "gpu", Title: "Model server", URL: "http://gpu-box:8000", Open: true, Watched: true, State: manager.Starting,
			Problem: &manager.Problem{Kind: manager.NotAnswering, Title: "Model server", Answer: &manager.Answer{Kind: manager.AnswerRefused}},
		})
	})
}

// TestLooks checks the contrast of all text (see webtest.Tab.Looks for pictures).
func TestLooks(t *testing.T) {
	t.Parallel()
	for _, scene := range scenes {
		if !scene.german {
			t.Run(scene.name, func(t *testing.T) {
				t.Parallel()
				scene.look(t)
			})
		}
	}
}

// Beside the others it would change their language.
func TestLooksInGerman(t *testing.T) {
	speak(t, words.German)
	for _, scene := range scenes {
		if scene.german {
			t.Run(scene.name, scene.look)
		}
	}
}

func (s scene) look(t *testing.T) {
	i := start(t, both())
	if s.connect {
		var db *database
		i, db = connected(t)
		db.history()
	}
	if s.stage != nil {
		s.stage(i)
	}
	b := webtest.Open(t, webtest.Wide, open(t, i)+s.path)
	if s.act != nil {
		s.act(b, i)
	}
	b.Looks("dashboard-" + s.name)
}

func platformFound(s *control.Status) {
	s.Offers = []control.Offer{{Name: control.PlatformOffer, Title: "Python platform", Program: "/home/user/my-project/.venv/bin/configurable-agents", Dir: "/home/user/my-project"}}
}

func talk(i *instance) {
	for n := range 60 {
		i.print("chat", "out", fmt.Sprintf("%d GET /api/threads/%d 200 in %d ms", n, n*7, n%9+1))
	}
	i.print("chat", "err", "WARNING: the model server at http://127.0.0.1:11434 did not answer within 30 s; the next attempt follows in 5 s, and the answer that was begun is kept until then")
	i.print("chat", "sys", "started as process 4111")
	i.print("chat", logs.Missed, "Lines are missing here: more was printed than could be read in time.")
	i.print("chat", "out", "listening on 127.0.0.1:7860")
}

func many(i *instance) {
	i.change(func(s *control.Status) {
		chatFailed(s)
		for n, state := range []manager.State{manager.Waiting, manager.BackingOff, manager.Stopping, manager.Stopped} {
			s.Services = append(s.Services, manager.Service{
				Name: fmt.Sprintf("extra%d", n), Title: []string{"MLflow", "Model server", "Tunnel to the cluster", "Notebook"}[n],
				State: state, Address: fmt.Sprintf("127.0.0.1:50%02d", n), Restarts: n,
			})
		}
		s.Services = append(s.Services,
			manager.Service{Name: "migrate", Title: "Database migration", State: manager.Completed, LastExit: &manager.Exit{Words: "ended normally", At: time.Now().Add(-time.Hour)}},
			manager.Service{Name: "paused", Title: "Indexer", State: manager.Stopped, ByHand: true},
		)
		mlflow := &s.Services[2]
		mlflow.Problem = &manager.Problem{Kind: manager.PortHeld, Title: "MLflow", Port: 5000, Holder: &manager.Process{Name: "node", PID: 812}}
		mlflow.State = manager.Failed
	})
}
