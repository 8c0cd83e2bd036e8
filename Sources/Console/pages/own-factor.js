import { Enrolment } from "../account/factor.js";
import { t } from "../i18n/account.js";
import { html } from "../preact.js";
import { refresh, signOut } from "../session.js";
import { PageHead } from "../ui/page.js";

/** Enrolling a second factor, which comes first for whoever must have one. */
export default function OwnFactor() {
  return html`
    <${PageHead} title=${t("secondFactor")} intro=${t("factorRequired")} />
    <div class="panel stack">
      <${Enrolment} onDone=${refresh} onEnrolled=${() => {}} />
    </div>
    <button type="button" class="link" onClick=${signOut}>${t("signOut")}</button>
  `;
}
