import { ApiError, call } from "./api.js";
import { useData } from "./data.js";

/** The person's bases, by workspace: many pages need to know where a base is, since operations name it by its workspace
 * and its name. */

/** @typedef {object} Base
 * @property {number} workspace_id
 * @property {string} uuid
 * @property {string} name
 * @property {string} updated_at
 * @property {number | null} folder_id
 * @property {boolean} starred
 * @property {boolean} may_administer whether the person may share it, and make API tokens and links
 * @property {"r" | "rw"} [permission] if it is shared with the person or with a group
 * @property {string} [from_user_name] who shared it */

/** @typedef {{ id: number, name: string, workspace_id: number }} Folder */

/** @typedef {object} Workspace
 * @property {number | ""} id "" for the lists of favourites and of shared bases
 * @property {string} name
 * @property {"starred" | "shared" | "personal" | "group"} type
 * @property {Base[]} [table_list]
 * @property {Folder[]} [folders]
 * @property {Base[]} [shared_table_list]
 * @property {Base[]} [group_shared_dtables]
 * @property {number} [group_id]
 * @property {string[]} [group_admins] */

/** All workspaces of the person, with their bases.
 * @returns {import("./data.js").Loading<Workspace[]>} */
export const useWorkspaces = () =>
  useData("workspaces", async (options) => {
    const answer = await call("GET", "/api/v2.1/workspaces/", options);
    return /** @type {Workspace[]} */ (answer.workspace_list);
  });

/** @param {Workspace} workspace @returns {Base[]} */
export const basesOf = (workspace) => [
  ...(workspace.table_list ?? []),
  ...(workspace.shared_table_list ?? []),
  ...(workspace.group_shared_dtables ?? []),
];

/** The base that a page is about, by its UUID. It fails like a request if there is none, or none any more.
 * @param {string} uuid */
export const useBase = (uuid) => {
  const workspaces = useWorkspaces();
  const base = workspaces.data?.flatMap(basesOf).find((one) => one.uuid === uuid);
  const isMissing = workspaces.data && !workspaces.isLoading && !base;
  return {
    ...workspaces,
    data: base,
    error: isMissing ? new ApiError(404, `dtable ${uuid} not found.`) : workspaces.error,
  };
};

/** Whether the person may create bases and folders in a workspace. @param {Workspace} workspace @param {string} user */
export const mayAdminister = (workspace, user) =>
  workspace.type === "personal" || (workspace.group_admins?.includes(user) ?? false);
