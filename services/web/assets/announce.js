// announce has a screen reader say what the page shows.
export function announce(words) {
  document.getElementById("announcer").textContent = words;
}
