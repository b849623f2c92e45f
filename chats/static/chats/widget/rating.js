/** <cc-rating>: one to five stars and a comment. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {findCards} from "../shared/cards.js";
import {gettext, interpolate} from "../shared/words.js";
import {icon, Part, toldIf} from "./part.js";

const STAR = "M10 1.8l2.5 5.2 5.7.8-4.1 4 1 5.7L10 14.8l-5.1 2.7 1-5.7-4.1-4 5.7-.8z";
const COMMENT_LIMIT = 2_000;

/** `rate(score, comment)` may reject. Fires "cc-rated" when it went well and "cc-not-now". */
export class Rating extends Part {
  static properties = {
    who: {},
    rate: {attribute: false},
    score: {state: true},
    comment: {state: true},
    busy: {state: true},
    problem: {state: true},
  };

  constructor() {
    super();
    this.score = 0;
    this.comment = "";
  }

  render() {
    return html`<form class="w-body w-form" @submit=${this.#submit}>
      <h2 class="w-title" tabindex="-1">${question(this.who)}</h2>
      <div class="stars" role="radiogroup"
        aria-label=${gettext("1 to 5")}>${[1, 2, 3, 4, 5].map((score) => this.#star(score))}</div>
      <p class="meta stars-word" role="status">${this.score ? scoreWords(this.score)
        : gettext("Choose 1 to 5 stars")}</p>
      <div>
        <label class="label" for="rating-comment">${gettext("Anything to add?")} <span
          class="opt">${gettext("optional")}</span></label>
        <textarea class="input" id="rating-comment" rows="4" maxlength=${COMMENT_LIMIT} .value=${this.comment}
          @input=${this.#typed}></textarea>
        ${this.#cardHint()}
      </div>
      ${this.problem ? html`<p class="note warn" role="alert">${icon("alert")}<span>${this.problem}</span></p>`
        : nothing}
      <button class="btn primary wide" type="submit" aria-disabled=${toldIf(!this.score || this.busy)}>
        ${gettext("Send rating")}
      </button>
      <button class="btn quiet wide" type="button"
        @click=${() => this.#fire("cc-not-now")}>${gettext("Not now")}</button>
    </form>`;
  }

  firstUpdated() {
    this.querySelector(".w-title").focus();
  }

  #star(score) {
    return html`<label class=${score <= this.score ? "star on" : "star"}>
      <input type="radio" name="score" value=${score} .checked=${score === this.score}
        @change=${() => { this.score = score; }}>
      <svg viewBox="0 0 20 20" aria-hidden="true"><path d=${STAR}></path></svg><span
        class="sr">${scoreWords(score)}</span>
    </label>`;
  }

  #cardHint() {
    if (!findCards(this.comment).length) {
      return html`<p class="hint">${gettext("Please no card data here either.")}</p>`;
    }
    const warning = gettext("This looks like a card number. It will be masked before it is sent.");
    return html`<p class="err" role="alert">${icon("alert", {small: true})}<span>${warning}</span></p>`;
  }

  #typed(event) {
    this.comment = event.target.value;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy || !this.score) return;
    this.busy = true;
    this.problem = "";
    try {
      await this.rate(this.score, this.comment.trim());
      this.#fire("cc-rated");
    } catch (error) {
      if (error.name !== "WireError") throw error;
      this.problem = problemWords(error.code);
    } finally {
      this.busy = false;
    }
  }

  #fire(name) {
    this.dispatchEvent(new CustomEvent(name, {bubbles: true}));
  }
}

customElements.define("cc-rating", Rating);

function question(name) {
  return name ? interpolate(gettext("How was the chat with %(name)s?"), {name}) : gettext("How was the chat?");
}

function scoreWords(score) {
  const words = [gettext("very bad"), gettext("bad"), gettext("fair"), gettext("good"), gettext("very good")];
  return interpolate(gettext("%(score)s of 5: %(word)s"), {score, word: words[score - 1]});
}

function problemWords(code) {
  if (code === "offline" || code === "timeout") return gettext("No connection right now. Please try again.");
  if (code === "pci_dropped") return gettext("Not sent: the comment looks like it holds a card number.");
  if (code === "gone" || code === "state") return gettext("The time for rating is over.");
  return gettext("That didn’t work. Try again.");
}
