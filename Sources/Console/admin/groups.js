import { call, path } from "../api.js";
import { t } from "../i18n/admin-groups.js";
import { t as common } from "../i18n/common.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { Picker } from "../ui/picker.js";
import { toast } from "../ui/toast.js";
import { ownTeam, teamScope } from "./people.js";

/** The groups of a team, as its administrators see and change them. */

/** @typedef {object} Group
 * @property {number} id
 * @property {string} name
 * @property {string} owner
 * @property {string} owner_name
 * @property {string} created_at */

/** What is asked about a group. @typedef {{ kind: "new" } | { kind: "rename" | "transfer" | "member", group: Group }} Asked */

/** The path of all groups, or of one. @param {number | string} [id] @param {string} [ending] */
export const groupPath = (id, ending = "") =>
  path`/api/v2.1/org/${ownTeam()}/admin/groups/` + (id === undefined ? "" : path`${id}/` + ending);

/** The people of the team with a text in their name or address. @param {string} text */
const findPeople = async (text) => {
  const { rows } = await teamScope().list({ search: text, per_page: 8, page: 1 }, {});
  return rows.map(({ id, name, address }) => ({ value: id, text: name, note: address }));
};

/** A field for somebody of the team. @param {{ name: string, label: string }} props */
const PersonPicker = ({ name, label }) =>
  html`<${Picker} name=${name} label=${label} hint=${t("ownerHint")} search=${findPeople} none=${
    t("nobody")
  } required />`;

/** What can be done about a group.
 * @param {{ group: Group, onAsk: (asked: Asked) => void, onRemoved: () => unknown }} props */
export const GroupMenu = ({ group, onAsk, onRemoved }) => {
  const { id, name } = group;
  const remove = () =>
    confirm({
      title: t("remove"),
      text: t("removeText"),
      action: t("remove"),
      typed: name,
      onConfirm: async () => {
        await call("DELETE", groupPath(id));
        toast(t("removed", { name }));
        await onRemoved();
      },
    });
  return html`
    <${Menu} label=${common("more", { name })} items=${[
      { label: t("rename"), icon: "edit", onSelect: () => onAsk({ kind: "rename", group }) },
      { label: t("transfer"), icon: "person", onSelect: () => onAsk({ kind: "transfer", group }) },
      "-",
      { label: t("remove"), icon: "trash", isDanger: true, onSelect: remove },
    ]} />
  `;
};

/** The dialog of what was asked. @param {{ asked: Asked | undefined, onClose: () => void, reload: () => Promise<void> }} props */
export const GroupDialogs = ({ asked, onClose, reload }) => {
  if (!asked) return null;
  /** @param {string} done @param {() => Promise<unknown>} change */
  const finish = async (done, change) => {
    await change();
    toast(done);
    onClose();
    await reload();
  };
  /** @type {Record<Asked["kind"], { title: string, action: string, text?: string, send: (values: Record<string, string>) => unknown, fields: unknown }>} */
  const forms = {
    new: {
      title: t("add"),
      action: common("create"),
      send: ({ group_name, group_owner }) => {
        const body = { group_name: group_name.trim(), group_owner };
        return finish(body.group_name, () => call("POST", groupPath(), { body }));
      },
      fields: html`
        <${Field} name="group_name" label=${t("name")} required maxlength="255" autocomplete="off" />
        <${PersonPicker} name="group_owner" label=${t("owner")} />
      `,
    },
    rename: {
      title: t("rename"),
      action: t("rename"),
      send: ({ new_group_name }) => finish(t("renamed"), () => change({ new_group_name: new_group_name.trim() })),
      fields: html`
        <${Field} name="new_group_name" label=${t("name")} defaultValue=${"group" in asked ? asked.group.name : ""}
          required maxlength="255" autocomplete="off" />
      `,
    },
    transfer: {
      title: t("transfer"),
      action: t("transfer"),
      text: t("transferText"),
      send: (values) =>
        finish(t("transferred", { name: values["new_owner-text"] }), () => change({ new_owner: values.new_owner })),
      fields: html`<${PersonPicker} name="new_owner" label=${t("owner")} />`,
    },
    member: {
      title: t("addMember"),
      action: t("addMember"),
      send: (values) => finish(t("added", { name: values["email-text"] }), () => add(values.email)),
      fields: html`<${PersonPicker} name="email" label=${t("person")} />`,
    },
  };
  const id = "group" in asked ? asked.group.id : undefined;
  const change = (/** @type {object} */ body) => call("PUT", groupPath(id), { body });
  const add = async (/** @type {string} */ email) => {
    const { failed } = await call("POST", groupPath(id, "members/"), { body: { email: [email] } });
    if (failed.length > 0) throw new Error(failed[0].error_msg);
  };
  const { title, action, text, send, fields } = forms[asked.kind];
  return html`
    <${Dialog} title=${title} icon="people" onClose=${onClose}>
      ${text && html`<p class="muted">${text}</p>`}
      <${Form} onSubmit=${send} submit=${action} onCancel=${onClose}>${fields}<//>
      <//>
  `;
};
