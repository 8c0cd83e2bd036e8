import { t as common } from "../i18n/common.js";
import { t } from "../i18n/people.js";
import { html, useState } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { Secret } from "../ui/secret.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("./people.js").Scope} Scope */
/** @typedef {import("./people.js").Person} Person */

/** A password that is shown once. @param {{ password: string, name: string, onClose: () => void }} props */
const PasswordOnce = ({ password, name, onClose }) =>
  html`
    <div class="once">
      <b>${t("passwordFor", { name })}</b>
      <${Secret} value=${password} label=${t("passwordFor", { name })} />
      <span>${t("once")}</span>
    </div>
    <footer><button type="button" onClick=${onClose}>${t("done")}</button></footer>
  `;

/** Adds somebody, and shows their password once. @param {{ scope: Scope, onClose: () => void }} props */
export const NewPerson = ({ scope, onClose }) => {
  const [added, setAdded] = useState(
    /** @type {{ name: string, password: string | undefined } | undefined} */ (undefined),
  );
  const send = async (/** @type {Record<string, string>} */ { email, name, password }) => {
    const made = await scope.add({
      email: email.trim(),
      name: name.trim() || undefined,
      password: password || undefined,
    });
    if (!made.password) {
      toast(t("added", { name: made.name }));
      onClose();
    } else setAdded(made);
  };
  if (added?.password) {
    return html`
      <${Dialog} key="once" title=${t("added", { name: added.name })} icon="check" onClose=${onClose}>
        <${PasswordOnce} password=${added.password} name=${added.name} onClose=${onClose} />
        <//>
    `;
  }
  return html`
    <${Dialog} key="new" title=${scope.name === "team" ? t("add") : t("addUser")} icon="person" onClose=${onClose}>
      <${Form} onSubmit=${send} submit=${common("create")} onCancel=${onClose}>
        <${Field} name="email" type="email" label=${t("address")} hint=${t("addressHint")} required maxlength="255"
          autocomplete="off" />
        <${Field} name="name" label=${t("name")} maxlength="255" autocomplete="off" />
        <${Field} name="password" type="password" label=${t("password")} hint=${t("passwordHint")} maxlength="1024"
          autocomplete="new-password" />
        <//>
        <//>
  `;
};

/** Gives somebody a new password. @param {{ scope: Scope, person: Person, onClose: () => void }} props */
export const NewPassword = ({ scope, person, onClose }) => {
  const [password, setPassword] = useState("");
  const { name } = person;
  if (password) {
    return html`
      <${Dialog} key="once" title=${t("passwordFor", { name })} icon="key" onClose=${onClose}>
        <${PasswordOnce} password=${password} name=${name} onClose=${onClose} />
        <//>
    `;
  }
  return html`
    <${Dialog} key="reset" title=${t("reset")} icon="key" onClose=${onClose}>
      <p>${t("resetText", { name })}</p>
      <${Form} submit=${t("resetDo")} onCancel=${onClose}
        onSubmit=${async () => setPassword(await scope.resetPassword(person.id))} />
      <//>
  `;
};

/** Changes what somebody is called. @param {{ scope: Scope, person: Person, onClose: () => void }} props */
export const EditPerson = ({ scope, person, onClose }) => {
  const send = async (/** @type {Record<string, string>} */ values) => {
    const now = { name: person.name, contact_email: person.address, login_id: person.login };
    const changes = Object.entries(now).flatMap(([key, before]) => {
      const after = values[key]?.trim();
      return after === undefined || after === before ? [] : [[key, after]];
    });
    if (changes.length > 0) await scope.change(person.id, Object.fromEntries(changes));
    toast(t("saved"));
    onClose();
  };
  return html`
    <${Dialog} title=${t("edit")} icon="edit" onClose=${onClose}>
      <${Form} onSubmit=${send} submit=${common("save")} onCancel=${onClose}>
          <${Field} name="name" label=${t("name")} defaultValue=${person.name} required maxlength="255"
            autocomplete="off" />
          <${Field} name="contact_email" type="email" label=${t("address")} defaultValue=${person.address} required
            maxlength="255" autocomplete="off" />
          ${scope.name === "system" && html`
            <${Field} name="login_id" label=${t("login")} hint=${t("loginHint")} defaultValue=${person.login}
              maxlength="255" autocomplete="off" />
          `}
        <//>
      <//>
  `;
};
