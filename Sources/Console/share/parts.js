import { call } from "../api.js";
import { t as common } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";
import { t } from "../i18n/share.js";
import { html } from "../preact.js";
import { session } from "../session.js";
import { Select } from "../ui/form.js";
import { toast } from "../ui/toast.js";

/** What the lists of people, groups and links have in common. */

/** @type {[value: string, text: string][]} */
const permissions = [["r", common("r")], ["rw", common("rw")]];

/** What somebody new may do: reading, unless one chooses otherwise. */
export const PermissionField = () =>
  html`<${Select} name="permission" label=${common("permission")} options=${permissions} value="r" />`;

/** Changes at once what somebody may do.
 * @param {{ name: string, permission: string, change: (permission: string) => Promise<unknown> }} props */
export const PermissionChoice = ({ name, permission, change }) => {
  const chosen = async (/** @type {Event} */ event) => {
    const select = /** @type {HTMLSelectElement} */ (event.currentTarget);
    try {
      await change(select.value);
      toast(t("changed", { name }));
    } catch (error) {
      select.value = permission;
      toast(explain(error).text);
    }
  };
  return html`<select aria-label=${t("permissionOf", { name })} value=${permission} onChange=${chosen}>
    ${permissions.map(([value, text]) => html`<option value=${value}>${text}</option>`)}
  </select>`;
};

/** @typedef {{ email: string, name: string, contact_email: string }} Person `email`: their user id */

/** People whose name or address has a text, except for oneself. @param {string} text */
export const findPeople = async (text) => {
  const { users } = await call("GET", "/api2/search-user/", { query: { q: text } });
  const own = session.get().account?.email;
  return users.filter((/** @type {Person} */ one) => one.email !== own)
    .map((/** @type {Person} */ one) => ({ value: one.email, text: one.name, note: one.contact_email }));
};

/** @param {Person} person */
export const nameOf = (person) => person.name || person.contact_email || person.email;

/** @param {{ person: Person }} props */
export const PersonName = ({ person }) => html`${nameOf(person)}<small>${person.contact_email}</small>`;
