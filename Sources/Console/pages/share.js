import { href } from "../api.js";
import { useBase } from "../bases.js";
import { t as common } from "../i18n/common.js";
import { t as frame } from "../i18n/frame.js";
import { t } from "../i18n/share.js";
import { html } from "../preact.js";
import { Groups } from "../share/groups.js";
import { ExternalLinks, InviteLinks } from "../share/links.js";
import { People } from "../share/people.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded } from "../ui/parts.js";

/** With whom a base is shared, and by which links, for who administers it. @param {{ params: Record<string, string> }} props */
export default function SharePage({ params }) {
  const base = useBase(params.uuid);
  return html`<${Loaded} of=${base}>${(/** @type {import("../bases.js").Base} */ found) =>
    html`
      <${PageHead} title=${t("title", { name: found.name })} crumbs=${[
        [frame("bases"), "/"],
        [found.name, `/console/bases/${found.uuid}`],
      ]} />
      ${found.may_administer
        ? html`
          <${People} base=${found} />
          <${Groups} base=${found} />
          <${InviteLinks} base=${found} />
          <${ExternalLinks} base=${found} />
        `
        : html`
          <${Empty} icon="lock" title=${t("notYours")} text=${t("notYoursText")}>
            <a class="button" href=${href("/")}>${common("home")}</a>
            <//>
        `}
    `}<//>`;
}
