import { call, path } from "../api.js";
import { dateAndTime } from "../i18n.js";
import { t } from "../i18n/account.js";
import { html, useState } from "../preact.js";
import { signOut } from "../session.js";
import { Dialog } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { Tag, Time } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { codeHeader, ProofFields, proven } from "./proof.js";

const address = "/api/v2.1/user/account-tokens/";

/** @typedef {object} AccountToken
 * @property {number} id
 * @property {string} name
 * @property {string} created_at
 * @property {string | null} expires_at
 * @property {string | null} last_access
 * @property {string | null} last_address
 * @property {string | null} last_client
 * @property {boolean} is_current */

/** @param {AccountToken} token */
const nameOf = (token) => token.name || t("nameless");

/** Where the person is signed in, and the programs that act for them.
 * @param {{ tokens: AccountToken[], hasFactor: boolean, isBusy: boolean, reload: () => Promise<void> }} props */
export const Sessions = ({ tokens, hasFactor, isBusy, reload }) => {
  const [ended, setEnded] = useState(/** @type {AccountToken | "others" | undefined} */ (undefined));
  const close = () => setEnded(undefined);
  const others = tokens.filter((one) => !one.is_current).length;
  const sorted = [...tokens].sort((one, other) =>
    Number(other.is_current) - Number(one.is_current) || (other.last_access ?? "").localeCompare(one.last_access ?? "")
  );
  return html`
    <${Table} caption=${t("sessionCount", { n: tokens.length })} rows=${sorted} isBusy=${isBusy}
      rowKey=${(/** @type {AccountToken} */ one) => one.id} columns=${[
        {
          label: t("session"),
          kind: "head",
          cell: (/** @type {AccountToken} */ one) => html`${nameOf(one)}<small>${one.last_client}</small>`,
        },
        {
          label: t("lastUse"),
          cell: (/** @type {AccountToken} */ one) =>
            html`<${Time} at=${one.last_access} /><small>${one.last_address}</small>`,
        },
        {
          label: t("ends"),
          cell: (/** @type {AccountToken} */ one) => html`<${Time} at=${one.expires_at} />`,
        },
        {
          label: "",
          kind: "actions",
          cell: (/** @type {AccountToken} */ one) =>
            one.is_current
              ? html`<${Tag} kind="accent">${t("thisSession")}<//>`
              : html`<button type="button" aria-label=${t("endNamed", { name: nameOf(one) })} onClick=${() =>
                setEnded(one)}>${t("end")}</button>`,
        },
      ]} />
    <div class="line">
      <button type="button" onClick=${signOut}>${t("signOut")}</button>
      ${others > 0 &&
        html`<button type="button" class="danger" onClick=${() => setEnded("others")}>${t("endOthers")}</button>`}
    </div>
    ${ended && html`<${Ending} ...${{ ended, hasFactor, others, reload }} onClose=${close} />`}
  `;
};

/** @param {{ ended: AccountToken | "others", hasFactor: boolean, others: number, reload: () => Promise<void>,
 *   onClose: () => void }} props */
const Ending = ({ ended, hasFactor, others, reload, onClose }) => {
  const end = async (/** @type {Record<string, string>} */ values) => {
    const where = ended === "others" ? address : path`/api/v2.1/user/account-tokens/${ended.id}/`;
    await proven(() => call("DELETE", where, { body: { password: values.password }, headers: codeHeader(values) }));
    onClose();
    toast(t("endedNow"));
    await reload();
  };
  return html`
    <${Dialog} title=${t(ended === "others" ? "endOthers" : "endTitle")} icon="warning" onClose=${onClose}>
      <p>${ended === "others"
        ? t("endOthersText", { n: others })
        : t("endText", { name: nameOf(ended), since: dateAndTime(ended.created_at) })}</p>
      <${Form} onSubmit=${end} submit=${t("end")} isDanger onCancel=${onClose}>
        <${ProofFields} hasFactor=${hasFactor} />
        <//>
        <//>
  `;
};
