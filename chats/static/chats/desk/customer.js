// What is known of the customer and of this chat.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {initials, linkify, minutes, visitorName} from "../shared/format.js";
import {gettext} from "../shared/words.js";
import {Part, icon} from "./part.js";

function languageName(code) {
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], {type: "language"}).of(code);
  } catch {
    return code;
  }
}

function pageLink(page) {
  const [part] = linkify(page);
  if (typeof part === "string") return page;
  return html`<a href=${part.href} target="_blank" rel="noopener noreferrer"
    >${part.text.replace(/^https?:\/\//u, "")}</a
  >`;
}

/** What becomes of card numbers here; "" where nothing is done about them. */
function cardData(policy = "redact") {
  if (policy === "drop") return gettext("The whole message would be discarded.");
  return policy ? gettext("masked on both sides") : "";
}

/** An address that breaks after its @ when it must break. */
function mailParts(email) {
  const [name, ...rest] = email.split("@");
  return rest.length ? html`${name}@<wbr />${rest.join("@")}` : email;
}

/** `chat`: the row of the snapshot or, after the end, what was known last. */
class CustomerPane extends Part {
  static properties = {chat: {attribute: false}};

  facts(pairs) {
    const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
    return known.length
      ? html`<dl class="facts">
          ${known.map(
            ([name, value]) =>
              html`<dt>${name}</dt>
                <dd>${value}</dd>`,
          )}
        </dl>`
      : nothing;
  }

  render() {
    const {chat} = this;
    const {customer} = chat;
    const name = visitorName(customer);
    const sure = customer.verified
      ? html`<span class="row sub"
          >${icon("shield", true)}<span>${gettext("Identity confirmed by the site")}</span></span
        >`
      : html`<span class="row sub guest"><span>${gettext("Guest, not signed in")}</span></span>`;
    const fields = Object.entries(chat.fields ?? {});
    return html`<div class="row who">
        <span class="avatar big" aria-hidden="true">${initials(name)}</span
        ><span class="grow"><b class="who-name">${name}</b>${sure}</span>
      </div>
      ${this.facts([
        [gettext("E-mail"), customer.email ? mailParts(customer.email) : gettext("no e-mail given")],
        [gettext("Language"), chat.language && languageName(chat.language)],
      ])}
      <h3 class="aux-head">${gettext("This chat")}</h3>
      ${this.facts([
        [gettext("Subject"), chat.subject],
        [gettext("Started on"), chat.page && pageLink(chat.page)],
        [gettext("Entry point"), chat.entry_point?.name],
        [gettext("Queue"), chat.queue?.name],
        [
          gettext("Waited"),
          chat.waited === undefined ? "" : html`<span class="num">${minutes(chat.waited * 1000)}</span>`,
        ],
        [gettext("Card data"), cardData(chat.policy)],
      ])}
      ${
        fields.length
          ? html`<h3 class="aux-head">${gettext("From the form")}</h3>
              ${this.facts(fields)}`
          : nothing
      }`;
  }
}

customElements.define("cc-customer", CustomerPane);
