import { call, href } from "../api.js";
import { EditTeam, NewTeam, TeamMenu, teamsPath } from "../admin/teams.js";
import { t } from "../i18n/system.js";
import { day, number } from "../i18n.js";
import { html, useRef, useState } from "../preact.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty } from "../ui/parts.js";

/** @typedef {import("../admin/teams.js").Team} Team */

/** The teams of the installation. @param {{ query: URLSearchParams }} props */
export default function SystemTeams({ query }) {
  const [isAdding, setIsAdding] = useState(false);
  const [edited, setEdited] = useState(/** @type {Team | undefined} */ (undefined));
  const reload = useRef(async () => {});
  const columns = (/** @type {() => Promise<void>} */ again) => {
    reload.current = again;
    return [
      {
        label: t("name"),
        kind: "head",
        csv: (/** @type {Team} */ one) => one.org_name,
        cell: (/** @type {Team} */ one) =>
          html`<a href=${href(`/console/system/teams/${one.org_id}`)}>${one.org_name}</a>`,
      },
      {
        label: t("admin"),
        csv: (/** @type {Team} */ one) => one.creator_contact_email,
        cell: (/** @type {Team} */ one) => html`${one.creator_name}<small>${one.creator_contact_email}</small>`,
      },
      {
        label: t("limit"),
        kind: "number",
        csv: (/** @type {Team} */ one) => one.max_user_number < 0 ? "" : one.max_user_number,
        cell: (/** @type {Team} */ one) => one.max_user_number < 0 ? t("noLimit") : number(one.max_user_number),
      },
      {
        label: t("rows"),
        kind: "number",
        csv: (/** @type {Team} */ one) => one.rows_count,
        cell: (/** @type {Team} */ one) => number(one.rows_count),
      },
      {
        label: t("created"),
        csv: (/** @type {Team} */ one) => one.ctime,
        cell: (/** @type {Team} */ one) => html`<span class="nowrap">${day(one.ctime)}</span>`,
      },
      {
        label: "",
        kind: "actions",
        cell: (/** @type {Team} */ one) => html`<${TeamMenu} team=${one} onEdit=${setEdited} onRemoved=${again} />`,
      },
    ];
  };
  const load = async (/** @type {Record<string, any>} */ { search, ...asked }, /** @type {object} */ options) => {
    const { organizations, count } = await call("GET", teamsPath, { ...options, query: { ...asked, query: search } });
    return { rows: organizations, total: count };
  };
  const add = () => setIsAdding(true);
  const closed = () => {
    setIsAdding(false);
    setEdited(undefined);
    reload.current();
  };
  return html`
    <${PageHead} title=${t("teams")} intro=${t("teamsIntro")}
      tools=${html`<button type="button" class="primary" onClick=${add}>${t("add")}</button>`} />
    <${List} name="teams" query=${query} search=${t("search")} load=${load} columns=${columns}
      rowKey=${(/** @type {Team} */ one) => one.org_id} count=${(/** @type {number} */ n) => t("count", { n })}
      empty=${html`<${Empty} icon="team" title=${t("noTeams")} text=${t("noTeamsText")} />`} />
    ${isAdding && html`<${NewTeam} onClose=${closed} />`}
    ${edited && html`<${EditTeam} team=${edited} onClose=${closed} />`}
  `;
}
