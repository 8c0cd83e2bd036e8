import { html } from "../preact.js";
import { Icon } from "../icons.js";
import { t } from "../i18n/common.js";

/** @template Row
 * @typedef {object} Column
 * @property {string} label "" for a column of controls
 * @property {(row: Row) => import("../preact.js").Children} cell
 * @property {"head" | "actions" | "number" | "pick"} [kind] head: what the row is called
 * @property {import("../preact.js").Children} [header] instead of the label
 * @property {string} [sort] the name by which it can be sorted */

/** A table; on narrow screens, a list of cards.
 * @template Row
 * @param {{ caption: string, columns: (Column<Row> | false | undefined)[], rows: Row[], rowKey: (row: Row) => string | number,
 *   isBusy?: boolean, sort?: { by: string, isDescending: boolean },
 *   onSort?: (sort: { by: string, isDescending: boolean }) => void }} props */
export const Table = ({ caption, columns, rows, rowKey, isBusy = false, sort, onSort }) => {
  const shown = /** @type {Column<Row>[]} */ (columns.filter(Boolean));
  return html`
    <div class=${`table ${isBusy ? "busy" : ""}`} aria-busy=${isBusy}>
      <table class="cardlike" role="table">
        <caption>${caption}</caption>
        <thead role="rowgroup">
          <tr role="row">${shown.map((column) => html`<${Head} ...${{ column, sort, onSort }} />`)}</tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map((row) =>
            html`<tr role="row" key=${rowKey(row)}>${shown.map((column) => cell(column, column.cell(row)))}</tr>`
          )}
        </tbody>
      </table>
    </div>
  `;
};

/** @param {Column<any>} column @param {import("../preact.js").Children} content */
const cell = (column, content) =>
  column.kind === "head"
    ? html`
      <th scope="row" role="rowheader">
        <div>${content}</div>
      </th>
    `
    : html`<td role="cell" class=${column.kind ?? ""} data-label=${column.label || undefined}>
        ${column.kind === "actions" || column.kind === "pick" ? content : html`<div>${content}</div>`}
      </td>`;

/** @param {{ column: Column<any>, sort?: { by: string, isDescending: boolean },
 *   onSort?: (sort: { by: string, isDescending: boolean }) => void }} props */
const Head = ({ column, sort, onSort }) => {
  const { label } = column;
  const kind = column.kind === "head" ? "" : column.kind;
  if (column.kind === "actions") {
    return html`<th scope="col" role="columnheader" class=${kind}><span class="unseen">${t("actions")}</span></th>`;
  }
  // What heads nothing is no header.
  if (column.header) return html`<td role="columnheader" class=${kind}>${column.header}</td>`;
  if (!label) return html`<td role="cell" class=${kind}></td>`;
  if (!column.sort || !onSort) return html`<th scope="col" role="columnheader" class=${kind}>${label}</th>`;
  const by = column.sort;
  const isDescending = sort?.by === by ? sort.isDescending : undefined;
  const order = isDescending === undefined ? undefined : isDescending ? "descending" : "ascending";
  const arrow = isDescending === undefined ? "" : isDescending ? " ↓" : " ↑";
  return html`
    <th scope="col" role="columnheader" class=${kind} aria-sort=${order}>
      <button type="button" title=${t("sortBy", { name: label })}
        onClick=${() => onSort({ by, isDescending: isDescending === false })}>
          ${label}<span aria-hidden="true">${arrow}</span>
        </button>
    </th>
  `;
};

/** Leads through the pages of a list. @param {{ page: number, hasNext: boolean, onPage: (page: number) => void }} props */
export const Pager = ({ page, hasNext, onPage }) =>
  (page > 1 || hasNext) && html`
    <nav class="pager" aria-label=${t("page", { n: page })}>
      <button type="button" aria-disabled=${page === 1} onClick=${() => page > 1 && onPage(page - 1)}>
        ${t("previous")}
      </button>
      <span aria-live="polite">${t("page", { n: page })}</span>
      <button type="button" aria-disabled=${!hasNext} onClick=${() => hasNext && onPage(page + 1)}>${t("next")}</button>
    </nav>
  `;

/** A search field that searches while one types, once there is a pause.
 * @param {{ label: string, value: string, onSearch: (text: string) => void }} props */
export const Search = ({ label, value, onSearch }) => {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const typed = (/** @type {InputEvent} */ event) => {
    clearTimeout(timer);
    const text = /** @type {HTMLInputElement} */ (event.target).value;
    timer = setTimeout(() => onSearch(text), 200);
  };
  return html`
    <div class="search" role="search">
      <${Icon} name="search" />
      <input type="search" aria-label=${label} placeholder=${label} defaultValue=${value} onInput=${typed} />
    </div>
  `;
};
