import { call } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/admin-bases.js";
import { number } from "../i18n.js";
import { html, useRef } from "../preact.js";
import { ActionButton } from "../ui/action.js";
import { confirm } from "../ui/confirm.js";
import { List } from "../ui/list.js";
import { Menu } from "../ui/menu.js";
import { PageHead } from "../ui/page.js";
import { Empty, Tag, Time } from "../ui/parts.js";
import { Tabs } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";

/** @typedef {object} Base as the lists of administrators have it
 * @property {number} id
 * @property {string} uuid
 * @property {string} name
 * @property {string} owner
 * @property {boolean} owner_deleted
 * @property {string} org_name
 * @property {number} rows_count
 * @property {string} updated_at
 * @property {string} [delete_time] */

/** @typedef {object} BasesScope
 * @property {string} place
 * @property {string} name
 * @property {string} intro
 * @property {boolean} isSystem
 * @property {(query: Record<string, any>, options: object) => Promise<import("../ui/list.js").Loaded<Base>>} list
 * @property {(query: Record<string, any>, options: object) => Promise<import("../ui/list.js").Loaded<Base>>} trash
 * @property {(base: Base) => string} pathOf
 * @property {(base: Base) => string} trashPathOf
 * @property {string} [trashPath] of the whole trash, if it can be cleared
 * @property {(base: Base) => (import("../ui/menu.js").Item | false)[]} more */

/** Bases and their trash. @param {{ scope: BasesScope, query: URLSearchParams, children?: import("../preact.js").Children }} props */
export const BasesPage = ({ scope, query, children }) => {
  const isTrash = query.get("tab") === "trash";
  const reload = useRef(async () => {});
  const clear = () =>
    confirm({
      title: t("clear"),
      text: t("clearText"),
      action: t("clear"),
      onConfirm: async () => {
        await call("DELETE", scope.trashPath ?? "");
        toast(t("cleared"));
        await reload.current();
      },
    });
  return html`
    <${PageHead} title=${t("title")} intro=${scope.intro} tools=${isTrash && scope.trashPath && html`
      <button type="button" class="danger" onClick=${clear}>${t("clear")}</button>
    `} />
    <${Tabs} label=${t("title")} tabs=${[
      { text: t("bases"), path: scope.place, isHere: !isTrash },
      { text: t("trash"), path: `${scope.place}?tab=trash`, isHere: isTrash },
    ]} />
    ${isTrash
      ? html`
        <${List} key="trash" name=${`${scope.name}-trash`} query=${query} load=${scope.trash} rowKey=${keyOf}
          count=${counted} columns=${(/** @type {() => Promise<void>} */ again) => {
            reload.current = again;
            return trashColumns(scope, again);
          }}
          empty=${html`<${Empty} icon="trash" title=${t("emptyTrash")} text=${t("emptyTrashText")} />`} />
      `
      : html`
        <${List} key="bases" name=${`${scope.name}-bases`} query=${query} search=${t("search")} load=${scope.list}
          rowKey=${keyOf} count=${counted}
          columns=${(/** @type {() => Promise<void>} */ again) => baseColumns(scope, again)}
          empty=${html`<${Empty} icon="table" title=${t("none")} text=${t("noneText")} />`} />
      `}
    ${children}
  `;
};

const keyOf = (/** @type {Base} */ base) => base.id;
const counted = (/** @type {number} */ n) => t("count", { n });

/** @param {BasesScope} scope */
const commonColumns = (scope) => [
  {
    label: t("name"),
    kind: /** @type {const} */ ("head"),
    csv: (/** @type {Base} */ one) => one.name,
    cell: (/** @type {Base} */ one) => one.name,
  },
  { label: "UUID", isHidden: true, csv: (/** @type {Base} */ one) => one.uuid, cell: () => null },
  {
    label: t("owner"),
    csv: (/** @type {Base} */ one) => one.owner,
    cell: (/** @type {Base} */ one) =>
      html`${one.owner}${one.owner_deleted && html`${" "}<${Tag} kind="warn">${t("ownerGone")}<//>`}`,
  },
  scope.isSystem && {
    label: t("team"),
    csv: (/** @type {Base} */ one) => one.org_name,
    cell: (/** @type {Base} */ one) => one.org_name || html`<span class="muted">${t("noTeam")}</span>`,
  },
  {
    label: t("rows"),
    kind: /** @type {const} */ ("number"),
    csv: (/** @type {Base} */ one) => one.rows_count,
    cell: (/** @type {Base} */ one) => number(one.rows_count),
  },
];

/** @param {BasesScope} scope @param {() => Promise<void>} reload */
const baseColumns = (scope, reload) => {
  const remove = (/** @type {Base} */ base) =>
    confirm({
      title: t("delete"),
      text: t("deleteText"),
      action: t("delete"),
      typed: base.name,
      onConfirm: async () => {
        await call("DELETE", scope.pathOf(base));
        toast(t("isDeleted", { name: base.name }));
        await reload();
      },
    });
  return [
    ...commonColumns(scope),
    {
      label: t("changed"),
      csv: (/** @type {Base} */ one) => one.updated_at,
      cell: (/** @type {Base} */ one) => html`<${Time} at=${one.updated_at} />`,
    },
    {
      label: "",
      kind: /** @type {const} */ ("actions"),
      cell: (/** @type {Base} */ one) =>
        html`<${Menu} label=${common("more", { name: one.name })} items=${[
          ...scope.more(one),
          { label: t("delete"), icon: "trash", isDanger: true, onSelect: () => remove(one) },
        ]} />`,
    },
  ];
};

/** @param {BasesScope} scope @param {() => Promise<void>} reload */
const trashColumns = (scope, reload) => {
  const restore = async (/** @type {Base} */ base) => {
    await call("PUT", scope.trashPathOf(base));
    toast(t("restored", { name: base.name }));
    await reload();
  };
  return [
    ...commonColumns(scope),
    {
      label: t("deleted"),
      csv: (/** @type {Base} */ one) => one.delete_time,
      cell: (/** @type {Base} */ one) => html`<${Time} at=${one.delete_time} />`,
    },
    {
      label: "",
      kind: /** @type {const} */ ("actions"),
      cell: (/** @type {Base} */ one) =>
        html`<${ActionButton} text=${t("restore")} name=${one.name} act=${() => restore(one)} />`,
    },
  ];
};
