/** One HTTP request whose progress can be watched; a refusal comes with the server's code and words. */

const LONGEST = 120_000; // ms for one part on a slow line

/** `status` 0: nobody answered. `code` and `message` as in the protocol; `wait` ms after which the server wants to be asked again. */
export class HttpError extends Error {
  constructor(status, {code = "unavailable", message = ""} = {}, wait = 0) {
    super(message || code);
    this.name = "HttpError";
    Object.assign(this, {status, code, words: message, wait});
  }

  /** The same may succeed later: nobody answered, the server is in trouble, or it was asked too fast. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The answer's JSON, null when it has none; rejects with HttpError. `progress(bytes)` tells what of the body is sent. */
export function ask(method, address, {body = null, headers = {}, progress = null, signal = null} = {}) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = LONGEST;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    const stop = () => request.abort();
    signal?.addEventListener("abort", stop);
    request.addEventListener("loadend", () => {
      signal?.removeEventListener("abort", stop);
      const said = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(said);
      else reject(new HttpError(request.status, said ?? {}, 1_000 * Number(request.getResponseHeader("Retry-After"))));
    });
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
