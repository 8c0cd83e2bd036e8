import { t } from "../i18n/links.js";
import { html, useState } from "../preact.js";
import { session } from "../session.js";
import { useStore } from "../store.js";
import { Field, Form } from "../ui/form.js";
import { atField } from "../ui/form-errors.js";
import { PageHead } from "../ui/page.js";
import { DeadLink, refusal, wantsPassword } from "./refusal.js";

/** Asks whether somebody accepts a link, and for its password if it has one.
 * @param {{ title: string, text: "inviteText" | "joinText", submit: string, accept: (password?: string) => Promise<void> }} props */
export const Accept = ({ title, text, submit, accept }) => {
  const { account } = useStore(session);
  const [isProtected, setIsProtected] = useState(false);
  const [dead, setDead] = useState(/** @type {string | undefined} */ (undefined));
  const send = async (/** @type {Record<string, string>} */ { password }) => {
    try {
      await accept(password);
    } catch (error) {
      if (wantsPassword(error)) {
        setIsProtected(true);
        throw atField("password", t(isProtected ? "wrongPassword" : "passwordNeeded"));
      }
      const reason = refusal(error);
      if (reason === undefined) throw error;
      setDead(reason);
    }
  };
  const name = account?.name || account?.contact_email || "";
  return html`
    <${PageHead} title=${title} />
    ${dead !== undefined ? html`<${DeadLink} text=${dead} />` : html`
      <section class="panel stack section narrow">
        <p>${t(text, { name })}</p>
        <${Form} onSubmit=${send} submit=${submit}>
              ${isProtected && html`
                <${Field} name="password" label=${t(
                  "password",
                )} type="password" required maxlength="1024" autocomplete="off"
                  autofocus />
              `}
            <//>
          </section>
    `}
  `;
};
