import { call, href } from "../api.js";
import { useBase } from "../bases.js";
import { Content } from "../grid/content.js";
import { below, gateway } from "../grid/gateway.js";
import { t } from "../i18n/base.js";
import { Icon } from "../icons.js";
import { html, useMemo } from "../preact.js";
import { PageHead } from "../ui/page.js";
import { Loaded, Permission } from "../ui/parts.js";

/** @typedef {import("../bases.js").Base} Base */

/** The inside of a base. @param {{ params: Record<string, string>, query: URLSearchParams }} props */
export default function BasePage({ params: { uuid }, query }) {
  const base = useBase(uuid);
  return html`<${Loaded} of=${base}>${(/** @type {Base} */ found) =>
    html`<${Opened} key=${uuid} base=${found} query=${query} />`}<//>`;
}

/** @param {{ base: Base, query: URLSearchParams }} props */
const Opened = ({ base, query }) => {
  const inside = useMemo(
    () => gateway(base.uuid, () => call("GET", below(base, "access-token/"))),
    [base.uuid, base.workspace_id, base.name],
  );
  const share = href(`/console/bases/${base.uuid}/share`);
  const tokens = href(`/console/bases/${base.uuid}/tokens`);
  return html`
    <${PageHead} title=${base.name} crumbs=${[[t("bases"), "/"]]} tools=${base.may_administer
      ? html`
        <a class="button" href=${share}><${Icon} name="share" />${t("share")}</a>
        <a class="button" href=${tokens}><${Icon} name="key" />${t("apiToken")}</a>
      `
      : html`<${Permission} permission=${base.permission ?? "rw"} />`} />
    <${Content} gateway=${inside} uuid=${base.uuid} name=${base
      .name} mayWrite=${base.permission !== "r"} query=${query} />
  `;
};
