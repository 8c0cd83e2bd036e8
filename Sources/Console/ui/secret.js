import { html } from "../preact.js";
import { Icon } from "../icons.js";
import { t } from "../i18n/common.js";
import { toast } from "./toast.js";

/** Copies a text. Where the page may not use the clipboard, because it came over plain HTTP, the old way is left.
 * @param {string} text @param {HTMLElement} [shown] the element that shows the text */
export const copy = async (text, shown) => {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else if (shown) {
    getSelection()?.selectAllChildren(shown);
    document.execCommand("copy");
  }
  toast(t("copied"));
};

/** A secret that is shown once, with a button that copies it. It is in the page only as long as this is rendered: keep it
 * in a component's state, and never in a URL, a title or a storage.
 * @param {{ value: string, label: string }} props */
export const Secret = ({ value, label }) => {
  const take = (/** @type {MouseEvent} */ event) => {
    const shown = /** @type {HTMLElement} */ (event.currentTarget).previousElementSibling;
    return copy(value, /** @type {HTMLElement} */ (shown));
  };
  return html`
    <div class="line">
      <code class="secret" translate="no" aria-label=${label} role="group" tabindex="0">${value}</code>
      <button type="button" class="primary" onClick=${take}><${Icon} name="copy" />${t("copy")}</button>
    </div>
  `;
};
