package clipboard

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// Copy puts text on the clipboard. The error wraps ErrNone where there is none.
//
// On X11, who has copied hands the text over whenever somebody pastes, so the program
// does that itself, for as long as it runs or until somebody else copies; the usual
// libraries call xclip, which a fresh desktop does not have. A Wayland desktop takes
// text from a program without a window only through wl-copy: what its X server is given
// is passed on only while one of that server's windows has the keyboard, and lost else.
func Copy(text string) error {
	if os.Getenv("WAYLAND_DISPLAY") != "" {
		if err := wlCopy(text); err != nil {
			return fmt.Errorf("%w: on Wayland it takes wl-copy, of wl-clipboard: %w", ErrNone, err)
		}
		return nil
	}
	s, err := own(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	go s.serve() // until somebody else copies, or the X server ends
	return nil
}

func wlCopy(text string) error {
	command := exec.Command("wl-copy")
	command.Stdin = strings.NewReader(text)
	return command.Run()
}

// selection is what X11 calls the clipboard of one program.
type selection struct {
	conn   *xgb.Conn
	window xproto.Window
	text   []byte
	atoms  map[string]xproto.Atom
}

// formats are those in which the text can be had.
var formats = []string{"UTF8_STRING", "text/plain;charset=utf-8", "text/plain"}

func init() { xgb.Logger.SetOutput(io.Discard) } // it would speak in the terminal of a lost server

var connecting sync.Mutex // the library's set-up is not made for two at once

// own makes a window that owns the clipboard.
func own(text string) (_ *selection, err error) {
	connecting.Lock()
	conn, err := xgb.NewConn()
	connecting.Unlock()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	s := &selection{conn: conn, text: []byte(text), atoms: map[string]xproto.Atom{}}
	for _, name := range append([]string{"CLIPBOARD", "TARGETS"}, formats...) {
		reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return nil, err
		}
		s.atoms[name] = reply.Atom
	}
	screen := xproto.Setup(conn).DefaultScreen(conn)
	if s.window, err = xproto.NewWindowId(conn); err != nil {
		return nil, err
	}
	err = xproto.CreateWindowChecked(conn, screen.RootDepth, s.window, screen.Root, 0, 0, 1, 1, 0,
		xproto.WindowClassInputOutput, screen.RootVisual, 0, nil).Check()
	if err != nil {
		return nil, err
	}
	return s, xproto.SetSelectionOwnerChecked(conn, s.window, s.atoms["CLIPBOARD"], xproto.TimeCurrentTime).Check()
}

// serve answers those who paste.
func (s *selection) serve() {
	defer s.conn.Close()
	for {
		event, err := s.conn.WaitForEvent()
		switch event := event.(type) {
		case xproto.SelectionRequestEvent:
			s.answer(event)
		case xproto.SelectionClearEvent:
			return // somebody else has copied
		case nil:
			if err == nil {
				return // the X server has ended
			} // else a window that has gone while it pasted
		}
	}
}

func (s *selection) answer(r xproto.SelectionRequestEvent) {
	property := r.Property
	if property == xproto.AtomNone { // an old program
		property = r.Target
	}
	if !s.hand(r, property) {
		property = xproto.AtomNone
	}
	notify := xproto.SelectionNotifyEvent{Time: r.Time, Requestor: r.Requestor, Selection: r.Selection, Target: r.Target, Property: property}
	xproto.SendEvent(s.conn, false, r.Requestor, 0, string(notify.Bytes()))
}

// hand gives the requestor what it wants, and reports whether it can be had.
func (s *selection) hand(r xproto.SelectionRequestEvent, property xproto.Atom) bool {
	if r.Target == s.atoms["TARGETS"] {
		var list []byte
		for _, name := range append([]string{"TARGETS"}, formats...) {
			four := make([]byte, 4)
			xgb.Put32(four, uint32(s.atoms[name]))
			list = append(list, four...)
		}
		return xproto.ChangePropertyChecked(s.conn, xproto.PropModeReplace, r.Requestor, property, xproto.AtomAtom, 32,
			uint32(len(list)/4), list).Check() == nil
	}
	for _, name := range formats {
		if r.Target == s.atoms[name] {
			return xproto.ChangePropertyChecked(s.conn, xproto.PropModeReplace, r.Requestor, property, r.Target, 8,
				uint32(len(s.text)), s.text).Check() == nil
		}
	}
	return false
}
