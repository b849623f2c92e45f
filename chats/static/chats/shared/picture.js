/** <cc-picture>: a clean picture of a message, fetched when it comes into sight; a click shows it large or small. */

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {LightElement} from "./light.js";
import {gettext, interpolate} from "./words.js";

/** Shows `file` by way of `api` (file-api.js). What can't be fetched is not shown: the line below it has the download. */
export class Picture extends LightElement {
  static properties = {
    file: {attribute: false},
    api: {attribute: false},
    address: {state: true},
    large: {state: true},
  };

  #sight = null;

  firstUpdated() {
    this.#sight = new IntersectionObserver((seen) => {
      if (seen.some(({isIntersecting}) => isIntersecting)) this.#fetch();
    });
    this.#sight.observe(this.querySelector(".picture"));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sight?.disconnect();
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
  }

  render() {
    const words = this.large ? gettext("Show %(name)s small") : gettext("Show %(name)s large");
    return html`<button class=${`picture ${this.large ? "large" : ""} ${this.address ? "" : "empty"}`} type="button"
      aria-expanded=${String(Boolean(this.large))} aria-label=${interpolate(words, this.file)}
      @click=${() => { this.large = !this.large; }}>
      ${this.address ? html`<img src=${this.address} alt=${this.file.name}>` : nothing}
    </button>`;
  }

  async #fetch() {
    this.#sight.disconnect();
    try {
      const blob = await this.api.fetch(this.file.id);
      if (this.isConnected && blob.type.startsWith("image/")) this.address = URL.createObjectURL(blob);
    } catch {
      this.hidden = true;
    }
  }
}

customElements.define("cc-picture", Picture);
