import { call, path } from "../api.js";
import { useData } from "../data.js";
import { day } from "../i18n.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/account.js";
import { html, useState } from "../preact.js";
import { noteAccount, refresh } from "../session.js";
import { Field, Form } from "../ui/form.js";
import { Notice } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { codeHeader, ProofFields, proven } from "./proof.js";

/** @typedef {import("../session.js").Account} Account */

/** The name that others see. @param {{ account: Account }} props */
export const Profile = ({ account }) => {
  const rename = async (/** @type {Record<string, string>} */ { name }) => {
    noteAccount(await call("PUT", "/api/v2.1/user/", { body: { name } }));
    toast(t("saved"));
  };
  return html`
    <dl class="facts">
      <dt>${t("userId")}</dt><dd><code translate="no">${account.email}</code></dd>
      ${account.login_id && html`
        <dt>${t("loginId")}</dt>
        <dd>${account.login_id}</dd>
      `}
    </dl>
    <${Form} onSubmit=${rename} submit=${common("save")}>
      <${Field} name="name" label=${common("name")} hint=${t("nameHint")} required maxlength="255" autocomplete="name"
        defaultValue=${account.name} />
      <//>
  `;
};

/** The address by which the person signs in. @param {{ account: Account, hasFactor: boolean }} props */
export const Address = ({ account, hasFactor }) => {
  const [count, setCount] = useState(0);
  const change = async (/** @type {Record<string, string>} */ values) => {
    const { email, password } = values;
    await proven(() =>
      call("PUT", "/api/v2.1/user/contact-email/", {
        body: { new_contact_email: email.trim(), password },
        headers: codeHeader(values),
      })
    );
    noteAccount({ contact_email: email.trim() });
    setCount(count + 1);
    toast(t("addressChanged"));
  };
  return html`
    <p>${t("addressNow", { address: account.contact_email })}</p>
    <${Form} key=${count} onSubmit=${change} submit=${t("changeAddress")}>
      <${Field} name="email" label=${t("newAddress")} type="email" required maxlength="254" autocomplete="email" />
      <${ProofFields} hasFactor=${hasFactor} />
      <//>
  `;
};

/** @typedef {{ id: number, org_name: string, inviter_name: string, expire_date: string }} Invitation */

/** Invitations into teams, for who is in none. */
export const Invitations = () => {
  const invitations = useData(
    "team-invitations",
    (options) => call("GET", "/api/v2.1/user/team-invitations/", options),
  );
  const answer = async (/** @type {Invitation} */ { id, org_name }, /** @type {boolean} */ accepts) => {
    const one = path`/api/v2.1/user/team-invitations/${id}/`;
    if (accepts) await call("POST", `${one}accept/`);
    else await call("DELETE", one);
    if (accepts) await refresh();
    toast(t(accepts ? "joinedTeam" : "declined", { name: org_name }));
    await invitations.reload();
  };
  return (invitations.data?.invitation_list ?? []).map((/** @type {Invitation} */ one) =>
    html`
      <${Notice} key=${one.id} text=${t("invited", {
        name: one.inviter_name,
        team: one.org_name,
        date: day(one.expire_date),
      })}>
        <button type="button" class="primary" onClick=${() => answer(one, true)}>${t("accept")}</button>
        <button type="button" onClick=${() => answer(one, false)}>${t("decline")}</button>
        <//>
    `
  );
};
