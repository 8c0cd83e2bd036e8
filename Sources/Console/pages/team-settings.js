import { call, path } from "../api.js";
import { ownTeam } from "../admin/people.js";
import { useData } from "../data.js";
import { t } from "../i18n/team-settings.js";
import { html } from "../preact.js";
import { go } from "../router.js";
import { refresh } from "../session.js";
import { confirm } from "../ui/confirm.js";
import { Check, Field, Form } from "../ui/form.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {{ org_name: string, member_quota: number, member_usage: number, active_members: number }} Info */

const rules = /** @type {const} */ ([
  ["enable_force_2fa", "force2fa", "force2faHint"],
  ["enable_external_links", "externalLinks", "externalLinksHint"],
  ["enable_external_user_access_invite_link", "inviteLinks", "inviteLinksHint"],
  ["enable_member_modify_name", "modifyName", undefined],
]);

/** What a team is called, what its people may do, and its end. */
export default function TeamSettings() {
  const data = useData("team-settings", async (options) => {
    const [info, settings, tokens] = await Promise.all([
      call("GET", "/api/v2.1/org/admin/info/", options),
      call("GET", "/api/v2.1/org/admin/settings/", options),
      call("GET", path`/api/v2.1/org/${ownTeam()}/admin/api-tokens/`, { ...options, query: { per_page: 1 } }),
    ]);
    return { info, settings, tokens: tokens.total_count };
  });
  return html`
    <${PageHead} title=${t("title")} />
    <${Loaded} of=${data}>${(/** @type {{ info: Info, settings: Record<string, boolean>, tokens: number }} */ all) =>
      html`
        <${Name} info=${all.info} reload=${data.reload} />
        <${Rules} settings=${all.settings} reload=${data.reload} />
        <${End} info=${all.info} tokens=${all.tokens} />
      `}<//>
  `;
}

/** @param {{ info: Info, reload: () => Promise<void> }} props */
const Name = ({ info, reload }) => {
  const rename = async (/** @type {Record<string, string>} */ { new_org_name }) => {
    await call("PUT", "/api/v2.1/org/admin/info/", { body: { new_org_name: new_org_name.trim() } });
    toast(t("renamed"));
    await reload();
  };
  const { member_usage: n, active_members: active, member_quota: most } = info;
  return html`
    <div class="panel stack">
      <${Form} onSubmit=${rename} submit=${t("rename")}>
        <${Field} name="new_org_name" label=${t("name")} defaultValue=${info.org_name} required maxlength="255"
          autocomplete="off" />
        <//>
        <dl class="facts">
          <dt>${t("people")}</dt>
          <dd>${most < 0 ? t("peopleNoLimit", { n, active }) : t("peopleOf", { n: active, most })}</dd>
        </dl>
        </div>
  `;
};

/** @param {{ settings: Record<string, boolean>, reload: () => Promise<void> }} props */
const Rules = ({ settings, reload }) => {
  const save = async (/** @type {Record<string, string>} */ values) => {
    const changes = rules.filter(([name]) => settings[name] !== (values[name] === "yes"))
      .map(([name]) => [name, values[name] === "yes"]);
    if (changes.length > 0) {
      await call("PUT", "/api/v2.1/org/admin/settings/", { body: Object.fromEntries(changes) });
    }
    toast(t("saved"));
    await reload();
  };
  return html`
    <section class="section">
      <h2>${t("rules")}</h2>
      <div class="panel">
        <${Form} onSubmit=${save} submit=${t("save")}>
          ${rules.map(([name, label, hint]) =>
            html`<${Check} name=${name} label=${t(label)} hint=${hint && t(hint)} defaultChecked=${settings[name]} />`
          )}
          <//>
          </div>
    </section>
  `;
};

/** @param {{ info: Info, tokens: number }} props */
const End = ({ info, tokens }) => {
  const end = () =>
    confirm({
      title: t("end"),
      text: `${t("endText")} ${t("endTokens", { n: tokens })}`,
      action: t("end"),
      typed: info.org_name,
      onConfirm: async () => {
        await call("DELETE", "/api/v2.1/org/admin/");
        go("/");
        await refresh();
      },
    });
  return html`
    <section class="section">
      <h2>${t("end")}</h2>
      <div class="panel stack">
        <p class="muted">${t("endText")}</p>
        <div><button type="button" class="danger" onClick=${end}>${t("end")}</button></div>
      </div>
    </section>
  `;
};
