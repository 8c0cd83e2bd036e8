import { ApiError, call, path } from "../api.js";
import { useData } from "../data.js";
import { t } from "../i18n/trash.js";
import { t as common } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";
import { html, useState } from "../preact.js";
import { session } from "../session.js";
import { useStore } from "../store.js";
import { confirm } from "../ui/confirm.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded, Time } from "../ui/parts.js";
import { Pager, Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {{ id: number, uuid: string, name: string, delete_time: string }} TrashedBase */
/** @typedef {{ id: number, name: string, owner: string | null, admins: string[] }} Group */

const pageSize = 25;

/** The deleted bases of a person, and of the groups that they administer. */
export default function TrashPage() {
  const { account } = useStore(session);
  const groups = useData("groups", (options) => call("GET", "/api/v2.1/groups/", options));
  const administered = (groups.data ?? []).filter((/** @type {Group} */ one) =>
    one.owner === account?.email || one.admins.includes(account?.email ?? "")
  );
  return html`
    <${PageHead} title=${t("title")} intro=${t("intro")} />
    <${OwnTrash} />
    ${administered.map((/** @type {Group} */ one) => html`<${GroupTrash} key=${one.id} group=${one} />`)}
  `;
}

const OwnTrash = () => {
  const address = "/api/v2.1/trash-dtables/";
  const [page, setPage] = useState(1);
  const loading = useData(
    `trash/${page}`,
    (options) => call("GET", address, { ...options, query: { page, per_page: pageSize } }),
  );
  const clear = (/** @type {number} */ n) =>
    confirm({
      title: t("clearTitle"),
      text: t("clearText", { n }),
      action: t("clear"),
      onConfirm: async () => {
        await call("DELETE", address);
        setPage(1);
        toast(t("cleared"));
        await loading.reload();
      },
    });
  return html`<${Loaded} of=${loading}>${(
    /** @type {{ count: number, trash_dtable_list: TrashedBase[] }} */ { count, trash_dtable_list: bases },
  ) =>
    html`
      <section class="section">
        <div class="line">
          <h2>${t("own")}</h2>
          ${count > 0 &&
            html`<button type="button" class="danger end" onClick=${() => clear(count)}>${t("clear")}</button>`}
        </div>
        ${count === 0 ? html`<${Empty} icon="trash" title=${t("empty")} text=${t("emptyText")} />` : html`
          <${List} bases=${bases} caption=${t("count", { n: count })} isBusy=${loading.isLoading} reload=${loading
            .reload}
            restore=${(/** @type {TrashedBase} */ one) => call("PUT", path`/api/v2.1/trash-dtables/${one.id}/`)} />
          <${Pager} page=${page} hasNext=${page * pageSize < count} onPage=${setPage} />
        `}
      </section>
    `}<//>`;
};

/** @param {{ group: Group }} props */
const GroupTrash = ({ group }) => {
  const address = path`/api/v2.1/groups/${group.id}/trash-dtables/`;
  const loading = useData(address, (options) => call("GET", address, options));
  const bases = /** @type {TrashedBase[]} */ (loading.data?.trash_dtable_list ?? []);
  return bases.length > 0 && html`
    <section class="section">
      <h2>${t("group", { name: group.name })}</h2>
      <${List} bases=${bases} caption=${t("count", { n: bases.length })} isBusy=${loading.isLoading} reload=${loading
        .reload}
        restore=${(/** @type {TrashedBase} */ one) => call("PUT", address + path`${one.uuid}/`)} />
    </section>
  `;
};

/** @param {{ bases: TrashedBase[], caption: string, isBusy: boolean, restore: (base: TrashedBase) => Promise<unknown>,
 *   reload: () => Promise<void> }} props */
const List = ({ bases, caption, isBusy, restore, reload }) => {
  const bring = async (/** @type {TrashedBase} */ base) => {
    try {
      await restore(base);
      toast(t("restored", { name: base.name }));
    } catch (error) {
      const isTaken = error instanceof ApiError && error.message.startsWith("Table name already exists");
      toast(isTaken ? t("taken") : explain(error).text);
    }
    await reload();
  };
  return html`
    <${Table} caption=${caption} rows=${bases} isBusy=${isBusy}
      rowKey=${(/** @type {TrashedBase} */ one) => one.uuid} columns=${[
        { label: common("name"), kind: "head", cell: (/** @type {TrashedBase} */ one) => one.name },
        { label: t("deleted"), cell: (/** @type {TrashedBase} */ one) => html`<${Time} at=${one.delete_time} />` },
        {
          label: "",
          kind: "actions",
          cell: (/** @type {TrashedBase} */ one) =>
            html`
              <button type="button" aria-label=${t("restoreNamed", { name: one.name })} onClick=${() => bring(one)}>${t(
                "restore",
              )}</button>
            `,
        },
      ]} />
  `;
};
