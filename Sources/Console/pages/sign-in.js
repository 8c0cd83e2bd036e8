import { ApiError } from "../api.js";
import { t } from "../i18n/sign-in.js";
import { html, useState } from "../preact.js";
import { signIn } from "../session.js";
import { Check, Field, Form } from "../ui/form.js";
import { PageHead } from "../ui/page.js";

/** @typedef {{ username: string, password: string, stays: boolean }} Proof */

/** Signing in: name and password, then the code of the second factor if there is one. It is shown in place of any page
 * that needs a session, so that the page is there afterwards. */
export default function SignIn() {
  const [proof, setProof] = useState(/** @type {Proof | undefined} */ (undefined));
  return proof
    ? html`<${CodeStep} proof=${proof} onBack=${() => setProof(undefined)} />`
    : html`<${PasswordStep} onCodeNeeded=${setProof} />`;
}

/** @param {{ onCodeNeeded: (proof: Proof) => void }} props */
const PasswordStep = ({ onCodeNeeded }) => {
  const send = async (/** @type {Record<string, string>} */ { username, password, stays }) => {
    const proof = { username, password, stays: stays === "yes" };
    try {
      await signIn(proof);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.message.startsWith("Two factor auth token is missing")) throw error;
      onCodeNeeded(proof);
    }
  };
  return html`
    <${PageHead} title=${t("title")} />
    <div class="panel stack">
      <${Form} onSubmit=${send} submit=${t("title")}>
        <${Field} name="username" label=${t("username")} required maxlength="255" autocomplete="username"
          autocapitalize="none"
          spellcheck=${false} autofocus />
        <${Field} name="password" label=${t("password")} type="password" required maxlength="1024"
          autocomplete="current-password" />
        <${Check} name="stays" label=${t("stays")} hint=${t("staysHint")} />
        <//>
        </div>
        <p class="muted small">${t("lost")}</p>
  `;
};

/** @param {{ proof: Proof, onBack: () => void }} props */
const CodeStep = ({ proof, onBack }) =>
  html`
    <${PageHead} title=${t("code")} intro=${t("codeIntro")} />
    <div class="panel stack">
      <${Form} onSubmit=${({ code = "" }) => signIn({ ...proof, code: code.trim() })} submit=${t("continue")}>
        <${Field} name="code" label=${t("code")} hint=${t(
          "codeHint",
        )} required maxlength="64" autocomplete="one-time-code"
          spellcheck=${false} autofocus />
        <//>
        <button type="button" class="link" onClick=${onBack}>${t("back")}</button>
        </div>
        <p class="muted small">${t("lostCode")}</p>
  `;
