// Updates of the page in place: only what differs is changed, so that focus, scroll
// positions and selections stay. Elements are matched by id, else by position and name.
// State that only the browser has is kept: the content of [data-keep], and whether
// details are open.

// morph makes the children of an element like those of target.
export function morph(element, target) {
  let current = element.firstChild;
  for (const next of [...target.childNodes]) {
    const same = find(current, next);
    if (!same) {
      element.insertBefore(document.importNode(next, true), current);
      continue;
    }
    while (current !== same) current = remove(current);
    current = same.nextSibling;
    update(same, next);
  }
  while (current) current = remove(current);
}

// replaceFrom makes the child elements from position keep on like those of target.
export function replaceFrom(element, keep, target) {
  const next = [...target.children];
  while (element.children.length > keep + next.length) element.lastElementChild.remove();
  next.forEach((block, i) => {
    const same = element.children[keep + i];
    if (!same) element.append(document.importNode(block, true));
    else if (matches(same, block)) update(same, block);
    else same.replaceWith(document.importNode(block, true));
  });
}

// parse returns the nodes of HTML that the service sent.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// update gives a node the attributes and the content of a matching one.
function update(same, next) {
  if (same.nodeType === Node.ELEMENT_NODE) {
    if (same.hasAttribute("data-keep")) return;
    updateAttributes(same, next);
    morph(same, next);
  } else if (next.data.startsWith(same.data)) {
    if (next.data !== same.data) same.appendData(next.data.slice(same.data.length)); // keeps a selection in it
  } else {
    same.data = next.data;
  }
}

// find returns the first node from current on that matches next, or null. A node without
// an id only matches at the same position.
function find(current, next) {
  if (!next.id) return current && matches(current, next) ? current : null;
  while (current && !matches(current, next)) current = current.nextSibling;
  return current;
}

const matches = (a, b) => a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function updateAttributes(element, target) {
  for (const { name } of [...element.attributes]) {
    if (name !== "open" && !target.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of target.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}
