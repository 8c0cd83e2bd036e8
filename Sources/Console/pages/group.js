import { all, call, path } from "../api.js";
import { useData } from "../data.js";
import { NameDialog } from "../groups/dialogs.js";
import { Members } from "../groups/members.js";
import { roleOf, RoleTag } from "../groups/roles.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/groups.js";
import { html, useState } from "../preact.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { LinkList } from "../share/links.js";
import { confirm } from "../ui/confirm.js";
import { Menu } from "../ui/menu.js";
import { atField } from "../ui/form-errors.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../groups/roles.js").Group} Group */

/** A group: its members, and its invite links. @param {{ params: Record<string, string>, query: URLSearchParams }} props */
export default function GroupPage({ params: { id }, query }) {
  const address = path`/api/v2.1/groups/${id}/`;
  const group = useData(address, (options) => call("GET", address, options));
  const [isRenaming, setIsRenaming] = useState(false);
  return html`<${Loaded} of=${group}>${(/** @type {Group} */ found) => {
    const role = roleOf(found);
    const rename = async (/** @type {string} */ name) => {
      await call("PUT", address, { body: { name } });
      toast(t("renamed"));
      await group.reload();
    };
    return html`
      <${PageHead} title=${found.name} crumbs=${[[t("title"), "/console/groups"]]} tools=${html`
        <${RoleTag} role=${role} />
        <${GroupMenu} ...${{ found, role, address }} onRename=${() => setIsRenaming(true)} />
      `} />
      <${Members} group=${found} role=${role} query=${query} reloadGroup=${group.reload} />
      ${role !== "Member" && html`<${Links} address=${address} />`}
      ${isRenaming && html`
        <${NameDialog} title=${t("rename")} submit=${common("rename")} name=${found.name} save=${rename}
          onClose=${() => setIsRenaming(false)} />
      `}
    `;
  }}<//>`;
}

/** @param {{ found: Group, role: import("../groups/roles.js").Role, address: string, onRename: () => void }} props */
const GroupMenu = ({ found: { name }, role, address, onRename }) => {
  const leave = () =>
    confirm({
      title: t("leaveTitle", { name }),
      text: t("leaveText", { name }),
      action: t("leave"),
      onConfirm: async () => {
        await call("DELETE", address + path`members/${session.get().account?.email ?? ""}/`);
        toast(t("left", { name }));
        go("/console/groups");
      },
    });
  const remove = () =>
    confirm({
      title: t("deleteGroup"),
      text: t("deleteText"),
      action: common("delete"),
      typed: name,
      onConfirm: async () => {
        try {
          await call("DELETE", address);
        } catch (error) {
          throw error instanceof Error && error.message.startsWith("Cannot delete group with bases")
            ? atField("", t("hasBases"))
            : error;
        }
        toast(t("deleted", { name }));
        go("/console/groups");
      },
    });
  return html`<${Menu} label=${t("actions")} class="icon" items=${
    role === "Owner"
      ? [
        { label: t("rename"), icon: "edit", onSelect: onRename },
        "-",
        { label: t("deleteGroup"), icon: "trash", isDanger: true, onSelect: remove },
      ]
      : [{ label: t("leave"), icon: "leave", isDanger: true, onSelect: leave }]
  } />`;
};

/** @param {{ address: string }} props */
const Links = ({ address }) => {
  const links = `${address}invite-links/`;
  const loading = useData(links, (options) => all(links, "invite_link_list", options));
  return html`
    <${LinkList} title=${t("links")} what=${t("linkText")} newTitle=${t("newLink")} has=${[]}
      loading=${loading} removeText=${t("deleteLink")} make=${async (/** @type {object} */ body) =>
        (await call("POST", links, { body })).link}
      remove=${(/** @type {import("../share/links.js").Link} */ one) => call("DELETE", links + path`${one.token}/`)} />
  `;
};
