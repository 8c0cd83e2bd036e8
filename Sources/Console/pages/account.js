import { Address, Invitations, Profile } from "../account/profile.js";
import { NewPassword } from "../account/password.js";
import { SecondFactor } from "../account/factor.js";
import { Sessions } from "../account/sessions.js";
import { call } from "../api.js";
import { useData } from "../data.js";
import { t } from "../i18n/account.js";
import { html } from "../preact.js";
import { session } from "../session.js";
import { useStore } from "../store.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** The person's own account. */
export default function AccountPage() {
  const { account } = useStore(session);
  const factor = useData("own-factor", (options) => call("GET", "/api/v2.1/user/two-factor-auth/", options));
  const tokens = useData("own-sessions", (options) => call("GET", "/api/v2.1/user/account-tokens/", options));
  if (!account) return null;
  const passwordChanged = async () => {
    toast(t("passwordChanged"));
    await tokens.reload();
  };
  return html`
    <${PageHead} title=${t("title")} />
    ${account.org_id === undefined && html`<${Invitations} />`}
    <${Part} title=${t("profile")}>
      <${Profile} account=${account} />
      <//>
      <${Loaded} of=${factor}>${(/** @type {import("../account/factor.js").Factor} */ found) =>
        html`
          <${Part} title=${t("address")}>
            <${Address} account=${account} hasFactor=${found.enabled} />
            <//>
            <${Part} title=${t("password")}>
              <p>${t("passwordIntro")}</p>
              <${NewPassword} hasFactor=${found.enabled} username=${account
                .contact_email} onChanged=${passwordChanged} />
              <//>
              <${Part} title=${t("secondFactor")}>
                <${SecondFactor} factor=${found} reload=${factor.reload} />
                <//>
                <section class="section">
                  <h2>${t("sessions")}</h2>
                  <p class="muted small">${t("sessionsIntro")}</p>
                  <${Loaded} of=${tokens}>${(
                    /** @type {{ account_tokens: import("../account/sessions.js").AccountToken[] }} */ answer,
                  ) =>
                    html`
                      <${Sessions} tokens=${answer.account_tokens} hasFactor=${found.enabled} isBusy=${tokens
                        .isLoading} reload=${tokens.reload} />
                    `}<//>
          </section>
        `}<//>
  `;
}

/** @param {{ title: string, children?: import("../preact.js").Children }} props */
const Part = ({ title, children }) =>
  html`
    <section class="section narrow">
      <h2>${title}</h2>
      <div class="panel stack">${children}</div>
    </section>
  `;
