import { call, path } from "../api.js";
import { t } from "../i18n/links.js";
import { html } from "../preact.js";
import { go } from "../router.js";
import { Accept } from "../visit/accept.js";

/** An invite link to a base. The link leaves the address as soon as it is accepted.
 * @param {{ params: Record<string, string> }} props */
export default function InviteLinkPage({ params: { token } }) {
  const accept = async (/** @type {string | undefined} */ password) => {
    const body = password ? { password } : {};
    const { dtable } = await call("POST", path`/api/v2.1/dtables/invite-links/${token}/accept/`, { body });
    go(`/console/bases/${dtable.uuid}`, { isReplacing: true });
  };
  return html`<${Accept} title=${t("invite")} text="inviteText" submit=${t("open")} accept=${accept} />`;
}
