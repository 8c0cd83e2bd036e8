import { t } from "../i18n/tokens.js";
import { html } from "../preact.js";
import { Permission, Tag, Time } from "../ui/parts.js";
import { endsSoon } from "./api.js";

/** @typedef {import("./api.js").Token} Token */
/** @typedef {import("../ui/table.js").Column<Token>} Column */

/** The columns of a list of tokens. @type {Record<"name" | "permission" | "created" | "lastUse" | "expires", Column>} */
export const columns = {
  name: {
    label: t("program"),
    kind: "head",
    sort: "app_name",
    cell: (token) =>
      html`${token.app_name}<small><code translate="no">${token.api_token.slice(0, 4)}…</code></small>
        ${token.note && html`<small>${token.note}</small>`}`,
  },
  permission: { label: t("permission"), cell: (token) => html`<${Permission} permission=${token.permission} />` },
  created: {
    label: t("created"),
    sort: "generated_at",
    cell: (token) => html`${token.creator}<small><${Time} at=${token.generated_at} /></small>`,
  },
  lastUse: {
    label: t("lastUse"),
    sort: "last_access",
    cell: (token) =>
      html`<${Time} at=${token.used ? token.last_access : null} />
        ${
        token.used && html`
          <small>${[token.last_client, ...token.last_addresses].filter(Boolean).join(" · ")}</small>
          <small>${t("uses", { n: token.use_count })}</small>
        `
      }`,
  },
  expires: {
    label: t("expires"),
    cell: (token) =>
      html`<${Time} at=${token.expires_at} />
        ${
        token.is_expired && html`
          <${Tag} kind="danger">${t("expired")}<//>
        `
      }
        ${
        endsSoon(token) && html`
          <${Tag} kind="warn">${t("soon")}<//>
        `
      }`,
  },
};
