import { call, path } from "../api.js";
import { ownTeam } from "../admin/people.js";
import { t } from "../i18n/admin-groups.js";
import { t as common } from "../i18n/common.js";
import { number } from "../i18n.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty, Permission, Tag, Time } from "../ui/parts.js";
import { Tabs } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";

/** A link of either kind. @typedef {object} Link
 * @property {string} token its handle
 * @property {string} base
 * @property {string} maker
 * @property {string} created
 * @property {boolean} is_protected
 * @property {boolean} is_expired
 * @property {string} expire_date
 * @property {"r" | "rw"} permission
 * @property {number} [view_cnt] */

/** The external links and the invite links to a team's bases. @param {{ query: URLSearchParams }} props */
export default function TeamLinks({ query }) {
  const isInvites = query.get("tab") === "invites";
  const list = path`/api/v2.1/org/${ownTeam()}/admin/` + (isInvites ? "invite-links/" : "external-links/");
  const remove = (/** @type {Link} */ one, /** @type {() => Promise<void>} */ reload) => () =>
    confirm({
      title: t("deleteLink"),
      text: t(isInvites ? "deleteInviteText" : "deleteExternalText", { base: one.base }),
      action: t("deleteLink"),
      onConfirm: async () => {
        await call("DELETE", list + path`${one.token}/`);
        toast(t("linkDeleted"));
        await reload();
      },
    });
  const load = async (/** @type {Record<string, any>} */ asked, /** @type {object} */ options) => {
    const { count, external_link_list, invite_link_list } = await call("GET", list, { ...options, query: asked });
    return { rows: (external_link_list ?? invite_link_list).map(link), total: count };
  };
  return html`
    <${PageHead} title=${t("allLinks")} intro=${t("linksIntro")} />
    <${Tabs} label=${t("allLinks")} tabs=${[
      { text: t("external"), path: "/console/team/links", isHere: !isInvites },
      { text: t("invites"), path: "/console/team/links?tab=invites", isHere: isInvites },
    ]} />
    <${List} key=${isInvites} name=${isInvites ? "invite-links" : "external-links"} query=${query} load=${load}
      columns=${(/** @type {() => Promise<void>} */ reload) => columns(isInvites, (one) => remove(one, reload))}
      rowKey=${(/** @type {Link} */ one) => one.token}
      empty=${html`
        <${Empty} icon="link" title=${t(isInvites ? "noInvites" : "noExternal")}
          text=${t(isInvites ? "noInvitesText" : "noExternalText")} />
      `} />
  `;
}

/** @param {any} one @returns {Link} */
const link = (one) => ({
  token: one.token,
  base: one.from_dtable ?? one.dtable_name,
  maker: one.creator_name ?? one.username,
  created: one.create_at ?? one.ctime,
  is_protected: one.is_protected,
  is_expired: one.is_expired,
  expire_date: one.expire_date,
  permission: one.permission === "rw" ? "rw" : "r",
  view_cnt: one.view_cnt,
});

/** @param {boolean} isInvites @param {(one: Link) => () => void} remove */
const columns = (isInvites, remove) => [
  {
    label: t("base"),
    kind: "head",
    csv: (/** @type {Link} */ one) => one.base,
    cell: (/** @type {Link} */ one) => html`${one.base}<small><code>${one.token}…</code></small>`,
  },
  { label: t("link"), isHidden: true, csv: (/** @type {Link} */ one) => one.token, cell: () => null },
  isInvites
    ? {
      label: t("permission"),
      csv: (/** @type {Link} */ one) => common(one.permission),
      cell: (/** @type {Link} */ one) => html`<${Permission} permission=${one.permission} />`,
    }
    : {
      label: t("madeBy"),
      csv: (/** @type {Link} */ one) => one.maker,
      cell: (/** @type {Link} */ one) => one.maker,
    },
  {
    label: t("protected"),
    csv: (/** @type {Link} */ one) => t(one.is_protected ? "isProtected" : "noPassword"),
    cell: (/** @type {Link} */ one) =>
      one.is_protected ? t("isProtected") : html`<span class="muted">${t("noPassword")}</span>`,
  },
  !isInvites && {
    label: t("given"),
    kind: "number",
    csv: (/** @type {Link} */ one) => one.view_cnt,
    cell: (/** @type {Link} */ one) => number(one.view_cnt ?? 0),
  },
  {
    label: t("created"),
    csv: (/** @type {Link} */ one) => one.created,
    cell: (/** @type {Link} */ one) => html`<${Time} at=${one.created} />`,
  },
  {
    label: t("expires"),
    csv: (/** @type {Link} */ one) => one.expire_date,
    cell: (/** @type {Link} */ one) =>
      one.is_expired
        ? html`<${Tag} kind="warn">${t("expired")}<//>`
        : html`<${Time} at=${one.expire_date} never=${t("never")} />`,
  },
  {
    label: "",
    kind: "actions",
    cell: (/** @type {Link} */ one) =>
      html`<button type="button" class="quiet" aria-label=${`${t("deleteLink")}: ${one.base}`} onClick=${remove(one)}>
        ${t("delete")}
      </button>`,
  },
];
