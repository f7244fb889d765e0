package dashboard

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"agents-tray/manager"
	"agents-tray/manager/control"
	"agents-tray/manager/logs"
	"agents-tray/services/web/webtest"
)

// scenes are the pages as people meet them.
var scenes = []struct {
	name  string
	path  string
	stage func(*instance)
	act   func(*webtest.Tab, *instance)
}{
	{name: "running", stage: func(i *instance) {
		i.change(func(s *control.Status) { s.Services[1].Status = "Answering with llama3.2; 2 conversations are open" })
	}, act: func(b *webtest.Tab, i *instance) {
		at := time.Now()
		for n := range 2 {
			spent, at := time.Duration(n)*64*time.Millisecond, at.Add(time.Duration(n)*2*time.Second)
			i.use(control.Usages{
				"dashboard": {CPU: spent, Memory: 11_300_000, Processes: 1, Threads: 9, At: at},
				"chat":      {CPU: 20 * spent, Memory: 1_243_000_000, Processes: 3, Threads: 27, At: at},
			})
			b.Shows([]string{"1243 MB", "3.2 %"}[n])
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
	{name: "log-open", stage: talk, act: func(b *webtest.Tab, _ *instance) {
		b.Click("#service-chat [data-log] summary")
		b.Until(`document.querySelector(".log-line")`)
	}},
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
	{name: "review", path: "/review", stage: func(i *instance) { i.review = lostPower() }},
	{name: "review-again", path: "/review", stage: func(i *instance) { i.review = lostPower() }, act: func(b *webtest.Tab, i *instance) {
		b.Click("[data-again]")
		b.Shows("Running again")
		b.Click(".workflow summary")
	}},
	{name: "history", path: "/sessions", stage: aWeek},
	{name: "session", path: "/sessions/s0", stage: aWeek, act: func(b *webtest.Tab, _ *instance) { b.Click(".events summary") }},
	{name: "review-empty", path: "/review"},
}

// TestEveryTextCanBeRead measures the contrast of all text on all pages, light and
// dark. With AGENTS_TRAY_SHOTS set to a folder it leaves a picture of each there.
func TestEveryTextCanBeRead(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			i := start(t, both())
			if scene.stage != nil {
				scene.stage(i)
			}
			b := webtest.Open(t, wide, open(t, i)+scene.path)
			if scene.act != nil {
				scene.act(b, i)
			}
			for _, scheme := range []string{"light", "dark"} {
				b.Scheme(scheme)
				for _, poor := range webtest.Eval[[]string](b, contrastScript) {
					t.Errorf("%s: %s", scheme, poor)
				}
				picture(b, fmt.Sprintf("%s-%s", scene.name, scheme))
			}
			for name, width := range map[string]int64{"half": half, "phone": phone} {
				b.Do(chromedp.EmulateViewport(width, 740))
				for _, scheme := range []string{"light", "dark"} {
					b.Scheme(scheme)
					picture(b, fmt.Sprintf("%s-%s-%s", scene.name, name, scheme))
				}
			}
		})
	}
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
		mlflow.Problem = &manager.Problem{Kind: manager.PortHeld, Summary: "Port 5000 is taken by node (pid 812)", Advice: "Stop it, or give MLflow another port, for example 5001."}
		mlflow.State = manager.Failed
	})
}

// picture keeps what the page looks like, for people.
func picture(b *webtest.Tab, name string) {
	folder := os.Getenv("AGENTS_TRAY_SHOTS")
	if folder == "" {
		return
	}
	image := webtest.Run(b, chromedp.FullScreenshot(100), "picture")
	if err := os.WriteFile(filepath.Join(folder, "dash-"+name+".png"), image, 0o644); err != nil {
		b.Fatal(err)
	}
}

// contrastScript lists the visible texts whose contrast to what is behind them is
// below 4.5:1 (WCAG 2.1, 1.4.3).
const contrastScript = `(() => {
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const rgba = (color) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const light = ([r, g, b]) => {
		const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * x + 0.7152 * y + 0.0722 * z;
	};
	const behind = (element) => {
		for (; element; element = element.parentElement) {
			const color = rgba(getComputedStyle(element).backgroundColor);
			if (color[3] === 255) return color;
			if (color[3] > 0) throw new Error("translucent background: " + element.className);
		}
		return [255, 255, 255];
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const poor = [];
	while (texts.nextNode()) {
		const { data, parentElement: element } = texts.currentNode;
		if (!data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
		const style = getComputedStyle(element);
		const [a, b] = [light(rgba(style.color)), light(behind(element))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) poor.push(ratio.toFixed(2) + ":1 " + style.color + " " + data.trim().slice(0, 40));
	}
	return poor;
})()`
