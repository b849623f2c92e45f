// The queues of the live board: one row each, and all together.

import {html, nothing, repeat} from "../../contactcenter/vendor/lit.js";
import {minutes, number} from "../shared/format.js";
import {gettext, interpolate, ngettext} from "../shared/words.js";
import {late, level, percent, under} from "./board-views.js";
import {instant} from "./clock.js";
import {Part, icon} from "./part.js";
import "./timer.js";

/** `rows`: of the board; `sums`: of all rows; `chosen`: the queue whose waiting chats are shown. Event: "queue" {queue}. */
class Queues extends Part {
  static properties = {rows: {attribute: false}, sums: {attribute: false}, chosen: {}};

  columns() {
    return [
      [gettext("Queue"), ""],
      [gettext("Waiting"), "r"],
      [gettext("Oldest"), "r"],
      [gettext("Service level now"), ""],
      [gettext("Target"), "r"],
      [gettext("Longest"), "r"],
      [gettext("In chat"), "r"],
      [gettext("Ready / in"), "r"],
      [gettext("Offered"), "r"],
      [gettext("Answered"), "r"],
      [gettext("Abandoned"), "r"],
      [gettext("RONA"), "r"],
      [gettext("Ø wait"), "r"],
    ];
  }

  levelCell(row) {
    const now = level(row);
    if (now === null) return html`<td class="meta">–</td>`;
    const low = under(row);
    return html`<td>
      <span class="sl"
        ><span class=${`num sl-v ${low ? "warn" : ""}`}>${low ? icon("alert", true) : nothing}${percent(now)}</span
        ><svg class=${`sl-bar ${low ? "warn" : ""}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="6" rx="3" class="sl-all"></rect
          ><rect width=${now} height="6" rx="3" class="sl-now"></rect></svg
      ></span>
    </td>`;
  }

  row(row) {
    const isLate = late(row);
    const span = (seconds) => (seconds === null ? "–" : minutes(seconds * 1000));
    const waiting = row.messages
      ? interpolate(ngettext("and %(count)s message", "and %(count)s messages", row.messages), {count: row.messages})
      : "";
    return html`<tr class=${row.id === this.chosen ? "on" : ""}>
      <th scope="row">
        <button class="link-plain" type="button" aria-pressed=${String(row.id === this.chosen)} @click=${() => this.tell("queue", {queue: row.id})}>
          ${row.name}
        </button>
      </th>
      <td class="r" title=${waiting || nothing}><b>${number(row.waiting)}</b>${row.messages ? html`<span class="meta"> +${row.messages}<span class="sr"> ${waiting}</span></span>` : nothing}</td>
      <td class=${isLate ? "r late" : "r"}>
        ${isLate ? icon("alert", true) : nothing}${row.oldest ? html`<cc-timer .at=${instant(row.oldest)}></cc-timer>` : "–"}
      </td>
      ${this.levelCell(row)}
      <td class="r meta">${percent(row.target)}</td>
      <td class="r">${span(row.longest)}</td>
      <td class="r">${number(row.talking)}</td>
      <td class="r">${number(row.able)} / ${number(row.here)}</td>
      <td class="r">${number(row.offered)}</td>
      <td class="r">${number(row.answered)}</td>
      <td class="r">${number(row.abandoned)}</td>
      <td class="r">${number(row.rona)}</td>
      <td class="r">${span(row.wait)}</td>
    </tr>`;
  }

  foot() {
    const {sums} = this;
    const cells = [sums.talking, "", sums.offered, sums.answered, sums.abandoned, sums.rona, ""];
    return html`<tfoot>
      <tr>
        <th scope="row">${gettext("All")}</th>
        <td class="r">${number(sums.waiting)}</td>
        <td class="r">${sums.oldest ? html`<cc-timer .at=${instant(sums.oldest.oldest)}></cc-timer>` : "–"}</td>
        <td><span class="sl"><span class="num sl-v">${percent(level(sums))}</span></span></td>
        <td></td>
        <td></td>
        ${cells.map((value) => html`<td class="r">${value === "" ? nothing : number(value)}</td>`)}
      </tr>
    </tfoot>`;
  }

  render() {
    return html`<section class="card queues" aria-labelledby="board-queues" data-pane-part tabindex="-1">
      <div class="card-head">
        <h3 class="card-title grow" id="board-queues">${gettext("Queues")}</h3>
        <span class="meta">${gettext("Now · today since midnight")}</span>
      </div>
      <div class="scroll-x" tabindex="0" role="group" aria-label=${gettext("Queues")}>
        <table class="table">
          <thead>
            <tr>
              ${this.columns().map(([label, kind]) => html`<th scope="col" class=${kind}>${label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${repeat(
              this.rows,
              (row) => row.id,
              (row) => this.row(row),
            )}
          </tbody>
          ${this.rows.length > 1 ? this.foot() : nothing}
        </table>
      </div>
    </section>`;
  }
}

customElements.define("cc-board-queues", Queues);
