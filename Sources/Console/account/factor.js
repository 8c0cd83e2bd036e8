import { call } from "../api.js";
import { download } from "../csv.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/account.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { Notice, Tag } from "../ui/parts.js";
import { copy, Secret } from "../ui/secret.js";
import { toast } from "../ui/toast.js";
import { codeHeader, ProofFields, proven } from "./proof.js";

const address = "/api/v2.1/user/two-factor-auth/";

/** @typedef {{ enabled: boolean, required: boolean, recovery_codes_left: number }} Factor */

/** What a person sees of their second factor. @param {{ factor: Factor, reload: () => Promise<void> }} props */
export const SecondFactor = ({ factor, reload }) => {
  const [shown, setShown] = useState(/** @type {"" | "enrol" | "remove"} */ (""));
  const close = () => setShown("");
  return html`
    <p>${t(factor.enabled ? "factorOn" : factor.required ? "factorRequired" : "factorOff")}</p>
    ${factor.enabled
      ? html`
        <div class="line">
          <${Tag} kind="accent">${t("active")}<//><span class="muted small">${t("codesLeft", {
            n: factor.recovery_codes_left,
          })}</span>
          <button type="button" class="danger end" onClick=${() => setShown("remove")}>${t("removeFactor")}</button>
        </div>
      `
      : html`<div class="line"><button type="button" class="primary" onClick=${() => setShown("enrol")}>
        <${Icon} name="lock" />${t("setUp")}
      </button></div>`}
    ${shown === "enrol" && html`
      <${Dialog} title=${t("setUp")} icon="lock" onClose=${close}>
        <${Enrolment} onDone=${close} onEnrolled=${reload} />
        <//>
    `}
    ${shown === "remove" && html`<${Removal} onClose=${close} onRemoved=${reload} />`}
  `;
};

/** The steps to a second factor: the password, the secret with a first code, the recovery codes. The secrets are in the
 * page only during their step. @param {{ onDone: () => void, onEnrolled: () => unknown }} props */
export const Enrolment = ({ onDone, onEnrolled }) => {
  const [made, setMade] = useState(
    /** @type {{ secret: string, otpauth_url: string, qr_code: string } | undefined} */ (undefined),
  );
  const [codes, setCodes] = useState(/** @type {string[] | undefined} */ (undefined));
  const begin = async (/** @type {Record<string, string>} */ { password }) =>
    setMade(await proven(() => call("POST", address, { body: { password }, isOnce: true })));
  const finish = async (/** @type {Record<string, string>} */ { code }) => {
    const { recovery_codes } = await call("PUT", address, { body: { code: code.trim() } });
    setMade(undefined);
    setCodes(recovery_codes);
    await onEnrolled();
  };
  if (codes) return html`<${RecoveryCodes} codes=${codes} onDone=${onDone} />`;
  if (!made) {
    return html`
      <${Form} onSubmit=${begin} submit=${t("goOn")}>
        <p>${t("enrolIntro")}</p>
        <${ProofFields} hasFactor=${false} />
        <//>
    `;
  }
  return html`
    <p>${t("scan")}</p>
    <img class="qr" src=${made.qr_code} alt=${t("qrCode")} />
    <p>${t("orType")}</p>
    <${Secret} value=${made.secret} label=${t("secret")} />
    <p class="small"><a href=${made.otpauth_url}>${t("onThisDevice")}</a></p>
    <${Form} key="code" onSubmit=${finish} submit=${t("confirmCode")}>
      <${Field} name="code" label=${t("code")} hint=${t("firstCode")} required maxlength="64" inputmode="numeric"
        autocomplete="one-time-code" spellcheck="false" autofocus />
      <//>
  `;
};

/** @param {{ codes: string[], onDone: () => void }} props */
const RecoveryCodes = ({ codes, onDone }) => {
  const text = codes.join("\n");
  return html`
    <${Notice} text=${t("codesOnce")} />
    <ul class="plain codes" aria-label=${t("recoveryCodes")}>${codes.map((one) =>
      html`<li><code translate="no">${one}</code></li>`
    )}</ul>
    <div class="line">
      <button type="button" onClick=${() => copy(text)}><${Icon} name="copy" />${common("copy")}</button>
      <button type="button" onClick=${() => download("basekeeper-recovery-codes.txt", `${text}\n`, "text/plain")}>
        <${Icon} name="download" />${t("download")}
      </button>
      <button type="button" class="primary end" autofocus onClick=${onDone}>${t("kept")}</button>
    </div>
  `;
};

/** @param {{ onClose: () => void, onRemoved: () => Promise<void> }} props */
const Removal = ({ onClose, onRemoved }) => {
  const remove = async (/** @type {Record<string, string>} */ values) => {
    await proven(() => call("DELETE", address, { body: { password: values.password }, headers: codeHeader(values) }));
    onClose();
    toast(t("factorRemoved"));
    await onRemoved();
  };
  return html`
    <${Dialog} title=${t("removeFactor")} icon="warning" onClose=${onClose}>
      <p>${t("removeFactorText")}</p>
      <${Form} onSubmit=${remove} submit=${t("removeFactor")} isDanger onCancel=${onClose}>
        <${ProofFields} hasFactor />
        <//>
        <//>
  `;
};
