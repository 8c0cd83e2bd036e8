import { call, href, path } from "../api.js";
import { BasesPage } from "../admin/bases.js";
import { ownTeam } from "../admin/people.js";
import { useData } from "../data.js";
import { t } from "../i18n/admin-bases.js";
import { html, useMemo, useState } from "../preact.js";
import { ActionButton } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { Loaded, Permission, Tag } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../admin/bases.js").Base} Base */

/** All bases of a team, and its trash. @param {{ query: URLSearchParams }} props */
export default function TeamBases({ query }) {
  const [opened, setOpened] = useState(/** @type {Base | undefined} */ (undefined));
  const scope = useMemo(() => scopeOf(setOpened), []);
  return html`
    <${BasesPage} scope=${scope} query=${query}>
      ${opened && html`<${Access} base=${opened} onClose=${() => setOpened(undefined)} />`}
      <//>
  `;
}

/** @param {(base: Base) => void} open @returns {import("../admin/bases.js").BasesScope} */
const scopeOf = (open) => {
  const admin = path`/api/v2.1/org/${ownTeam()}/admin/`;
  return {
    name: "team",
    place: "/console/team/bases",
    intro: t("teamIntro"),
    isSystem: false,
    pathOf: (base) => admin + path`dtables/${base.uuid}/`,
    trashPathOf: (base) => admin + path`trash-dtables/${base.uuid}/`,
    trashPath: `${admin}trash-dtables/`,
    more: (base) => [
      { label: t("shares"), icon: "share", onSelect: () => open(base) },
      {
        label: t("lines"),
        icon: "plug",
        href: href(`/console/team/tokens?${new URLSearchParams({ base: base.uuid, of: base.name })}`),
      },
    ],
    list: async ({ search, ...query }, options) => {
      if (search) {
        const found = await call("GET", `${admin}search-dtables/`, { ...options, query: { query: search } });
        return { rows: query.page === 1 ? found.results : [], hasNext: false };
      }
      const { dtable_list, count } = await call("GET", `${admin}dtables/`, { ...options, query });
      return { rows: dtable_list, total: count };
    },
    trash: async (query, options) => {
      const { dtable_list, count } = await call("GET", `${admin}trash-dtables/`, { ...options, query });
      return { rows: dtable_list, total: count };
    },
  };
};

/** @typedef {{ type: "user" | "group" | "invite_link", permission: string, email?: string, name?: string,
 *   contact_email?: string, group_id?: number, group_name?: string }} Share */

/** Who can open a base from outside its workspace. @param {{ base: Base, onClose: () => void }} props */
const Access = ({ base, onClose }) => {
  const of = path`/api/v2.1/org/${ownTeam()}/admin/dtables/${base.uuid}/`;
  const shares = useData(`shares/${base.uuid}`, (options) => call("GET", `${of}shares/`, options));
  const nameOf = (/** @type {Share} */ one) => one.group_name ?? one.name ?? "";
  const end = async (/** @type {Share} */ one) => {
    const ending = one.type === "group"
      ? path`group-shares/${one.group_id ?? 0}/`
      : one.type === "user"
      ? path`shares/${one.email ?? ""}/`
      : path`invite-link-guests/${one.email ?? ""}/`;
    await call("DELETE", of + ending);
    toast(t("shareEnded", { name: nameOf(one) }));
    await shares.reload();
  };
  const columns = [
    {
      label: t("name"),
      kind: "head",
      cell: (/** @type {Share} */ one) =>
        html`${nameOf(one)}
          ${one.type === "group" && html`<${Tag}>${t("group")}<//>`}
          <small>${one.type === "invite_link" ? t("inviteLink") : one.contact_email}</small>`,
    },
    { label: "", cell: (/** @type {Share} */ one) => html`<${Permission} permission=${one.permission} />` },
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Share} */ one) =>
        html`<${ActionButton} text=${t("end")} name=${nameOf(one)} class="quiet" act=${() => end(one)} />`,
    },
  ];
  return html`
    <${Dialog} title=${t("sharesOf", { name: base.name })} icon="share" isWide onClose=${onClose}>
      <${Loaded} of=${shares}>${(/** @type {{ share_list: Share[] }} */ { share_list }) =>
        share_list.length === 0 ? html`<p class="muted">${t("nobody")}</p>` : html`
          <${Table} caption=${t("shares")} columns=${columns} rows=${share_list}
            rowKey=${(/** @type {Share} */ one) => `${one.type} ${one.group_id ?? one.email}`} />
        `}<//>
      <//>
  `;
};
