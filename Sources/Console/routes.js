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
  // Team administration
  {
    path: "/console/team/tokens",
    for: "team",
    page: () => import("./pages/team-tokens.js"),
    nav: { icon: "plug", label: "tokens" },
  },
  // System administration

  // Where the links lead that the service hands out
];

/** What somebody has to do before anything else, by its name in session.js.
 * @type {Record<import("./session.js").Duty, Route["page"] | undefined>} */
export const duties = {
  password: undefined,
  factor: undefined,
};
