package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// maxRefused bounds a count of refused connections.
const maxRefused = 1 << 30

// OtherUsers reports that the pages of a service have refused so many connections of other
// users since it last reported some.
func (c *Client) OtherUsers(ctx context.Context, service string, count int) error {
	return c.post(ctx, "/v1/services/"+url.PathEscape(service)+"/other-users?count="+strconv.Itoa(count))
}

func otherUsers(w http.ResponseWriter, r *http.Request, i Instance) {
	count, err := countOf(r, "count", 1, maxRefused)
	if err == nil {
		i.OtherUsers(r.PathValue("name"), count)
	}
	done(w, err)
}
