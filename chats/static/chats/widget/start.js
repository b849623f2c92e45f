/** Asks the server for a new chat. */

/** Why no chat was started: `code` as in the protocol or "network", the server's `message`, `fields` {name: text}. */
export class StartRefused extends Error {
  constructor(code, {message = "", fields = {}, retryAfter = null} = {}) {
    super(message || code);
    this.name = "StartRefused";
    this.code = code;
    this.said = message;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }
}

/** Resolves with {chat, token, socket}; rejects with StartRefused. Sends no cookie: the answer's token is the right. */
export function startChat(slug, wishes) {
  return ask(slug, "chats", wishes);
}

/** The same for a message that is read later; `wishes.text` are its words. */
export function leaveMessage(slug, wishes) {
  return ask(slug, "messages", wishes);
}

async function ask(slug, what, wishes) {
  const response = await post(`/api/v1/widget/${encodeURIComponent(slug)}/${what}/`, wishes);
  const answer = await body(response);
  if (response.ok && answer?.token) return answer;
  throw new StartRefused(answer?.code ?? (response.status === 429 ? "rate_limited" : "unavailable"), {
    message: answer?.message,
    fields: answer?.fields,
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  });
}

async function post(address, wishes) {
  try {
    return await fetch(address, {
      method: "POST",
      credentials: "omit",
      headers: {"Content-Type": "application/json", Accept: "application/json"},
      body: JSON.stringify(wishes),
    });
  } catch {
    throw new StartRefused("network");
  }
}

async function body(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
