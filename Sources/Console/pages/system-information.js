import { call } from "../api.js";
import { useData } from "../data.js";
import { t } from "../i18n/system.js";
import { number } from "../i18n.js";
import { html } from "../preact.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";

/** @typedef {{ version: string, users_count: number, active_users_count: number, groups_count: number, org_count: number,
 *   dtables_count: number }} Info */

/** What the installation contains. */
export default function SystemInformation() {
  const info = useData("information", (options) => call("GET", "/api/v2.1/admin/sysinfo/", options));
  return html`
    <${PageHead} title=${t("information")} intro=${t("informationIntro")} />
    <${Loaded} of=${info}>${(/** @type {Info} */ one) =>
      html`
        <div class="figures">
          ${[
            [t("teams"), one.org_count],
            [t("accounts"), one.users_count],
            [t("activeAccounts"), one.active_users_count],
            [t("groups"), one.groups_count],
            [t("bases"), one.dtables_count],
          ].map(([name, count]) =>
            html`<div class="panel figure"><b>${number(Number(count))}</b><span class="muted">${name}</span></div>`
          )}
        </div>
        <dl class="facts panel">
          <dt>${t("version")}</dt>
          <dd>${one.version} <span class="muted">${t("versionHint")}</span></dd>
          <dt>${t("license")}</dt>
          <dd>${t("licenseNone")}</dd>
        </dl>
      `}<//>
  `;
}
