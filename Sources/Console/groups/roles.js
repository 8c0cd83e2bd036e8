import { t } from "../i18n/groups.js";
import { html } from "../preact.js";
import { session } from "../session.js";
import { Tag } from "../ui/parts.js";

/** @typedef {"Owner" | "Admin" | "Member"} Role */
/** @typedef {{ id: number, name: string, owner: string | null, admins: string[] }} Group */

/** What the person is in a group. @param {Group} group @returns {Role} */
export const roleOf = (group) => {
  const own = session.get().account?.email ?? "";
  if (group.owner === own) return "Owner";
  return group.admins.includes(own) ? "Admin" : "Member";
};

/** @param {{ role: Role }} props */
export const RoleTag = ({ role }) => html`<${Tag} kind=${role === "Member" ? "" : "accent"}>${t(role)}<//>`;
