import { explain } from "../i18n/errors.js";
import { html, useState } from "../preact.js";
import { toast } from "./toast.js";

/** A button in a row that acts at once; why it could not is said. `name`: of the row, for who does not see it.
 * @param {{ text: string, name: string, class?: string, act: () => Promise<unknown> }} props */
export const ActionButton = ({ text, name, class: look = "", act }) => {
  const [isBusy, setIsBusy] = useState(false);
  const run = async () => {
    if (isBusy) return;
    setIsBusy(true);
    await attempt(act);
    setIsBusy(false);
  };
  return html`
    <button type="button" class=${look} aria-label=${`${text}: ${name}`} aria-disabled=${isBusy} onClick=${run}>
      ${text}
    </button>
  `;
};

/** Does something, and says why it was refused. @param {() => Promise<unknown>} act */
export const attempt = async (act) => {
  try {
    await act();
  } catch (error) {
    toast(explain(error).text);
  }
};
