import { NewPassword } from "../account/password.js";
import { t } from "../i18n/account.js";
import { html } from "../preact.js";
import { refresh, signOut } from "../session.js";
import { PageHead } from "../ui/page.js";

/** Choosing a password of one's own, which comes first for whoever has one that somebody else has set. */
export default function OwnPassword() {
  return html`
    <${PageHead} title=${t("ownPassword")} intro=${t("ownPasswordIntro")} />
    <div class="panel stack">
      <${NewPassword} hasFactor=${false} onChanged=${refresh} />
    </div>
    <button type="button" class="link" onClick=${signOut}>${t("signOut")}</button>
  `;
}
