import { ApiError } from "../api.js";
import { useData } from "../data.js";
import { number } from "../i18n.js";
import { t } from "../i18n/base.js";
import { explain } from "../i18n/errors.js";
import { html, useMemo, useState } from "../preact.js";
import { note } from "../router.js";
import { atField } from "../ui/form-errors.js";
import { Empty, Loaded } from "../ui/parts.js";
import { Pager, Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { Grid } from "./grid.js";
import { RowDialog } from "./row.js";
import { SQL } from "./sql.js";
import { editorOf, optionsOf, valueOf } from "./values.js";

/** @typedef {import("./values.js").Column} Column */
/** @typedef {import("./values.js").Row} Row */
/** @typedef {{ _id: string, name: string, columns: Column[] }} GridTable */

const pageSize = 100;

/** What a base holds: a tab for each table, and one for SQL.
 * @param {{ gateway: import("./gateway.js").Gateway, uuid: string, name: string, mayWrite: boolean, query: URLSearchParams }} props */
export const Content = ({ gateway, uuid, name, mayWrite, query }) => {
  const metadata = useData(`content/${uuid}`, (options) => gateway("GET", "metadata/", options));
  const known = useData(`people/${uuid}`, (options) => gateway("GET", "related-users/", options));
  const people = useMemo(
    () =>
      new Map(
        (known.data?.user_list ?? []).map((
          /** @type {{ email: string, name: string }} */ one,
        ) => [one.email, one.name]),
      ),
    [known.data],
  );
  const [draft, setDraft] = useState(/** @type {import("./sql.js").Draft} */ ({ statement: "" }));
  return html`<${Loaded} of=${metadata}>${(
    /** @type {{ metadata: { tables: GridTable[] } }} */ { metadata: { tables } },
  ) => {
    const isSQL = query.get("show") === "sql";
    const shown = tables.find((one) => one._id === query.get("table")) ?? tables[0];
    return html`
      <nav class="tabs" aria-label=${t("tables")}>
        ${tables.map((one) =>
          html`<${Tab} name=${one.name} at=${{ table: one._id }} isHere=${!isSQL && one === shown} />`
        )}
        <${Tab} name="SQL" at=${{ table: shown?._id, show: "sql" }} isHere=${isSQL} />
      </nav>
      ${isSQL
        ? html`<${SQL} ...${{
          gateway,
          name,
          mayWrite,
          people,
          draft,
          onDraft: setDraft,
          onWritten: metadata.reload,
        }} />`
        : shown && html`<${Rows} key=${shown._id} table=${shown} ...${{ gateway, uuid, mayWrite, people, query }} />`}
    `;
  }}<//>`;
};

/** @param {{ name: string, at: { table?: string, show?: string }, isHere: boolean }} props */
const Tab = ({ name, at, isHere }) => {
  const query = new URLSearchParams(Object.entries(at).filter(([, value]) => value));
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    note({ table: "", show: "", page: "", sort: "", ...at });
  };
  return html`<a href=${`?${query}`} aria-current=${isHere ? "page" : undefined} onClick=${open}>${name}</a>`;
};

/** @param {{ table: GridTable, gateway: import("./gateway.js").Gateway, uuid: string, mayWrite: boolean,
 *   people: import("./values.js").Names, query: URLSearchParams }} props */
