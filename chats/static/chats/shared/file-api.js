/** The files of one chat at the server: a customer proves himself with his token, an agent with his session. */

import {ask} from "./http.js";

const CSRF = /(?:^|;\s*)csrftoken=([^;]+)/u;

export class FileApi {
  #base;

  /** Without a `token` the session's cookies count. */
  constructor({chat, token = null}) {
    this.token = token;
    this.#base = `/api/v1/chats/${encodeURIComponent(chat)}/attachments/`;
  }

  /** Where a clean file can be fetched. */
  address(id) {
    return `${this.#base}${encodeURIComponent(id)}/`;
  }

  /** {id, parts, part_size} of a file that will be sent; rejects with HttpError. */
  announce({name, size, type}) {
    const headers = {...this.#headers(), "Content-Type": "application/json"};
    const body = JSON.stringify({name, size, type});
    return ask("POST", this.#told(this.#base), {body, headers});
  }

  /** Part `number`, from 1. With the last one that was missing the answer has the file's `status`. */
  put(id, number, part, {progress, signal}) {
    const headers = {...this.#headers(), "Content-Type": "application/octet-stream"};
    return ask("PUT", this.#told(`${this.address(id)}parts/${number}/`), {body: part, headers, progress, signal});
  }

  /** Nothing of it is kept; a file that is gone already is no error. */
  async cancel(id) {
    try {
      await ask("DELETE", this.address(id), {headers: this.#headers()});
    } catch (error) {
      if (error.name !== "HttpError") throw error;
    }
  }

  /** The bytes of a clean file as a Blob; rejects when it can't be fetched. */
  async fetch(id) {
    const bearer = this.token ? {headers: {Authorization: `Bearer ${this.token}`}, credentials: "omit"} : {};
    const response = await fetch(this.address(id), bearer);
    if (!response.ok) throw new Error(`The file answered ${response.status}.`);
    return response.blob();
  }

  #headers() {
    if (this.token) return {Authorization: `Bearer ${this.token}`};
    return {"X-CSRFToken": CSRF.exec(document.cookie)?.[1] ?? ""};
  }

  /** Refusals come in the page's language. */
  #told(address) {
    return `${address}?lang=${encodeURIComponent(document.documentElement.lang || "en")}`;
  }
}
