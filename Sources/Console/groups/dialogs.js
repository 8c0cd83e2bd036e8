import { t as common } from "../i18n/common.js";
import { t } from "../i18n/groups.js";
import { html } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { atField } from "../ui/form-errors.js";

/** Asks for the name of a group.
 * @param {{ title: string, submit: string, name?: string, save: (name: string) => Promise<unknown>, onClose: () => void }} props */
export const NameDialog = ({ title, submit, name = "", save, onClose }) => {
  const send = async (/** @type {Record<string, string>} */ values) => {
    try {
      await save(values.name.trim());
      onClose();
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      if (message.startsWith("name invalid")) throw atField("name", t("badName"));
      if (message.startsWith("There is already a group")) throw atField("name", t("taken"));
      throw error;
    }
  };
  return html`
    <${Dialog} title=${title} icon="people" onClose=${onClose}>
      <${Form} onSubmit=${send} submit=${submit} onCancel=${onClose}>
        <${Field} name="name" label=${common("name")} hint=${t("nameHint")} required maxlength="255" autocomplete="off"
          defaultValue=${name} />
        <//>
        <//>
  `;
};
