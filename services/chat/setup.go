package chat

import (
	"cmp"
	"net/http"

	"agents-tray/services/chat/completion"
	"agents-tray/services/chat/history"
	"agents-tray/services/web"
)

// setupView is the result of looking for a model server.
type setupView struct {
	Server  serverChoice
	Found   []completion.Found // on this computer
	Empty   *completion.Found  // a server that runs but has no model
	Looked  []completion.LocalServer
	Problem *problem    // of the server in use
	Start   []startable // on this computer, in place of a server that runs
	EnvKey  bool        // OPENAI_API_KEY is set
	OpenAI  string
}

// setup looks for local model servers. If no server or model is in use it chooses one, if
// it can. It is called by a page without a server, and by the settings, which list them.
func (c *chat) setup(w http.ResponseWriter, r *http.Request) {
	settings, err := c.file.Settings()
	if err != nil {
		c.refuse(w, err)
		return
	}
	ctx, cancel := withRequestTimeout(r.Context())
	defer cancel()
	view := setupView{Server: c.choose(settings), Looked: c.LocalServers, OpenAI: openAI, EnvKey: environmentKey(openAI) != ""}
	view.Found = c.client.Discover(ctx, c.LocalServers)
	if !view.Server.Ready() {
		if view.Server.Base != "" {
			err = c.pickModel(r, &view, settings)
		} else {
			err = c.pickServer(&view, settings)
		}
		if err != nil {
			c.refuse(w, err)
			return
		}
	}
	if !view.Server.Ready() && (len(view.Found) == 0 || view.Problem != nil) {
		view.Start = c.startables(ctx)
	}
	html, err := fragment("setup", view)
	if err != nil {
		c.refuse(w, err)
		return
	}
	type found struct {
		Name    string `json:"name"`
		Address string `json:"address"`
		Models  int    `json:"models"`
	}
	list := []found{}
	for _, f := range view.Found {
		list = append(list, found{f.Name, f.Base, len(chatModels(f.Models))})
	}
	web.JSON(w, http.StatusOK, map[string]any{"ready": view.Server.Ready(), "label": view.Server.Label(),
		"model": view.Server.Model, "server": view.Server.Name, "html": html, "servers": list})
}

// pickServer uses the first server on this computer that has a model.
func (c *chat) pickServer(view *setupView, settings history.Settings) error {
	for _, found := range view.Found {
		c.learn(found.Base, found.Models)
		models := chatModels(found.Models)
		if len(models) == 0 {
			view.Empty = &found
			continue
		}
		settings.Address, settings.Key, settings.Model = found.Base, "", models[0]
		if err := c.file.SaveSettings(settings); err != nil {
			return err
		}
		view.Server = c.choose(settings)
		return nil
	}
	return nil
}

// pickModel chooses a model of the server in use: the first one of a local server, the only
// one of another.
func (c *chat) pickModel(r *http.Request, view *setupView, settings history.Settings) error {
	ctx, cancel := withRequestTimeout(r.Context())
	defer cancel()
	models, err := c.client.Models(ctx, view.Server.Server)
	if err != nil {
		view.Problem = c.explainHere(ctx, err, view.Server)
		return nil
	}
	c.learn(view.Server.Base, models)
	names := chatModels(models)
	if len(names) == 0 || len(names) > 1 && !view.Server.Local() {
		return nil
	}
	settings.Model = names[0]
	view.Server = c.choose(settings)
	return c.file.SaveSettings(settings)
}

// models lists the models at an address that need not be saved, or, without an address, of
// the server in use. Without a key in the request the saved one is used if it belongs to that
// address.
func (c *chat) models(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct{ Address, Key string }](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	settings, err := c.file.Settings()
	if err != nil {
		c.refuse(w, err)
		return
	}
	choice := c.choose(settings)
	choice.Base, err = completion.Normalize(cmp.Or(body.Address, choice.Base))
	choice.Name = cmp.Or(c.nameOf(choice.Base), body.Address)
	var models []completion.Model
	if err == nil {
		choice.Key = cmp.Or(body.Key, keyFor(choice.Base, settings))
		ctx, cancel := withRequestTimeout(r.Context())
		defer cancel()
		choice.Server, models, err = c.client.Find(ctx, choice.Server)
	}
	if err != nil {
		web.JSON(w, http.StatusBadGateway, explainInSettings(err, choice))
		return
	}
	c.learn(choice.Base, models)
	names := chatModels(models)
	if len(names) == 0 { // all may be misjudged
		names = []string{}
		for _, model := range models {
			names = append(names, model.Name)
		}
	}
	web.JSON(w, http.StatusOK, map[string]any{"address": choice.Base, "models": names})
}

// keyFor is the key that may be sent to base: the saved one if it was given for the same
// origin, else that of the environment.
func keyFor(base string, settings history.Settings) string {
	if settings.Key != "" && sameOrigin(base, settings.Address) {
		return settings.Key
	}
	return environmentKey(base)
}

// saveSettings saves address, key and model. Without an address the Chat looks for a server
// again. Without a key the saved one is kept, unless the origin has changed or forget is set.
func (c *chat) saveSettings(w http.ResponseWriter, r *http.Request) {
	body, err := read[struct {
		Address, Key, Model string
		Forget              bool
	}](w, r)
	if err != nil {
		c.refuse(w, err)
		return
	}
	old, err := c.file.Settings()
	if err != nil {
		c.refuse(w, err)
		return
	}
	now := history.Settings{Model: body.Model, SetAside: old.SetAside}
	if body.Address != "" {
		if now.Address, err = completion.Normalize(body.Address); err != nil {
			web.JSON(w, http.StatusBadRequest, explainInSettings(err, serverChoice{}))
			return
		}
		now.Key = body.Key
		if now.Key == "" && !body.Forget && sameOrigin(now.Address, old.Address) {
			now.Key = old.Key
		}
		if now.Address != old.Address {
			ctx, cancel := withRequestTimeout(r.Context())
			defer cancel()
			server := completion.Server{Base: now.Address, Key: cmp.Or(now.Key, environmentKey(now.Address))}
			if found, _, err := c.client.Find(ctx, server); err == nil {
				now.Address = found.Base // it may have /v1 added
			} // without an answer the address is saved as it is: the server may be off
		}
	}
	if err := c.file.SaveSettings(now); err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// dismiss removes the notice of a damaged file.
func (c *chat) dismiss(w http.ResponseWriter, _ *http.Request) {
	settings, err := c.file.Settings()
	if err == nil {
		settings.SetAside = ""
		err = c.file.SaveSettings(settings)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
