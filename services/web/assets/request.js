// Requests to the page's own service. Their errors are problems: {what, why, now, detail}.

import { say } from "./words.js";

// unreachable is the problem of a service that does not answer at all.
export const unreachable = {
  what: say("The {service} does not answer.", { service: document.querySelector("meta[name=application-name]").content }),
  why: say("It was stopped or is just starting."),
  now: say("Try again in a moment."),
};

// request returns the JSON of the response, else its text, or null if it has no content.
// It throws a problem: that of the response, or unreachable.
export async function request(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw unreachable;
  }
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!response.ok) throw json ? await response.json() : { what: say("The request was refused."), detail: await response.text() };
  if (json) return response.json();
  return (await response.text()) || null;
}

export const post = (path, body = {}) => request("POST", path, body);

// attempt awaits an action and reports whether it succeeded. A problem that it throws is given
// to show; other errors are thrown on.
export async function attempt(action, show) {
  try {
    await action();
    return true;
  } catch (problem) {
    if (!problem.what) throw problem;
    show(problem);
    return false;
  }
}
