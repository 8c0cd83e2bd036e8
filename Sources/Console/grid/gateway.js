import { ApiError, call, path } from "../api.js";

/** @typedef {import("../bases.js").Base} Base */

/** The path of what belongs to a base. @param {Pick<Base, "workspace_id" | "name">} base @param {string} rest such as "share/" */
export const below = (base, rest) => path`/api/v2.1/workspace/${base.workspace_id}/dtable/${base.name}/` + rest;

/** Calls the inside of a base. @typedef {(method: "GET" | "POST" | "PUT" | "DELETE", path: string,
 *   options?: import("../api.js").Options) => Promise<any>} Gateway */

/** Reaches the inside of a base with base tokens, which it gets when it needs one: the first time, and when the one before
 * has ended. @param {string} uuid @param {() => Promise<{ access_token: string }>} getToken @returns {Gateway} */
export const gateway = (uuid, getToken) => {
  /** @type {Promise<string> | undefined} */
  let token;
  const take = () =>
    token ??= getToken().then((grant) => grant.access_token, (error) => {
      token = undefined;
      throw error;
    });
  return async (method, rest, options = {}) => {
    const address = path`/api-gateway/api/v2/dtables/${uuid}/` + rest;
    try {
      return await call(method, address, { ...options, token: await take() });
    } catch (error) {
      const hasEnded = error instanceof ApiError && error.status === 403 &&
        /^(invalid token|Token expired)/.test(error.message);
      if (!hasEnded) throw error;
      token = undefined;
      return await call(method, address, { ...options, token: await take() });
    }
  };
};
