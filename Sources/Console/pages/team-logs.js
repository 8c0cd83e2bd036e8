import { call, path } from "../api.js";
import { LogsPage } from "../admin/logs.js";
import { ownTeam } from "../admin/people.js";
import { html, useMemo } from "../preact.js";

/** The logs of a team. @param {{ query: URLSearchParams }} props */
export default function TeamLogs({ query }) {
  const scope = useMemo(teamLogs, []);
  return html`<${LogsPage} scope=${scope} query=${query} />`;
}

/** @returns {import("../admin/logs.js").LogScope} */
const teamLogs = () => {
  const admin = path`/api/v2.1/org/${ownTeam()}/admin/`;
  return {
    place: "/console/team/logs",
    name: "team",
    isSystem: false,
    changes: async (query, options) => {
      const { audit_log_list, count } = await call("GET", `${admin}audit-logs/`, { ...options, query });
      return { rows: audit_log_list, total: count };
    },
    signIns: async (query, options) => {
      const { login_list, total_count } = await call("GET", `${admin}login-logs/`, { ...options, query });
      return { rows: login_list, total: total_count };
    },
    members: async (query, options) => {
      const { group_member_log_list, count } = await call("GET", `${admin}group-member-audit/`, { ...options, query });
      return { rows: group_member_log_list, total: count };
    },
  };
};
