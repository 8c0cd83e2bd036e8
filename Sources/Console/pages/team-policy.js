import { call, path } from "../api.js";
import { ownTeam } from "../admin/people.js";
import { useData } from "../data.js";
import { t } from "../i18n/policy.js";
import { html, useRef, useState } from "../preact.js";
import { Check, Field, Form } from "../ui/form.js";
import { PageHead } from "../ui/page.js";
import { Loaded, Notice, Permission } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {object} Policy
 * @property {boolean} require_expiry
 * @property {number | null} max_token_days
 * @property {number | null} max_base_token_minutes
 * @property {number | null} max_account_token_days
 * @property {number | null} max_account_token_idle_minutes
 * @property {boolean} forbid_member_rw
 * @property {boolean} end_reused_tokens
 * @property {boolean} confirm_email_change */

const place = () => path`/api/v2.1/org/${ownTeam()}/admin/token-policy/`;
const flags = ["require_expiry", "forbid_member_rw", "end_reused_tokens", "confirm_email_change"];
const limits = ["max_token_days", "max_base_token_minutes", "max_account_token_days", "max_account_token_idle_minutes"];
/** What existing API tokens can break. */
const previewed = ["require_expiry", "max_token_days", "forbid_member_rw"];

/** What a team's tokens may be, and which of them would break it. */
export default function TeamPolicy() {
  const policy = useData("policy", (options) => call("GET", place(), options));
  return html`
    <${PageHead} title=${t("title")} intro=${t("intro")} />
    <${Loaded} of=${policy}>${(/** @type {Policy} */ data) =>
      html`<${Terms} policy=${data} reload=${policy.reload} />`}<//>
  `;
}

/** What the form says, as the service takes it. @param {Record<string, string>} values */
const meant = (values) => ({
  ...Object.fromEntries(flags.map((name) => [name, values[name] === "yes"])),
  ...Object.fromEntries(limits.map((name) => [name, Number(values[name]) || 0])),
});

/** @param {{ policy: Policy, reload: () => Promise<void> }} props */
const Terms = ({ policy, reload }) => {
  const [preview, setPreview] = useState(() => onlyPreviewed(policy));
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const changed = (/** @type {Event} */ event) => {
    const form = /** @type {HTMLElement} */ (event.currentTarget).closest("form");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (form) setPreview(onlyPreviewed(meant(Object.fromEntries(/** @type {any} */ (new FormData(form))))));
    }, 300);
  };
  const save = async (/** @type {Record<string, string>} */ values) => {
    await call("PUT", place(), { body: meant(values) });
    toast(t("saved"));
    await reload();
  };
  const flag = (/** @type {keyof Policy} */ name) => ({ name, defaultChecked: policy[name] });
  const limit = (/** @type {keyof Policy} */ name, /** @type {number} */ max) => ({
    name,
    type: "number",
    min: 0,
    max,
    defaultValue: policy[name] ?? "",
  });
  return html`
    <${Form} onSubmit=${save} submit=${t("save")} class="terms">
      <div class="stack" onInput=${changed}>
        <fieldset class="panel stack">
          <legend class="unseen">${t("tokens")}</legend>
          <h2 aria-hidden="true">${t("tokens")}</h2>
          <${Check} label=${t("requireExpiry")} ...${flag("require_expiry")} />
          <${Field} label=${t("maxDays")} hint=${t("maxDaysHint")} ...${limit("max_token_days", 36_500)} />
          <${Check} label=${t("forbidMemberRw")} ...${flag("forbid_member_rw")} />
          <${Check} label=${t("endReused")} hint=${t("endReusedHint")} ...${flag("end_reused_tokens")} />
          <${Broken} preview=${preview} />
        </fieldset>
        <fieldset class="panel stack">
          <legend class="unseen">${t("baseTokens")}</legend>
          <h2 aria-hidden="true">${t("baseTokens")}</h2>
          <${Field} label=${t("maxBase")} hint=${t("maxBaseHint")} ...${limit("max_base_token_minutes", 4_320)} />
        </fieldset>
        <fieldset class="panel stack">
          <legend class="unseen">${t("sessions")}</legend>
          <h2 aria-hidden="true">${t("sessions")}</h2>
          <${Field} label=${t("maxSession")} hint=${t("maxDaysHint")} ...${limit("max_account_token_days", 36_500)} />
          <${Field} label=${t("maxIdle")} hint=${t("maxIdleHint")} step="5"
            ...${limit("max_account_token_idle_minutes", 525_600)} />
          <${Check} label=${t("confirmEmail")} ...${flag("confirm_email_change")} />
        </fieldset>
      </div>
      <//>
  `;
};

/** @param {Record<string, any>} policy */
const onlyPreviewed = (policy) => Object.fromEntries(previewed.map((name) => [name, policy[name] ?? 0]));

/** @typedef {{ violation: string, token: { app_name: string, dtable_name: string, dtable_uuid: string, creator: string, permission: string } }} Violation */

const known = /** @type {const} */ (["token_expiry_required", "token_lifetime_too_long", "token_rw_forbidden"]);
const why = (/** @type {string} */ name) => t(known.find((one) => one === name) ?? "other");

/** Which API tokens would break the policy that is being written. @param {{ preview: Record<string, any> }} props */
const Broken = ({ preview }) => {
  const broken = useData(
    `policy?${new URLSearchParams(preview)}`,
    (options) => call("GET", `${place()}violations/`, { ...options, query: { ...preview, page: 1, per_page: 25 } }),
  );
  const columns = [
    { label: t("token"), kind: "head", cell: (/** @type {Violation} */ { token }) => token.app_name },
    { label: t("base"), cell: (/** @type {Violation} */ { token }) => token.dtable_name },
    { label: t("why"), cell: (/** @type {Violation} */ { violation }) => why(violation) },
    { label: "", cell: (/** @type {Violation} */ { token }) => html`<${Permission} permission=${token.permission} />` },
    { label: t("madeBy"), cell: (/** @type {Violation} */ { token }) => token.creator },
  ];
  const answer = /** @type {{ total_count: number, violations: Violation[] } | undefined} */ (broken.data);
  const n = answer?.total_count ?? 0;
  return html`
    <div role="status" aria-busy=${broken.isLoading}>
      ${!answer
        ? html`<p class="muted">${t("checking")}</p>`
        : n === 0
        ? html`<p class="muted">${t("breaksNone")}</p>`
        : html`
          <${Notice} kind="warn" text=${`${t("breaks", { n })} ${t("breaksText")}`} />
        `}
    </div>
    ${answer && n > 0 && html`
      <details>
        <summary>${t("which")}</summary>
        <${Table} caption=${t("breaks", { n })} columns=${columns} rows=${answer.violations}
          rowKey=${(/** @type {Violation} */ { token }) => `${token.dtable_uuid} ${token.app_name}`} />
      </details>
    `}
  `;
};
