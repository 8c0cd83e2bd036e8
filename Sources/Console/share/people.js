import { all, call } from "../api.js";
import { useData } from "../data.js";
import { below } from "../grid/gateway.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/share.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Form } from "../ui/form.js";
import { Loaded } from "../ui/parts.js";
import { Picker } from "../ui/picker.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { findPeople, nameOf, PermissionChoice, PermissionField, PersonName } from "./parts.js";

/** @typedef {import("../bases.js").Base} Base */
/** @typedef {import("./parts.js").Person & { permission: string }} Sharer */

/** The people with whom a base is shared. @param {{ base: Base }} props */
export const People = ({ base }) => {
  const address = below(base, "share/");
  const people = useData(address, (options) => all(address, "user_list", options));
  const [count, setCount] = useState(0);
  const share = async (/** @type {Record<string, string>} */ { person, permission }) => {
    await call("POST", address, { body: { email: person, permission } });
    setCount(count + 1);
    toast(t("shared"));
    await people.reload();
  };
  const change = (/** @type {Sharer} */ one) => async (/** @type {string} */ permission) => {
    await call("PUT", address, { body: { email: one.email, permission } });
    await people.reload();
  };
  const remove = (/** @type {Sharer} */ one) =>
    confirm({
      title: t("removeTitle", { name: nameOf(one) }),
      text: t("removePerson", { name: nameOf(one), base: base.name }),
      action: t("remove"),
      onConfirm: async () => {
        await call("DELETE", address, { body: { email: one.email } });
        toast(t("removed"));
        await people.reload();
      },
    });
  return html`
    <section class="section">
      <h2>${t("people")}</h2>
      <div class="panel">
        <${Form} key=${count} class="row" onSubmit=${share} submit=${t("share")} icon=${html`<${Icon} name="plus" />`}>
          <${Picker} name="person" label=${t("person")} search=${findPeople} none=${t("nobody")} required />
          <${PermissionField} />
          <//>
          </div>
          <${Loaded} of=${people}>${(/** @type {Sharer[]} */ list) =>
            list.length === 0 ? html`<p class="muted">${t("noPeopleText")}</p>` : html`
              <${Table} caption=${t("peopleCount", { n: list.length })} rows=${list} isBusy=${people.isLoading}
                rowKey=${(/** @type {Sharer} */ one) => one.email} columns=${[
                  {
                    label: common("name"),
                    kind: "head",
                    cell: (/** @type {Sharer} */ one) => html`<${PersonName} person=${one} />`,
                  },
                  {
                    label: common("permission"),
                    cell: (/** @type {Sharer} */ one) =>
                      html`<${PermissionChoice} name=${nameOf(one)} permission=${one.permission} change=${
                        change(one)
                      } />`,
                  },
                  {
                    label: "",
                    kind: "actions",
                    cell: (/** @type {Sharer} */ one) =>
                      html`<button type="button" aria-label=${t("removeNamed", { name: nameOf(one) })} onClick=${() =>
                        remove(one)}>${t("remove")}</button>`,
                  },
                ]} />
            `}<//>
    </section>
  `;
};
