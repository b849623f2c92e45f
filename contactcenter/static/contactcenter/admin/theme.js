// The theme button of the administration: as the system → dark → light. The desk reads the same choice.

const root = document.documentElement;
const order = ["auto", "dark", "light"];

const current = () => root.dataset.theme ?? "auto";

function choose(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem("cc.theme");
    else localStorage.setItem("cc.theme", theme);
  } catch {
    // Storage may be forbidden; then the choice holds for this page.
  }
}

for (const button of document.querySelectorAll(".house-theme")) {
  const tell = () => {
    button.title = button.dataset[current()];
    button.setAttribute("aria-label", button.title);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    choose(order[(order.indexOf(current()) + 1) % order.length]);
    tell();
  });
  tell();
}
