// What this person chose on this browser: theme, sounds, notifications, keys. Kept in localStorage; nothing of a chat.

const KEY = "cc.desk";
const DEFAULTS = {
  sound: true,
  volume: 0.5,
  sounds: {request: true, low: true, tick: true},
  notify: false,
  keysOn: true,
  keys: {},
};

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** The preferences with every default filled in; "change" is heard after each write. */
class Preferences extends EventTarget {
  constructor() {
    super();
    const kept = stored();
    this.values = {...DEFAULTS, ...kept, sounds: {...DEFAULTS.sounds, ...kept.sounds}};
  }

  get(name) {
    return this.values[name];
  }

  /** The value holds from now on and after a reload (as far as the browser keeps storage). */
  set(name, value) {
    this.values = {...this.values, [name]: value};
    try {
      localStorage.setItem(KEY, JSON.stringify(this.values));
    } catch {
      // Without storage the choice holds until the page is left.
    }
    this.dispatchEvent(new Event("change"));
  }

  /** "light" or "dark": what is on the screen now. */
  get theme() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  set theme(value) {
    document.documentElement.dataset.theme = value;
    try {
      localStorage.setItem("cc.theme", value);
    } catch {
      // As above.
    }
    this.dispatchEvent(new Event("change"));
  }
}

export const preferences = new Preferences();
