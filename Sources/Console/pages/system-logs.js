import { call } from "../api.js";
import { LogsPage } from "../admin/logs.js";
import { html } from "../preact.js";

/** The logs of all teams. @param {{ query: URLSearchParams }} props */
export default function SystemLogs({ query }) {
  return html`<${LogsPage} scope=${scope} query=${query} />`;
}

const admin = "/api/v2.1/admin/";

/** @type {import("../admin/logs.js").LogScope} */
const scope = {
  place: "/console/system/logs",
  name: "system",
  isSystem: true,
  changes: async (query, options) => {
    const { audit_log_list, total_count } = await call("GET", `${admin}audit-logs/`, { ...options, query });
    return { rows: audit_log_list, total: total_count };
  },
  signIns: async (query, options) => {
    const { login_log_list, total_count } = await call("GET", `${admin}logs/login-logs/`, { ...options, query });
    return { rows: login_log_list, total: total_count };
  },
  members: async (query, options) => {
    const { group_member_log_list, count } = await call("GET", `${admin}group-member-audit/`, { ...options, query });
    return { rows: group_member_log_list, total: count };
  },
};
