/**
 * The words of the page in its language, from the catalog that Django's JavaScriptCatalog left in `django`.
 * A msgid without a translation, or a page without a catalog, shows the msgid.
 */

const CONTEXT_END = "\u0004";

/** The translation of the msgid. */
export function gettext(msgid) {
  const found = lookUp(msgid);
  return typeof found === "string" ? found : msgid;
}

/** The form for `count` of a counted phrase. */
export function ngettext(singular, plural, count) {
  return counted(lookUp(singular), count) ?? (count === 1 ? singular : plural);
}

/** The translation of a msgid that means something else elsewhere. */
export function pgettext(context, msgid) {
  const found = lookUp(context + CONTEXT_END + msgid);
  return typeof found === "string" ? found : msgid;
}

/** `%(name)s` from an object, or `%s` from a list in its order; `%%` is a percent sign. Unknown names stay. */
export function interpolate(format, values) {
  let next = 0;
  return format.replace(/%%|%s|%\((\w+)\)s/g, (whole, name) => {
    if (whole === "%%") return "%";
    const key = name ?? next++;
    return Object.hasOwn(values, key) ? String(values[key]) : whole;
  });
}

function lookUp(key) {
  const catalog = globalThis.django?.catalog;
  return catalog && Object.hasOwn(catalog, key) ? catalog[key] : undefined;
}

function counted(forms, count) {
  if (!Array.isArray(forms)) return undefined;
  const index = globalThis.django.pluralidx ? Number(globalThis.django.pluralidx(count)) : Number(count !== 1);
  return forms[index];
}
