// What scripts say in the language of the page. Each text is named by itself in English; a
// page in another language brings those of its scripts.
const data = document.getElementById("words");
const words = data ? JSON.parse(data.textContent) : {};

// say returns a text with values in place of their {names}.
export const say = (english, values = {}) => (words[english] ?? english).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);

// number formats a number with so many decimals.
export const number = (n, decimals = 0) =>
  n.toLocaleString(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false });
