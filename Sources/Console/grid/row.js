import { dateAndTime } from "../i18n.js";
import { t } from "../i18n/base.js";
import { html } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Check, Field, Form, Select } from "../ui/form.js";
import { Value } from "./cell.js";
import { choicesOf, fieldFor } from "./editor.js";
import { draftOf, editorOf, optionsOf, valueOf } from "./values.js";

/** @typedef {import("./values.js").Column} Column */
/** @typedef {import("./values.js").Row} Row */

/** All cells of a row, one below the other: those that can be corrected as a form.
 * @param {{ row: Row, columns: Column[], people: import("./values.js").Names, mayWrite: boolean, first?: Column,
 *   save: (cells: Record<string, unknown>) => Promise<void>, onClose: () => void }} props `first` gets the focus */
export const RowDialog = ({ row, columns, people, mayWrite, first, save, onClose }) => {
  const written = mayWrite ? columns.filter(editorOf) : [];
  const read = columns.filter((one) => !written.includes(one));
  const name = String(columns[0] ? row[columns[0].name] ?? "" : "") || row._id;
  const send = async (/** @type {Record<string, string>} */ values) => {
    const cells = changes(written, row, values);
    if (Object.keys(cells).length > 0) await save(cells);
    onClose();
  };
  return html`
    <${Dialog} title=${name} icon="table" isWide onClose=${onClose}>
      ${read.length > 0 && html`<dl class="facts">
        ${
        read.map((column) =>
          html`
            <dt>${column.name}</dt>
            <dd>
              <${Value} column=${column} value=${row[column.name]} people=${people} />
            </dd>
          `
        )
      }
      </dl>`}
      ${written.length > 0 && html`<${Form} onSubmit=${send} submit=${t("saveRow")} onCancel=${onClose}>
        ${
        written.map((column) =>
          html`<${CellField} column=${column} value=${row[column.name]} isFirst=${column === first} />`
        )
      }
      <//>`}
      <p class="muted small">${t("rowFacts", {
        created: dateAndTime(row._ctime),
        creator: people.get(row._creator) ?? row._creator,
        modified: dateAndTime(row._mtime),
        modifier: people.get(row._last_modifier) ?? row._last_modifier,
      })}</p>
    <//>
  `;
};

/** @param {{ column: Column, value: unknown, isFirst: boolean }} props */
const CellField = ({ column, value, isFirst }) => {
  const draft = draftOf(column, value);
  const common = { name: column.key, label: column.name, autofocus: isFirst };
  switch (editorOf(column)) {
    case "select":
      return html`<${Select} ...${common} options=${choicesOf(column, draft)} value=${draft} />`;
    case "check":
      return html`<${Check} ...${common} defaultChecked=${value === true} />`;
    case "lines":
      return html`<${Field} ...${common} control="textarea" rows="6" defaultValue=${draft} />`;
    case "options":
      return html`<${Options} column=${column} value=${value} isFirst=${isFirst} />`;
    case "line":
      // Several lines stay several lines.
      if (/[\r\n]/.test(draft)) return html`<${Field} ...${common} control="textarea" defaultValue=${draft} />`;
      return html`<${Field} ...${common} ...${fieldFor(column)} defaultValue=${draft} autocomplete="off" />`;
    default:
      return html`<${Field} ...${common} ...${fieldFor(column)} defaultValue=${draft} autocomplete="off" />`;
  }
};

/** @param {{ column: Column, value: unknown, isFirst: boolean }} props */
const Options = ({ column, value, isFirst }) => {
  const chosen = Array.isArray(value) ? value : [];
  return html`
    <fieldset>
      <legend>${column.name}</legend>
      ${optionsOf(column).map(({ id, name }, place) =>
        html`
          <${Check} name=${`${column.key} ${id}`} label=${name} defaultChecked=${chosen.includes(
            name,
          )} autofocus=${isFirst && place === 0} />
        `
      )}
    </fieldset>
  `;
};

/** What a form says otherwise than the row, by the names of columns.
 * @param {Column[]} columns @param {Row} row @param {Record<string, string>} values */
const changes = (columns, row, values) => {
  /** @type {Record<string, unknown>} */
  const cells = Object.create(null); // a column may be called "__proto__"
  for (const column of columns) {
    const before = row[column.name];
    const editor = editorOf(column);
    if (editor === "check") {
      const isOn = values[column.key] === "yes";
      if (isOn !== (before === true)) cells[column.name] = isOn;
    } else if (editor === "options") {
      const names = optionsOf(column).filter(({ id }) => values[`${column.key} ${id}`] === "yes").map((one) =>
        one.name
      );
      if (JSON.stringify([...names].sort()) !== JSON.stringify([...(before ?? [])].sort())) cells[column.name] = names;
    } else if (sameLines(values[column.key]) !== sameLines(draftOf(column, before))) {
      cells[column.name] = valueOf(column, sameLines(values[column.key]));
    }
  }
  return cells;
};

/** Forms send line ends as CR LF. @param {string} text */
const sameLines = (text) => text.replaceAll("\r\n", "\n");
