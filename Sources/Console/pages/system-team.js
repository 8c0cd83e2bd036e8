import { call, path } from "../api.js";
import { AddButton, PeopleList } from "../admin/people-list.js";
import { scopeOfTeam } from "../admin/people.js";
import { EditTeam, TeamMenu, teamPath } from "../admin/teams.js";
import { useData } from "../data.js";
import { t } from "../i18n/system.js";
import { day, number } from "../i18n.js";
import { html, useMemo, useState } from "../preact.js";
import { go } from "../router.js";
import { Dialog } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";
import { Picker } from "../ui/picker.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../admin/teams.js").Team & { users_count: number, active_users_count: number, groups_count: number }} CountedTeam */

/** One team, for system administrators. @param {{ params: Record<string, string>, query: URLSearchParams }} props */
export default function SystemTeam({ params, query }) {
  const id = params.team;
  const scope = useMemo(() => scopeOfTeam(id), [id]);
  const [opened, setOpened] = useState(/** @type {"edit" | "add" | "put" | undefined} */ (undefined));
  const team = useData(`team/${id}`, (options) => call("GET", teamPath(id), options));
  const data = /** @type {CountedTeam | undefined} */ (team.data);
  const closed = () => {
    setOpened(undefined);
    team.reload();
  };
  return html`
    <${PageHead} title=${data?.org_name ?? ""} crumbs=${[[t("teams"), "/console/system/teams"]]} tools=${data && html`
      <button type="button" onClick=${() => setOpened("put")}>${t("putIn")}</button>
      <${AddButton} scope=${scope} onClick=${() => setOpened("add")} />
      <${TeamMenu} team=${data} onEdit=${() => setOpened("edit")} onRemoved=${() => go("/console/system/teams")} />
    `} />
    <${Loaded} of=${team}>${(/** @type {CountedTeam} */ one) => html`<${Facts} team=${one} />`}<//>
    <section class="section">
      <h2>${t("people")}</h2>
      <${PeopleList} key=${opened === "put"
        ? "putting"
        : "list"} scope=${scope} query=${query} name=${`people-of-${id}`}
        isAdding=${opened === "add"} onAdded=${closed} />
    </section>
    <${Things} team=${id} />
    ${opened === "edit" && data && html`<${EditTeam} team=${data} onClose=${closed} />`}
    ${opened === "put" && html`<${PutIn} team=${id} onClose=${closed} />`}
  `;
}

/** @param {{ team: CountedTeam }} props */
const Facts = ({ team }) =>
  html`
    <dl class="facts panel">
      <dt>${t("people")}</dt>
      <dd>${t("peopleOf", { n: team.users_count, active: team.active_users_count })}</dd>
      <dt>${t("limit")}</dt>
      <dd>${team.max_user_number < 0 ? t("noLimit") : number(team.max_user_number)}</dd>
      <dt>${t("rows")}</dt>
      <dd>${number(team.rows_count)}</dd>
      <dt>${t("created")}</dt>
      <dd>${day(team.ctime)}</dd>
    </dl>
  `;

/** The groups and bases of a team, by their names. @param {{ team: string }} props */
const Things = ({ team }) => {
  const things = useData(`things/${team}`, async (options) => {
    const long = { ...options, query: { per_page: 100 } };
    const [{ group_list }, { dtable_list }] = await Promise.all([
      call("GET", teamPath(team, "groups/"), long),
      call("GET", teamPath(team, "dtables/"), long),
    ]);
    return { groups: group_list, bases: dtable_list };
  });
  return html`
    <${Loaded} of=${things}>${(/** @type {Record<"groups" | "bases", Named[]>} */ { groups, bases }) =>
      html`
        <${Names} title=${t("groups")} none=${t("noGroups")} things=${groups} />
        <${Names} title=${t("bases")} none=${t("noBases")} things=${bases} />
      `}<//>
  `;
};

/** @typedef {{ name: string, owner?: string, owner_name?: string }} Named */

/** @param {{ title: string, none: string, things: Named[] }} props */
const Names = ({ title, none, things }) =>
  html`
    <section class="section">
      <h2>${title}</h2>
      <div class="panel">
        ${things.length === 0 ? html`<p class="muted">${none}</p>` : html`
          <ul class="plain stack tight">
            ${things.map((one) =>
              html`<li><b>${one.name}</b> <span class="muted">${one.owner_name ?? one.owner}</span></li>`
            )}
          </ul>
        `}
      </div>
    </section>
  `;

/** Puts somebody who has no team into this one. @param {{ team: string, onClose: () => void }} props */
const PutIn = ({ team, onClose }) => {
  const find = async (/** @type {string} */ text) => {
    const { user_list } = await call("GET", "/api/v2.1/admin/search-user/", { query: { query: text, per_page: 50 } });
    return user_list.filter((/** @type {{ org_id: number }} */ one) => one.org_id < 0).slice(0, 8)
      .map((/** @type {any} */ one) => ({ value: one.email, text: one.name, note: one.contact_email }));
  };
  const send = async (/** @type {Record<string, string>} */ values) => {
    await call("POST", teamPath(team, path`users/${values.user}/`));
    toast(t("isPutIn", { name: values["user-text"] }));
    onClose();
  };
  return html`
    <${Dialog} title=${t("putIn")} icon="person" onClose=${onClose}>
      <p class="muted">${t("putInText")}</p>
      <${Form} onSubmit=${send} submit=${t("putIn")} onCancel=${onClose}>
        <${Picker} name="user" label=${t("person")} hint=${t("personHint")} search=${find} none=${t(
          "nobody",
        )} required />
        <//>
        <//>
  `;
};
