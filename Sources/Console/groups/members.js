import { call, path } from "../api.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";
import { t } from "../i18n/groups.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { note } from "../router.js";
import { session } from "../session.js";
import { findPeople, nameOf, PersonName } from "../share/parts.js";
import { confirm } from "../ui/confirm.js";
import { Form } from "../ui/form.js";
import { Menu } from "../ui/menu.js";
import { Empty, Loaded } from "../ui/parts.js";
import { Picker } from "../ui/picker.js";
import { Pager, Search, Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { RoleTag } from "./roles.js";

/** @typedef {import("../share/parts.js").Person & { role: import("./roles.js").Role }} Member */

const pageSize = 50;

/** The members of a group. @param {{ group: import("./roles.js").Group, role: import("./roles.js").Role,
 *   query: URLSearchParams, reloadGroup: () => Promise<void> }} props */
export const Members = ({ group, role, query, reloadGroup }) => {
  const address = path`/api/v2.1/groups/${group.id}/members/`;
  const page = Math.max(1, Math.trunc(Number(query.get("page"))) || 1);
  const search = query.get("search") ?? "";
  const members = useData(
    `${address}${page}/${search}`,
    (options) =>
      search
        ? call("GET", path`/api/v2.1/groups/${group.id}/search-member/`, { ...options, query: { q: search } })
        : call("GET", address, { ...options, query: { page, per_page: pageSize } }),
  );
  const mayManage = role !== "Member";
  return html`
    <section class="section">
      <div class="line">
        <h2>${t("members")}</h2>
        <span class="end"><${Search} label=${t("search")} value=${search} onSearch=${(/** @type {string} */ text) =>
          note({ search: text.trim(), page: "" })} /></span>
      </div>
      ${mayManage && html`<${NewMember} address=${address} onAdded=${members.reload} />`}
      <${Loaded} of=${members}>${(/** @type {Member[]} */ list) =>
        list.length === 0 ? html`<${Empty} icon="search" title=${t("nobody")} text="" />` : html`
          <${Table} caption=${search ? t("found", { n: list.length }) : t("memberCount", { n: page })} rows=${list}
            isBusy=${members.isLoading} rowKey=${(/** @type {Member} */ one) => one.email} columns=${[
              {
                label: common("name"),
                kind: "head",
                cell: (/** @type {Member} */ one) => html`<${PersonName} person=${one} />`,
              },
              { label: t("role"), cell: (/** @type {Member} */ one) => html`<${RoleTag} role=${one.role} />` },
              mayManage && {
                label: "",
                kind: "actions",
                cell: (/** @type {Member} */ one) =>
                  html`
                    <${Actions} ...${{ one, group, role, address }}
                      reload=${async () => void await Promise.all([members.reload(), reloadGroup()])} />
                  `,
              },
            ]} />
          ${!search &&
            html`<${Pager} page=${page} hasNext=${list.length === pageSize} onPage=${(/** @type {number} */ next) =>
              note({ page: next > 1 ? next : "" })} />`}
        `}<//>
    </section>
  `;
};

/** @param {{ address: string, onAdded: () => Promise<void> }} props */
const NewMember = ({ address, onAdded }) => {
  const [count, setCount] = useState(0);
  const add = async (/** @type {Record<string, string>} */ { person }) => {
    await call("POST", address, { body: { email: person } });
    setCount(count + 1);
    toast(t("added"));
    await onAdded();
  };
  return html`
    <div class="panel">
      <${Form} key=${count} class="row two" onSubmit=${add} submit=${t("add")} icon=${html`<${Icon} name="plus" />`}>
        <${Picker} name="person" label=${t("person")} search=${findPeople} none=${t("nobodyFound")} required />
        <//>
        </div>
  `;
};

/** @param {{ one: Member, group: import("./roles.js").Group, role: import("./roles.js").Role, address: string,
 *   reload: () => Promise<void> }} props */
const Actions = ({ one, group, role, address, reload }) => {
  const name = nameOf(one);
  const own = address + path`${one.email}/`;
  if (one.role === "Owner" || one.email === session.get().account?.email) return null;
  const change = async () => {
    try {
      await call("PUT", own, { body: { is_admin: one.role !== "Admin" } });
      toast(t("roleChanged", { name }));
    } catch (error) {
      toast(explain(error).text);
    }
    await reload();
  };
  const transfer = () =>
    confirm({
      title: t("transferTitle", { name }),
      text: t("transferText", { name }),
      action: t("transfer"),
      onConfirm: async () => {
        await call("PUT", path`/api/v2.1/groups/${group.id}/`, { body: { owner: one.email } });
        toast(t("transferred", { name }));
        await reload();
      },
    });
  const remove = () =>
    confirm({
      title: t("removeTitle", { name }),
      text: t("removeText", { name }),
      action: t("remove"),
      onConfirm: async () => {
        await call("DELETE", own);
        toast(t("removed"));
        await reload();
      },
    });
  return html`<${Menu} label=${t("more", { name })} items=${[
    { label: t(one.role === "Admin" ? "makeMember" : "makeAdmin"), icon: "person", onSelect: change },
    role === "Owner" && { label: t("transfer"), icon: "key", onSelect: transfer },
    "-",
    { label: t("remove"), icon: "leave", isDanger: true, onSelect: remove },
  ]} />`;
};