const Rows = ({ table, gateway, uuid, mayWrite, people, query }) => {
  const page = Math.max(1, Math.trunc(Number(query.get("page"))) || 1);
  const sort = sortOf(query.get("sort") ?? "", table.columns);
  const start = (page - 1) * pageSize;
  const loading = useData(
    `rows/${uuid}/${table._id}/${page}/${query.get("sort")}`,
    (options) =>
      gateway("GET", "rows/", {
        ...options,
        query: {
          table_id: table._id,
          start,
          limit: pageSize + 1,
          convert_keys: true,
          ...(sort.by ? { order_by: sort.by, direction: sort.isDescending ? "desc" : "asc" } : {}),
        },
      }),
  );
  const [opened, setOpened] = useState(/** @type {{ row: Row, column?: Column } | undefined} */ (undefined));
  const save = useSave(table, gateway, loading);
  const order = (/** @type {string} */ name) => {
    const key = table.columns.find((one) => one.name === name)?.key;
    note({ sort: sort.by !== name ? key : sort.isDescending ? "" : `-${key}`, page: "" });
  };
  return html`
    <${Columns} columns=${table.columns} />
    <${Loaded} of=${loading}>${(/** @type {{ rows: Row[] }} */ { rows }) => {
      const shown = rows.slice(0, pageSize);
      if (shown.length === 0 && page === 1) {
        return html`<${Empty} icon="table" title=${t("noRows")} text=${t("emptyText")} />`;
      }
      const span = t("rowsShown", { from: number(start + 1), to: number(start + shown.length) });
      return html`
        <p class="muted small">${span} ${mayWrite && t("gridHint")}</p>
        <${Grid} caption=${`${table.name}: ${span}`} columns=${table.columns} rows=${shown} onSort=${order}
          onOpen=${(/** @type {Row} */ row, /** @type {Column | undefined} */ column) => setOpened({ row, column })}
          save=${save.cell} ...${{ people, mayWrite, sort, isBusy: loading.isLoading }} />
        <${Pager} page=${page} hasNext=${rows.length > pageSize} onPage=${(/** @type {number} */ next) =>
          note({ page: next > 1 ? next : "" })} />
        ${opened && html`
          <${RowDialog} row=${opened.row} first=${opened.column} columns=${table.columns} ...${{ people, mayWrite }}
            save=${(/** @type {Record<string, unknown>} */ cells) => save.row(opened.row, cells)} onClose=${() =>
              setOpened(undefined)} />
        `}
      `;
    }}<//>
  `;
};

/** A sort as the address has it: a column's key, with "-" in front if it descends. @param {string} text @param {Column[]} columns */
const sortOf = (text, columns) => {
  const isDescending = text.startsWith("-");
  const column = columns.find((one) => one.key === (isDescending ? text.slice(1) : text));
  return { by: column?.name ?? "", isDescending };
};

/** Saves cells, and shows each row as it is stored then.
 * @param {GridTable} table @param {import("./gateway.js").Gateway} gateway
 * @param {import("../data.js").Loading<{ rows: Row[] }>} loading */
const useSave = (table, gateway, loading) => {
  const row = async (/** @type {Row} */ row, /** @type {Record<string, unknown>} */ cells) => {
    try {
      await gateway("PUT", "rows/", {
        headers: { "X-Basekeeper-Strict": "1" },
        body: { table_id: table._id, updates: [{ row_id: row._id, row: cells }] },
      });
    } catch (error) {
      throw fitting(error, table.columns);
    }
    await loading.reload();
    toast(t("saved"));
  };
  const cell = async (/** @type {Row} */ one, /** @type {Column} */ column, /** @type {unknown} */ draft) => {
    const value = typeof draft === "string" ? valueOf(column, draft) : draft;
    try {
      await row(one, { [column.name]: value });
    } catch (error) {
      if (editorOf(column) !== "check") throw error;
      toast(explain(error).text);
    }
  };
  return { row, cell };
};

/** A refusal of a value, at its field. @param {unknown} error @param {Column[]} columns */
const fitting = (error, columns) => {
  const name = error instanceof ApiError &&
    /^Row \d+, column (.*): the value does not fit the column/s.exec(error.message)?.[1];
  const column = columns.find((one) => one.name === name);
  if (!column) return error;
  return atField(column.key, t(editorOf(column) === "date" ? "notDate" : "unfit"));
};

/** @param {{ columns: Column[] }} props */
const Columns = ({ columns }) =>
  html`
    <details>
      <summary>${t("columnCount", { n: columns.length })}</summary>
      <${Table} caption=${t("columnsCaption")} rows=${columns} rowKey=${(/** @type {Column} */ one) =>
        one.key} columns=${[
        { label: t("column"), kind: "head", cell: (/** @type {Column} */ one) => one.name },
        { label: t("type"), cell: (/** @type {Column} */ one) => html`<code>${one.type}</code>` },
        { label: t("key"), cell: (/** @type {Column} */ one) => html`<code>${one.key}</code>` },
        { label: t("details"), cell: (/** @type {Column} */ one) => html`<${Details} column=${one} />` },
      ]} />
    </details>
  `;

/** @param {{ column: Column }} props */
const Details = ({ column }) => {
  const options = optionsOf(column);
  if (options.length > 0) return options.map((one) => one.name).join(", ");
  return column.data?.format ?? "";
};
