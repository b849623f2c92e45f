/** Names for own messages. */

/** 128 random bits as 32 hex digits; works outside secure contexts too, unlike crypto.randomUUID. */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
