// Runs before the first paint: the theme this person chose on this browser, if any; else the system preference holds.
try {
  const chosen = localStorage.getItem("cc.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be forbidden; then the system preference decides.
}
