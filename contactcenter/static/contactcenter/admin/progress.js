// A long piece of work that runs in the background: asks how far it is once a second, and shows the result when it is done.

const EVERY = 1000;
const place = document.getElementById("progress");

async function look() {
  const response = await fetch(place.dataset.address, {headers: {Accept: "application/json"}});
  if (!response.ok) return;
  const {progress, words, over} = await response.json();
  if (over) {
    location.reload();
    return;
  }
  place.querySelector("rect").setAttribute("width", String(progress));
  place.querySelector("p").textContent = words;
}

if (place) setInterval(() => look().catch(() => {}), EVERY); // without a connection the bar stands still
