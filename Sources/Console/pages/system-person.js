import { PersonPage } from "../admin/person-page.js";
import { systemScope } from "../admin/people.js";
import { html, useMemo } from "../preact.js";

/** One of all people. @param {{ params: Record<string, string> }} props */
export default function SystemPerson({ params }) {
  const scope = useMemo(systemScope, []);
  return html`<${PersonPage} scope=${scope} id=${params.user} />`;
}
