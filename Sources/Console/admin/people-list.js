import { href } from "../api.js";
import { t } from "../i18n/people.js";
import { html, useRef, useState } from "../preact.js";
import { Empty, Tag, Time } from "../ui/parts.js";
import { List } from "../ui/list.js";
import { isSelf } from "./people.js";
import { NewPerson } from "./person-dialogs.js";
import { PersonDialogs, PersonMenu, placeOf } from "./person-menu.js";

/** @typedef {import("./people.js").Person} Person */

/** What a person may do. @param {import("./people.js").Scope} scope @param {Person} person */
export const role = (scope, person) =>
  person.isAdmin ? t("admin") : scope.name === "system" && person.isTeamAdmin ? t("teamAdmin") : t("member");

/** @param {Person} person */
export const factor = (person) => t(person.hasFactor ? "factorOn" : person.needsFactor ? "factorNeeded" : "factorOff");

/** The list of people, with what can be done about each.
 * @param {{ scope: import("./people.js").Scope, query: URLSearchParams, name: string, isAdding: boolean,
 *   onAdded: () => void }} props `isAdding`: whether the dialog for somebody new is open */
export const PeopleList = ({ scope, query, name, isAdding, onAdded }) => {
  const [asked, setAsked] = useState(/** @type {import("./person-menu.js").Asked | undefined} */ (undefined));
  const reload = useRef(async () => {});
  const columns = (/** @type {() => Promise<void>} */ again) => {
    reload.current = again;
    return [
      {
        label: t("name"),
        kind: /** @type {const} */ ("head"),
        csv: (/** @type {Person} */ one) => one.name,
        cell: (/** @type {Person} */ one) =>
          html`
            <div class="line"><a href=${href(placeOf(scope, one))}>${one.name}</a>${isSelf(one) &&
              html`<${Tag}>${t("you")}<//>`}</div>
            <small>${one.address}</small>
          `,
      },
      { label: t("address"), csv: (/** @type {Person} */ one) => one.address, isHidden: true, cell: () => null },
      scope.name === "system" && !scope.isOfTeam && {
        label: t("team"),
        csv: (/** @type {Person} */ one) => one.team,
        cell: (/** @type {Person} */ one) => one.team || html`<span class="muted">${t("noTeam")}</span>`,
      },
      {
        label: t("role"),
        csv: (/** @type {Person} */ one) => role(scope, one),
        cell: (/** @type {Person} */ one) => html`<${Tag} kind=${one.isAdmin ? "accent" : ""}>${role(scope, one)}<//>`,
      },
      {
        label: t("state"),
        csv: (/** @type {Person} */ one) => t(one.isActive ? "active" : "locked"),
        cell: (/** @type {Person} */ one) =>
          one.isActive ? t("active") : html`<${Tag} kind="danger">${t("locked")}<//>`,
      },
      !scope.isOfTeam && {
        label: t("factor"),
        csv: factor,
        cell: (/** @type {Person} */ one) =>
          one.hasFactor ? factor(one) : html`<span class="muted">${factor(one)}</span>`,
      },
      {
        label: t("lastLogin"),
        csv: (/** @type {Person} */ one) => one.lastLogin,
        cell: (/** @type {Person} */ one) => html`<${Time} at=${one.lastLogin} />`,
      },
      {
        label: "",
        kind: /** @type {const} */ ("actions"),
        cell: (/** @type {Person} */ one) =>
          html`<${PersonMenu} scope=${scope} person=${one} onAsk=${setAsked} reload=${again} />`,
      },
    ];
  };
  const added = () => {
    onAdded();
    reload.current();
  };
  return html`
    <${List} name=${name} query=${query} search=${scope.isFixed ? undefined : t("search")} load=${scope.list}
      columns=${columns} rowKey=${(/** @type {Person} */ one) => one.id}
      count=${(/** @type {number} */ n) => t("count", { n })}
      empty=${html`<${Empty} icon="people" title=${t("none")} text=${t("noneText")} />`} />
    ${isAdding && html`<${NewPerson} scope=${scope} onClose=${added} />`}
    <${PersonDialogs} scope=${scope} asked=${asked} onClose=${() => setAsked(undefined)}
      reload=${() => reload.current()} />
  `;
};

/** The button that opens the dialog for somebody new.
 * @param {{ scope: import("./people.js").Scope, onClick: () => void }} props */
export const AddButton = ({ scope, onClick }) =>
  html`<button type="button" class="primary" onClick=${onClick}>
    ${scope.name === "team" ? t("add") : t("addUser")}
  </button>`;
