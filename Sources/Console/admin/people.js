import { call, path } from "../api.js";
import { session } from "../session.js";

/** The people that an administrator looks after, of a team or of the whole system, in one form for both. */

/** @typedef {object} Person
 * @property {string} id the user id
 * @property {string} name
 * @property {string} address
 * @property {string} login
 * @property {boolean} isActive
 * @property {boolean} isAdmin of the team or, for system administrators, of the system
 * @property {boolean} isTeamAdmin
 * @property {boolean} hasFactor
 * @property {boolean} needsFactor
 * @property {string | null} lastLogin
 * @property {string} created
 * @property {string} team its name, for system administrators */

/** How many of each kind somebody has left behind. @typedef {Record<string, number>} Left */

/** @typedef {object} Scope
 * @property {"team" | "system"} name
 * @property {string} place where the list is in the console
 * @property {(query: Record<string, any>, options: object) => Promise<import("../ui/list.js").Loaded<Person>>} list
 * @property {(id: string, options?: object) => Promise<Person>} get
 * @property {(fields: Record<string, unknown>) => Promise<{ name: string, password: string | undefined }>} add
 * @property {(id: string, change: Record<string, unknown>) => Promise<unknown>} change
 * @property {(id: string, isAdmin: boolean) => Promise<unknown>} setAdmin
 * @property {(id: string) => Promise<string>} resetPassword gives the new one
 * @property {(id: string) => Promise<unknown>} endSessions
 * @property {(id: string, isNeeded: boolean) => Promise<unknown>} requireFactor
 * @property {(id: string) => Promise<unknown>} removeFactor
 * @property {(id: string) => Promise<unknown>} remove
 * @property {(id: string, query: object, options?: object) => Promise<any>} left
 * @property {(id: string) => Promise<{ ended: Left }>} endLeft
 * @property {(id: string, options?: object) => Promise<any>} bases
 * @property {(id: string, options?: object) => Promise<any>} shared
 * @property {boolean} [isFixed] whether nobody can be added here
 * @property {boolean} [isOfTeam] whether these are the people of one team, of whom system administrators see less here */

/** The number of the team whose administrator is signed in. */
export const ownTeam = () => session.get().account?.org_id ?? 0;

/** Whether somebody is the one who is signed in. @param {Person} person */
export const isSelf = (person) => person.id === session.get().account?.email;

/** @param {any} one @returns {Person} */
const person = (one) => ({
  id: one.email,
  name: one.name || one.contact_email,
  address: one.contact_email,
  login: one.login_id ?? "",
  isActive: one.is_active ?? one.active,
  isAdmin: one.is_staff ?? one.is_org_admin,
  isTeamAdmin: one.is_org_admin,
  hasFactor: Boolean(one.has_default_device),
  needsFactor: Boolean(one.is_force_2fa),
  lastLogin: one.last_login || null,
  created: one.ctime ?? one.create_time,
  team: one.org_name ?? "",
});

/** What both scopes do in the same way. @param {string} all the path of the list @param {string} reset */
const common = (all, reset) => {
  const one = (/** @type {string} */ id, ending = "") => all + path`${id}/` + ending;
  return {
    get: async (/** @type {string} */ id, options = {}) => person(await call("GET", one(id), options)),
    add: async (/** @type {Record<string, unknown>} */ body) => {
      const added = await call("POST", all, { body });
      return { name: added.name || added.contact_email, password: added.new_password };
    },
    change: (/** @type {string} */ id, /** @type {object} */ body) => call("PUT", one(id), { body }),
    setAdmin: (/** @type {string} */ id, /** @type {boolean} */ isAdmin) =>
      call("PUT", one(id), { body: { is_staff: isAdmin } }),
    resetPassword: async (/** @type {string} */ id) => (await call("PUT", one(id, reset))).new_password,
    endSessions: (/** @type {string} */ id) => call("DELETE", one(id, "sessions/")),
    requireFactor: (/** @type {string} */ id, /** @type {boolean} */ isNeeded) =>
      call("PUT", one(id, "two-factor-auth/"), { body: { force_2fa: isNeeded } }),
    removeFactor: (/** @type {string} */ id) => call("DELETE", one(id, "two-factor-auth/")),
    remove: (/** @type {string} */ id) => call("DELETE", one(id)),
    left: (/** @type {string} */ id, /** @type {Record<string, any>} */ query, options = {}) =>
      call("GET", one(id, "left-behind/"), { ...options, query }),
    endLeft: (/** @type {string} */ id) => call("DELETE", one(id, "left-behind/")),
    bases: (/** @type {string} */ id, options = {}) =>
      call("GET", one(id, "dtables/"), { ...options, query: { per_page: 100 } }),
    shared: (/** @type {string} */ id, options = {}) =>
      call("GET", one(id, "shared-dtables/"), { ...options, query: { per_page: 100 } }),
  };
};

/** The people of one's own team. @returns {Scope} */
export const teamScope = () => {
  const all = path`/api/v2.1/org/${ownTeam()}/admin/users/`;
  return {
    name: "team",
    place: "/console/team/people",
    ...common(all, "set-password/"),
    list: async ({ search, ...query }, options) => {
      const { user_list } = await call("GET", all, { ...options, query: { ...query, query: search || undefined } });
      return { rows: user_list.map(person) };
    },
  };
};

/** All people. @returns {Scope} */
export const systemScope = () => {
  const all = "/api/v2.1/admin/users/";
  return {
    name: "system",
    place: "/console/system/people",
    ...common(all, "reset-password/"),
    removeFactor: (id) => call("DELETE", path`/api2/two-factor-auth/${id}/`),
    list: async ({ search, ...query }, options) => {
      if (!search) {
        const { data, total_count } = await call("GET", all, { ...options, query });
        return { rows: data.map(person), total: total_count };
      }
      const found = await call("GET", "/api/v2.1/admin/search-user/", {
        ...options,
        query: { ...query, query: search },
      });
      return { rows: found.user_list.map(person), hasNext: found.has_next_page === "true" };
    },
  };
};

/** The system administrators. @returns {Scope} */
export const adminScope = () => ({
  ...systemScope(),
  isFixed: true,
  list: async ({ search: _, ...query }, options) => {
    const { admin_user_list } = await call("GET", "/api/v2.1/admin/admin-users/", { ...options, query });
    return { rows: admin_user_list.map(person) };
  },
});

/** The people of one team, for system administrators. @param {string} team its number @returns {Scope} */
export const scopeOfTeam = (team) => {
  const all = path`/api/v2.1/admin/organizations/${team}/users/`;
  return {
    ...systemScope(),
    isOfTeam: true,
    add: common(all, "").add,
    setAdmin: (id, isAdmin) => call("PUT", all + path`${id}/`, { body: { is_admin: isAdmin } }),
    list: async ({ search, ...query }, options) => {
      if (!search) {
        const { users } = await call("GET", all, { ...options, query });
        return { rows: users.map(person) };
      }
      const found = await call("GET", "/api/v2.1/admin/search-user-by-org-id/", {
        ...options,
        query: { query: search, org_id: team, limit: query.per_page },
      });
      // Their role in the team counts here, not that in the system.
      const rows = found.users.map((/** @type {any} */ one) => person({ ...one, is_staff: undefined }));
      return { rows, hasNext: false };
    },
  };
};
