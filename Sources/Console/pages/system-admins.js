import { PeopleList } from "../admin/people-list.js";
import { adminScope } from "../admin/people.js";
import { t } from "../i18n/people.js";
import { html, useMemo } from "../preact.js";
import { PageHead } from "../ui/page.js";

/** The system administrators. @param {{ query: URLSearchParams }} props */
export default function SystemAdmins({ query }) {
  const scope = useMemo(adminScope, []);
  return html`
    <${PageHead} title=${t("admins")} intro=${t("adminsIntro")} />
    <${PeopleList} scope=${scope} query=${query} name="administrators" isAdding=${false} onAdded=${() => {}} />
  `;
}
