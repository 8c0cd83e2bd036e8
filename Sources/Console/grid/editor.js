import { html, useLayoutEffect, useRef, useState } from "../preact.js";
import { t } from "../i18n/base.js";
import { explain } from "../i18n/errors.js";
import { nextId } from "../ui/ids.js";
import { draftOf, editorOf, hasTime, optionsOf } from "./values.js";

/** @typedef {import("./values.js").Column} Column */

/** The attributes of a field for a column's cells. @param {Column} column */
export const fieldFor = (column) => {
  switch (editorOf(column)) {
    case "date":
      return {
        type: hasTime(column) ? "datetime-local" : "date",
        max: hasTime(column) ? "9999-12-31T23:59" : "9999-12-31",
      };
    case "number":
      return { type: "text", inputmode: "decimal" };
    default:
      // The service takes any text as an address.
      return { type: "text", inputmode: column.type === "email" || column.type === "url" ? column.type : undefined };
  }
};

/** The choices of a column, and what the cell has if that is none of them.
 * @param {Column} column @param {string} draft @returns {[value: string, text: string][]} */
export const choicesOf = (column, draft) => {
  const names = optionsOf(column).map((one) => one.name);
  const all = ["", ...names, ...(names.includes(draft) || draft === "" ? [] : [draft])];
  return all.map((name) => [name, name || t("nothing")]);
};

/** Corrects a cell in its place. Enter, Tab and leaving it save, Escape leaves it as it was. What is refused stays, with
 * the reason below it.
 * @param {{ column: Column, value: unknown, save: (draft: string) => Promise<void>,
 *   done: (how: { staysHere: boolean }) => void }} props */
export const Editor = ({ column, value, save, done }) => {
  const field = useRef(/** @type {HTMLInputElement | HTMLSelectElement | null} */ (null));
  const id = useRef(nextId("cell")).current;
  const before = draftOf(column, value);
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const isOver = useRef(false);

  useLayoutEffect(() => {
    field.current?.focus();
    if (field.current instanceof HTMLInputElement) field.current.select();
  }, []);
  const finish = (/** @type {boolean} */ staysHere) => {
    isOver.current = true;
    done({ staysHere });
  };
  const keep = async (/** @type {boolean} */ staysHere) => {
    if (isOver.current || isBusy || !field.current) return;
    const draft = field.current.value;
    // A date that is half typed reads as none.
    if (field.current instanceof HTMLInputElement && field.current.validity.badInput) return setProblem(t("notDate"));
    if (draft === before) return finish(staysHere);
    setIsBusy(true);
    setProblem("");
    try {
      await save(draft);
      finish(staysHere);
    } catch (error) {
      setProblem(explain(error).text);
      if (staysHere) field.current?.focus();
    } finally {
      setIsBusy(false);
    }
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") finish(true);
    else keep(true);
  };
  const common = {
    ref: field,
    "aria-label": column.name,
    "aria-invalid": problem ? "true" : undefined,
    "aria-describedby": problem ? id : undefined,
    "aria-busy": isBusy,
    onKeyDown: press,
    onBlur: () => keep(false),
  };
  return html`
    <div class="editor">
      ${editorOf(column) === "select"
        ? html`<select ...${common}>
        ${
          choicesOf(column, before).map(([one, text]) =>
            html`<option value=${one} selected=${one === before}>${text}</option>`
          )
        }
      </select>`
        : html`<input ...${common} ...${fieldFor(column)} defaultValue=${before} autocomplete="off" />`}
      ${problem && html`<span class="error" id=${id} role="alert">${problem}</span>`}
    </div>
  `;
};
