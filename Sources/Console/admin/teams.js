import { call, path } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/system.js";
import { html, useState } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { Secret } from "../ui/secret.js";
import { toast } from "../ui/toast.js";

/** Teams, as system administrators see and change them. */

/** @typedef {object} Team
 * @property {number} org_id
 * @property {string} org_name
 * @property {string} ctime
 * @property {number} max_user_number
 * @property {number} rows_count
 * @property {string} creator_name
 * @property {string} creator_contact_email */

export const teamsPath = "/api/v2.1/admin/organizations/";
/** @param {number | string} id @param {string} [ending] */
export const teamPath = (id, ending = "") => teamsPath + path`${id}/` + ending;

/** Adds a team, and shows the password of its administrator once. @param {{ onClose: () => void }} props */
export const NewTeam = ({ onClose }) => {
  const [made, setMade] = useState(
    /** @type {{ team: string, who: string, password: string } | undefined} */ (undefined),
  );
  const send = async (/** @type {Record<string, string>} */ { org_name, admin_email, admin_name }) => {
    const body = {
      org_name: org_name.trim(),
      admin_email: admin_email.trim(),
      admin_name: admin_name.trim() || undefined,
      with_workspace: true,
    };
    const team = await call("POST", teamsPath, { body });
    if (team.new_password) setMade({ team: team.org_name, who: team.creator_name, password: team.new_password });
    else onClose();
  };
  if (made) {
    const label = t("passwordFor", { name: made.who });
    return html`
      <${Dialog} key="once" title=${t("added", { name: made.team })} icon="check" onClose=${onClose}>
        <div class="once">
          <b>${label}</b>
          <${Secret} value=${made.password} label=${label} />
          <span>${t("once")}</span>
        </div>
        <footer><button type="button" onClick=${onClose}>${t("done")}</button></footer>
        <//>
    `;
  }
  return html`
    <${Dialog} key="new" title=${t("add")} icon="team" onClose=${onClose}>
      <${Form} onSubmit=${send} submit=${common("create")} onCancel=${onClose}>
        <${Field} name="org_name" label=${t("name")} required maxlength="255" autocomplete="off" />
        <${Field} name="admin_email" type="email" label=${t("adminEmail")} hint=${t("adminEmailHint")} required
          maxlength="255" autocomplete="off" />
        <${Field} name="admin_name" label=${t("adminName")} maxlength="255" autocomplete="off" />
        <//>
        <//>
  `;
};

/** Changes a team. @param {{ team: Team, onClose: () => void }} props */
export const EditTeam = ({ team, onClose }) => {
  const send = async (/** @type {Record<string, string>} */ { org_name, max_user_number }) => {
    const body = { org_name: org_name.trim(), max_user_number: max_user_number || "-1" };
    await call("PUT", teamPath(team.org_id), { body });
    toast(t("saved"));
    onClose();
  };
  return html`
    <${Dialog} title=${t("edit")} icon="edit" onClose=${onClose}>
      <${Form} onSubmit=${send} submit=${common("save")} onCancel=${onClose}>
        <${Field} name="org_name" label=${t("name")} defaultValue=${team.org_name} required maxlength="255"
          autocomplete="off" />
        <${Field} name="max_user_number" type="number" min="0" max="1000000000" label=${t("limit")}
          hint=${t("limitHint")} defaultValue=${team.max_user_number < 0 ? "" : team.max_user_number} />
        <//>
        <//>
  `;
};

/** What can be done about a team. @param {{ team: Team, onEdit: (team: Team) => void, onRemoved: () => unknown }} props */
export const TeamMenu = ({ team, onEdit, onRemoved }) => {
  const name = team.org_name;
  const remove = () =>
    confirm({
      title: t("remove"),
      text: t("removeText"),
      action: t("remove"),
      typed: name,
      onConfirm: async () => {
        await call("DELETE", teamPath(team.org_id));
        toast(t("removed", { name }));
        await onRemoved();
      },
    });
  return html`
    <${Menu} label=${common("more", { name })} items=${[
      { label: t("edit"), icon: "edit", onSelect: () => onEdit(team) },
      "-",
      { label: t("remove"), icon: "trash", isDanger: true, onSelect: remove },
    ]} />
  `;
};
