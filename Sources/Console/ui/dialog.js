import { html, useEffect, useLayoutEffect, useRef } from "../preact.js";
import { Icon } from "../icons.js";
import { t } from "../i18n/common.js";
import { nextId } from "./ids.js";
import { handOnToasts } from "./toast.js";

/** What gets the focus when the page is rendered without the dialog that was closed; another one may follow at once.
 * @type {Element | null} */
let waiting = null;

const giveBack = () => {
  // What opened the dialog may be gone with what it was about.
  const back = waiting?.isConnected && waiting !== document.body ? waiting : document.querySelector("h1");
  waiting = null;
  if (back instanceof HTMLElement) back.focus();
};

/** A dialog in front of the page, for as long as it is rendered. The focus returns to where it was.
 * @param {{ title: string, icon?: import("../icons.js").IconName, isWide?: boolean, onClose: () => void,
 *   children?: import("../preact.js").Children }} props */
export const Dialog = ({ title, icon, isWide = false, onClose, children }) => {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useRef(nextId("dialog")).current;
  useLayoutEffect(() => {
    const [before, shown] = [waiting ?? document.activeElement, dialog.current];
    waiting = null;
    shown?.showModal();
    return () => {
      shown?.close(); // nothing behind it takes the focus before
      if (shown) handOnToasts(shown);
      waiting = before;
      setTimeout(() => waiting === before && giveBack());
    };
  }, []);
  useEffect(() => {
    const first = dialog.current?.querySelector("[autofocus]") ??
      dialog.current?.querySelector(".body input:not([type=hidden]), .body select, .body button");
    if (first instanceof HTMLElement) first.focus();
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  return html`
    <dialog ref=${dialog} class=${isWide ? "wide" : ""} aria-labelledby=${id} onCancel=${cancel}>
      <header>
        ${icon && html`<${Icon} name=${icon} />`}
        <h1 id=${id}>${title}</h1>
        <button type="button" class="quiet icon" aria-label=${t("close")} onClick=${onClose}>
          <${Icon} name="close" />
        </button>
      </header>
      <div class="body">${children}</div>
      <div class="toasts" role="status"></div>
    </dialog>
  `;
};
