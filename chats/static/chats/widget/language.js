/** Changes the page's language without a reload, so that the conversation and every typed letter stay. */

/**
 * Fetches the entry point's configuration and the word catalog in this language and puts them in force.
 * Resolves with the configuration; rejects when the server can't be reached, then nothing has changed.
 */
export async function switchLanguage(language) {
  const page = new URL(location.href);
  page.searchParams.set("lang", language);
  const config = await pageConfig(page);
  const before = globalThis.django;
  globalThis.django = {};
  try {
    await loadCatalog(language);
  } catch (error) {
    globalThis.django = before;
    throw error;
  }
  document.documentElement.lang = language;
  history.replaceState(history.state, "", page);
  return {...config, language};
}

async function pageConfig(page) {
  const response = await fetch(page, {credentials: "same-origin"});
  if (!response.ok) throw new Error(`The page answered ${response.status}.`);
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return JSON.parse(parsed.getElementById("page-config").textContent);
}

/** The catalog only adds to what is there, so the caller must have emptied it. */
function loadCatalog(language) {
  const address = new URL(document.getElementById("catalog").src);
  address.searchParams.set("lang", language);
  const script = document.createElement("script");
  script.src = address;
  return new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("The catalog could not be loaded.")));
    document.head.append(script);
  }).finally(() => script.remove());
}
