/** The pages of the console. Each is a file that is loaded when it is opened; its default export is a component that gets
 * `params` (what its path names) and `query`.
 *
 * Who may open it: "anyone", "member" (everybody who is signed in), "team" (who administers a team), "system" (who
 * administers the system). A page with `nav` stands in the navigation, in the order here.
 *
 * @typedef {object} Route
 * @property {string} path
 * @property {"anyone" | "member" | "team" | "system"} for
 * @property {() => Promise<{ default: (props: { params: Record<string, string>, query: URLSearchParams }) => unknown }>} page
 * @property {{ icon: import("./icons.js").IconName, label: Parameters<typeof import("./i18n/frame.js").t>[0] }} [nav]
 */

/** @type {Route[]} */
export const routes = [
  // Members
  { path: "/", for: "member", page: () => import("./pages/home.js"), nav: { icon: "home", label: "bases" } },
  { path: "/console/bases/:uuid/tokens", for: "member", page: () => import("./pages/tokens.js") },
  { path: "/console/bases/:uuid", for: "member", page: () => import("./pages/base.js") },
  { path: "/console/bases/:uuid/share", for: "member", page: () => import("./pages/share.js") },
  {
    path: "/console/groups",
    for: "member",
    page: () => import("./pages/groups.js"),
    nav: { icon: "people", label: "groups" },
  },
  { path: "/console/groups/:id", for: "member", page: () => import("./pages/group.js") },
  {
    path: "/console/trash",
    for: "member",
    page: () => import("./pages/trash.js"),
    nav: { icon: "trash", label: "trash" },
  },
  { path: "/console/account", for: "member", page: () => import("./pages/account.js") },
  // Team administration
  {
    path: "/console/team/people",
    for: "team",
    page: () => import("./pages/team-people.js"),
    nav: { icon: "people", label: "people" },
  },
  { path: "/console/team/people/:user", for: "team", page: () => import("./pages/team-person.js") },
  {
    path: "/console/team/bases",
    for: "team",
    page: () => import("./pages/team-bases.js"),
    nav: { icon: "table", label: "allBases" },
  },
  {
    path: "/console/team/groups",
    for: "team",
    page: () => import("./pages/team-groups.js"),
    nav: { icon: "team", label: "groups" },
  },
  { path: "/console/team/groups/:group", for: "team", page: () => import("./pages/team-group.js") },
  {
    path: "/console/team/tokens",
    for: "team",
    page: () => import("./pages/team-tokens.js"),
    nav: { icon: "plug", label: "tokens" },
  },
  {
    path: "/console/team/shares",
    for: "team",
    page: () => import("./pages/team-shares.js"),
    nav: { icon: "share", label: "shares" },
  },
  {
    path: "/console/team/links",
    for: "team",
    page: () => import("./pages/team-links.js"),
    nav: { icon: "link", label: "links" },
  },
  {
    path: "/console/team/policy",
    for: "team",
    page: () => import("./pages/team-policy.js"),
    nav: { icon: "lock", label: "policy" },
  },
  {
    path: "/console/team/logs",
    for: "team",
    page: () => import("./pages/team-logs.js"),
    nav: { icon: "log", label: "logs" },
  },
  {
    path: "/console/team/settings",
    for: "team",
    page: () => import("./pages/team-settings.js"),
    nav: { icon: "settings", label: "settings" },
  },
  // System administration
  {
    path: "/console/system/teams",
    for: "system",
    page: () => import("./pages/system-teams.js"),
    nav: { icon: "team", label: "teams" },
  },
  { path: "/console/system/teams/:team", for: "system", page: () => import("./pages/system-team.js") },
  {
    path: "/console/system/people",
    for: "system",
    page: () => import("./pages/system-people.js"),
    nav: { icon: "people", label: "people" },
  },
  { path: "/console/system/people/:user", for: "system", page: () => import("./pages/system-person.js") },
  {
    path: "/console/system/admins",
    for: "system",
    page: () => import("./pages/system-admins.js"),
    nav: { icon: "lock", label: "admins" },
  },
  {
    path: "/console/system/bases",
    for: "system",
    page: () => import("./pages/system-bases.js"),
    nav: { icon: "table", label: "allBases" },
  },
  {
    path: "/console/system/logs",
    for: "system",
    page: () => import("./pages/system-logs.js"),
    nav: { icon: "log", label: "logs" },
  },
  {
    path: "/console/system/statistics",
    for: "system",
    page: () => import("./pages/system-statistics.js"),
    nav: { icon: "chart", label: "statistics" },
  },
  {
    path: "/console/system/information",
    for: "system",
    page: () => import("./pages/system-information.js"),
    nav: { icon: "info", label: "information" },
  },
  // Where the links lead that the service hands out
  { path: "/dtable/links/:token", for: "member", page: () => import("./pages/invite-link.js") },
  { path: "/groups/links/:token", for: "member", page: () => import("./pages/group-link.js") },
  { path: "/dtable/external-links/:token", for: "anyone", page: () => import("./pages/external-link.js") },
  { path: "/dtable/external-links/custom/:token", for: "anyone", page: () => import("./pages/external-link.js") },
];

/** What somebody has to do before anything else, by its name in session.js.
 * @type {Record<import("./session.js").Duty, Route["page"] | undefined>} */
export const duties = {
  password: () => import("./pages/own-password.js"),
  factor: () => import("./pages/own-factor.js"),
};
