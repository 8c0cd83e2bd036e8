import { call, href } from "../api.js";
import { GroupDialogs, GroupMenu, groupPath } from "../admin/groups.js";
import { t } from "../i18n/admin-groups.js";
import { day } from "../i18n.js";
import { html, useRef, useState } from "../preact.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty } from "../ui/parts.js";

/** @typedef {import("../admin/groups.js").Group} Group */

/** The groups of a team. @param {{ query: URLSearchParams }} props */
export default function TeamGroups({ query }) {
  const [asked, setAsked] = useState(/** @type {import("../admin/groups.js").Asked | undefined} */ (undefined));
  const reload = useRef(async () => {});
  const columns = (/** @type {() => Promise<void>} */ again) => {
    reload.current = again;
    return [
      {
        label: t("name"),
        kind: "head",
        csv: (/** @type {Group} */ one) => one.name,
        cell: (/** @type {Group} */ one) => html`<a href=${href(`/console/team/groups/${one.id}`)}>${one.name}</a>`,
      },
      {
        label: t("owner"),
        csv: (/** @type {Group} */ one) => one.owner_name,
        cell: (/** @type {Group} */ one) => one.owner_name,
      },
      {
        label: t("created"),
        csv: (/** @type {Group} */ one) => one.created_at,
        cell: (/** @type {Group} */ one) => day(one.created_at),
      },
      {
        label: "",
        kind: "actions",
        cell: (/** @type {Group} */ one) => html`<${GroupMenu} group=${one} onAsk=${setAsked} onRemoved=${again} />`,
      },
    ];
  };
  const load = async (/** @type {Record<string, any>} */ { search, ...asked }, /** @type {object} */ options) => {
    const answer = await call("GET", groupPath(), { ...options, query: { ...asked, query: search } });
    return { rows: answer.groups, hasNext: answer.page_next };
  };
  const add = () => setAsked({ kind: "new" });
  return html`
    <${PageHead} title=${t("groups")} intro=${t("groupsIntro")}
      tools=${html`<button type="button" class="primary" onClick=${add}>${t("add")}</button>`} />
    <${List} name="groups" query=${query} search=${t("search")} load=${load} columns=${columns}
      rowKey=${(/** @type {Group} */ one) => one.id} count=${(/** @type {number} */ n) => t("groupCount", { n })}
      empty=${html`
        <${Empty} icon="people" title=${t("noGroups")} text=${t("noGroupsText")}>
          <button type="button" onClick=${add}>${t("add")}</button>
          <//>
      `} />
    <${GroupDialogs} asked=${asked} onClose=${() => setAsked(undefined)} reload=${() => reload.current()} />
  `;
}
