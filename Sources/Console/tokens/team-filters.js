import { t as common } from "../i18n/common.js";
import { t } from "../i18n/team-tokens.js";
import { html } from "../preact.js";
import { note } from "../router.js";
import { Search } from "../ui/table.js";

/** What the list of a team's tokens is asked for: it stands in the address.
 * @typedef {object} TokenFilters
 * @property {Record<string, string | undefined>} asked the parameters of the operation
 * @property {boolean} isFiltering
 * @property {{ by: string, isDescending: boolean }} sort
 * @property {(sort: { by: string, isDescending: boolean }) => void} sortBy
 * @property {URLSearchParams} query */

/** @param {URLSearchParams} query @returns {TokenFilters} */
export const readFilters = (query) => {
  const get = (/** @type {string} */ name) => query.get(name) || undefined;
  const filters = {
    query: get("search"),
    permission: get("permission"),
    unused_since: get("unused") && daysAgo(Number(get("unused"))),
    is_expired: get("expired"),
    dtable_uuid: get("base"),
    generated_by: get("by"),
  };
  const sort = { by: get("sort") ?? "generated_at", isDescending: get("direction") !== "asc" };
  return {
    asked: { ...filters, order_by: sort.by, direction: sort.isDescending ? "desc" : "asc" },
    isFiltering: Object.values(filters).some((one) => one !== undefined),
    sort,
    sortBy: ({ by, isDescending }) => note({ sort: by, direction: isDescending ? "desc" : "asc", page: "" }),
    query,
  };
};

/** @param {number} days */
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** @param {{ filters: TokenFilters }} props */
export const Filters = ({ filters }) => {
  const { query } = filters;
  const clear = () =>
    note({ search: "", permission: "", unused: "", expired: "", base: "", of: "", by: "", person: "", page: "" });
  return html`
    <div class="filters">
      <${Search} key=${filters.isFiltering ? "some" : "none"} label=${t("search")} value=${query.get("search") ?? ""}
        onSearch=${(/** @type {string} */ search) => note({ search, page: "" })} />
      <${Choice} name="permission" label=${common("permission")} query=${query}
        options=${[["", t("anyPermission")], ["r", common("r")], ["rw", common("rw")]]} />
      <${Choice} name="unused" label=${t("use")} query=${query}
        options=${[
          ["", t("anyUse")],
          ...["30", "90", "182", "365"].map((days) => [days, t("unused", { n: Number(days) })]),
        ]} />
      <${Choice} name="expired" label=${t("state")} query=${query}
        options=${[["", t("anyState")], ["false", t("live")], ["true", t("expired")]]} />
      ${query.get("base") &&
        html`<${Chip} text=${t("only", { name: query.get("of") ?? "" })} names=${["base", "of"]} />`}
      ${query.get("by") &&
        html`<${Chip} text=${t("byPerson", { name: query.get("person") ?? "" })} names=${["by", "person"]} />`}
      ${filters.isFiltering && html`<button type="button" class="quiet" onClick=${clear}>${t("clear")}</button>`}
    </div>
  `;
};

/** @param {{ name: string, label: string, query: URLSearchParams, options: [string, string][] }} props */
const Choice = ({ name, label, query, options }) => {
  const value = query.get(name) ?? "";
  const choose = (/** @type {Event} */ event) =>
    note({ [name]: /** @type {HTMLSelectElement} */ (event.target).value, page: "" });
  return html`<select aria-label=${label} onChange=${choose}>
    ${options.map(([one, text]) => html`<option value=${one} selected=${one === value}>${text}</option>`)}
  </select>`;
};

/** A filter that a row's menu has set, and a button that removes it. @param {{ text: string, names: string[] }} props */
const Chip = ({ text, names }) =>
  html`<button type="button" onClick=${() =>
    note({ ...Object.fromEntries(names.map((name) => [name, ""])), page: "" })}>
    ${text}<span aria-hidden="true">×</span>
  </button>`;
