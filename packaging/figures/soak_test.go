//go:build linux

package figures

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"
)

var soakTime = flag.Duration("soak", 20*time.Second, "length of BenchmarkSoak; 30m is worth reading")

// What grows while services crash and print all the time: ten of them, a crash a second,
// 1,000 lines a second. Each figure is taken after a tenth of the time, and at its end.
//
//	go test -run '^$' -bench Soak -benchtime 1x -timeout 1h ./packaging/figures -soak 30m
func BenchmarkSoak(b *testing.B) {
	f := newFleet(b, 10, true, "-lines", "100")
	program := f.start("ui", "--config", f.file())
	defer f.stop(program)
	f.all()
	began, crash := time.Now(), time.NewTicker(time.Second)
	defer crash.Stop()
	early := false
	for n := 0; time.Since(began) < *soakTime; n++ {
		<-crash.C
		address := f.addresses[n%len(f.addresses)]
		must(b, syscall.Kill(f.answeringPID(address, 0), syscall.SIGKILL))
		if !early && time.Since(began) >= *soakTime/10 {
			early = true
			f.reportGrowth(b, "early")
		}
	}
	f.all()
	f.reportGrowth(b, "late")
	b.ReportMetric(0, "ns/op")
}

var goroutines = regexp.MustCompile(`(\d+) goroutines`)

// reportGrowth reports what could grow.
func (f *fleet) reportGrowth(b *testing.B, when string) {
	for role, pid := range f.roles() {
		b.ReportMetric(pss(b, pid), role+"-PSS-MB-"+when)
		for what, folder := range map[string]string{"descriptors": "fd", "threads": "task"} {
			entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/%s", pid, folder))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(entries)), role+"-"+what+"-"+when)
		}
	}
	if found := goroutines.FindStringSubmatch(f.Command("do", "diagnosis")); found != nil {
		n, _ := strconv.Atoi(found[1]) // digits
		b.ReportMetric(float64(n), "tray-goroutines-"+when)
	}
	files, bytes := 0, int64(0)
	err := filepath.WalkDir(f.State(""), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil // one that goes meanwhile does not count
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(files), "files-"+when)
	b.ReportMetric(float64(bytes)/1e6, "files-MB-"+when)
}
