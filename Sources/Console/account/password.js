import { call } from "../api.js";
import { t } from "../i18n/account.js";
import { html, useState } from "../preact.js";
import { goOnWith } from "../session.js";
import { Field, Form } from "../ui/form.js";
import { atField } from "../ui/form-errors.js";
import { codeHeader, ProofFields, proven } from "./proof.js";

/** Chooses another password. @param {{ hasFactor: boolean, username?: string, onChanged: () => void }} props */
export const NewPassword = ({ hasFactor, username, onChanged }) => {
  // A new form after each change: no password stays in the page.
  const [count, setCount] = useState(0);
  const [needsCode, setNeedsCode] = useState(hasFactor);
  const send = async (/** @type {Record<string, string>} */ values) => {
    const { old_password, new_password, repeated } = values;
    if (new_password !== repeated) throw atField("repeated", t("notTheSame"));
    if (new_password === old_password) throw atField("new_password", t("notNew"));
    const { token } = await proven(
      () =>
        call("PUT", "/api/v2.1/user/password/", { body: { old_password, new_password }, headers: codeHeader(values) }),
      "old_password",
    ).catch((error) => {
      if (error.field === "new_password") throw atField("new_password", t("weak"));
      if (error.field !== "code" || needsCode) throw error;
      setNeedsCode(true);
      throw atField("code", t("codeNeeded"));
    });
    goOnWith(token);
    setCount(count + 1);
    onChanged();
  };
  return html`
    <${Form} key=${count} onSubmit=${send} submit=${t("changePassword")}>
      ${username && html`<input type="text" hidden autocomplete="username" value=${username} readonly />`}
      <${ProofFields} hasFactor=${needsCode} name="old_password" label=${t("oldPassword")} />
      <div class="pair">
        <${Field} name="new_password" label=${t("newPassword")} type="password" required minlength="8" maxlength="1024"
          autocomplete="new-password" hint=${t("passwordRule")} />
        <${Field} name="repeated" label=${t(
          "repeated",
        )} type="password" required maxlength="1024" autocomplete="new-password" />
      </div>
    <//>
  `;
};
