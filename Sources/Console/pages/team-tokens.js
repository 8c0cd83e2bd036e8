import { call, path } from "../api.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/team-tokens.js";
import { t as tokensText } from "../i18n/tokens.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { note } from "../router.js";
import { session } from "../session.js";
import { usePolicy } from "../tokens/api.js";
import { columns } from "../tokens/columns.js";
import { askToDelete, ChangeToken, Revealed, RotateToken } from "../tokens/dialogs.js";
import { EndSeveral, GenerateToken } from "../tokens/team-dialogs.js";
import { Filters, readFilters } from "../tokens/team-filters.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded, Notice } from "../ui/parts.js";
import { Menu } from "../ui/menu.js";
import { Pager, Table } from "../ui/table.js";

/** @typedef {import("../tokens/api.js").Token} Token */
/** @typedef {{ tokens: (Token & { violation?: string })[], count: number }} Page */
/** @typedef {{ kind: "generate" } | { kind: "change" | "rotate", token: Token }
 *   | { kind: "revealed", token: Token, notice?: string }} Shown */

const size = 25;
const team = () => session.get().account?.org_id ?? 0;

/** The path of the tokens of a base, for the team's administrators. @param {string} base */
const listOf = (base) => path`/api/v2.1/org/${team()}/admin/dtables/${base}/api-tokens/`;

/** All API tokens of the team. @param {{ query: URLSearchParams }} props */
export default function TeamTokens({ query }) {
  const filters = readFilters(query);
  const page = Number(query.get("page") ?? 1);
  const isPolicyView = query.get("show") === "violations";
  const tokens = useTokens(filters, page, isPolicyView);
  const [shown, setShown] = useState(/** @type {Shown | undefined} */ (undefined));
  const [picked, setPicked] = useState(/** @type {Token[]} */ ([]));
  const reload = async () => {
    setPicked([]);
    await tokens.reload();
  };
  const generate = html`
    <button type="button" class="primary" onClick=${() => setShown({ kind: "generate" })}>
      <${Icon} name="key" />${t("generate")}
    </button>
  `;
  return html`
    <${PageHead} title=${t("title")} intro=${t("intro")} tools=${generate} />
    <${Warnings} isPolicyView=${isPolicyView} count=${tokens.data?.count} />
    ${!isPolicyView && html`<${Filters} filters=${filters} />`}
    <${Loaded} of=${tokens}>${(/** @type {Page} */ found) =>
      html`
        <${List} ...${{ found, page, filters, isPolicyView, isBusy: tokens.isLoading }}
          ...${{ show: setShown, reload, picked, setPicked }} />
      `}<//>
    <${OpenDialog} shown=${shown} show=${setShown} reload=${reload} />
  `;
}

/** @param {import("../tokens/team-filters.js").TokenFilters} filters @param {number} page @param {boolean} isPolicyView
 * @returns {import("../data.js").Loading<Page>} */
const useTokens = (filters, page, isPolicyView) => {
  const asked = isPolicyView ? {} : filters.asked;
  return useData(`team tokens ${JSON.stringify([asked, page, isPolicyView])}`, async (options) => {
    const query = { ...asked, page, per_page: size };
    if (isPolicyView) {
      const list = path`/api/v2.1/org/${team()}/admin/token-policy/violations/`;
      const { violations, total_count } = await call("GET", list, { ...options, query });
      const flat = violations.map((/** @type {{ token: Token, violation: string }} */ one) => ({
        ...one.token,
        violation: one.violation,
      }));
      return { tokens: flat, count: total_count };
    }
    const answer = await call("GET", path`/api/v2.1/org/${team()}/admin/api-tokens/`, { ...options, query });
    return { tokens: answer.api_tokens, count: answer.total_count };
  });
};

const halfAYearAgo = () => new Date(Date.now() - 182 * 86_400_000).toISOString().slice(0, 10);

/** What an administrator should look at. @param {{ isPolicyView: boolean, count?: number }} props `count`: changes with the list */
const Warnings = ({ isPolicyView, count }) => {
  const since = halfAYearAgo();
  const look = useData(`team tokens to look at ${count}`, async (options) => {
    const query = { per_page: 1 };
    const [idle, broken] = await Promise.all([
      call("GET", path`/api/v2.1/org/${team()}/admin/api-tokens/`, {
        ...options,
        query: { ...query, unused_since: since },
      }),
      call("GET", path`/api/v2.1/org/${team()}/admin/token-policy/violations/`, { ...options, query }),
    ]);
    return { idle: idle.total_count, broken: broken.total_count };
  });
  if (isPolicyView) {
    return html`
      <${Notice} kind="warn" text=${t("violations")}>
        <button type="button" class="quiet" onClick=${() => note({ show: "", page: "" })}>${t("clear")}</button>
        <//>
    `;
  }
  const { idle = 0, broken = 0 } = look.data ?? {};
  return html`
    ${broken > 0 && html`
      <${Notice} kind="warn" text=${t("broken", { n: broken })}>
        <button type="button" class="quiet" onClick=${() => note({ show: "violations", page: "" })}>${t(
          "show",
        )}</button>
        <//>
    `}
    ${idle > 0 && html`
      <${Notice} kind="warn" text=${t("idle", { n: idle })}>
        <button type="button" class="quiet" onClick=${() => note({ unused: "182", page: "" })}>${t("show")}</button>
        <//>
    `}
  `;
};

