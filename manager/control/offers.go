package control

import (
	"context"
	"net/http"
	"net/url"
)

// Offer is something that was found on this computer, does not run and is not configured: it
// can be written into the services file, and so run from here.
type Offer struct {
	Name    string `json:"name"`  // PlatformOffer, or of the service that it would be: "ollama"
	Title   string `json:"title"` // for people: "Ollama"
	Program string `json:"program"`
	Dir     string `json:"dir,omitempty"` // where the Python platform would keep its files
	URL     string `json:"url,omitempty"` // where a model server would answer
}

// PlatformOffer is the name of the offer to run the Python platform in the place of the
// built-in pages. All others are model servers.
const PlatformOffer = "platform"

// Taken is what has come of an offer.
type Taken struct {
	File    string `json:"file"`              // the services file
	Service string `json:"service,omitempty"` // that the offer has become, unless it is several
	// Page is where the built-in Dashboard is now; empty if there is none.
	Page string `json:"page,omitempty"`
}

// Offers are what an Instance looks for that it could run.
type Offers interface {
	// Look looks again, and returns what there is to offer.
	Look(ctx context.Context) []Offer
	// Take writes an offer into the services file, and returns when that is applied. The error
	// is Refused if it is not offered any more.
	Take(ctx context.Context, name string) (Taken, error)
}

func offerRoutes(mux *http.ServeMux, offers Offers) {
	mux.HandleFunc("GET /v1/offers", func(w http.ResponseWriter, r *http.Request) {
		reply(w, append([]Offer{}, offers.Look(r.Context())...))
	})
	mux.HandleFunc("POST /v1/offers/{name}", func(w http.ResponseWriter, r *http.Request) {
		taken, err := offers.Take(context.WithoutCancel(r.Context()), r.PathValue("name")) // it may end who asks: the Dashboard
		answer(w, taken, err)
	})
}

// Offers has the instance look for what it could run, and returns that.
func (c *Client) Offers(ctx context.Context) ([]Offer, error) {
	var offers []Offer
	return offers, c.get(ctx, "/v1/offers", &offers)
}

// Take writes an offer into the services file, and returns when that is applied: its services
// are there, and on their way to be ready.
func (c *Client) Take(ctx context.Context, name string) (Taken, error) {
	var taken Taken
	return taken, c.exchange(ctx, http.MethodPost, "/v1/offers/"+url.PathEscape(name), nil, &taken)
}
