/** Names for own messages. */

/** 128 random bits as 32 letters; no digits, so that no name can look like a card number. */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => letter(byte >> 4) + letter(byte & 15)).join("");
}

function letter(number) {
  return String.fromCharCode(97 + number);
}
