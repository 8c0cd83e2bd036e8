import { useEffect, useState } from "./preact.js";

/** A value that components follow.
 * @template Value
 * @param {Value} initial */
export const store = (initial) => {
  let value = initial;
  /** @type {Set<(value: Value) => void>} */
  const followers = new Set();
  return {
    get: () => value,
    /** @param {Value} next */
    set: (next) => {
      value = next;
      for (const follower of followers) follower(next);
    },
    /** @param {(value: Value) => void} follower */
    follow: (follower) => {
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
};

/** The present value of a store, in a component.
 * @template Value
 * @param {{ get: () => Value, follow: (follower: (value: Value) => void) => () => void }} of */
export const useStore = (of) => {
  const [value, setValue] = useState(of.get());
  useEffect(() => {
    setValue(of.get());
    return of.follow((next) => setValue(() => next));
  }, [of]);
  return value;
};
