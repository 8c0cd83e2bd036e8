import { fromNow } from "../i18n.js";
import { t } from "../i18n/leaving.js";
import { html } from "../preact.js";
import { Permission } from "../ui/parts.js";

/** What somebody has left behind: what lets somebody in although they are gone. */

const counted = /** @type {const} */ ([
  ["api_tokens", "tokens"],
  ["external_links", "external"],
  ["invite_links", "invites"],
  ["group_invite_links", "groupInvites"],
  ["user_shares", "userShares"],
  ["group_shares", "groupShares"],
  ["accepted_invite_links", "accepted"],
]);

/** How many things there are that go on, account tokens aside: these end with the account. @param {any} left */
export const goingOn = (left) => left.left_behind.count - left.left_behind.account_tokens;

/** What there is, by kind; API tokens by name. @param {{ left: any }} props */
export const LeftBehind = ({ left }) =>
  goingOn(left) === 0 ? html`<p class="muted">${t("nothingLeft")}</p>` : html`
    <ul class="plain stack tight">
      ${counted.filter(([kind]) => left.left_behind[kind] > 0).map(([kind, text]) =>
        html`<li>
          <b>${t(text, { n: left.left_behind[kind] })}</b>
          ${kind === "api_tokens" && html`<${Tokens} tokens=${left.api_tokens} all=${left.left_behind.api_tokens} />`}
        </li>`
      )}
    </ul>
  `;

/** @param {{ tokens: any[], all: number }} props */
const Tokens = ({ tokens, all }) => {
  const shown = tokens.slice(0, 5);
  return html`
    <ul class="plain stack tight">
      ${shown.map((one) =>
        html`
          <li class="line">
            <span>${t("inBase", { name: one.app_name, base: one.dtable_name })}</span>
            <${Permission} permission=${one.permission} />
            <span class="muted small">
                      ${one.used ? t("used", { when: fromNow(one.last_access) }) : t("neverUsed")}
                    </span>
          </li>
        `
      )}
      ${all > shown.length && html`<li class="muted">${t("andMore", { n: all - shown.length })}</li>`}
    </ul>
  `;
};
