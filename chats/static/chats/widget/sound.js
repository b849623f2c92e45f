/** One short, soft tone for words that come while nobody looks. */

import {keep, kept} from "../shared/storage.js";

const KEPT = "cc.sound";
const SECONDS = 0.25;

let context = null;

/** Whether the tone is on; it is until it was turned off. */
export function soundOn() {
  return kept(KEPT) ?? true;
}

/** Turns it on or off for this tab. */
export function setSound(on) {
  keep(KEPT, on);
}

/** Plays the tone if it is on. A page that nobody has touched yet must stay silent. */
export function tone() {
  if (!soundOn() || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  const start = context.currentTime;
  const voice = new OscillatorNode(context, {type: "sine", frequency: 660});
  const volume = new GainNode(context, {gain: 0});
  volume.gain.linearRampToValueAtTime(0.08, start + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, start + SECONDS);
  voice.connect(volume).connect(context.destination);
  voice.start(start);
  voice.stop(start + SECONDS);
}
