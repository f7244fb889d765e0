// morph makes the children of an element like those of another one, changing only
// what differs: focus, folds, scroll positions and selections stay where they are.
// Elements are matched by id, else by position and name. What the page itself
// keeps is left alone: everything in [data-keep], and whether details are open.

export function morph(element, wanted) {
  let current = element.firstChild;
  for (const next of [...wanted.childNodes]) {
    const same = find(current, next);
    if (!same) {
      element.insertBefore(document.importNode(next, true), current);
      continue;
    }
    while (current !== same) current = remove(current);
    current = same.nextSibling;
    if (same.nodeType !== Node.ELEMENT_NODE) {
      if (same.data !== next.data) same.data = next.data;
    } else if (!same.hasAttribute("data-keep")) {
      attributes(same, next);
      morph(same, next);
    }
  }
  while (current) current = remove(current);
}

// find returns the first node from current on that may become next. One without
// an id is only looked for at this very place.
function find(current, next) {
  if (!next.id) return current && alike(current, next) ? current : null;
  while (current && !alike(current, next)) current = current.nextSibling;
  return current;
}

const alike = (a, b) => a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function attributes(element, wanted) {
  for (const { name } of [...element.attributes]) {
    if (name !== "open" && !wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}
