// Three soft sounds made by the page itself. Each can be turned off; none is ever the only sign of something.

import {preferences} from "./preferences.js";

// frequency in Hz, start and length in s; every sound ends within 0.4 s
const SOUNDS = {
  request: [
    [660, 0, 0.18],
    [880, 0.17, 0.22],
  ],
  low: [[247, 0, 0.36]],
  tick: [[1175, 0, 0.07]],
};
const ATTACK = 0.02;
let context = null;

function note(frequency, from, length, volume) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  const start = context.currentTime + from;
  tone.type = "sine";
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume * 0.3, start + ATTACK);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  tone.connect(gain).connect(context.destination);
  tone.start(start);
  tone.stop(start + length);
}

/** Browsers allow sound only after a gesture: the first one on the page opens the output. */
export function openOnGesture() {
  const open = () => {
    context ??= new AudioContext();
    context.resume().catch(() => {});
  };
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, open, {once: true, capture: true});
}

/** Plays "request", "low" or "tick" if this person wants it and the browser lets us; otherwise nothing happens. */
export function play(name) {
  if (!context || context.state !== "running" || !preferences.get("sound") || !preferences.get("sounds")[name]) return;
  for (const [frequency, from, length] of SOUNDS[name]) note(frequency, from, length, preferences.get("volume"));
}
