import { call, href, path } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/home.js";
import { fromNow } from "../i18n.js";
import { Icon } from "../icons.js";
import { html } from "../preact.js";
import { go } from "../router.js";
import { routes } from "../routes.js";
import { session } from "../session.js";
import { confirm } from "../ui/confirm.js";
import { Menu } from "../ui/menu.js";
import { toast } from "../ui/toast.js";

/** The cards of the home page, with their menus. */

/** @typedef {import("../bases.js").Base} Base */
/** @typedef {import("../bases.js").Folder} Folder */
/** @typedef {import("../pages/home.js").Act} Act */

/** The address of a page about a base, if the console has it. @param {Base} base @param {string} [page] */
const about = (base, page = "") =>
  routes.some((one) => one.path === `/console/bases/:uuid${page}`) ? `/console/bases/${base.uuid}${page}` : undefined;

/** @param {{ base: Base, act: Act }} props */
export const BaseCard = ({ base, act }) => {
  const inside = about(base);
  const note = base.from_user_name
    ? t("sharedBy", { permission: common(base.permission ?? "r"), name: base.from_user_name })
    : t("changed", { when: fromNow(base.updated_at) });
  return html`
    <li class="card">
      <span class="glyph"><${Icon} name=${base.starred ? "star" : "table"} /></span>
      <div>
        ${inside
          ? html`<a class="name" href=${href(inside)}>${base.name}</a>`
          : html`<span class="name">${base.name}</span>`}
        <small>${note}</small>
      </div>
      <${Menu} label=${common("more", { name: base.name })} items=${base.may_administer
        ? adminItems(base, act)
        : items(base, act)} />
    </li>
  `;
};

/** @param {Base} base @param {Act} act @returns {import("../ui/menu.js").Item} */
const starItem = (base, act) => ({
  label: t(base.starred ? "unstar" : "star"),
  icon: "star",
  onSelect: async () => {
    await call(base.starred ? "DELETE" : "POST", "/api/v2.1/starred-dtables/", { body: { dtable_uuid: base.uuid } });
    await act.reload();
  },
});

/** @param {Base} base @param {Act} act @returns {import("../ui/menu.js").Item} */
const copyItem = (base, act) => ({
  label: t("copy"),
  icon: "copy",
  onSelect: () => act.begin({ kind: "copy", base }),
});

/** @param {Base} base @param {Act} act @returns {Parameters<typeof Menu>[0]["items"]} */
const items = (base, act) => [
  copyItem(base, act),
  starItem(base, act),
  base.from_user_name !== undefined && "-",
  base.from_user_name !== undefined && {
    label: t("leave"),
    icon: "leave",
    isDanger: true,
    onSelect: () => leave(base, act),
  },
];

/** @param {Base} base @param {Act} act @returns {Parameters<typeof Menu>[0]["items"]} */
const adminItems = (base, act) => {
  const share = about(base, "/share");
  return [
    share !== undefined && { label: t("share"), icon: "share", href: href(share) },
    { label: t("rename"), icon: "edit", onSelect: () => act.begin({ kind: "rename", base }) },
    copyItem(base, act),
    { label: t("move"), icon: "move", onSelect: () => act.begin({ kind: "move", base }) },
    starItem(base, act),
    {
      label: t("advanced"),
      icon: "settings",
      items: [{ label: t("apiToken"), onSelect: () => go(`/console/bases/${base.uuid}/tokens`) }],
    },
    "-",
    { label: t("delete"), icon: "trash", isDanger: true, onSelect: () => remove(base, act) },
  ];
};

/** @param {Base} base @param {Act} act */
const remove = async (base, { reload }) => {
  const tokens = path`/api/v2.1/workspace/${base.workspace_id}/dtable/${base.name}/api-tokens/`;
  const { api_tokens } = await call("GET", tokens);
  confirm({
    title: t("deleteTitle", { name: base.name }),
    text: t("deleteText", { tokens: t("tokens", { n: api_tokens.length }) }),
    action: t("delete"),
    onConfirm: async () => {
      await call("DELETE", path`/api/v2.1/workspace/${base.workspace_id}/dtable/`, { body: { name: base.name } });
      await reload();
      toast(t("deleted", { name: base.name }));
    },
  });
};

/** @param {Base} base @param {Act} act */
const leave = (base, { reload }) =>
  confirm({
    title: t("leaveTitle", { name: base.name }),
    text: t("leaveText"),
    action: t("leave"),
    onConfirm: async () => {
      const share = path`/api/v2.1/workspace/${base.workspace_id}/dtable/${base.name}/share/`;
      await call("DELETE", share, { body: { email: session.get().account?.email } });
      await reload();
      toast(t("left", { name: base.name }));
    },
  });

/** @param {{ folder: Folder, count: number, act: Act, isAdmin: boolean }} props */
export const FolderCard = ({ folder, count, act, isAdmin }) => {
  const remove = () =>
    confirm({
      title: t("deleteFolderTitle", { name: folder.name }),
      text: t("deleteFolderText"),
      action: t("delete"),
      onConfirm: async () => {
        await call("DELETE", path`/api/v2.1/workspace/${folder.workspace_id}/folders/${folder.id}/`);
        await act.reload();
        toast(t("deleted", { name: folder.name }));
      },
    });
  return html`
    <li class="card">
      <span class="glyph"><${Icon} name="folder" /></span>
      <div><a class="name" href=${href(`/?folder=${folder.id}`)}>${folder.name}</a><small>${t("bases", {
        n: count,
      })}</small></div>
      ${isAdmin && html`<${Menu} label=${common("more", { name: folder.name })} items=${[
        { label: t("rename"), icon: "edit", onSelect: () => act.begin({ kind: "renameFolder", folder }) },
        "-",
        { label: t("delete"), icon: "trash", isDanger: true, onSelect: remove },
      ]} />`}
    </li>
  `;
};
