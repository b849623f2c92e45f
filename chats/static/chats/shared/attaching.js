/** How files come into a composer: by its button, by dropping them, by pasting them. */

import {time} from "./format.js";
import {dragged} from "./drop-zone.js";
import {gettext, interpolate} from "./words.js";

/** The files of a paste; a picture without a name of its own gets one. Empty when text is pasted. */
export function pasted(event) {
  const {clipboardData} = event;
  if (!clipboardData || clipboardData.types.includes("text/plain")) return [];
  return dragged(clipboardData).map((file) => (file.name === "image.png" ? named(file) : file));
}

function named(file) {
  const moment = time(new Date().toISOString()).replace(":", "-");
  const name = interpolate(gettext("Pasted picture %(time)s.png"), {time: moment});
  return new File([file], name, {type: file.type});
}

/** The files chosen by an input, which is empty afterwards so that the same can be chosen again. */
export function picked(event) {
  const files = [...event.target.files];
  event.target.value = "";
  return files;
}
