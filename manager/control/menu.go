package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// MenuItem is an entry of the tray's menu as it is now.
type MenuItem struct {
	Label    string     `json:"label,omitempty"` // empty: a line between groups
	Do       string     `json:"do,omitempty"`    // what chooses it: "restart chat"; empty: it only tells
	Disabled bool       `json:"disabled,omitempty"`
	Checked  *bool      `json:"checked,omitempty"` // of a setting
	Items    []MenuItem `json:"items,omitempty"`
}

// Menus are an Instance's menu.
type Menus interface {
	Menu() []MenuItem
	// Choose does what an item does. The error is ErrNoItem if there is none now.
	Choose(do string) error
	// Text is what an item copies. The error is ErrNoItem if it copies nothing.
	Text(do string) (string, error)
}

// ErrNoItem says that the menu has no such item, or that it cannot be chosen now.
var ErrNoItem = errors.New("the menu has no such item now")

func menuRoutes(mux *http.ServeMux, menus Menus) {
	mux.HandleFunc("GET /v1/menu", func(w http.ResponseWriter, _ *http.Request) { reply(w, menus.Menu()) })
	mux.HandleFunc("GET /v1/menu/{do...}", func(w http.ResponseWriter, r *http.Request) {
		text, err := menus.Text(typed(r))
		answer(w, text, err)
	})
	mux.HandleFunc("POST /v1/menu/{do...}", func(w http.ResponseWriter, r *http.Request) { done(w, menus.Choose(typed(r))) })
}

// typed is what was typed to choose an item.
func typed(r *http.Request) string { return strings.ReplaceAll(r.PathValue("do"), "/", " ") }

// Menu returns the tray's menu as it is now.
func (c *Client) Menu(ctx context.Context) ([]MenuItem, error) {
	var items []MenuItem
	return items, c.get(ctx, "/v1/menu", &items)
}

// Choose does what an item of the menu does; words are those of its Do. It returns when
// the request is taken, not when it is carried out.
func (c *Client) Choose(ctx context.Context, words ...string) error {
	return noItem(c.post(ctx, itemPath(words)), words)
}

// Text returns what an item of the menu copies, and copies nothing.
func (c *Client) Text(ctx context.Context, words ...string) (string, error) {
	var text string
	err := c.get(ctx, itemPath(words), &text)
	return text, noItem(err, words)
}

func itemPath(words []string) string {
	path := "/v1/menu"
	for _, word := range words {
		path += "/" + url.PathEscape(word)
	}
	return path
}

// noItem names the item that there is not.
func noItem(err error, words []string) error {
	var refused *Refused
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return fmt.Errorf("%w: %s", ErrNoItem, strings.Join(words, " "))
	}
	return err
}