/** @param {{ found: Page, page: number, filters: import("../tokens/team-filters.js").TokenFilters, isPolicyView: boolean,
 *   isBusy: boolean, show: (shown: Shown) => void, reload: () => Promise<void>, picked: Token[],
 *   setPicked: (picked: Token[]) => void }} props */
const List = ({ found, page, filters, isPolicyView, isBusy, show, reload, picked, setPicked }) => {
  if (found.count === 0) {
    return filters.isFiltering
      ? html`<${Empty} icon="search" title=${t("noneTitle")} text=${t("noneText")} />`
      : html`<${Empty} icon="plug" title=${t("emptyTitle")} text=${t("emptyText")} />`;
  }
  const isPicked = (/** @type {Token} */ token) => picked.some((one) => keyOf(one) === keyOf(token));
  const pick = (/** @type {Token} */ token) =>
    setPicked(isPicked(token) ? picked.filter((one) => keyOf(one) !== keyOf(token)) : [...picked, token]);
  const areAll = found.tokens.every(isPicked);
  const rule = {
    label: t("rule"),
    cell: (/** @type {Page["tokens"][0]} */ one) => one.violation && t(/** @type {any} */ (one.violation)),
  };
  const shown = [
    {
      label: "",
      kind: "pick",
      header: html`
        <input type="checkbox" aria-label=${common("selectAll")} checked=${areAll}
          onChange=${() => setPicked(areAll ? [] : found.tokens)} />
      `,
      cell: (/** @type {Token} */ token) =>
        html`
          <input type="checkbox" aria-label=${common("select", { name: token.app_name })} checked=${isPicked(token)}
            onChange=${() => pick(token)} />
        `,
    },
    columns.name,
    { label: t("base"), cell: (/** @type {Token} */ token) => token.dtable_name },
    columns.permission,
    columns.created,
    columns.lastUse,
    columns.expires,
    isPolicyView && rule,
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Token} */ token) => html`<${Actions} ...${{ token, show, reload }} />`,
    },
  ];
  const caption = t(isPolicyView ? "violationsCaption" : "caption", { n: found.count });
  return html`
    <${Table} caption=${caption} columns=${shown} rows=${found.tokens} rowKey=${keyOf} isBusy=${isBusy}
      sort=${filters.sort} onSort=${isPolicyView ? undefined : filters.sortBy} />
    <${Pager} page=${page} hasNext=${page * size < found.count} onPage=${(/** @type {number} */ next) =>
      note({ page: next })} />
    ${picked.length > 0 &&
      html`<${EndSeveral} ...${{ picked, listOf, done: reload }} onClear=${() => setPicked([])} />`}
  `;
};

/** @param {Token} token */
const keyOf = (token) => `${token.dtable_uuid} ${token.app_name}`;

/** @param {{ token: Token, show: (shown: Shown) => void, reload: () => Promise<void> }} props */
const Actions = ({ token, show, reload }) =>
  html`<${Menu} label=${common("more", { name: token.app_name })} items=${[
    { label: tokensText("change"), icon: "edit", onSelect: () => show({ kind: "change", token }) },
    { label: tokensText("rotate"), icon: "rotate", onSelect: () => show({ kind: "rotate", token }) },
    "-",
    {
      label: t("ofThisBase"),
      icon: "table",
      onSelect: () => note({ base: token.dtable_uuid, of: token.dtable_name, page: "" }),
    },
    {
      label: t("ofThisPerson"),
      icon: "person",
      onSelect: () => note({ by: token.generated_by, person: token.creator, page: "" }),
    },
    "-",
    {
      label: tokensText("delete"),
      icon: "trash",
      isDanger: true,
      onSelect: () => askToDelete(token, listOf(token.dtable_uuid), reload),
    },
  ]} />`;

/** The dialog that is open. @param {{ shown: Shown | undefined, show: (shown: Shown | undefined) => void,
 *   reload: () => Promise<void> }} props */
const OpenDialog = ({ shown, show, reload }) => {
  const policy = usePolicy();
  const onClose = () => show(undefined);
  const reveal = async (/** @type {Token} */ token, notice = "") => {
    show({ kind: "revealed", token, notice });
    await reload();
  };
  if (!shown || !policy.data) return null;
  if (shown.kind === "generate") {
    return html`<${GenerateToken} ...${{ policy: policy.data, listOf, onMade: reveal, onClose }} />`;
  }
  const { token } = shown;
  if (shown.kind === "revealed") return html`<${Revealed} token=${token} notice=${shown.notice} onClose=${onClose} />`;
  const list = listOf(token.dtable_uuid);
  return shown.kind === "change"
    ? html`<${ChangeToken} ...${{ token, list, policy: policy.data, done: reload, onClose }} />`
    : html`<${RotateToken} ...${{ token, list, onRotated: reveal, onClose }} />`;
};
