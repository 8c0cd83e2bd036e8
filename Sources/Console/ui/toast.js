/** Says in a few words what was done: "Copied." It stands at the lower edge for some seconds, and screen readers read it.
 * It appears in the topmost dialog, since whatever is behind that cannot be read. Pages have one region for it (app.js).
 * @param {string} text */
export const toast = (text) => {
  // A dialog that is being closed is gone by then.
  requestAnimationFrame(() => {
    const regions = document.querySelectorAll("dialog[open] > .toasts, body > .toasts");
    const region = regions[regions.length - 1];
    const line = document.createElement("p");
    line.textContent = text;
    region?.append(line);
    setTimeout(() => line.remove(), 6000);
  });
};

/** Lets what a dialog has just said stand on the page after it. @param {HTMLElement} dialog */
export const handOnToasts = (dialog) => {
  const lines = dialog.querySelectorAll(":scope > .toasts > p");
  document.querySelector("body > .toasts")?.append(...lines);
};

/** Puts the region for toasts into the page. */
export const prepareToasts = () => {
  const region = document.createElement("div");
  region.className = "toasts";
  region.setAttribute("role", "status");
  document.body.prepend(region);
};
