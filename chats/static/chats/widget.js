/**
 * Puts the chat on any site:
 * <script src="https://…/widget.js" data-entry-point="demo" data-language="de" async></script>
 * A site with a content security policy allows our origin in script-src and frame-src.
 */
(() => {
  const script = document.currentScript;
  const {entryPoint, language = "", identity} = script.dataset;
  const {origin} = new URL(script.src);
  const key = `contactcenter.${entryPoint}`;
  const words = /^de/i.test(language || document.documentElement.lang)
    ? ["Chat öffnen", "Chat schließen", "ungelesen"]
    : ["Open chat", "Close chat", "unread"];
  const bubble = "M5.5 3h9A2.5 2.5 0 0 1 17 5.5v5a2.5 2.5 0 0 1-2.5 2.5H9l-4 4V13a2.5 2.5 0 0 1-2-2.5v-5A2.5 2.5 0 0 1 5.5 3z";
  const css = `:host { all: initial }
[hidden] { display: none !important }
button, iframe { position: fixed; right: 16px; z-index: 2147483000; padding: 0; border: 0;
  box-shadow: 0 6px 28px #12202f55 }
button { bottom: 16px; width: 56px; height: 56px; border-radius: 50%; background: #1d5fbf;
  color: #fff; cursor: pointer }
button:hover { background: #164c9c }
button:focus-visible { outline: 2px solid #fff; box-shadow: 0 0 0 5px #1d5fbf }
svg { display: block; width: 26px; margin: auto; fill: none; stroke: currentColor; stroke-width: 1.6 }
span { position: absolute; top: -3px; right: -3px; min-width: 8px; padding: 0 6px; border-radius: 10px;
  background: #b3231b; font: 600 12px/20px sans-serif }
iframe { bottom: 84px; width: 400px; height: min(640px, 100vh - 100px); border-radius: 10px }
@media (max-width: 480px), (max-height: 480px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0 } }`;

  const make = (name) => document.createElement(name);
  const host = make("contactcenter-chat");
  const root = host.attachShadow({mode: "open"});
  const button = make("button");
  const count = make("span");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  let frame, unread = 0, state = {};
  try {
    state = JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {} // no storage: the next page doesn't take the chat up

  function keep(changes) {
    Object.assign(state, changes);
    try {
      sessionStorage.setItem(key, JSON.stringify(state));
    } catch {}
    const {open} = state;
    count.hidden = open || !unread;
    count.textContent = unread;
    path.setAttribute("d", open ? "m5.5 8 4.5 4.5L14.5 8" : bubble);
    button.ariaExpanded = !!open;
    button.ariaLabel = words[+!!open] + (count.hidden ? "" : `, ${unread} ${words[2]}`);
    if (frame) frame.hidden = !open;
  }

  const tell = (type, fields) => frame.contentWindow.postMessage({...fields, contactcenter: 1, type}, origin);

  function load(focus) {
    frame = make("iframe");
    frame.title = "Chat";
    frame.src = `${origin}/widget/${entryPoint}/${language && `?lang=${language}`}`;
    frame.onload = () => {
      tell("hello", {identity, page: location.origin + location.pathname});
      if (state.open) tell("opened", {focus});
    };
    root.append(frame);
  }

  function show(open) {
    if (!frame) load(true);
    else tell(open ? "opened" : "closed", {focus: true});
    keep({open});
    (open ? frame : button).focus();
  }

  addEventListener("message", ({origin: from, source, data}) => {
    if (from !== origin || source !== frame?.contentWindow || data?.contactcenter !== 1) return;
    if (data.type === "close") show(false);
    if (data.type === "state") {
      unread = data.unread;
      keep({running: data.running});
    }
  });
  button.onclick = () => show(!state.open);
  button.onkeydown = (event) => {
    if (event.key === "Escape" && state.open) show(false);
  };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.append(path);
  button.append(svg, count);
  root.append(button);
  if (state.running || state.open) load(false);
  keep();
  document.body.append(host);
})();
