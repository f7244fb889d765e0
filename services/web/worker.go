package web

import (
	"io"
	"net/http"
)

// workerScript takes the place of a service worker: it leaves, and has the pages that it
// answered for loaded again. It clears nothing.
const workerScript = `addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  await registration.unregister();
  for (const page of await clients.matchAll({ type: "window" })) page.navigate(page.url).catch(() => {});
})()));
`

// retireWorker answers the request for a service worker's script. We have none; one that
// another program has registered on our port would go on answering for our pages. A browser
// asks for its script at each navigation, past the worker and its cache.
func retireWorker(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Service-Worker-Allowed", "/") // whatever it was registered for
	_, _ = io.WriteString(w, workerScript)        // fails only when the client has left
}
