import { t as common } from "../i18n/common.js";
import { t } from "../i18n/tokens.js";
import { html } from "../preact.js";
import { Field, Select } from "../ui/form.js";

/** @typedef {import("./api.js").Policy} Policy */
/** @typedef {import("./api.js").Token} Token */

/** What a token may do; only what the policy lets the person give. @param {{ policy: Policy, value?: string }} props */
export const PermissionField = ({ policy, value }) =>
  html`
    <${Select} name="permission" label=${t("permission")} value=${value}
      options=${policy.permissions.map((one) => [one, common(one)])} />
  `;

/** @param {Policy} policy */
export const mustExpire = (policy) => policy.require_expiry || policy.max_token_days !== null;

/** @param {{ policy: Policy }} props */
export const DaysField = ({ policy }) => {
  const hints = [
    mustExpire(policy) ? t("daysRequired") : t("daysHint"),
    policy.max_token_days !== null && t("daysLimit", { n: policy.max_token_days }),
  ];
  return html`
    <${Field} name="expire_days" label=${t("days")} hint=${hints.filter(Boolean).join(". ")} type="number" min="1"
      max=${policy.max_token_days ?? 36_500} required=${mustExpire(policy)} defaultValue=${policy.max_token_days ??
        undefined} />
  `;
};

/** Where a token may be used from, how often, and what people should know of it. @param {{ token?: Token }} props */
export const FurtherFields = ({ token }) =>
  html`
    <${Field} name="allowed_networks" label=${t("networks")} hint=${t(
      "networksHint",
    )} maxlength="2000" spellcheck=${false}
      defaultValue=${token?.allowed_networks.join(", ")} />
    <${Field} name="rate_limit" label=${t("limit")} hint=${t("limitHint")} type="number" min="0" max="1000000"
      defaultValue=${token?.rate_limit ?? undefined} />
    <${Field} name="note" label=${t("note")} control="textarea" maxlength="1000" defaultValue=${token?.note} />
  `;

/** What the policy allows, before it is refused. @param {Policy} policy @returns {string | undefined} */
export const policyText = (policy) => {
  const rules = [
    policy.require_expiry && t("mustExpire"),
    policy.max_token_days !== null && t("lasts", { n: policy.max_token_days }),
    !policy.permissions.includes("rw") && t("readOnly"),
  ].filter(Boolean);
  return rules.length > 0 ? `${t("policy")} ${rules.join("; ")}.` : undefined;
};
