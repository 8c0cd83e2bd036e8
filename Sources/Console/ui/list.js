import { csv, download } from "../csv.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";
import { t } from "../i18n/lists.js";
import { Icon } from "../icons.js";
import { html, useRef, useState } from "../preact.js";
import { note } from "../router.js";
import { nextId } from "./ids.js";
import { Empty, Loaded as Shown } from "./parts.js";
import { Pager, Search, Table } from "./table.js";
import { toast } from "./toast.js";

/** Lists that the service pages, searches and filters. */

/** @template Row
 * @typedef {object} Loaded a page of a list
 * @property {Row[]} rows
 * @property {number} [total] of all pages, if the service counts them
 * @property {boolean} [hasNext] if it says so instead */

/** @template Row
 * @typedef {import("./table.js").Column<Row> & { csv?: (row: Row) => unknown }
 * & { isHidden?: boolean }} ListColumn
 * `csv`: what the file has in this column, which is left out otherwise; `isHidden`: only the file has it */

/** @typedef {object} Filter
 * @property {string} name in the address, and as `load` gets it
 * @property {string} label
 * @property {[value: string, text: string][]} [options] a date is asked for, if there are none */

const perPage = 50;
const most = 100_000;

/** A list with its search, its filters and its file. What is looked for stands in the address.
 * @template Row
 * @param {{ name: string, query: URLSearchParams, search?: string, filters?: Filter[],
 *   load: (query: Record<string, any>, options: { signal?: AbortSignal }) => Promise<Loaded<Row>>,
 *   columns: (reload: () => Promise<void>) => (ListColumn<Row> | false | undefined)[],
 *   rowKey: (row: Row) => string | number, count?: (n: number) => string, empty: import("../preact.js").Children }} props
 * `name` names the list among those that are kept, and its file; `count` says how many there are */
export const List = ({ name, query, search, filters = [], load, columns, rowKey, count, empty }) => {
  const page = Number(query.get("page")) || 1;
  const asked = Object.fromEntries(
    [search && "search", ...filters.map((one) => one.name)].flatMap((key) => {
      const value = key && query.get(key);
      return value ? [[key, value]] : [];
    }),
  );
  const isFiltered = Object.keys(asked).length > 0;
  const data = useData(
    `${name}?${new URLSearchParams(asked)}&page=${page}`,
    (options) => load({ page, per_page: perPage, ...asked }, options),
  );
  const list = columns(data.reload);
  const say = (/** @type {Loaded<Row>} */ { rows, total, hasNext }) => {
    const known = total ?? (page === 1 && !hasNext && rows.length < perPage ? rows.length : undefined);
    if (known === undefined) return t("onPage", { n: rows.length });
    return count ? count(known) : t("count", { n: known });
  };
  return html`
    ${(search || filters.length > 0 || list.some((one) => one && one.csv)) && html`<div class="filters">
      ${
      search && html`
        <${Search} label=${search} value=${query.get("search") ?? ""}
          onSearch=${(/** @type {string} */ text) => note({ search: text, page: undefined })} />
      `
    }
      ${filters.map((one) => html`<${FilterField} filter=${one} value=${query.get(one.name) ?? ""} />`)}
      <${CsvButton} ...${{ name, asked, load, list }} />
    </div>`}
    <${Shown} of=${data}>${(/** @type {Loaded<Row>} */ answer) =>
      answer.rows.length === 0 && page === 1
        ? isFiltered ? html`<${NothingFound} names=${Object.keys(asked)} />` : empty
        : html`
          <${Table} caption=${say(answer)} columns=${list.filter((one) => one && !one.isHidden)} rows=${answer
            .rows} rowKey=${rowKey} isBusy=${data.isLoading} />
          <${Pager} page=${page} hasNext=${more(answer, page)}
            onPage=${(/** @type {number} */ next) => note({ page: next === 1 ? undefined : next })} />
        `}<//>
  `;
};

/** @param {Loaded<any>} answer @param {number} page @param {number} [size] */
const more = ({ rows, total, hasNext }, page, size = perPage) =>
  hasNext ?? (total === undefined ? rows.length === size : page * size < total);

/** @param {{ names: string[] }} props */
const NothingFound = ({ names }) =>
  html`
    <${Empty} icon="search" title=${t("nothing")} text=${t("nothingText")}>
      <button type="button"
        onClick=${() => note(Object.fromEntries([...names, "page"].map((name) => [name, undefined])))}>
          ${t("showAll")}
        </button>
      <//>
  `;

/** @param {{ filter: Filter, value: string }} props */
const FilterField = ({ filter, value }) => {
  const id = useRef(nextId("filter")).current;
  const change = (/** @type {Event} */ event) =>
    note({ [filter.name]: /** @type {HTMLInputElement} */ (event.target).value, page: undefined });
  return html`
    <div class="field">
      <label class="small" for=${id}>${filter.label}</label>
      ${filter.options
        ? html`
          <select id=${id} onChange=${change}>
            <option value="" selected=${value === ""}>${t("any")}</option>
            ${filter.options.map(([one, text]) =>
              html`<option value=${one} selected=${one === value}>${text}</option>`
            )}
          </select>
        `
        : html`
          <input id=${id} type="date" value=${value} onChange=${change} />
        `}
    </div>
  `;
};

/** Downloads all pages of the list as they are looked for.
 * @param {{ name: string, asked: Record<string, string>, list: (ListColumn<any> | false | undefined)[],
 *   load: (query: Record<string, any>, options: object) => Promise<Loaded<any>> }} props */
const CsvButton = ({ name, asked, load, list }) => {
  const [isBusy, setIsBusy] = useState(false);
  const columns = list.flatMap((one) => one && one.csv ? [one] : []);
  if (columns.length === 0) return null;
  const make = async () => {
    if (isBusy) return;
    setIsBusy(true);
    toast(t("preparing"));
    try {
      const size = 1000;
      const rows = [];
      for (let page = 1; rows.length < most; page++) {
        const answer = await load({ page, per_page: size, ...asked }, {});
        rows.push(...answer.rows);
        if (!more(answer, page, size)) break;
        if (rows.length >= most) toast(t("tooMany", { n: rows.length }));
      }
      const lines = rows.map((row) => columns.map((one) => one.csv?.(row)));
      download(`${name}.csv`, csv(columns.map((one) => one.label), lines));
    } catch (error) {
      toast(explain(error).text);
    } finally {
      setIsBusy(false);
    }
  };
  return html`
    <button type="button" class="end" aria-disabled=${isBusy} onClick=${make}>
      <${Icon} name="download" />${common("csv")}
    </button>
  `;
};
