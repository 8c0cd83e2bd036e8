import { createContext, html, useContext, useRef, useState } from "../preact.js";
import { t } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";
import { nextId } from "./ids.js";

/** Forms: fields with their labels, hints and errors.
 *
 * `onSubmit` gets the values by name. What it throws is shown: at its field, if the service names one, or above the
 * buttons. Fields are not checked before somebody submits; then the first that is wrong gets the focus. */

/** @typedef {Record<string, string>} Errors */
const FormErrors = createContext(/** @type {Errors} */ ({}));

/** @param {HTMLInputElement} field @returns {string} */
const complaint = (field) => {
  const { validity } = field;
  if (validity.valueMissing) return t("required");
  if (validity.tooShort) return t("tooShort", { n: field.minLength });
  if (validity.tooLong) return t("tooLong", { n: field.maxLength });
  if (validity.typeMismatch && field.type === "email") return t("badEmail");
  if (field.type === "number") return t("badNumber", { min: Number(field.min), max: Number(field.max) });
  return t("badValue");
};

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
const fieldsOf = (
  form,
) => /** @type {HTMLInputElement[]} */ ([...form.elements].filter((one) => "name" in one && one.name));

/** @param {{ onSubmit: (values: Record<string, string>) => unknown, submit: string, class?: string, isDanger?: boolean,
 *   onCancel?: () => void, icon?: unknown, children?: import("../preact.js").Children }} props
 * `submit`: the text of the button. `onCancel`: adds a button that leaves. */
export const Form = ({ onSubmit, submit, onCancel, isDanger = false, class: look = "", icon, children }) => {
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [errors, setErrors] = useState(/** @type {Errors} */ ({}));
  const [isBusy, setIsBusy] = useState(false);

  /** @param {Errors} found */
  const show = (found) => {
    setErrors(found);
    const wrong = form.current && fieldsOf(form.current).find((one) => one.name in found);
    // After the errors are there, so that they are read with the field.
    setTimeout(() => (wrong ?? form.current?.querySelector(".notice.danger"))?.focus());
  };

  const send = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (isBusy || !form.current) return;
    const fields = fieldsOf(form.current);
    const wrong = fields.filter((one) => one.willValidate && !one.validity.valid);
    if (wrong.length > 0) return show(Object.fromEntries(wrong.map((one) => [one.name, complaint(one)])));
    setErrors({});
    setIsBusy(true);
    try {
      const values = new FormData(form.current);
      await onSubmit(Object.fromEntries([...values].map(([name, value]) => [name, String(value)])));
    } catch (error) {
      const { field = "", text } = explain(error);
      show({ [fields.some((one) => one.name === field) ? field : ""]: text });
    } finally {
      setIsBusy(false);
    }
  };

  return html`
    <${FormErrors.Provider} value=${errors}>
      <form ref=${form} class=${look} noValidate onSubmit=${send} aria-busy=${isBusy}>
        ${children}
        ${errors[""] && html`<div class="notice danger" role="alert" tabindex="-1"><span>${errors[""]}</span></div>`}
        <div class="buttons">
          ${onCancel && html`<button type="button" onClick=${onCancel}>${t("cancel")}</button>`}
          <button class=${`primary ${isDanger ? "danger" : ""}`} aria-disabled=${isBusy}>${icon}${submit}</button>
        </div>
      </form>
      <//>
  `;
};

/** A control with its label. All else (type, value, required, minlength, autocomplete, …) goes to the control.
 * @param {{ name: string, label: string, hint?: string, control?: "input" | "select" | "textarea",
 *   children?: import("../preact.js").Children, [attribute: string]: unknown }} props */
export const Field = ({ name, label, hint, control = "input", children, ...attributes }) => {
  const error = useContext(FormErrors)[name];
  const id = useRef(nextId("field")).current;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <${control} id=${id} name=${name} aria-invalid=${error ? "true" : undefined} aria-describedby=${described}
        ...${attributes}>${children}<//>
      ${error && html`<span class="error" id=${`${id}-error`}>${error}</span>`}
      ${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
    </div>
  `;
};

/** A choice from a list.
 * @param {{ name: string, label: string, options: [value: string, text: string][], value?: string, hint?: string,
 *   [attribute: string]: unknown }} props */
export const Select = ({ options, value, ...props }) =>
  html`<${Field} control="select" ...${props}>
    ${options.map(([one, text]) => html`<option value=${one} selected=${one === value}>${text}</option>`)}
  <//>`;

/** A checkbox: its value is "yes" in the form.
 * @param {{ name?: string, label: string, hint?: string, [attribute: string]: unknown }} props */
export const Check = ({ label, hint, ...attributes }) => {
  const id = useRef(nextId("check")).current;
  return html`
    <div class="check">
      <input type="checkbox" id=${id} value="yes" aria-describedby=${hint && `${id}-hint`} ...${attributes} />
      <div><label for=${id}>${label}</label>${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}</div>
    </div>
  `;
};
