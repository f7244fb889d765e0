// Requests to the Chat. An error is a problem: {what, why, now, detail}.

const unreachable = {
  what: "The Chat does not answer.",
  why: "It was stopped or is just starting.",
  now: "Try again in a moment.",
};

// request returns the JSON of the answer, its text, or null if it has no content.
// It throws a problem.
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
  if (!response.ok) throw json ? await response.json() : { what: "The Chat refused this.", detail: await response.text() };
  if (json) return response.json();
  return (await response.text()) || null;
}

export const post = (path, body = {}) => request("POST", path, body);

// parts makes the elements that show a problem.
export function parts(problem) {
  const elements = ["what", "why", "now"].filter((part) => problem[part]).map((part) => {
    const line = document.createElement("p");
    line.className = part;
    line.textContent = problem[part];
    return line;
  });
  if (problem.detail) {
    const fold = document.createElement("details");
    fold.className = "fold";
    const summary = document.createElement("summary");
    summary.textContent = "Technical detail";
    const text = document.createElement("pre");
    text.textContent = problem.detail;
    fold.append(summary, text);
    elements.push(fold);
  }
  return elements;
}
