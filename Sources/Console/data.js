import { useEffect, useRef, useState } from "./preact.js";

/** What a page loads. It is kept under a key, so that a page that is opened again is there at once, with what it had
 * before, while that is loaded anew. */

/** @template Data
 * @typedef {object} Loading
 * @property {Data | undefined} data undefined until it is there
 * @property {unknown} error why the last attempt failed
 * @property {boolean} isLoading
 * @property {() => Promise<void>} reload */

/** @type {Map<string, unknown>} */
const kept = new Map();

/** Forgets everything: another person signs in. */
export const forget = () => kept.clear();

/** Loads when a component appears, and whenever the key changes.
 * @template Data
 * @param {string} key names what is loaded: the path and what it is asked for
 * @param {(options: { signal: AbortSignal }) => Promise<Data>} load
 * @returns {Loading<Data>} */
export const useData = (key, load) => {
  const [state, setState] = useState(
    /** @type {{ key: string, error?: unknown, isLoading: boolean }} */ ({ key, isLoading: true }),
  );
  const run = useRef(/** @type {AbortController | null} */ (null));
  const latest = useRef(/** @type {Data | undefined} */ (undefined));
  if (kept.has(key)) latest.current = /** @type {Data} */ (kept.get(key));

  const reload = async () => {
    run.current?.abort();
    const mine = new AbortController();
    run.current = mine;
    setState({ key, isLoading: true });
    try {
      kept.set(key, await load({ signal: mine.signal }));
      if (run.current === mine) setState({ key, isLoading: false });
    } catch (error) {
      if (!mine.signal.aborted) setState({ key, error, isLoading: false });
    }
  };
  useEffect(() => {
    reload();
    return () => run.current?.abort();
  }, [key]);
  // Until a list is there for another page or search, the one before it is shown.
  return { data: latest.current, error: state.error, isLoading: state.isLoading, reload };
};
