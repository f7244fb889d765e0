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
    become(same, next);
  }
  while (current) current = remove(current);
}

// tail makes the child elements from position keep on like those of wanted.
export function tail(element, keep, wanted) {
  const next = [...wanted.children];
  while (element.children.length > keep + next.length) element.lastElementChild.remove();
  next.forEach((block, i) => {
    const same = element.children[keep + i];
    if (!same) element.append(document.importNode(block, true));
    else if (alike(same, block)) become(same, block);
    else same.replaceWith(document.importNode(block, true));
  });
}

// parse makes a fragment of HTML that came from the server.
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// become gives a node the content of one like it.
function become(same, next) {
  if (same.nodeType === Node.ELEMENT_NODE) {
    if (same.hasAttribute("data-keep")) return;
    attributes(same, next);
    morph(same, next);
  } else if (next.data.startsWith(same.data)) {
    if (next.data !== same.data) same.appendData(next.data.slice(same.data.length)); // a selection in it stays
  } else {
    same.data = next.data;
  }
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
