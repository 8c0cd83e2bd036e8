import { html } from "../preact.js";
import { Icon } from "../icons.js";
import { t } from "../i18n/base.js";
import { optionsOf, textOf } from "./values.js";

/** @typedef {import("./values.js").Column} Column */

/** A choice, with its colour if that is one. @param {{ name: string, color?: string }} props */
const Chip = ({ name, color = "" }) =>
  html`
    <span class="chip">
      ${/^#[0-9a-f]{3,8}$/i.test(color) &&
        html`
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="4.5" fill=${color} />
          </svg>
        `}
      <span>${name}</span>
    </span>
  `;

/** What a cell holds. @param {{ column: Column, value: unknown, people: import("./values.js").Names }} props */
export const Value = ({ column, value, people }) => {
  if (value === null || value === undefined) return null;
  if (column.type === "single-select" || column.type === "multiple-select") {
    const options = optionsOf(column);
    const color = (/** @type {unknown} */ name) => options.find((one) => one.name === name)?.color;
    return html`<span class="chips">
      ${[value].flat().map((name) => html`<${Chip} name=${textOf(column, name, people)} color=${color(name)} />`)}
    </span>`;
  }
  if (typeof value === "boolean") {
    return value ? html`<${Icon} name="check" /><span class="unseen">${t("yes")}</span>` : null;
  }
  return textOf(column, value, people);
};

/** Whether a column's cells stand at the right. @param {Column} column */
export const isNumeric = (column) => ["number", "duration", "rate"].includes(column.type);
