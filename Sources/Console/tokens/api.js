import { call, path } from "../api.js";
import { useData } from "../data.js";
import { session } from "../session.js";

/** @typedef {object} Token
 * @property {string} app_name
 * @property {string} api_token masked, except in the answer that creates it
 * @property {"r" | "rw"} permission
 * @property {string} generated_by @property {string} creator @property {string} generated_at
 * @property {boolean} used @property {string} last_access @property {number} use_count
 * @property {string | null} last_client @property {string[]} last_addresses
 * @property {string | null} expires_at @property {boolean} is_expired
 * @property {string} note @property {string[]} allowed_networks @property {number | null} rate_limit
 * @property {string} dtable_uuid @property {string} dtable_name */

/** What the team's policy lets the person do.
 * @typedef {{ permissions: ("r" | "rw")[], require_expiry: boolean, max_token_days: number | null }} Policy */

/** @type {Policy} */
const free = { permissions: ["r", "rw"], require_expiry: false, max_token_days: null };

/** The policy for the person; nobody's team has none. */
export const usePolicy = () =>
  useData("policy", async (options) => {
    const team = session.get().account?.org_id;
    if (!team) return free;
    return /** @type {Policy} */ (await call("GET", path`/api/v2.1/organizations/${team}/token-policy/`, options));
  });

/** What a form says of a token, as the service takes it; the fields are called as it calls them, so that what it refuses
 * stands at its field. @param {Record<string, string>} values */
export const terms = ({ expire_days, allowed_networks = "", rate_limit, note = "" }) => ({
  ...(expire_days ? { expire_days: Number(expire_days) } : {}),
  allowed_networks,
  rate_limit: Number(rate_limit || 0),
  note,
});

/** @param {Token} token @param {string} list */
export const one = (token, list) => list + path`${token.app_name}/`;

/** Whether it ends within two weeks. @param {Token} token */
export const endsSoon = ({ expires_at, is_expired }) =>
  expires_at !== null && !is_expired && new Date(expires_at).getTime() - Date.now() < 14 * 86_400_000;
