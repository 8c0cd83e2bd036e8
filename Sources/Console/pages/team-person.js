import { PersonPage } from "../admin/person-page.js";
import { teamScope } from "../admin/people.js";
import { html, useMemo } from "../preact.js";

/** One of a team's people. @param {{ params: Record<string, string> }} props */
export default function TeamPerson({ params }) {
  const scope = useMemo(teamScope, []);
  return html`<${PersonPage} scope=${scope} id=${params.user} />`;
}
