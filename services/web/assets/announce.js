// announce tells those who hear the page what those who see it can see.
export function announce(words) {
  document.getElementById("announcer").textContent = words;
}
