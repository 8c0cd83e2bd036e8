import { call } from "../api.js";
import { useData } from "../data.js";
import { t } from "../i18n/home.js";
import { Icon } from "../icons.js";
import { html } from "../preact.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";

/** The bases of a person, by workspace. */
export default function Home() {
  const workspaces = useData("workspaces", (options) => call("GET", "/api/v2.1/workspaces/", options));
  return html`
    <${PageHead} title=${t("title")} />
    <${Loaded} of=${workspaces}>${(/** @type {{ workspace_list: Workspace[] }} */ answer) =>
      answer.workspace_list.filter((one) => one.table_list).map((one) => html`<${Section} workspace=${one} />`)}<//>
  `;
}

/** @typedef {{ name: string, type: string, table_list: { name: string }[] }} Workspace */

/** @param {{ workspace: Workspace }} props */
const Section = ({ workspace }) =>
  html`
    <section class="section">
      <h2>${workspace.type === "personal" ? t("mine") : workspace.name}</h2>
      <ul class="cards">
        ${workspace.table_list.map((base) =>
          html`<li class="card">
        <span class="glyph"><${Icon} name="table" /></span><b class="name">${base.name}</b>
      </li>`
        )}
      </ul>
    </section>
  `;
