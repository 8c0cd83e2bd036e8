import { call, href } from "../api.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/groups.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { go } from "../router.js";
import { NameDialog } from "../groups/dialogs.js";
import { roleOf, RoleTag } from "../groups/roles.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../groups/roles.js").Group} Group */

/** The groups that a person is in. */
export default function GroupsPage() {
  const groups = useData("groups", (options) => call("GET", "/api/v2.1/groups/", options));
  const [isNew, setIsNew] = useState(false);
  const create = async (/** @type {string} */ name) => {
    const { id } = await call("POST", "/api/v2.1/groups/", { body: { name } });
    toast(t("created", { name }));
    go(`/console/groups/${id}`);
  };
  const add = html`<button type="button" class="primary" onClick=${() => setIsNew(true)}><${Icon} name="plus" />${
    t("newGroup")
  }</button>`;
  return html`
    <${PageHead} title=${t("title")} tools=${(groups.data?.length ?? 0) > 0 && add} />
    <${Loaded} of=${groups}>${(/** @type {Group[]} */ list) =>
      list.length === 0
        ? html`<${Empty} icon="people" title=${t("none")} text=${t("noneText")}>${add}<//>`
        : html`<ul class="cards" aria-label=${t("count", { n: list.length })}>${
          list.map((one) =>
            html`
              <li class="card" key=${one.id}>
                <span class="glyph"><${Icon} name="people" /></span>
                <a class="name" href=${href(`/console/groups/${one.id}`)}>${one.name}</a>
                <${RoleTag} role=${roleOf(one)} />
              </li>
            `
          )
        }</ul>`}<//>
    ${isNew &&
      html`<${NameDialog} title=${t("newGroup")} submit=${common("create")} save=${create} onClose=${() =>
        setIsNew(false)} />`}
  `;
}
