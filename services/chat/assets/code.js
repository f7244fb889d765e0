// Colours of code, by highlight.js, which is loaded with the first block that is seen. The
// text itself is not changed: the colours are ranges over it (CSS custom highlights), so that
// copying, selecting and updating work as without them. Browsers without those show plain text.

const folder = "/chat/highlight/";
const longest = 100_000; // characters; longer code stays plain

// languages are the names that models give them, by file.
const languages = {
  yaml: ["yaml", "yml"],
  python: ["python", "py"],
  javascript: ["javascript", "js", "jsx", "mjs", "typescript", "ts", "tsx"],
  json: ["json", "jsonc"],
  bash: ["bash", "sh", "shell", "zsh", "console"],
  go: ["go", "golang"],
  sql: ["sql", "sqlite", "postgresql"],
  xml: ["xml", "html", "svg", "xhtml"],
};

// kinds are the colours (see code.css), with the classes of highlight.js that have each.
const kinds = {
  keyword: ["hljs-keyword", "hljs-literal", "hljs-built_in", "hljs-selector-tag", "hljs-name", "hljs-operator"],
  string: ["hljs-string", "hljs-regexp", "hljs-symbol", "hljs-link"],
  number: ["hljs-number", "hljs-bullet"],
  comment: ["hljs-comment", "hljs-quote", "hljs-meta", "hljs-doctag"],
  title: ["hljs-title", "hljs-attr", "hljs-attribute", "hljs-type", "hljs-section", "hljs-property", "hljs-selector-class", "hljs-selector-id"],
};

const kindOf = new Map(Object.entries(kinds).flatMap(([kind, classes]) => classes.map((name) => [name, kind])));
const fileOf = new Map(Object.entries(languages).flatMap(([file, names]) => names.map((name) => [name, file])));
const done = new WeakMap(); // code → {node, text, ranges}
const highlights = new Map();
const loaded = new Map(); // file → promise

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    paint(target);
  }
}, { rootMargin: "200px" });

// color colours the code in an element once it is seen. The block that is being written is
// left for later.
export function color(root) {
  if (!CSS.highlights) return;
  for (const code of root.querySelectorAll(".code[data-fence] code")) {
    const known = done.get(code);
    if (known?.node === code.firstChild && known.text === code.textContent) continue;
    const block = code.closest(".code");
    if (!block.nextElementSibling && code.closest("[data-state=writing]")) continue;
    seen.observe(code);
  }
}

async function paint(code) {
  const file = fileOf.get(code.closest(".code").querySelector(".code-head .cut").textContent.trim().toLowerCase());
  const node = code.firstChild;
  const text = code.textContent;
  if (!file || !node || text.length > longest) return;
  const highlighter = await load(file);
  if (code.firstChild !== node || code.textContent !== text || !code.isConnected) return; // it has changed meanwhile
  for (const [kind, range] of done.get(code)?.ranges ?? []) highlights.get(kind)?.delete(range);
  const ranges = rangesOf(highlighter.highlight(text, { language: file, ignoreIllegals: true }).value, node);
  done.set(code, { node, text, ranges });
  for (const [kind, range] of ranges) highlightOf(kind).add(range);
}

// rangesOf makes ranges over a text node of the HTML that highlight.js made of it.
function rangesOf(html, node) {
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  const texts = document.createTreeWalker(parsed.content, NodeFilter.SHOW_TEXT);
  const ranges = [];
  let start = 0;
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    const kind = kindFor(parentElement);
    if (kind) {
      ranges.push([kind, new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: start + data.length })]);
    }
    start += data.length;
  }
  return ranges;
}

function kindFor(element) {
  for (let e = element; e; e = e.parentElement) {
    for (const name of e.classList) if (kindOf.has(name)) return kindOf.get(name);
  }
  return undefined;
}

function highlightOf(kind) {
  if (!highlights.has(kind)) {
    highlights.set(kind, new Highlight());
    CSS.highlights.set(kind, highlights.get(kind));
  }
  return highlights.get(kind);
}

// load returns highlight.js with a language.
function load(file) {
  if (!loaded.has(file)) {
    loaded.set(file, (async () => {
      const [{ default: core }, { default: language }] = await Promise.all([import(`${folder}core.js`), import(`${folder}${file}.js`)]);
      core.registerLanguage(file, language);
      return core;
    })());
  }
  return loaded.get(file);
}
