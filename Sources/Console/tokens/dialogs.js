import { call, root } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/tokens.js";
import { fromNow } from "../i18n.js";
import { Icon } from "../icons.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form, Select } from "../ui/form.js";
import { copy, Secret } from "../ui/secret.js";
import { toast } from "../ui/toast.js";
import { one, terms } from "./api.js";
import { FurtherFields, mustExpire, PermissionField } from "./fields.js";

/** @typedef {import("./api.js").Token} Token */
/** @typedef {import("./api.js").Policy} Policy */
/** @typedef {Record<string, string>} Values */

/** The secret of a token, once. @param {{ token: Token, notice?: string, onClose: () => void }} props */
export const Revealed = ({ token, notice, onClose }) => {
  const server = root.href.replace(/\/$/, "");
  const curl = `curl -H 'Authorization: Token ${token.api_token}' ${server}/api/v2.1/dtable/app-access-token/`;
  const python = `from seatable_api import Base\n\nbase = Base("${token.api_token}", "${server}")\nbase.auth()`;
  return html`
    <${Dialog} title=${t("ready", { name: token.app_name })} icon="key" isWide onClose=${onClose}>
      <div class="once">
        <p>${t("copyNow")}${notice && ` ${notice}`}</p>
        <${Secret} value=${token.api_token} label=${t("secret")} />
        <details>
          <summary>${t("use")}</summary>
          <div class="stack">
            <p class="muted small">${t("useText")}</p>
            <${Line} name=${t("curl")} text=${curl} />
            <${Line} name=${t("python")} text=${python} />
          </div>
        </details>
      </div>
      <footer><button type="button" onClick=${onClose}>${t("done")}</button></footer>
      <//>
  `;
};

/** @param {{ name: string, text: string }} props */
const Line = ({ name, text }) => {
  const take = (/** @type {MouseEvent} */ event) => {
    const shown = /** @type {HTMLElement} */ (event.currentTarget).previousElementSibling;
    return copy(text, /** @type {HTMLElement} */ (shown));
  };
  return html`
    <div class="stack tight">
      <h2>${name}</h2>
      <div class="line code">
        <pre translate="no">${text}</pre>
        <button type="button" class="icon" aria-label=${t("copyLine", {
          name,
        })} onClick=${take}><${Icon} name="copy" /></button>
      </div>
    </div>
  `;
};

/** @param {{ token: Token, list: string, policy: Policy, done: () => Promise<void>, onClose: () => void }} props */
export const ChangeToken = ({ token, list, policy, done, onClose }) => {
  const change = async (/** @type {Values} */ values) => {
    const permission = values.permission === token.permission ? {} : { permission: values.permission };
    const body = { ...terms(values), ...permission };
    await call("PUT", one(token, list), { body });
    await done();
    onClose();
    toast(t("changed"));
  };
  // What it has stays possible, even if the policy would not give it today.
  const permissions = [...new Set([...policy.permissions, token.permission])];
  return html`
    <${Dialog} title=${t("changeTitle", { name: token.app_name })} icon="edit" onClose=${onClose}>
      <${Form} onSubmit=${change} submit=${common("save")} onCancel=${onClose}>
        <${PermissionField} policy=${{ ...policy, permissions }} value=${token.permission} />
        <${Field} name="expire_days" label=${t("changeDays")} hint=${t("changeDaysHint")} type="number"
          min=${mustExpire(policy) ? 1 : 0} max=${policy.max_token_days ?? 36_500} />
        <${FurtherFields} token=${token} />
        <//>
        <//>
  `;
};

/** @param {{ token: Token, list: string, onRotated: (token: Token, notice: string) => unknown, onClose: () => void }} props */
export const RotateToken = ({ token, list, onRotated, onClose }) => {
  /** @type {[string, string, number][]} */
  const graces = [
    ["1d", t("graceDay"), 86_400],
    ["0", t("graceNow"), 0],
    ["1h", t("graceHour"), 3_600],
    ["7d", t("graceWeek"), 7 * 86_400],
    ["30d", t("graceMonth"), 30 * 86_400],
  ];
  const rotate = async (/** @type {Values} */ { grace }) => {
    const rotated = await call("POST", `${one(token, list)}rotate/`, { body: { grace } });
    const seconds = graces.find(([value]) => value === grace)?.[2] ?? 0;
    const when = fromNow(Date.now() + seconds * 1000 + 999);
    await onRotated(rotated, seconds > 0 ? t("rotated", { when }) : t("rotatedNow"));
  };
  return html`
    <${Dialog} title=${t("rotateTitle", { name: token.app_name })} icon="rotate" onClose=${onClose}>
      <p>${t("rotateText")}</p>
      <${Form} onSubmit=${rotate} submit=${t("rotate")} onCancel=${onClose}>
        <${Select} name="grace" label=${t("grace")} options=${graces.map(([value, text]) => [value, text])} />
        <//>
        <//>
  `;
};

/** Asks before a token ends; one that writes has to be named. @param {Token} token @param {string} list
 * @param {() => Promise<void>} done */
export const askToDelete = (token, list, done) =>
  confirm({
    title: t("deleteTitle", { name: token.app_name }),
    text: token.used ? t("deleteUsed", { when: fromNow(token.last_access) }) : t("deleteUnused"),
    action: t("delete"),
    typed: token.permission === "rw" ? token.app_name : undefined,
    onConfirm: async () => {
      await call("DELETE", one(token, list));
      await done();
      toast(t("deleted", { name: token.app_name }));
    },
  });
