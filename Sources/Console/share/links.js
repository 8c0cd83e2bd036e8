import { all, call, path } from "../api.js";
import { useData } from "../data.js";
import { below } from "../grid/gateway.js";
import { day } from "../i18n.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/share.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Loaded, Permission, Tag, Time } from "../ui/parts.js";
import { copy } from "../ui/secret.js";
import { Table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { NewLink } from "./new-link.js";
import { nameOf, PersonName } from "./parts.js";

/** @typedef {import("../bases.js").Base} Base */

/** @typedef {object} Link an invite link or an external link
 * @property {string} token its beginning; of external links with a chosen name, that
 * @property {boolean} is_expired
 * @property {string} expire_date empty if it does not expire
 * @property {boolean} [is_protected]
 * @property {boolean} [is_custom]
 * @property {string} [url]
 * @property {string} [permission]
 * @property {string} [ctime]
 * @property {string} [create_at]
 * @property {string} [creator_name]
 * @property {number} [view_cnt] */

/** A list of links, with a dialog for another one.
 * @param {{ title: string, what: string, newTitle: string, has: ("permission" | "password" | "token")[],
 *   loading: import("../data.js").Loading<Link[]>, make: (terms: Record<string, unknown>) => Promise<string>,
 *   remove: (link: Link) => Promise<unknown>, removeText: string }} props */
export const LinkList = ({ title, what, newTitle, has, loading, make, remove, removeText }) => {
  const [isNew, setIsNew] = useState(false);
  const close = () => {
    setIsNew(false);
    loading.reload();
  };
  const end = (/** @type {Link} */ link) =>
    confirm({
      title: t("deleteLink"),
      text: removeText,
      action: common("delete"),
      onConfirm: async () => {
        await remove(link);
        toast(t("linkDeleted"));
        await loading.reload();
      },
    });
  const add = html`<button type="button" onClick=${() => setIsNew(true)}><${Icon} name="plus" />${newTitle}</button>`;
  return html`
    <section class="section">
      <div class="line"><h2>${title}</h2><span class="end">${add}</span></div>
      <${Loaded} of=${loading}>${(/** @type {Link[]} */ links) =>
        links.length === 0 ? html`<p class="muted">${what}</p>` : html`
          <${Table} caption=${t("linkCount", { n: links.length })} rows=${links} isBusy=${loading.isLoading}
            rowKey=${(/** @type {Link} */ one) => one.token} columns=${columns(links, end)} />
        `}<//>
      ${isNew && html`<${NewLink} title=${newTitle} intro=${what} has=${has} make=${make} onClose=${close} />`}
    </section>
  `;
};

/** @param {Link[]} links @param {(link: Link) => void} end */
const columns = (links, end) => [
  { label: t("link"), kind: "head", cell: (/** @type {Link} */ one) => html`<${LinkName} link=${one} />` },
  links.some((one) => one.permission) && {
    label: common("permission"),
    cell: (/** @type {Link} */ { permission = "r" }) =>
      html`<${Permission} permission=${permission === "rw" ? "rw" : "r"} />`,
  },
  {
    label: t("expires"),
    cell: (/** @type {Link} */ one) =>
      one.is_expired
        ? html`<${Tag} kind="warn">${t("expired")}<//>`
        : one.expire_date
        ? day(one.expire_date)
        : common("never"),
  },
  {
    label: t("made"),
    cell: (/** @type {Link} */ one) =>
      html`<${Time} at=${one.create_at ?? one.ctime} /><small>${one.creator_name}</small>`,
  },
  links.some((one) => one.view_cnt !== undefined) && {
    label: t("views"),
    kind: "number",
    cell: (/** @type {Link} */ one) => one.view_cnt,
  },
  {
    label: "",
    kind: "actions",
    cell: (/** @type {Link} */ one) =>
      html`
        ${one.is_custom && html`<button type="button" onClick=${() => copy(one.url ?? "")}>${common("copy")}</button>`}
        <button type="button" aria-label=${t("deleteNamed", { name: one.token.slice(0, 8) })} onClick=${() => end(one)}>
          ${common("delete")}
        </button>
      `,
  },
];

/** @param {{ link: Link }} props */
const LinkName = ({ link }) =>
  html`
    <span class="line">
      <code translate="no">${link.is_custom ? link.token : `${link.token.slice(0, 8)}…`}</code>
      ${link.is_protected && html`<${Tag}>${t("protected")}<//>`}
    </span>
  `;

/** @param {{ base: Base }} props */
export const ExternalLinks = ({ base }) => {
  const address = below(base, "external-links/");
  const loading = useData(address, (options) => all(address, "links", options));
  return html`
    <${LinkList} title=${t("externalLinks")} what=${t("externalText")} newTitle=${t(
      "newExternal",
    )}
      has=${["password", "token"]} loading=${loading} removeText=${t("deleteExternal")}
      make=${async (/** @type {object} */ body) => (await call("POST", address, { body })).url}
      remove=${(/** @type {Link} */ one) => call("DELETE", address + path`${one.token}/`)} />
  `;
};

/** @param {{ base: Base }} props */
export const InviteLinks = ({ base }) => {
  const address = "/api/v2.1/dtables/invite-links/";
  const of = { workspace_id: base.workspace_id, table_name: base.name };
  const loading = useData(
    `invite-links/${base.uuid}`,
    (options) => all(address, "invite_link_list", { ...options, query: of }),
  );
  return html`
    <${LinkList} title=${t("inviteLinks")} what=${t("inviteText")} newTitle=${t("newInvite")}
      has=${["permission", "password"]} loading=${loading} removeText=${t("deleteInvite")}
      make=${async (/** @type {object} */ terms) => (await call("POST", address, { body: { ...of, ...terms } })).link}
      remove=${(/** @type {Link} */ one) => call("DELETE", address + path`${one.token}/`)} />
    <${Guests} base=${base} />
  `;
};

/** @typedef {import("./parts.js").Person & { permission: string, invite_link: string, accepted_at: string }} Guest */

/** Who came through invite links. @param {{ base: Base }} props */
const Guests = ({ base }) => {
  const address = below(base, "invite-link-guests/");
  const guests = useData(address, (options) => all(address, "guest_list", options));
  const list = /** @type {Guest[]} */ (guests.data ?? []);
  const remove = (/** @type {Guest} */ one) =>
    confirm({
      title: t("removeTitle", { name: nameOf(one) }),
      text: t("removeGuest", { name: nameOf(one), base: base.name }),
      action: t("remove"),
      onConfirm: async () => {
        await call("DELETE", address + path`${one.email}/`);
        toast(t("removed"));
        await guests.reload();
      },
    });
  return list.length > 0 && html`
    <${Table} caption=${t("guestCount", { n: list.length })} rows=${list} isBusy=${guests.isLoading}
      rowKey=${(/** @type {Guest} */ one) => one.email + one.invite_link} columns=${[
        {
          label: common("name"),
          kind: "head",
          cell: (/** @type {Guest} */ one) => html`<${PersonName} person=${one} />`,
        },
        {
          label: t("through"),
          cell: (/** @type {Guest} */ one) => html`<code translate="no">${one.invite_link.slice(0, 8)}…</code>`,
        },
        {
          label: common("permission"),
          cell: (/** @type {Guest} */ one) => html`<${Permission} permission=${one.permission} />`,
        },
        { label: t("since"), cell: (/** @type {Guest} */ one) => html`<${Time} at=${one.accepted_at} />` },
        {
          label: "",
          kind: "actions",
          cell: (/** @type {Guest} */ one) =>
            html`<button type="button" aria-label=${t("removeNamed", { name: nameOf(one) })} onClick=${() =>
              remove(one)}>${t("remove")}</button>`,
        },
      ]} />
  `;
};
