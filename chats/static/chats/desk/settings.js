// The entries of the header's menus: pages, theme, language, sounds, account.

import {html} from "../../contactcenter/vendor/lit.js";
import {gettext} from "../shared/words.js";
import {preferences} from "./preferences.js";

const LANGUAGES = {en: "English", de: "Deutsch"};

/** Links to the pages this person may open; in a menu the current one is left out. */
export function pageItems(config, menu = false) {
  const pages = [
    {href: config.urls.team ? "#desk" : "/desk/", label: gettext("Desk"), current: location.hash !== "#team"},
    {href: config.urls.team, label: gettext("Team"), current: location.hash === "#team"},
    {href: config.urls.reports, label: gettext("Reports")},
    {href: config.is_staff ? config.admin_url : "", label: gettext("Administration")},
  ].filter((page) => page.href);
  return menu ? pages.filter((page) => !page.current).map((page) => ({...page, kind: "item", icon: "right"})) : pages;
}

/** The other theme. */
export function themeItem() {
  const dark = preferences.theme === "dark";
  return {
    kind: "item",
    icon: dark ? "sun" : "moon",
    label: dark ? gettext("Light theme") : gettext("Dark theme"),
    act: () => {
      preferences.theme = dark ? "light" : "dark";
    },
  };
}

/** Choosing a language reloads the page in it; drafts and unsent messages stay. */
export function languageItems(config) {
  const codes = config.languages.map((language) =>
    typeof language === "string" ? language : (language.code ?? language[0]),
  );
  return codes.map((code) => ({
    kind: "radio",
    label: LANGUAGES[code] ?? code,
    lang: code,
    checked: code === config.language,
    act: () => {
      const form = document.getElementById("language-form");
      form.elements.language.value = code;
      form.submit();
    },
  }));
}

/** Sound as a whole, its volume, each sound, and the system's notifications, which are asked for here and only here. */
export function soundItems(header) {
  const on = preferences.get("sound");
  const sounds = preferences.get("sounds");
  const names = {
    request: gettext("Contact request"),
    low: gettext("RONA, connection lost"),
    tick: gettext("New message elsewhere"),
  };
  const each = Object.entries(names).map(([name, label]) => ({
    kind: "check",
    label,
    stay: true,
    checked: on && sounds[name],
    act: () => preferences.set("sounds", {...sounds, [name]: !sounds[name]}),
  }));
  const volume = html`<label class="menu-item menu-volume"
    ><span>${gettext("Volume")}</span
    ><input
      type="range"
      min="0"
      max="1"
      step="0.1"
      .value=${String(preferences.get("volume"))}
      @change=${(event) => preferences.set("volume", Number(event.target.value))}
  /></label>`;
  return [
    {
      kind: "check",
      icon: "bell",
      label: gettext("Sound"),
      stay: true,
      checked: on,
      act: () => preferences.set("sound", !on),
    },
    ...(on ? [...each, {kind: "custom", body: volume}] : []),
    {kind: "line"},
    ...notifyItems(header),
  ];
}

function notifyItems(header) {
  if (!("Notification" in globalThis)) return [{kind: "note", label: gettext("This browser has no notifications.")}];
  if (Notification.permission === "denied")
    return [{kind: "note", label: gettext("Notifications are blocked in the browser’s settings.")}];
  const on = preferences.get("notify") && Notification.permission === "granted";
  return [
    {
      kind: "check",
      icon: "alert",
      label: gettext("Notify me when this tab is hidden"),
      stay: true,
      checked: on,
      act: () => header.tell("ask-notify"),
    },
  ];
}

/** Who is signed in, and the way out; a refused sign-out leaves its reason here. */
export function accountItems(header) {
  const {config, errors} = header;
  const refused = errors.account ? [{kind: "note", bad: true, label: errors.account}] : [];
  return [
    {kind: "title", label: config.agent.name},
    ...refused,
    {kind: "item", icon: "signout", label: gettext("Sign out"), stay: true, act: () => header.tell("sign-out")},
  ];
}
