let count = 0;

/** An id for an element, which no other has. @param {string} what */
export const nextId = (what) => `${what}-${++count}`;
