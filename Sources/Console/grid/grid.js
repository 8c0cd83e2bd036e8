import { html, useRef, useState } from "../preact.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/base.js";
import { Icon } from "../icons.js";
import { isNumeric, Value } from "./cell.js";
import { Editor } from "./editor.js";
import { editorOf, needsDialog } from "./values.js";

/** @typedef {import("./values.js").Column} Column */
/** @typedef {import("./values.js").Row} Row */
/** @typedef {{ row: number, column: number }} Place `row` -1 is the head, `column` -1 opens the row */

/** The rows of a table, to be read and corrected. Arrow keys, Home and End move in it; Enter, F2 or a second click
 * corrects a cell; the space bar turns a checkbox.
 * @param {{ caption: string, columns: Column[], rows: Row[], people: import("./values.js").Names, mayWrite: boolean,
 *   isBusy: boolean, sort: { by: string, isDescending: boolean }, onSort: (name: string) => void,
 *   save: (row: Row, column: Column, draft: unknown) => Promise<void>, onOpen: (row: Row, column?: Column) => void }} props */
export const Grid = ({ caption, columns, rows, people, mayWrite, isBusy, sort, onSort, save, onOpen }) => {
  const table = useRef(/** @type {HTMLElement | null} */ (null));
  const [at, setAt] = useState(/** @type {Place} */ ({ row: 0, column: -1 }));
  const [edited, setEdited] = useState(/** @type {Place | undefined} */ (undefined));

  const focus = (/** @type {Place} */ { row, column }) => {
    const place = {
      row: Math.max(-1, Math.min(row, rows.length - 1)),
      column: Math.max(-1, Math.min(column, columns.length - 1)),
    };
    setAt(place);
    const cell = table.current?.querySelector(`[data-place="${place.row} ${place.column}"]`);
    if (cell instanceof HTMLElement) cell.focus();
  };
  const edit = (/** @type {Place} */ place) => {
    const [row, column] = [rows[place.row], columns[place.column]];
    if (!row || !column || !mayWrite) return;
    const editor = editorOf(column);
    if (editor === "check") save(row, column, row[column.name] !== true);
    else if (editor && !needsDialog(column, row[column.name])) setEdited(place);
    else onOpen(row, column);
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const place = placeOf(event.target);
    if (!place || event.altKey || event.metaKey) return;
    const next = neighbour(place, event, { row: rows.length - 1, column: columns.length - 1 });
    const edits = event.key === "Enter" || event.key === "F2" ||
      event.key === " " && columns[place.column]?.type === "checkbox";
    if (!next && !(edits && place.row >= 0 && place.column >= 0)) return;
    event.preventDefault();
    if (next) focus(next);
    else edit(place);
  };
  const done = (/** @type {{ staysHere: boolean }} */ { staysHere }) => {
    setEdited(undefined);
    // Once the cell is there again.
    if (staysHere && edited) setTimeout(() => focus(edited));
  };
  // The first click on a cell chooses it, the second one corrects it.
  const wasChosen = useRef(false);
  const down = (/** @type {MouseEvent} */ event) => {
    wasChosen.current = event.target instanceof Element &&
      event.target.closest("[data-place]") === document.activeElement;
  };
  const click = (/** @type {MouseEvent} */ event) => {
    const place = placeOf(event.target);
    if (place && place.row >= 0 && place.column >= 0 && wasChosen.current && !edited) edit(place);
  };
  const chosen = (/** @type {FocusEvent} */ event) => {
    const place = placeOf(event.target);
    if (place && !(place.row === at.row && place.column === at.column)) setAt(place);
  };

  const here = {
    row: Math.min(at.row, rows.length - 1),
    column: Math.min(at.column, columns.length - 1),
  };
  return html`
    <div class=${`table grid ${isBusy ? "busy" : ""}`} aria-busy=${isBusy}>
      <table ref=${table} role="grid" aria-readonly=${mayWrite
        ? undefined
        : "true"} aria-label=${caption} onKeyDown=${press}
        onMouseDown=${down} onClick=${click}
        onFocusIn=${chosen}>
        <thead>
          <tr>
            <td class="open"></td>
            ${columns.map((column, place) =>
              html`<${Head} ...${{ column, sort, onSort, place, isHere: here.row === -1 && here.column === place }} />`
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row, place) =>
            html`
              <${GridRow} key=${row._id} ...${{ row, columns, people, mayWrite, place, onOpen, save, done }}
                at=${here.row === place ? here.column : undefined}
                edited=${edited?.row === place ? edited.column : undefined} />
            `
          )}
        </tbody>
      </table>
    </div>
  `;
};

