import { call, path } from "../api.js";
import { GroupDialogs, GroupMenu, groupPath } from "../admin/groups.js";
import { useData } from "../data.js";
import { t } from "../i18n/admin-groups.js";
import { t as common } from "../i18n/common.js";
import { html, useState } from "../preact.js";
import { go } from "../router.js";
import { attempt } from "../ui/action.js";
import { confirm } from "../ui/confirm.js";
import { Menu } from "../ui/menu.js";
import { PageHead } from "../ui/page.js";
import { Loaded, Tag, Time } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {{ email: string, name: string, contact_email: string, role: "Owner" | "Admin" | "Member" }} Member */
/** @typedef {{ token: string, creator_name: string, expire_date: string, is_expired: boolean }} Link */

/** One group of a team: its members, bases and invite links. @param {{ params: Record<string, string> }} props */
export default function TeamGroup({ params }) {
  const { group: id } = params;
  const data = useData(`group/${id}`, async (options) => {
    const long = { ...options, query: { per_page: 1000 } };
    const [group, { members }, { tables }, { invite_link_list }] = await Promise.all([
      call("GET", groupPath(id), options),
      call("GET", groupPath(id, "members/"), long),
      call("GET", groupPath(id, "dtables/"), long),
      call("GET", groupPath(id, "invite-links/"), long),
    ]);
    return { group, members, bases: tables, links: invite_link_list };
  });
  const [asked, setAsked] = useState(/** @type {import("../admin/groups.js").Asked | undefined} */ (undefined));
  const group = data.data?.group;
  return html`
    <${PageHead} title=${group?.name ?? ""} crumbs=${[[t("groups"), "/console/team/groups"]]} tools=${group && html`
      <button type="button" class="primary" onClick=${() => setAsked({ kind: "member", group })}>${t(
        "addMember",
      )}</button>
      <${GroupMenu} group=${group} onAsk=${setAsked} onRemoved=${() => go("/console/team/groups")} />
    `} />
    <${Loaded} of=${data}>${(/** @type {any} */ { members, bases, links }) =>
      html`
        <${Members} group=${id} members=${members} reload=${data.reload} />
        <${Links} group=${id} links=${links} reload=${data.reload} />
        <section class="section">
          <h2>${t("bases")}</h2>
          <div class="panel">
            ${bases.length === 0 ? html`<p class="muted">${t("noBases")}</p>` : html`
              <ul class="plain stack tight">
                ${bases.map((/** @type {{ name: string }} */ one) => html`<li><b>${one.name}</b></li>`)}
              </ul>
            `}
          </div>
        </section>
      `}<//>
    <${GroupDialogs} asked=${asked} onClose=${() => setAsked(undefined)} reload=${data.reload} />
  `;
}

/** @param {{ group: string, members: Member[], reload: () => Promise<void> }} props */
const Members = ({ group, members, reload }) => {
  const pathOf = (/** @type {Member} */ one) => groupPath(group, path`members/${one.email}/`);
  const setRole = (/** @type {Member} */ one) =>
    attempt(async () => {
      await call("PUT", pathOf(one), { body: { is_admin: one.role !== "Admin" } });
      toast(t("roleChanged", { name: one.name }));
      await reload();
    });
  const remove = (/** @type {Member} */ one) =>
    confirm({
      title: t("removeMember"),
      text: t("removeMemberText", { name: one.name }),
      action: t("removeMember"),
      onConfirm: async () => {
        await call("DELETE", pathOf(one));
        toast(t("memberRemoved", { name: one.name }));
        await reload();
      },
    });
  const columns = [
    {
      label: t("name"),
      kind: "head",
      cell: (/** @type {Member} */ one) => html`${one.name}<small>${one.contact_email}</small>`,
    },
    {
      label: t("role"),
      cell: (/** @type {Member} */ one) =>
        html`<${Tag} kind=${one.role === "Member" ? "" : "accent"}>${t(one.role)}<//>`,
    },
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Member} */ one) =>
        one.role !== "Owner" && html`
          <${Menu} label=${common("more", { name: one.name })} items=${[
            {
              label: t(one.role === "Admin" ? "dropAdmin" : "makeAdmin"),
              icon: "person",
              onSelect: () => setRole(one),
            },
            { label: t("removeMember"), icon: "leave", isDanger: true, onSelect: () => remove(one) },
          ]} />
        `,
    },
  ];
  return html`
    <section class="section">
      <h2>${t("members")}</h2>
      <${Table} caption=${t("memberCount", { n: members.length })} columns=${columns} rows=${members}
        rowKey=${(/** @type {Member} */ one) => one.email} />
    </section>
  `;
};

/** @param {{ group: string, links: Link[], reload: () => Promise<void> }} props */
const Links = ({ group, links, reload }) => {
  const remove = (/** @type {Link} */ one) =>
    confirm({
      title: t("deleteLink"),
      text: t("deleteGroupLinkText"),
      action: t("deleteLink"),
      onConfirm: async () => {
        await call("DELETE", groupPath(group, path`invite-links/${one.token}/`));
        toast(t("linkDeleted"));
        await reload();
      },
    });
  const columns = [
    { label: t("link"), kind: "head", cell: (/** @type {Link} */ one) => html`<code>${one.token}…</code>` },
    { label: t("madeBy"), cell: (/** @type {Link} */ one) => one.creator_name },
    { label: t("expires"), cell: (/** @type {Link} */ one) => html`<${Expiry} link=${one} />` },
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Link} */ one) =>
        html`
          <button type="button" class="quiet" aria-label=${`${t("delete")}: ${one.token}`}
            onClick=${() => remove(one)}>${t("delete")}</button>
        `,
    },
  ];
  return html`
    <section class="section">
      <h2>${t("links")}</h2>
      ${links.length === 0
        ? html`
          <div class="panel">
            <p class="muted">${t("noLinks")}</p>
          </div>
        `
        : html`
          <${Table} caption=${t("links")} columns=${columns} rows=${links}
            rowKey=${(/** @type {Link} */ one) => one.token} />
        `}
    </section>
  `;
};

/** When a link expires. @param {{ link: { is_expired: boolean, expire_date: string } }} props */
const Expiry = ({ link }) =>
  link.is_expired
    ? html`<${Tag} kind="warn">${t("expired")}<//>`
    : html`<${Time} at=${link.expire_date} never=${t("never")} />`;
