import { html } from "../preact.js";
import { t } from "../i18n/common.js";
import { store, useStore } from "../store.js";
import { Dialog } from "./dialog.js";
import { Field, Form } from "./form.js";
import { atField } from "./form-errors.js";

/** @typedef {object} Question
 * @property {string} title
 * @property {string} text what will end
 * @property {string} action the text of the button
 * @property {string} [typed] a name that has to be typed first
 * @property {() => unknown} onConfirm does it; what it throws is shown */

const question = store(/** @type {Question | undefined} */ (undefined));

/** Asks before something ends. @param {Question} about */
export const confirm = (about) => question.set(about);

/** Where questions appear; once, in app.js. */
export const Confirmations = () => {
  const asked = useStore(question);
  if (!asked) return null;
  const close = () => question.set(undefined);
  const answer = async (/** @type {Record<string, string>} */ { typed }) => {
    if (asked.typed !== undefined && typed.trim() !== asked.typed.trim()) throw atField("typed", t("typedWrong"));
    await asked.onConfirm();
    close();
  };
  return html`
    <${Dialog} title=${asked.title} icon="warning" onClose=${close}>
      <p>${asked.text}</p>
      <${Form} onSubmit=${answer} submit=${asked.action} isDanger onCancel=${close}>
          ${asked.typed !== undefined && html`
            <${Field} name="typed" label=${t("typeName", { name: asked.typed })} required
              autocomplete="off" spellcheck=${false} />
          `}
        <//>
      <//>
  `;
};
