import { href, root } from "./api.js";
import { store } from "./store.js";

/** Where the person is in the console. */

/** @typedef {{ path: string, query: URLSearchParams, count: number }} Place `count`: how many pages were opened before */

let count = 0;

/** @returns {Place} */
const read = () => ({
  path: "/" + location.pathname.slice(root.pathname.length),
  query: new URLSearchParams(location.search),
  count,
});

export const here = store(read());

addEventListener("popstate", () => {
  count++;
  here.set(read());
});

/** Opens a page. @param {string} path such as "/console/groups?page=2" @param {{ isReplacing?: boolean }} [how] */
export const go = (path, { isReplacing = false } = {}) => {
  history[isReplacing ? "replaceState" : "pushState"](null, "", href(path));
  if (!isReplacing) count++;
  here.set(read());
};

/** Puts what a page shows (a search, a page's number, a filter) into its address, without a new entry in the history.
 * Empty values are left out. Nothing that is secret may stand there.
 * @param {Record<string, string | number | undefined>} values */
export const note = (values) => {
  const { path, query } = read();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  go(query.size > 0 ? `${path}?${query}` : path, { isReplacing: true });
};

// Links within the console open without loading the page anew.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!(link instanceof HTMLAnchorElement) || !isPlain || event.defaultPrevented || link.target || link.download) {
    return;
  }
  if (link.origin !== location.origin || !link.pathname.startsWith(root.pathname)) return;
  const path = link.pathname.slice(root.pathname.length - 1);
  if (path !== "/" && !path.startsWith("/console/")) return;
  event.preventDefault();
  go(path + link.search);
});

/** The values of a path's variables, such as "/console/bases/:uuid/"; undefined if it does not match. The slash at the end
 * does not matter. @param {string} pattern @param {string} path @returns {Record<string, string> | undefined} */
export const match = (pattern, path) => {
  const [names, parts] = [pattern, path].map((one) => one.split("/").filter((part, place) => part || !place));
  if (names.length !== parts.length) return undefined;
  /** @type {Record<string, string>} */
  const values = {};
  for (const [place, name] of names.entries()) {
    if (name.startsWith(":")) values[name.slice(1)] = decode(parts[place]);
    else if (name !== parts[place]) return undefined;
  }
  return values;
};

/** @param {string} text */
const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
