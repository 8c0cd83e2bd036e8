import { call, path } from "../api.js";
import { t } from "../i18n/links.js";
import { html } from "../preact.js";
import { go } from "../router.js";
import { toast } from "../ui/toast.js";
import { Accept } from "../visit/accept.js";

/** An invite link to a group. The link leaves the address as soon as it is accepted.
 * @param {{ params: Record<string, string> }} props */
export default function GroupLinkPage({ params: { token } }) {
  const accept = async () => {
    const { group_id } = await call("POST", path`/api/v2.1/groups/invite-links/${token}/accept/`);
    toast(t("joined"));
    go(`/console/groups/${group_id}`, { isReplacing: true });
  };
  return html`<${Accept} title=${t("join")} text="joinText" submit=${t("joinGroup")} accept=${accept} />`;
}
