import { ApiError, call } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/team-tokens.js";
import { t as tokensText } from "../i18n/tokens.js";
import { Icon } from "../icons.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { Picker } from "../ui/picker.js";
import { toast } from "../ui/toast.js";
import { one, terms } from "./api.js";
import { DaysField, FurtherFields, mustExpire, PermissionField } from "./fields.js";

/** @typedef {import("./api.js").Token} Token */
/** @typedef {import("./api.js").Policy} Policy */

/** The bases that the person may open, by a part of their name. @param {string} text */
const searchBases = async (text) => {
  const { results } = await call("GET", "/api/v2.1/dtable/items-search/", { query: { query_str: text.trim() } });
  return results.map((/** @type {{ uuid: string, name: string, type: string, group_name: string }} */ base) => ({
    value: base.uuid,
    text: base.name,
    note: base.type === "group" ? base.group_name : undefined,
  }));
};

/** @param {{ policy: Policy, listOf: (base: string) => string, onMade: (token: Token) => unknown, onClose: () => void }} props */
export const GenerateToken = ({ policy, listOf, onMade, onClose }) => {
  const make = async (/** @type {Record<string, string>} */ values) => {
    const body = { app_name: values.app_name, permission: values.permission, ...terms(values) };
    const token = await call("POST", listOf(values.base), { body });
    await onMade(token);
    toast(tokensText("wasCreated", { name: token.app_name }));
  };
  const isStrict = mustExpire(policy);
  return html`
    <${Dialog} title=${t("generate")} icon="key" onClose=${onClose}>
      <${Form} onSubmit=${make} submit=${t("generate")} onCancel=${onClose}>
        <${Field} name="app_name" label=${tokensText("program")} hint=${tokensText(
          "programHint",
        )} required maxlength="255"
          autocomplete="off" autofocus />
        <${Picker} name="base" label=${t("base")} hint=${t("baseHint")} search=${searchBases} none=${t(
          "noBase",
        )} required />
        <${PermissionField} policy=${policy} />
        ${isStrict && html`<${DaysField} policy=${policy} />`}
        <details>
          <summary>${tokensText("more")}</summary>
          <div class="stack">
            ${!isStrict && html`<${DaysField} policy=${policy} />`}
            <${FurtherFields} />
          </div>
        </details>
      <//>
    <//>
  `;
};

/** What can be done with the tokens that are selected.
 * @param {{ picked: Token[], listOf: (base: string) => string, done: () => Promise<void>, onClear: () => void }} props */
export const EndSeveral = ({ picked, listOf, done, onClear }) => {
  const n = picked.length;
  const ask = () =>
    confirm({
      title: t("endTitle", { n }),
      text: t("endText", { n, names: picked.map((token) => token.app_name).join(", ") }),
      action: t("end", { n }),
      onConfirm: async () => {
        for (const token of picked) await end(token);
        await done();
        toast(t("ended", { n }));
      },
    });
  const end = async (/** @type {Token} */ token) => {
    try {
      await call("DELETE", one(token, listOf(token.dtable_uuid)));
    } catch (error) {
      // Somebody else was first.
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
  };
  return html`
    <div class="bar" role="region" aria-label=${common("selected", { n })}>
      <span role="status">${common("selected", { n })}</span>
      <button type="button" class="quiet end" onClick=${onClear}>${common("cancel")}</button>
      <button type="button" class="danger" onClick=${ask}><${Icon} name="trash" />${t("end", { n })}</button>
    </div>
  `;
};
