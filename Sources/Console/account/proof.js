import { ApiError } from "../api.js";
import { t } from "../i18n/account.js";
import { html } from "../preact.js";
import { Field } from "../ui/form.js";

/** What proves once more who somebody is: the password, and a code by anyone who has a second factor. */

/** @typedef {{ password: string, code?: string }} Proof */

/** The fields of a proof, in a form. @param {{ hasFactor: boolean, label?: string, name?: string }} props */
export const ProofFields = ({ hasFactor, name = "password", label = t("password") }) =>
  html`
    <${Field} name=${name} label=${label} type="password" required maxlength="1024"
      autocomplete="current-password" />
    ${hasFactor && html`
      <${Field} name="code" label=${t("code")} hint=${t("codeHint")} required maxlength="64"
        autocomplete="one-time-code" spellcheck="false" />
    `}
  `;

/** The header with the code. @param {Record<string, string>} values @returns {Record<string, string>} */
export const codeHeader = ({ code }) => code ? { "X-SEAFILE-OTP": code.trim() } : {};

/** Does what takes a proof; a proof that is wrong stands at its field.
 * @template Result @param {() => Promise<Result>} run @param {string} [field] the password's @returns {Promise<Result>} */
export const proven = async (run, field = "password") => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiError && error.message.startsWith("The password is wrong")) error.field = field;
    if (error instanceof ApiError && error.message.startsWith("Two factor auth token")) error.field = "code";
    throw error;
  }
};
