package words

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Duration says a duration as people do, to the second, in its largest unit and the next smaller
// one: "300 ms", "30 s", "2 min 5 s", "1 d 1 h", "1 h". The units are the same in every language
// so far. time.js formats the same way.
func (Language) Duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	d = d.Round(time.Second)
	largest := slices.IndexFunc(units, func(u unit) bool { return d >= u.size })
	var parts []string
	for _, u := range units[largest:min(largest+2, len(units))] {
		if n := d / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.size
		}
	}
	return strings.Join(parts, " ")
}

type unit struct {
	size time.Duration
	name string
}

var units = []unit{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}

// Clock says at what time of day something is.
func (Language) Clock(t time.Time) string { return t.Local().Format("15:04") }

// When something happened, to follow what did: "at 14:03", "on Thursday at 14:03" where that
// was not today, "on 4 May at 14:03" where it was not in the last six days either. Unless
// exact, all that is known is that it was later: "after 14:03". An unknown time says nothing.
func (l Language) When(at, now time.Time, exact bool) string {
	if at.IsZero() {
		return ""
	}
	clock := after
	if exact {
		clock = sharp
	}
	said := clock.fill(l, "{clock}", l.Clock(at))
	if day := l.day(at.Local(), now.Local()); day != "" {
		return day + " " + said
	}
	return said
}

var (
	sharp   = text{"at {clock}", "um {clock}"}
	after   = text{"after {clock}", "nach {clock}"}
	onDay   = text{"on {weekday}", "am {weekday}"}
	onDate  = text{"on {day} {month}", "am {day}. {month}"}
	withDay = text{"on {day} {month} {year}", "am {day}. {month} {year}"}
)

// day says on what day something happened, "" for today.
func (l Language) day(at, now time.Time) string {
	month := months[at.Month()-1].In(l)
	values := []string{"{weekday}", weekdays[at.Weekday()].In(l), "{day}", fmt.Sprint(at.Day()), "{month}", month, "{year}", fmt.Sprint(at.Year())}
	switch days := daysBetween(at, now); {
	case days == 0:
		return ""
	case days > 0 && days < 7:
		return onDay.fill(l, values...)
	case at.Year() == now.Year():
		return onDate.fill(l, values...)
	}
	return withDay.fill(l, values...)
}

// daysBetween is how many midnights, of any zone, lie between two times.
func daysBetween(from, to time.Time) int {
	date := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(date(to).Sub(date(from)) / (24 * time.Hour))
}

var weekdays = [...]text{
	{"Sunday", "Sonntag"}, {"Monday", "Montag"}, {"Tuesday", "Dienstag"}, {"Wednesday", "Mittwoch"},
	{"Thursday", "Donnerstag"}, {"Friday", "Freitag"}, {"Saturday", "Samstag"},
}

var months = [...]text{
	{"January", "Januar"}, {"February", "Februar"}, {"March", "März"}, {"April", "April"}, {"May", "Mai"}, {"June", "Juni"},
	{"July", "Juli"}, {"August", "August"}, {"September", "September"}, {"October", "Oktober"}, {"November", "November"}, {"December", "Dezember"},
}
