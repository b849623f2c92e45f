// How single lines look: text with links and masked numbers, files, why something was masked.

import {html, nothing} from "../../contactcenter/vendor/lit.js";
import "../shared/file.js";
import "../shared/upload.js";
import {FileApi} from "../shared/file-api.js";
import {richText, time} from "../shared/format.js";
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
export function whyMasked(findings) {
  const amended = findings?.some(({action}) => action === "amended");
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

const apis = new Map();

function apiOf(chat) {
  if (chat && !apis.has(chat)) apis.set(chat, new FileApi({chat}));
  return apis.get(chat) ?? null;
}

/** The bubble, files and reason of one message; files can be fetched where `chat` is one that the reader may enter. */
function messageParts(chat, entry, own) {
  const why = whyMasked(entry.findings);
  return html`${entry.text ? html`<div class="bubble" data-seq=${entry.seq}>${talkText(entry.text)}</div>` : nothing}
  ${(entry.attachments ?? []).map((file) => html`<cc-file .file=${file} .api=${apiOf(chat)} ?mine=${own}></cc-file>`)}
  ${why ? html`<p class="why">${icon("shield", true)}<span>${why}</span></p>` : nothing}`;
}

/** The files of an own message that isn't in the transcript yet. */
export function pendingFiles({state, batch, error}) {
  const cards = error?.code === "pci_dropped" && error.attachments?.length ? error.attachments : null;
  if (cards) return cards.map((file) => html`<cc-file .file=${file} mine></cc-file>`);
  if (!batch) return nothing;
  if (state === "uploading" || state === "stopped") {
    return batch.items.map((item) => html`<cc-upload .item=${item} .uploads=${batch.uploads}></cc-upload>`);
  }
  return batch.cards.map((file) => html`<cc-file .file=${file} mine></cc-file>`);
}

/** A group of messages of one speaker under one name and time; without `chat` its files can't be fetched. */
export function talkPart(chat, item, name) {
  const side = `from-${item.from}${item.from === "agent" && !item.own ? " other" : ""}`;
  return html`<div class=${`msg ${side}`}>
    <div class="msg-head"><b>${name}</b> <time class="num" datetime=${item.at}>${time(item.at)}</time></div>
    ${item.entries.map((entry) => messageParts(chat, entry, item.own))}
  </div>`;
}
