/**
 * The page around the frame. Messages are {contactcenter: 1, type, …}; they go to and come from exact origins only.
 */

/** Events named after the host's messages: "hello" (detail may hold `identity` and `page`), "opened", "closed". */
export class HostPage extends EventTarget {
  #allowed;
  #origin = null;
  #unsent = [];

  /** `origins`: the sites that may hold this entry point. */
  constructor(origins) {
    super();
    this.#allowed = new Set([...origins, location.origin]);
    if (this.framed) window.addEventListener("message", (event) => this.#messageCame(event));
  }

  /** True inside a frame; alone in a tab there is nothing to minimise. */
  get framed() {
    return window.parent !== window;
  }

  /** Sends to the host as soon as it has shown itself. */
  tell(type, fields = {}) {
    if (!this.framed) return;
    const message = {...fields, contactcenter: 1, type};
    if (this.#origin) window.parent.postMessage(message, this.#origin);
    else this.#unsent.push(message);
  }

  #messageCame(event) {
    if (event.source !== window.parent || !this.#allowed.has(event.origin)) return;
    if (event.data?.contactcenter !== 1) return;
    this.#origin = event.origin;
    for (const message of this.#unsent.splice(0)) window.parent.postMessage(message, this.#origin);
    this.dispatchEvent(new CustomEvent(String(event.data.type), {detail: event.data}));
  }
}
