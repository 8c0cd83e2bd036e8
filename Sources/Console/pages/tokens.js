import { call, path } from "../api.js";
import { useBase } from "../bases.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { t as frame } from "../i18n/frame.js";
import { t } from "../i18n/tokens.js";
import { html, useState } from "../preact.js";
import { terms, usePolicy } from "../tokens/api.js";
import { columns } from "../tokens/columns.js";
import { askToDelete, ChangeToken, Revealed, RotateToken } from "../tokens/dialogs.js";
import { DaysField, FurtherFields, mustExpire, PermissionField, policyText } from "../tokens/fields.js";
import { Field, Form } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded, Notice } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../tokens/api.js").Token} Token */
/** @typedef {import("../tokens/api.js").Policy} Policy */
/** @typedef {import("../bases.js").Base} Base */

/** The API tokens of a base, for who administers it.
 * @param {{ params: Record<string, string> }} props */
export default function BaseTokens({ params }) {
  const base = useBase(params.uuid);
  const name = base.data?.name ?? "…";
  return html`
    <${PageHead} title=${t("title", { name })} intro=${t("intro")} crumbs=${[[frame("bases"), "/"]]} />
    <${Loaded} of=${base}>${(/** @type {Base} */ found) =>
      found.may_administer
        ? html`<${Tokens} base=${found} />`
        : html`<${Empty} icon="lock" title=${common("notFound")} text=${t("notAdmin")} />`}<//>
  `;
}

/** @typedef {{ kind: "change" | "rotate", token: Token } | { kind: "revealed", token: Token, notice?: string }} Shown */

/** @param {{ base: Base }} props */
const Tokens = ({ base }) => {
  const list = path`/api/v2.1/workspace/${base.workspace_id}/dtable/${base.name}/api-tokens/`;
  const tokens = useData(list, async (options) => {
    const { api_tokens } = await call("GET", list, options);
    return /** @type {Token[]} */ (api_tokens);
  });
  const policy = usePolicy();
  const [shown, setShown] = useState(/** @type {Shown | undefined} */ (undefined));
  const close = () => setShown(undefined);
  const reveal = async (/** @type {Token} */ token, notice = "") => {
    setShown({ kind: "revealed", token, notice });
    await tokens.reload();
  };
  return html`
    <${Loaded} of=${policy}>${(/** @type {Policy} */ rules) =>
      html`
        <${NewToken} list=${list} policy=${rules} onMade=${reveal} />
        <${Loaded} of=${tokens}>${(/** @type {Token[]} */ all) =>
          html`<${List} ...${{ all, list, isBusy: tokens.isLoading, show: setShown, reload: tokens.reload }} />`}<//>
        ${shown?.kind === "revealed" &&
          html`<${Revealed} token=${shown.token} notice=${shown.notice} onClose=${close} />`}
        ${shown?.kind === "change" && html`
          <${ChangeToken} token=${shown.token} ...${{ list, policy: rules }}
            done=${tokens.reload} onClose=${close} />
        `}
        ${shown?.kind === "rotate" && html`
          <${RotateToken} token=${shown.token} list=${list} onRotated=${reveal}
            onClose=${close} />
        `}
      `}<//>
  `;
};

/** @param {{ list: string, policy: Policy, onMade: (token: Token) => unknown }} props */
const NewToken = ({ list, policy, onMade }) => {
  const [count, setCount] = useState(0);
  const make = async (/** @type {Record<string, string>} */ values) => {
    const body = { app_name: values.app_name, permission: values.permission, ...terms(values) };
    const token = await call("POST", list, { body });
    await onMade(token);
    setCount(count + 1); // an empty form
    toast(t("wasCreated", { name: token.app_name }));
  };
  const rules = policyText(policy);
  const isStrict = mustExpire(policy);
  return html`
    <section class="panel stack">
      ${rules && html`<${Notice} text=${rules} />`}
      <${Form} key=${count} onSubmit=${make} submit=${t("submit")}>
        <div class="pair">
          <${Field} name="app_name" label=${t("program")} hint=${t(
            "programHint",
          )} required maxlength="255" autocomplete="off" />
          <${PermissionField} policy=${policy} />
          ${isStrict && html`<${DaysField} policy=${policy} />`}
        </div>
        <details>
          <summary>${t("more")}</summary>
          <div class="stack">
            ${!isStrict && html`<${DaysField} policy=${policy} />`}
            <${FurtherFields} />
          </div>
        </details>
      <//>
    </section>
  `;
};

/** @param {{ all: Token[], list: string, isBusy: boolean, show: (shown: Shown) => void, reload: () => Promise<void> }} props */
const List = ({ all, list, isBusy, show, reload }) => {
  if (all.length === 0) return html`<${Empty} icon="key" title=${t("emptyTitle")} text=${t("emptyText")} />`;
  const { name, permission, created, lastUse, expires } = columns;
  const actions = {
    label: "",
    kind: "actions",
    cell: (/** @type {Token} */ token) =>
      html`<${Menu} label=${common("more", { name: token.app_name })} items=${[
        { label: t("change"), icon: "edit", onSelect: () => show({ kind: "change", token }) },
        { label: t("rotate"), icon: "rotate", onSelect: () => show({ kind: "rotate", token }) },
        "-",
        { label: t("delete"), icon: "trash", isDanger: true, onSelect: () => askToDelete(token, list, reload) },
      ]} />`,
  };
  const shown = [name, permission, created, lastUse, expires].map((one) => ({ ...one, sort: undefined }));
  return html`
    <${Table} caption=${t("caption", { n: all.length })} columns=${[...shown, actions]} rows=${all}
      rowKey=${(/** @type {Token} */ token) => token.app_name} isBusy=${isBusy} />
  `;
};
