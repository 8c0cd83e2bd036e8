import { store } from "./store.js";

/** Calls the public API, as any other client does. */

/** Where the service is: its address may have a path. The files are three folders below it. */
export const root = new URL("../../../", import.meta.url);

/** The address of a path of the console, for links. @param {string} path such as "/console/team" */
export const href = (path) => root.pathname + path.slice(1);

/** The path of an operation, with each value as one segment: path`/api/v2.1/groups/${id}/`.
 * @param {TemplateStringsArray} parts @param {(string | number)[]} values */
export const path = (parts, ...values) =>
  parts.map((part, place) => part + (place < values.length ? encodeURIComponent(values[place]) : "")).join("");

/** The service has refused a request. */
export class ApiError extends Error {
  /** @param {number} status @param {string} message the service's own words, in English */
  constructor(status, message) {
    super(message);
    this.status = status;
    /** The field that is wrong, if the service names one. */
    this.field = /^(\w+) (invalid|already exists)\b/.exec(message)?.[1];
  }
}

/** Why requests wait: nothing, no connection, too many requests, or a service that is not there. Pages show it. */
export const waiting = store(/** @type {"" | "offline" | "limited" | "unavailable"} */ (""));

/** Who calls: set by session.js. `refused` is told of each refusal that ends the session or names a duty.
 * @type {{ token: string | undefined, refused: (error: ApiError) => void }} */
export const caller = { token: undefined, refused: () => {} };

/** @typedef {object} Options
 * @property {Record<string, string | number | boolean | null | undefined>} [query] what is null or undefined is left out
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {string} [token] instead of the session's; "" for none
 * @property {boolean} [isOnce] whether it must not be sent again by itself
 */

/** Calls an operation and returns its JSON. While the service is not reachable, or refuses for now, it waits and tries
 * again: what creates something has a key by which the service does it only once.
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method @param {string} path @param {Options} [options]
 * @returns {Promise<any>} */
export const call = async (method, path, options = {}) => {
  /** @type {Record<string, string>} */
  const key = method === "POST" ? { "Idempotency-Key": crypto.randomUUID?.() ?? randomKey() } : {};
  for (let attempt = 0;; attempt++) {
    const answer = await send(method, path, options, key);
    if (answer && ![429, 502, 503, 504].includes(answer.status)) {
      waiting.set("");
      // The answer to the first attempt was lost: it has done what was asked.
      if (method === "DELETE" && attempt > 0 && answer.status === 404) return {};
      return await read(answer, options);
    }
    if (options.isOnce && answer) return await read(answer, options);
    waiting.set(!answer ? "offline" : answer.status === 429 ? "limited" : "unavailable");
    await pause(answer, attempt, options.signal);
  }
};

/** Keys, where the page is not secure enough for randomUUID. */
const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");

/** @param {string} method @param {string} path @param {Options} options @param {Record<string, string>} key
 * @returns {Promise<Response | undefined>} undefined if there is no connection */
const send = async (method, path, { query, body, headers, signal, token = caller.token }, key) => {
  const url = new URL(path.slice(1), root);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
  }
  try {
    return await fetch(url, {
      method,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...key,
        ...headers,
      },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
};

/** @param {Response} answer @param {Options} options */
const read = async (answer, options) => {
  const json = await answer.json().catch(() => ({}));
  if (answer.ok) return json;
  const text = json.error_msg ?? json.error_message ?? json.detail ?? json.non_field_errors?.[0];
  const error = new ApiError(answer.status, text ?? `${answer.status} ${answer.statusText}`);
  if (options.token === undefined) caller.refused(error);
  throw error;
};

/** Waits as long as the service asks, or longer each time, up to ten seconds; until then, the connection coming back ends
 * the wait. @param {Response | undefined} answer @param {number} attempt @param {AbortSignal} [signal]
 * @returns {Promise<void>} */
const pause = (answer, attempt, signal) =>
  new Promise((resolve, reject) => {
    const asked = Number(answer?.headers.get("Retry-After"));
    const seconds = asked > 0 ? asked : Math.min(10, 0.5 * 2 ** attempt);
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    addEventListener("online", end);
    signal?.addEventListener("abort", () => (end(), reject(signal.reason)));
  });

/** All entries of a list that comes in pages, up to `most`.
 * @param {string} path @param {string} name the key of the entries @param {Options} [options] @param {number} [most] */
export const all = async (path, name, options = {}, most = 1000) => {
  const size = 100;
  const entries = [];
  for (let page = 1; entries.length < most; page++) {
    const answer = await call("GET", path, { ...options, query: { ...options.query, page, per_page: size } });
    entries.push(...answer[name]);
    if (answer[name].length < size) break;
  }
  return entries;
};
