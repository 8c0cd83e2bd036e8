import { all, call, path } from "../api.js";
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
import { PermissionChoice, PermissionField } from "./parts.js";

/** @typedef {{ group_id: number, group_name: string, permission: string }} GroupShare */

const findGroups = async (/** @type {string} */ text) => {
  const groups = await call("GET", "/api/v2.1/search-group/", { query: { q: text } });
  return groups.map((/** @type {{ id: number, name: string }} */ one) => ({ value: String(one.id), text: one.name }));
};

/** The groups with which a base is shared. @param {{ base: import("../bases.js").Base }} props */
export const Groups = ({ base }) => {
  const address = below(base, "group-shares/");
  const shares = useData(address, (options) => all(address, "dtable_group_share_list", options));
  const [count, setCount] = useState(0);
  const share = async (/** @type {Record<string, string>} */ { group, permission }) => {
    await call("POST", address, { body: { group_id: Number(group), permission } });
    setCount(count + 1);
    toast(t("shared"));
    await shares.reload();
  };
  const change = (/** @type {GroupShare} */ one) => async (/** @type {string} */ permission) => {
    await call("PUT", address + path`${one.group_id}/`, { body: { permission } });
    await shares.reload();
  };
  const remove = (/** @type {GroupShare} */ { group_id, group_name: name }) =>
    confirm({
      title: t("removeTitle", { name }),
      text: t("removeGroup", { name, base: base.name }),
      action: t("remove"),
      onConfirm: async () => {
        await call("DELETE", address + path`${group_id}/`);
        toast(t("removed"));
        await shares.reload();
      },
    });
  return html`
    <section class="section">
      <h2>${t("groups")}</h2>
      <div class="panel">
        <${Form} key=${count} class="row" onSubmit=${share} submit=${t("share")} icon=${html`<${Icon} name="plus" />`}>
          <${Picker} name="group" label=${t("group")} search=${findGroups} none=${t("noSuchGroup")} required />
          <${PermissionField} />
          <//>
          </div>
          <${Loaded} of=${shares}>${(/** @type {GroupShare[]} */ list) =>
            list.length === 0 ? html`<p class="muted">${t("noGroupsText")}</p>` : html`
              <${Table} caption=${t("groupCount", { n: list.length })} rows=${list} isBusy=${shares.isLoading}
                rowKey=${(/** @type {GroupShare} */ one) => one.group_id} columns=${[
                  { label: common("name"), kind: "head", cell: (/** @type {GroupShare} */ one) => one.group_name },
                  {
                    label: common("permission"),
                    cell: (/** @type {GroupShare} */ one) =>
                      html`<${PermissionChoice} name=${one.group_name} permission=${one.permission} change=${
                        change(one)
                      } />`,
                  },
                  {
                    label: "",
                    kind: "actions",
                    cell: (/** @type {GroupShare} */ one) =>
                      html`<button type="button" aria-label=${
                        t("removeNamed", { name: one.group_name })
                      } onClick=${() => remove(one)}>${t("remove")}</button>`,
                  },
                ]} />
            `}<//>
    </section>
  `;
};