/** @param {{ column: Column, place: number, isHere: boolean, sort: { by: string, isDescending: boolean },
 *   onSort: (name: string) => void }} props */
const Head = ({ column, place, isHere, sort, onSort }) => {
  const isSorted = sort.by === column.name;
  return html`
    <th scope="col" class=${isNumeric(column) ? "number" : ""}
      aria-sort=${isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" data-place=${`-1 ${place}`} tabindex=${isHere ? 0 : -1}
        title=${common("sortBy", { name: column.name })} onClick=${() => onSort(column.name)}>
        <span>${column.name}</span>${isSorted && html`<span aria-hidden="true">${sort.isDescending ? "↓" : "↑"}</span>`}
      </button>
    </th>
  `;
};

/** @param {{ row: Row, columns: Column[], people: import("./values.js").Names, mayWrite: boolean, place: number,
 *   at?: number, edited?: number, onOpen: (row: Row) => void, done: (how: { staysHere: boolean }) => void,
 *   save: (row: Row, column: Column, draft: unknown) => Promise<void> }} props */
const GridRow = ({ row, columns, people, mayWrite, place, at, edited, onOpen, done, save }) => {
  const name = columns[0] ? String(row[columns[0].name] ?? "") : "";
  return html`
    <tr>
      <td class="open">
        <button type="button" class="quiet icon" data-place=${`${place} -1`} tabindex=${at === -1 ? 0 : -1}
          aria-label=${t("openRow", { name: name || row._id })} onClick=${() =>
            onOpen(row)}><${Icon} name="turn" /></button>
      </td>
      ${columns.map((column, index) => {
        const value = row[column.name];
        if (edited === index) {
          return html`
            <td key=${column.key} class="edited">
              <${Editor} column=${column} value=${value} done=${done} save=${(/** @type {string} */ draft) =>
                save(row, column, draft)} />
            </td>
          `;
        }
        const canWrite = mayWrite && editorOf(column);
        return html`
          <td key=${column.key} class=${isNumeric(column) ? "number" : ""} data-place=${`${place} ${index}`}
            tabindex=${at === index ? 0 : -1} aria-readonly=${canWrite ? undefined : "true"}>
            <div>
              <${Value} column=${column} value=${value} people=${people} />
            </div>
          </td>
        `;
      })}
    </tr>
  `;
};

/** @param {EventTarget | null} target @returns {Place | undefined} */
const placeOf = (target) => {
  const cell = target instanceof Element && target.closest("[data-place]");
  if (!(cell instanceof HTMLElement)) return undefined;
  const [row, column] = (cell.dataset.place ?? "").split(" ").map(Number);
  return { row, column };
};

/** Where a key leads; undefined if nowhere. @param {Place} place @param {KeyboardEvent} event @param {Place} last
 * @returns {Place | undefined} */
const neighbour = ({ row, column }, event, last) => {
  switch (event.key) {
    case "ArrowDown":
      return { row: row + 1, column };
    case "ArrowUp":
      // The head has no cell above those that open rows.
      return { row: column < 0 ? Math.max(0, row - 1) : row - 1, column };
    case "ArrowRight":
      return { row, column: column + 1 };
    case "ArrowLeft":
      return { row, column: row < 0 ? Math.max(0, column - 1) : column - 1 };
    case "Home":
      return { row: event.ctrlKey ? 0 : row, column: row < 0 ? 0 : -1 };
    case "End":
      return { row: event.ctrlKey ? last.row : row, column: last.column };
    default:
      return undefined;
  }
};
