//go:build linux

package figures

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"agents-tray/manager/control"
	"agents-tray/tray/traytest"
)

// From the click on "Open Dashboard" to the browser's program running. The click itself,
// opening the menu included, is five calls over the bus.
func BenchmarkClick(b *testing.B) {
	p := newDesktop(b)
	program := p.launch()
	defer p.stop(program)
	p.both()
	item := p.Panel.WaitItem(b.Context(), program.Process.Pid)
	item.WaitLabel(b.Context(), "Running")
	var took durations
	for b.Loop() {
		began := time.Now()
		must(b, item.Click("Open Dashboard"))
		p.Browser.Wait(b.Context())
		took = append(took, time.Since(began))
		time.Sleep(time.Second) // clicks that come together open one page
	}
	b.ReportMetric(0, "ns/op")
	took.report(b, "click-ms")
}

// From SIGTERM to the process gone, beside the terminal form.
func BenchmarkEnd(b *testing.B) {
	for _, desktop := range []string{"none", "panel", "frozen panel", "frozen bus"} {
		b.Run(desktop, func(b *testing.B) {
			p := newPlace(b)
			if desktop != "none" {
				p.WithDesktop()
			}
			var ends durations
			for b.Loop() {
				freeze := func() {}
				var panel *traytest.PanelProcess
				switch desktop {
				case "frozen panel":
					p.Panel.Close()
					panel = p.Bus.StartPanelProcess(b)
					freeze = panel.Freeze
				case "frozen bus":
					freeze = p.Bus.Freeze
				}
				program := p.launch()
				p.both()
				switch desktop {
				case "panel", "frozen bus":
					p.Panel.WaitItem(b.Context(), program.Process.Pid).WaitLabel(b.Context(), "Running")
				case "frozen panel":
					panel.Wait("menu")
				}
				time.Sleep(100 * time.Millisecond) // let the start settle
				freeze()
				ends = append(ends, p.stop(program))
				switch desktop {
				case "frozen panel":
					panel.End()
				case "frozen bus":
					p.Bus.Thaw()
				}
			}
			b.ReportMetric(0, "ns/op")
			ends.report(b, "end-ms")
		})
	}
}

// From the start of a second process to the browser's program running.
func BenchmarkSecondLaunch(b *testing.B) {
	p := newDesktop(b)
	program := p.launch()
	defer p.stop(program)
	p.both()
	var took durations
	for b.Loop() {
		began := time.Now()
		second := p.launch()
		p.Browser.Wait(b.Context())
		took = append(took, time.Since(began))
		second.End()
		time.Sleep(time.Second) // clicks that come together open one page
	}
	b.ReportMetric(0, "ns/op")
	took.report(b, "second-launch-ms")
}

// What changes cost: memory of the tray before and after a thousand more, and messages on
// the bus for each. One run is enough.
func BenchmarkStateChanges(b *testing.B) {
	p := newDesktop(b)
	program := p.launch()
	defer p.stop(program)
	p.both()
	p.Panel.WaitItem(b.Context(), program.Process.Pid).WaitLabel(b.Context(), "Running")
	messages := p.countMessages()
	address, err := p.Address()
	if err != nil {
		b.Fatal(err)
	}
	client := control.NewClient(address)
	thousand := func() (memory, sent float64) {
		before := messages.Load()
		for range 500 {
			for _, word := range []string{"off", "on"} { // each changes the menu
				must(b, client.Choose(b.Context(), "notifications", word))
			}
		}
		time.Sleep(100 * time.Millisecond) // for the last to arrive
		return pss(b, program.Process.Pid), float64(messages.Load()-before) / 1000
	}
	thousand() // what the first of them have made is there
	memory, sent := thousand()
	after, sentAfter := thousand()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(memory, "1000-changes-PSS-MB")
	b.ReportMetric(after, "2000-changes-PSS-MB")
	b.ReportMetric(sent, "messages/change")
	b.ReportMetric(sentAfter, "messages/change-later")
}

// countMessages counts all messages on the bus from now on.
func (p *place) countMessages() *atomic.Int64 {
	conn := p.Bus.Connect(p.T)
	seen := make(chan *dbus.Message, 1024)
	must(p.T, conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{}, uint32(0)).Err)
	conn.Eavesdrop(seen)
	var count atomic.Int64
	go func() { // until the connection ends with the test
		for range seen {
			count.Add(1)
		}
	}()
	return &count
}

// What stays of a bus that goes and comes back, with its panel: after a hundred times and
// after a thousand. One run is enough.
func BenchmarkBusRestarts(b *testing.B) {
	p := newDesktop(b)
	program := p.launch()
	defer p.stop(program)
	p.both()
	pid := program.Process.Pid
	p.Panel.WaitItem(b.Context(), pid)
	report := func(when string) {
		descriptors, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(descriptors)), when+"-descriptors")
		b.ReportMetric(pss(b, pid), when+"-PSS-MB")
	}
	var back durations
	for n := 1; n <= 1000; n++ {
		p.Bus.Stop()
		began := time.Now()
		p.Bus.Restart()
		p.Bus.StartHost(b).WaitItem(b.Context(), pid)
		back = append(back, time.Since(began))
		if n == 100 {
			report("100-restarts")
		}
	}
	report("1000-restarts")
	b.ReportMetric(0, "ns/op")
	back.report(b, "back-ms")
}
