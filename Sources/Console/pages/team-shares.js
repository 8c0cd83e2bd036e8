import { call, path } from "../api.js";
import { ownTeam } from "../admin/people.js";
import { t } from "../i18n/admin-groups.js";
import { t as common } from "../i18n/common.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty, Permission } from "../ui/parts.js";
import { Tabs } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";

/** @typedef {{ share_id: number, dtable_uuid: string, dtable_name: string, permission: "r" | "rw", email: string, name: string,
 *   contact_email: string, group_id: number, group_name: string }} Share */

/** The shares of a team's bases. @param {{ query: URLSearchParams }} props */
export default function TeamShares({ query }) {
  const isOfGroups = query.get("tab") === "groups";
  const admin = path`/api/v2.1/org/${ownTeam()}/admin/`;
  const nameOf = (/** @type {Share} */ one) => isOfGroups ? one.group_name : one.name;
  const end = (/** @type {Share} */ one, /** @type {() => Promise<void>} */ reload) => () => {
    const names = { name: nameOf(one), base: one.dtable_name };
    const ending = isOfGroups ? path`group-shares/${one.group_id}/` : path`shares/${one.email}/`;
    confirm({
      title: t("endShare", names),
      text: t("endShareText", names),
      action: t("end"),
      onConfirm: async () => {
        await call("DELETE", admin + path`dtables/${one.dtable_uuid}/` + ending);
        toast(t("shareEnded"));
        await reload();
      },
    });
  };
  const columns = (/** @type {() => Promise<void>} */ reload) => [
    {
      label: t("base"),
      kind: "head",
      csv: (/** @type {Share} */ one) => one.dtable_name,
      cell: (/** @type {Share} */ one) => one.dtable_name,
    },
    {
      label: isOfGroups ? t("group") : t("person"),
      csv: nameOf,
      cell: (/** @type {Share} */ one) =>
        html`${nameOf(one)}${!isOfGroups && html`<small>${one.contact_email}</small>`}`,
    },
    {
      label: t("permission"),
      csv: (/** @type {Share} */ one) => common(one.permission),
      cell: (/** @type {Share} */ one) => html`<${Permission} permission=${one.permission} />`,
    },
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Share} */ one) =>
        html`
          <button type="button" class="quiet" aria-label=${t("endShare", { base: one.dtable_name })}
            onClick=${end(one, reload)}>${t("end")}</button>
        `,
    },
  ];
  const load = async (/** @type {Record<string, any>} */ asked, /** @type {object} */ options) => {
    const answer = await call("GET", `${admin}shares/`, { ...options, query: asked });
    return { rows: isOfGroups ? answer.dtable_group_shares : answer.dtable_user_shares };
  };
  return html`
    <${PageHead} title=${t("shares")} intro=${t("sharesIntro")} />
    <${Tabs} label=${t("shares")} tabs=${[
      { text: t("people"), path: "/console/team/shares", isHere: !isOfGroups },
      { text: t("withGroups"), path: "/console/team/shares?tab=groups", isHere: isOfGroups },
    ]} />
    <${List} key=${isOfGroups} name=${isOfGroups ? "group-shares" : "shares"} query=${query} load=${load}
      columns=${columns} rowKey=${(/** @type {Share} */ one) => one.share_id}
      empty=${html`<${Empty} icon="share" title=${t("noShares")} text=${t("noSharesText")} />`} />
  `;
}
