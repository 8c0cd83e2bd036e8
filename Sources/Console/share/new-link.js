import { t as common } from "../i18n/common.js";
import { t } from "../i18n/share.js";
import { html, useState } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form, Select } from "../ui/form.js";
import { atField } from "../ui/form-errors.js";
import { Secret } from "../ui/secret.js";
import { PermissionField } from "./parts.js";

/** The choices for how long a link lives, in days: 0 is for good. @type {[value: string, text: string][]} */
const lives = ["7", "1", "30", "90", "365", "0"].map((days) => [
  days,
  days === "0" ? t("forGood") : t("days", { n: Number(days) }),
]);

/** Makes a link, and shows it: it is in the page only until the dialog closes.
 * @param {{ title: string, intro: string, has: ("permission" | "password" | "token")[], onClose: () => void,
 *   make: (terms: Record<string, unknown>) => Promise<string> }} props `make` answers the whole link */
export const NewLink = ({ title, intro, has, make, onClose }) => {
  const [link, setLink] = useState("");
  const send = async (/** @type {Record<string, string>} */ { permission, password, token, expire_days }) => {
    if (password !== undefined && password !== "" && password.length < 8) {
      throw atField("password", common("tooShort", { n: 8 }));
    }
    const terms = {
      expire_days: Number(expire_days),
      ...(permission ? { permission } : {}),
      ...(password ? { password } : {}),
      ...(token ? { token: token.trim() } : {}),
    };
    try {
      setLink(await make(terms));
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("password invalid")) {
        throw atField("password", t("weakPassword"));
      }
      if (error instanceof Error && error.message.startsWith("token already exists")) {
        throw atField("token", t("tokenTaken"));
      }
      throw error;
    }
  };
  if (link) {
    return html`
      <${Dialog} title=${title} icon="link" onClose=${onClose}>
        <div class="once">
          <p>${t("linkOnce")}</p>
          <${Secret} value=${link} label=${t("link")} />
        </div>
        <footer><button type="button" onClick=${onClose}>${t("done")}</button></footer>
        <//>
    `;
  }
  return html`
    <${Dialog} title=${title} icon="link" onClose=${onClose}>
      <p>${intro}</p>
      <${Form} onSubmit=${send} submit=${common("create")} onCancel=${onClose}>
        <div class="pair">
          ${has.includes("permission") && html`<${PermissionField} />`}
          <${Select} name="expire_days" label=${t("validity")} options=${lives} value="7" />
        </div>
        ${has.includes("password") && html`
          <${Field} name="password" label=${t("password")} hint=${t("passwordHint")} type="password"
            maxlength="255" autocomplete="new-password" />
        `}
        ${has.includes("token") && html`
          <details>
            <summary>${t("ownName")}</summary>
            <${Field} name="token" label=${t("linkName")} hint=${t("linkNameHint")} minlength="8" maxlength="100"
              pattern="[A-Za-z0-9_\\-]+" autocomplete="off" spellcheck="false" />
          </details>
        `}
      <//>
    <//>
  `;
};
