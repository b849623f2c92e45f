/** What is said of files: why one is gone, how an upload stands, why something wasn't added. */

import {fileSize} from "./format.js";
import {gettext, interpolate, ngettext} from "./words.js";

const IMAGES = new Set(["png", "jpg", "jpeg", "gif", "webp"]);
const SAME_ENDINGS = {jpg: ["jpeg", "jpe"], html: ["htm", "xhtml"], txt: ["text"]};

/** A picture, by its kind or by what the browser calls it. */
export function isImage({type = ""}) {
  return IMAGES.has(type) || type.startsWith("image/");
}

/** The `accept` of a file input for these kinds. */
export function accepted(kinds) {
  return kinds.flatMap((kind) => [kind, ...(SAME_ENDINGS[kind] ?? [])]).map((end) => `.${end}`).join(",");
}

const OWN = {
  card: (file) =>
    isImage(file)
      ? gettext("Not sent: it shows a card number. It was deleted.")
      : gettext("Not sent: it holds a card number. It was deleted."),
  data: () => gettext("Not sent: it holds personal data that must not be sent. It was deleted."),
  virus: () => gettext("Not sent: it is infected. It was deleted."),
  encrypted: () => gettext("Not sent: it is locked, so it can’t be checked. It was deleted."),
  unreadable: () => gettext("Not sent: it is damaged or can’t be read. It was deleted."),
  too_large: () => gettext("Not sent: there is too much in it to be checked. It was deleted."),
  type: () => gettext("Not sent: this kind of file is not allowed. It was deleted."),
  image: () => gettext("Not sent: pictures can’t be checked here. It was deleted."),
  message: () => gettext("Not sent: it was discarded with its message."),
  unchecked: () => gettext("Not sent: it could not be checked. It was deleted."),
};

const OTHERS = {
  card: (file) =>
    isImage(file)
      ? gettext("Removed: the picture shows a card number. The sender was told.")
      : gettext("Removed: the file holds a card number. The sender was told."),
  data: () => gettext("Removed: the file holds personal data. The sender was told."),
  virus: () => gettext("Removed: the file is infected. The sender was told."),
  encrypted: () => gettext("Removed: the file is locked and can’t be checked. The sender was told."),
  unreadable: () => gettext("Removed: the file is damaged or can’t be read. The sender was told."),
  too_large: () => gettext("Removed: there is too much in the file to be checked. The sender was told."),
  type: () => gettext("Removed: this kind of file is not allowed. The sender was told."),
  image: () => gettext("Removed: pictures can’t be checked here. The sender was told."),
  message: () => gettext("Removed: it was discarded with its message. The sender was told."),
  unchecked: () => gettext("Removed: the file could not be checked. The sender was told."),
};

/** Why a discarded file is gone, to its sender or to the others. */
export function droppedWords(file, mine) {
  const words = mine ? OWN : OTHERS;
  return (words[file.reason] ?? words.unchecked)(file);
}

/** The line under a file's name. */
export function fileWords(file, mine) {
  if (file.status === "dropped") return droppedWords(file, mine);
  if (file.status === "scanning") return gettext("Being checked, a few seconds");
  return interpolate(gettext("%(size)s · checked"), {size: fileSize(file.size)});
}

/** For a live region: what became of the files of a line, "" when nothing is worth saying. */
export function filesNews(attachments = []) {
  const gone = attachments.filter(({status}) => status === "dropped");
  return gone.map((file) => `${file.name}: ${droppedWords(file, false)}`).join(" ");
}

/** Why a message that waited for its files was discarded whole: the first file's own reason, or what was found. */
export function discardedWords({attachments = []}) {
  const culprit = attachments.find(({reason}) => reason && reason !== "message");
  if (!culprit) return "";
  return interpolate(gettext("%(name)s: %(why)s"), {name: culprit.name, why: culpritWords(culprit)});
}

function culpritWords(file) {
  const words = {
    card: gettext("it holds a card number."),
    data: gettext("it holds personal data that must not be sent."),
    virus: gettext("it is infected."),
    encrypted: gettext("it is locked, so it can’t be checked."),
    unreadable: gettext("it is damaged or can’t be read."),
    too_large: gettext("there is too much in it to be checked."),
    type: gettext("this kind of file is not allowed."),
    image: gettext("pictures can’t be checked here."),
  };
  return words[file.reason] ?? gettext("it could not be checked.");
}

/** How an upload stands; `online`: there is a connection. */
export function uploadWords(item, online) {
  const percent = Math.floor(item.progress * 100);
  if (item.state === "refused") return item.error?.words || gettext("This file can’t be sent.");
  if (item.state === "lost") return gettext("Lost when the page was reloaded. Please attach it again.");
  if (item.state === "gone") return gettext("It lay here too long. Please attach it again.");
  if (item.state === "stopped") return interpolate(gettext("Upload stopped at %(percent)s %%"), {percent});
  if (item.state === "uploaded") {
    return interpolate(gettext("%(size)s · uploaded"), {size: fileSize(item.size)});
  }
  if (!online) return gettext("Goes on when you are connected again");
  if (item.again) return gettext("Interrupted, goes on in a moment");
  return fileSize(item.size);
}

/** All uploads in one sentence for a screen reader, "" when there are none. */
export function traySummary(items) {
  if (!items.length) return "";
  const stopped = items.filter((item) => !item.going && item.state !== "uploaded");
  if (stopped.length) return stopped.map((item) => `${item.name}: ${uploadWords(item, true)}`).join(" ");
  const going = items.filter((item) => item.going);
  if (!going.length) {
    return interpolate(ngettext("%(count)s file uploaded.", "%(count)s files uploaded.", items.length), {
      count: items.length,
    });
  }
  const whole = items.reduce((sum, item) => sum + item.size, 0);
  const sent = items.reduce((sum, item) => sum + item.progress * item.size, 0);
  const percent = Math.min(75, 25 * Math.floor((4 * sent) / whole));
  const words = ngettext(
    "%(count)s file is being uploaded, %(percent)s %%",
    "%(count)s files are being uploaded, %(percent)s %%",
    going.length,
  );
  return interpolate(words, {count: going.length, percent});
}

/** Why files stayed out of the tray. */
export function leftWords({code, names}, {files, bytes}) {
  const list = new Intl.ListFormat(document.documentElement.lang || "en").format(names);
  const words = {
    many: gettext("Not added: %(names)s. A message takes at most %(files)s files."),
    big: gettext("Not added: %(names)s. The files of a message may have %(size)s together."),
    empty: gettext("Not added: %(names)s. There is nothing in it."),
  };
  return interpolate(words[code], {names: list, files, size: fileSize(bytes)});
}
