import { AddButton, PeopleList } from "../admin/people-list.js";
import { systemScope } from "../admin/people.js";
import { t } from "../i18n/people.js";
import { html, useMemo, useState } from "../preact.js";
import { PageHead } from "../ui/page.js";

/** All people of the installation. @param {{ query: URLSearchParams }} props */
export default function SystemPeople({ query }) {
  const scope = useMemo(systemScope, []);
  const [isAdding, setIsAdding] = useState(false);
  return html`
    <${PageHead} title=${t("title")} intro=${t("systemIntro")}
      tools=${html`<${AddButton} scope=${scope} onClick=${() => setIsAdding(true)} />`} />
    <${PeopleList} scope=${scope} query=${query} name="all-people" isAdding=${isAdding}
      onAdded=${() => setIsAdding(false)} />
  `;
}
