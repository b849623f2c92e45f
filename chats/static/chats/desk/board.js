// The supervisor's live board: queues, agents, who waits and why. The server tells what changes, nothing is asked for.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {minutes, number} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import "./board-agents.js";
import "./board-chats.js";
import "./board-queues.js";
import {BoardStore} from "./board-store.js";
import {counts, held, late, level, percent, sums, under} from "./board-views.js";
import "./board-waiting.js";
import "./board-why.js";
import {instant, onTick} from "./clock.js";
import {Part, glyph, icon} from "./part.js";
import {refusal} from "./refusals.js";
import "./timer.js";

const MOST_LOOKS = 6;

/** `desk`: the desk's store. */
class Board extends Part {
  static properties = {
    desk: {attribute: false},
    queue: {state: true},
    team: {state: true},
    pop: {state: true},
    error: {state: true},
  };

  constructor() {
    super();
    Object.assign(this, {queue: "", team: "", pop: null, error: null});
  }

  connectedCallback() {
    super.connectedCallback();
    this.board = new BoardStore(this.desk.wire);
    this.board.addEventListener("change", () => this.requestUpdate());
    this.board.start();
    this.untick = onTick(() => this.showStamp());
    this.addEventListener("act", (event) => this.act(event.detail));
    this.addEventListener("queue", (event) => this.choose(event.detail.queue));
    this.addEventListener("pop", (event) => this.show(event.detail));
    this.addEventListener("closed", () => this.unshow());
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.pop && !event.defaultPrevented) this.unshow();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.untick();
    this.board.stop();
  }

  /** Runs a supervisor's command; a refusal stands at the top until the next. */
  async act({type, fields, name}) {
    this.error = null;
    try {
      await this.desk.run(type, fields);
    } catch (error) {
      this.error = {name, text: refusal(error)};
    }
  }

  choose(queue) {
    this.queue = queue;
    this.focusOn("cc-board-waiting .card-title");
  }

  show(pop) {
    this.opener = document.activeElement;
    this.pop = pop;
    this.focusOn(".board-pop .dialog-title");
  }

  async unshow() {
    this.pop = null;
    await this.updateComplete;
    if (this.opener?.isConnected) this.opener.focus();
  }

  get agents() {
    const rows = this.board.agents;
    return this.team ? rows.filter((row) => row.team.id === this.team) : rows;
  }

  get queues() {
    return this.team ? [...(this.board.teams.get(this.team)?.queues.values() ?? [])] : this.board.queues;
  }

  // -- head -----------------------------------------------------------------------------------------------------------

  /** The stamp says of which moment the figures are; it turns amber when none came for a while. */
  showStamp() {
    const stamp = this.querySelector(".stamp");
    if (!stamp) return;
    const {stale, at} = this.board;
    stamp.classList.toggle("ok", !stale);
    stamp.classList.toggle("warn", stale);
    const time = at ? new Date(at).toLocaleTimeString(document.documentElement.lang || "en", {hourCycle: "h23"}) : "";
    stamp.lastElementChild.textContent = stale ? interpolate(gettext("as of %(time)s"), {time}) : `live ${time}`;
  }

  updated() {
    this.showStamp();
  }

  head() {
    const teams = [...this.board.teams.values()];
    return html`<div class="page-head">
      <h2 class="page-title">${gettext("Live board")}</h2>
      <span class="pill stamp">${icon("wifi", true)}<span class="num"></span></span>
      <span class="grow"></span>
      ${
        teams.length > 1
          ? html`<label class="row"
              ><span class="sr">${gettext("Team")}</span
              ><select
                class="input"
                @change=${(event) => {
                  this.team = event.target.value;
                }}>
                <option value="">${gettext("All my teams")}</option>
                ${teams.map(({id, name}) => html`<option value=${id} ?selected=${id === this.team}>${name}</option>`)}
              </select></label
            >`
          : nothing
      }
    </div>`;
  }

  tiles() {
    const {queues, agents} = this;
    const all = sums(queues);
    const here = agents.filter((row) => row.state !== "offline");
    const ready = here.filter((row) => row.state === "available" && held(row) < row.capacity);
    const busiest = [...queues].sort((a, b) => b.waiting - a.waiting)[0];
    const wrapping = agents.reduce((sum, row) => sum + row.wrapups, 0);
    const share = all.offered ? Math.round((1000 * all.abandoned) / all.offered) / 10 : null;
    const now = level(all);
    const tile = (label, value, note, warn = false) =>
      html`<div class=${`tile ${warn ? "late-tile" : ""}`}>
        <dt>${label}</dt>
        <dd><b class="num">${value}</b><span class="meta">${note}</span></dd>
      </div>`;
    return html`<dl class="tiles">
      ${tile(
        gettext("Waiting now"),
        number(all.waiting),
        all.waiting
          ? interpolate(gettext("%(count)s in %(queue)s"), {count: busiest.waiting, queue: busiest.name})
          : all.messages
            ? this.messages(all.messages)
            : gettext("Nobody is waiting."),
      )}
      ${tile(
        gettext("Oldest"),
        all.oldest ? html`<cc-timer .at=${instant(all.oldest.oldest)}></cc-timer>` : "–",
        all.oldest
          ? interpolate(gettext("target %(time)s"), {time: minutes(all.oldest.seconds * 1000)})
          : nothing,
        all.oldest !== null && late(all.oldest),
      )}
      ${tile(gettext("Service level, last 30 min"), percent(now), now === null ? gettext("no chat yet") : this.worst(), queues.some(under))}
      ${tile(gettext("In conversation"), number(all.talking), interpolate(gettext("%(count)s wrapping up"), {count: wrapping}))}
      ${tile(gettext("Ready for a chat"), number(ready.length), interpolate(gettext("of %(count)s signed in"), {count: here.length}))}
      ${tile(gettext("Abandoned today"), number(all.abandoned), share === null ? nothing : percent(share))}
    </dl>`;
  }

  messages(count) {
    return interpolate(ngettext("%(count)s message", "%(count)s messages", count), {count});
  }

  worst() {
    const known = this.queues.filter((row) => row.decided);
    const worst = known.sort((a, b) => level(a) - a.target - (level(b) - b.target))[0];
    return worst ? interpolate(gettext("target %(target)s"), {target: percent(worst.target)}) : nothing;
  }

  // -- what needs a look ------------------------------------------------------------------------------------------------

  looks() {
    const idle = (row) => this.tell("act", {type: "supervise.set_state", fields: {agent: row.id, state: "idle"}, name: row.name});
    const inRona = this.agents
      .filter((row) => row.state === "rona")
      .map((row) => ({
        id: row.id,
        mark: html`<span class="state rona">${glyph("rona")}</span>`,
        text: html`<b>${row.name}</b> ${row.rona > 1 ? interpolate(gettext("is in RONA, %(count)s times today"), {count: row.rona}) : gettext("is in RONA")}`,
        label: gettext("Set Idle"),
        act: () => idle(row),
      }));
    const below = this.queues
      .filter((row) => under(row) || late(row))
      .map((row) => ({
        id: `q${row.id}`,
        mark: html`<span class="state idle">${icon("alert")}</span>`,
        text: under(row)
          ? html`<b>${row.name}</b> ${interpolate(gettext("is under its target, %(level)s of %(target)s"), {level: percent(level(row)), target: percent(row.target)})}`
          : html`<b>${row.name}</b> ${gettext("keeps somebody waiting longer than its target")}`,
        label: gettext("Why"),
        act: () => this.choose(row.id),
      }));
    return [...inRona, ...below];
  }

  lookCard() {
    const looks = this.looks();
    return html`<section class="card" aria-labelledby="board-looks">
      <div class="card-head">
        <h3 class="card-title grow" id="board-looks">${gettext("Needs a look")}</h3>
        <span class="count soft">${looks.length}</span>
      </div>
      ${looks.length ? nothing : html`<p class="sub pad">${gettext("Nothing needs a look.")}</p>`}
      <ul class="look">
        ${looks.slice(0, MOST_LOOKS).map(
          ({mark, text, label, act}) =>
            html`<li>
              ${mark}<span class="grow">${text}</span
              ><button class="btn small" type="button" @click=${act}>${label}</button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  popover() {
    const {pop} = this;
    if (!pop) return nothing;
    if (pop.chat) return html`<cc-board-why .desk=${this.desk} .chat=${pop.chat} .name=${pop.name}></cc-board-why>`;
    return html`<cc-board-chats .desk=${this.desk} .row=${this.board.agent(pop.agent)} .name=${pop.name}></cc-board-chats>`;
  }

  render() {
    const {board, desk} = this;
    const chosen = this.queues.find((row) => row.id === this.queue) ?? sums(this.queues).oldest ?? this.queues[0] ?? null;
    if (board.refused === "forbidden")
      return html`<main class="board"><p class="note">${gettext("You lead no team.")}</p></main>`;
    return html`<main class="board" aria-label=${gettext("Live board")} aria-busy=${String(!board.loaded)}>
        ${this.head()}
        ${this.error ? html`<p class="note bad" role="alert"><span><b>${this.error.name}</b>: ${this.error.text}</span></p>` : nothing}
        ${this.tiles()}
        <div class="board-grid">
          <cc-board-queues .rows=${this.queues} .sums=${sums(this.queues)} .chosen=${chosen?.id ?? ""}></cc-board-queues>
          <aside class="side" data-pane-part tabindex="-1" aria-label=${gettext("Needs a look")}>
            ${this.lookCard()}
            <cc-board-waiting .desk=${desk} .row=${chosen}></cc-board-waiting>
          </aside>
          <cc-board-agents
            .rows=${this.agents}
            .counts=${counts(this.agents)}
            .reasons=${desk.snapshot?.reasons ?? []}
            .loaded=${board.loaded}></cc-board-agents>
        </div>
      </main>
      ${this.popover()}`;
  }
}

customElements.define("cc-board", Board);
