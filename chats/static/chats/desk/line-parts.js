// How single lines look: text with links and masked numbers, files, why something was masked.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import {fileSize, richText, time} from "../shared/format.js";
import {gettext, interpolate} from "../shared/words.js";
import {icon} from "./part.js";

const CARD = new Set(["pan", "pan_near"]);

/** A text from a person: always text nodes, links made by code, masked numbers marked. */
export function talkText(text) {
  return richText(text ?? "").map((part) => {
    if (typeof part === "string") return part;
    if (part.masked) return html`<span class="masked">${part.masked}</span>`;
    return html`<a href=${part.href} target="_blank" rel="noopener noreferrer">${part.text}</a>`;
  });
}

function detectorName(detector) {
  const names = {
    pan: gettext("Card number"),
    pan_near: gettext("Card number"),
    cvv: gettext("Security code"),
    pin: gettext("PIN"),
    track: gettext("Card track data"),
    iban: gettext("IBAN"),
    us_ssn: gettext("Social security number"),
    email: gettext("E-mail address"),
    phone: gettext("Phone number"),
  };
  return names[detector] ?? gettext("Personal data");
}

/** The sentence under a masked line, or "" when nothing was masked. */
export function whyMasked(findings, amended) {
  const detectors = [...new Set((findings ?? []).map((finding) => finding.detector))];
  if (!detectors.length) return "";
  if (amended && detectors.some((detector) => CARD.has(detector))) {
    return gettext("Card number in several messages: masked afterwards. Nobody can see it in full.");
  }
  if (detectors.every((detector) => CARD.has(detector)))
    return gettext("Card number masked before it was stored. Nobody can see it in full.");
  const what = [...new Set(detectors.map(detectorName))].join(", ");
  return interpolate(gettext("%(what)s masked before it was stored. Nobody can see it in full."), {what});
}

/** The same for the live region, short. */
export function maskedNews(findings) {
  const what = [...new Set((findings ?? []).map((finding) => detectorName(finding.detector)))].join(", ");
  return what ? interpolate(gettext("Message masked: %(what)s."), {what}) : "";
}

function droppedWhy(reason) {
  const words = {
    card: gettext("Removed: the file shows a card number."),
    pan: gettext("Removed: the file shows a card number."),
    virus: gettext("Removed: the file is infected."),
    encrypted: gettext("Removed: the file is locked and can’t be checked."),
    unreadable: gettext("Removed: the file can’t be read."),
    type: gettext("Removed: this kind of file is not allowed."),
  };
  return words[reason] ?? gettext("Removed: the file can’t be checked.");
}

/** One file of a message in its state: being checked, clean with its download, or removed with the reason. */
export function filePart(chat, file) {
  if (file.status === "dropped") {
    return html`<div class="file dropped">
      ${icon("filex")}<span class="grow"
        ><span class="cut block">${file.name}</span><span class="meta">${droppedWhy(file.reason)}</span></span
      >
    </div>`;
  }
  const clean = file.status === "clean";
  const meta = clean ? `${fileSize(file.size)} · ${gettext("checked")}` : gettext("Being checked, a few seconds");
  return html`<div class="file">
    ${icon(String(file.type ?? "").startsWith("image/") ? "image" : "file")}
    <span class="grow"><span class="cut block">${file.name}</span><span class="meta">${meta}</span></span>
    ${clean ? html`<a class="btn quiet icon small" download href=${`/api/v1/chats/${chat}/attachments/${file.id}/`} aria-label=${interpolate(gettext("Download %(name)s"), {name: file.name})}>${icon("download")}</a>` : nothing}
  </div>`;
}

/** The bubble, files and reason of one message. */
export function messageParts(chat, entry) {
  const why = whyMasked(entry.findings, entry.amended);
  return html`${entry.text ? html`<div class="bubble" data-seq=${entry.seq}>${talkText(entry.text)}</div>` : nothing}
  ${(entry.attachments ?? []).map((file) => filePart(chat, file))}
  ${why ? html`<p class="why">${icon("shield", true)}<span>${why}</span></p>` : nothing}`;
}

/** A group of messages of one speaker under one name and time. */
export function talkPart(chat, item, name) {
  const side = `from-${item.from}${item.from === "agent" && !item.own ? " other" : ""}`;
  return html`<div class=${`msg ${side}`}>
    <div class="msg-head"><b>${name}</b> <time class="num" datetime=${item.at}>${time(item.at)}</time></div>
    ${item.entries.map((entry) => messageParts(chat, entry))}
  </div>`;
}
