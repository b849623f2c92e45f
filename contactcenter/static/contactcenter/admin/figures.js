// Keeps the first page's figures fresh: every 10 s, only while the page is seen, and only what differs is touched.

const EVERY = 10_000;
const SVG = "http://www.w3.org/2000/svg";
const stamp = document.getElementById("stamp");
const byId = (id) => document.getElementById(id);

function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i i-s");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  svg.firstChild.setAttribute("href", `#i-${name}`);
  return svg;
}

function words({ text, href }) {
  if (!href) return text;
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  return link;
}

function tableCell(cell) {
  const td = document.createElement("td");
  if (cell.kind) td.className = cell.kind;
  if (/late|below/.test(cell.kind)) td.append(icon("alert"));
  td.append(words(cell));
  return td;
}

function emptyRow(body) {
  const td = document.createElement("td");
  td.className = "empty";
  td.colSpan = body.dataset.columns;
  td.textContent = body.dataset.empty;
  return [td];
}

function fill(body, rows) {
  const wanted = rows.length ? rows.map((row) => row.map(tableCell)) : [emptyRow(body)];
  while (body.rows.length > wanted.length) body.deleteRow(-1);
  wanted.forEach((cells, index) => {
    const row = body.rows[index] ?? body.insertRow();
    cells.forEach((cell, place) => {
      const old = row.cells[place];
      if (!old) row.append(cell);
      else if (!old.isEqualNode(cell)) old.replaceWith(cell);
    });
    while (row.cells.length > cells.length) row.deleteCell(-1);
  });
}

function change([what, note]) {
  const line = document.createElement("li");
  const text = document.createElement("span");
  const quiet = document.createElement("span");
  quiet.className = "quiet";
  quiet.textContent = note.text;
  text.append(words(what), quiet);
  line.append(icon(what.kind), text);
  return line;
}

function showAgents({ total, note, states }) {
  say(byId("agents-total"), total);
  say(byId("agents-note"), note);
  const bars = byId("stack").children;
  const counts = byId("states").querySelectorAll("b");
  states.forEach((state, index) => {
    say(counts[index], state.count);
    bars[index].setAttribute("x", state.x);
    bars[index].setAttribute("width", state.width);
  });
}

function showSystem(lines) {
  [...byId("system").children].forEach((line, index) => {
    const { ok, text } = lines[index];
    line.classList.toggle("off", !ok);
    line.querySelector("use").setAttribute("href", ok ? "#i-check" : "#i-alert");
    say(line.lastElementChild, text);
  });
}

function show(now) {
  [...byId("figures").children].forEach((box, index) => {
    const { value, note } = now.figures[index];
    say(box.querySelector("b"), value);
    say(box.querySelector(".figure-sub"), note);
  });
  for (const key of ["queues", "waiting", "findings"]) {
    const body = byId(`table-${key}`);
    if (!body) continue;
    fill(body, now.tables[key].rows);
    say(byId(`count-${key}`), now.tables[key].count);
  }
  const changes = byId("table-changes");
  if (changes && now.tables.changes.rows.length) {
    const lines = now.tables.changes.rows.map(change);
    const same = lines.length === changes.children.length && lines.every((line, i) => line.isEqualNode(changes.children[i]));
    if (!same) changes.replaceChildren(...lines);
  }
  showAgents(now.agents);
  showSystem(now.system);
  stamp.classList.remove("late");
  say(stamp.firstElementChild, now.stamp);
  stamp.dataset.time = now.time;
}

function stale(sentence) {
  stamp.classList.add("late");
  say(stamp.firstElementChild, sentence);
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(stamp.dataset.figures, { headers: { accept: "application/json" } });
    if (answer.status === 403) stale(stamp.dataset.over);
    else if (answer.ok) show(await answer.json());
    else throw new Error(answer.statusText);
  } catch {
    stale(`${stamp.dataset.stale} ${stamp.dataset.time}`);
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
