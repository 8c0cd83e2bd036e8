import { call, path } from "../api.js";
import { AddButton, PeopleList } from "../admin/people-list.js";
import { ownTeam, teamScope } from "../admin/people.js";
import { t } from "../i18n/people.js";
import { html, useMemo, useRef, useState } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form } from "../ui/form.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty, Time } from "../ui/parts.js";
import { Tabs } from "../ui/tabs.js";
import { toast } from "../ui/toast.js";

/** The people of a team, and the invitations into it. @param {{ query: URLSearchParams }} props */
export default function TeamPeople({ query }) {
  const scope = useMemo(teamScope, []);
  const isInvitations = query.get("tab") === "invitations";
  const [isAdding, setIsAdding] = useState(false);
  const add = () => setIsAdding(true);
  return html`
    <${PageHead} title=${t("title")} intro=${t("teamIntro")} tools=${isInvitations
      ? html`<button type="button" class="primary" onClick=${add}>${t("inviteDo")}</button>`
      : html`<${AddButton} scope=${scope} onClick=${add} />`} />
    <${Tabs} label=${t("title")} tabs=${[
      { text: t("title"), path: "/console/team/people", isHere: !isInvitations },
      { text: t("invitations"), path: "/console/team/people?tab=invitations", isHere: isInvitations },
    ]} />
    ${isInvitations
      ? html`<${Invitations} query=${query} isAdding=${isAdding} onAdded=${() => setIsAdding(false)} />`
      : html`
        <${PeopleList} scope=${scope} query=${query} name="people" isAdding=${isAdding}
          onAdded=${() => setIsAdding(false)} />
      `}
  `;
}

/** @typedef {{ id: number, contact_email: string, inviter_name: string, ctime: string, expire_date: string }} Invitation */

/** @param {{ query: URLSearchParams, isAdding: boolean, onAdded: () => void }} props */
const Invitations = ({ query, isAdding, onAdded }) => {
  const all = path`/api/v2.1/org/${ownTeam()}/admin/invitations/`;
  const reload = useRef(async () => {});
  const withdraw = (/** @type {Invitation} */ one) =>
    confirm({
      title: t("withdraw"),
      text: one.contact_email,
      action: t("withdraw"),
      onConfirm: async () => {
        await call("DELETE", all + path`${one.id}/`);
        toast(t("withdrawn"));
        await reload.current();
      },
    });
  const columns = (/** @type {() => Promise<void>} */ again) => {
    reload.current = again;
    return [
      {
        label: t("address"),
        kind: "head",
        csv: (/** @type {Invitation} */ one) => one.contact_email,
        cell: (/** @type {Invitation} */ one) => one.contact_email,
      },
      {
        label: t("invitedBy"),
        csv: (/** @type {Invitation} */ one) => one.inviter_name,
        cell: (/** @type {Invitation} */ one) => one.inviter_name,
      },
      {
        label: t("expires"),
        csv: (/** @type {Invitation} */ one) => one.expire_date,
        cell: (/** @type {Invitation} */ one) => html`<${Time} at=${one.expire_date} />`,
      },
      {
        label: "",
        kind: "actions",
        cell: (/** @type {Invitation} */ one) =>
          html`<button type="button" class="quiet" onClick=${() => withdraw(one)}>${t("withdraw")}</button>`,
      },
    ];
  };
  const invite = async (/** @type {Record<string, string>} */ { email }) => {
    await call("POST", all, { body: { email: email.trim() } });
    toast(t("invited"));
    onAdded();
    await reload.current();
  };
  return html`
    <${List} name="invitations" query=${query} columns=${columns} rowKey=${(/** @type {Invitation} */ one) => one.id}
      load=${async (/** @type {any} */ asked, /** @type {object} */ options) => {
        const { invitation_list, count } = await call("GET", all, { ...options, query: asked });
        return { rows: invitation_list, total: count };
      }}
      empty=${html`<${Empty} icon="mail" title=${t("noInvitations")} text=${t("noInvitationsText")} />`} />
    ${isAdding && html`
      <${Dialog} title=${t("invite")} icon="mail" onClose=${onAdded}>
        <p class="muted">${t("inviteText")}</p>
        <${Form} onSubmit=${invite} submit=${t("inviteDo")} onCancel=${onAdded}>
          <${Field} name="email" type="email" label=${t("address")} required maxlength="255" autocomplete="off" />
          <//>
          <//>
    `}
  `;
};
