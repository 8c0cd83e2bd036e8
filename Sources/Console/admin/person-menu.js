import { href } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t as leaving } from "../i18n/leaving.js";
import { t } from "../i18n/people.js";
import { html } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { Menu } from "../ui/menu.js";
import { toast } from "../ui/toast.js";
import { isSelf } from "./people.js";
import { Offboarding } from "./offboarding.js";
import { EditPerson, NewPassword } from "./person-dialogs.js";

/** @typedef {import("./people.js").Person} Person */
/** What is asked of the administrator. @typedef {{ kind: "edit" | "password" | "leave", person: Person }} Asked */

/** Where a person's page is. @param {import("./people.js").Scope} scope @param {Person} person */
export const placeOf = (scope, person) => `${scope.place}/${encodeURIComponent(person.id)}`;

/** What can be done about somebody.
 * @param {{ scope: import("./people.js").Scope, person: Person, onAsk: (asked: Asked) => void,
 *   reload: () => Promise<void>, hasDetails?: boolean }} props */
export const PersonMenu = ({ scope, person, onAsk, reload, hasDetails = true }) => {
  const { id, name } = person;
  /** A question whose answer changes the person.
   * @param {Parameters<typeof t>[0]} title @param {Parameters<typeof t>[0]} text
   * @param {() => Promise<unknown>} change @param {Parameters<typeof t>[0]} done */
  const ask = (title, text, change, done) => () =>
    confirm({
      title: t(title),
      text: t(text, { name }),
      action: t(title),
      onConfirm: async () => {
        await change();
        toast(t(done, { name }));
        await reload();
      },
    });
  const unlock = async () => {
    await scope.change(id, { is_active: true });
    toast(t("unlocked", { name }));
    await reload();
  };
  const setRole = (/** @type {boolean} */ isAdmin) => () => scope.setAdmin(id, isAdmin);
  const isOfSystem = scope.name === "system" && !scope.isOfTeam;
  const isOther = !isSelf(person);
  return html`
    <${Menu} label=${common("more", { name })} items=${[
      hasDetails && { label: t("details"), icon: "info", href: href(placeOf(scope, person)) },
      { label: t("edit"), icon: "edit", onSelect: () => onAsk({ kind: "edit", person }) },
      { label: t("reset"), icon: "key", onSelect: () => onAsk({ kind: "password", person }) },
      {
        label: t("sessions"),
        icon: "leave",
        onSelect: ask("sessions", "sessionsText", () => scope.endSessions(id), "sessionsDone"),
      },
      "-",
      person.isAdmin
        ? {
          label: t("dropAdmin"),
          icon: "person",
          onSelect: ask(
            "dropAdmin",
            isOfSystem ? "dropSystemAdminText" : "dropAdminText",
            setRole(false),
            "roleChanged",
          ),
        }
        : {
          label: t("makeAdmin"),
          icon: "person",
          onSelect: ask(
            "makeAdmin",
            isOfSystem ? "makeSystemAdminText" : "makeAdminText",
            setRole(true),
            "roleChanged",
          ),
        },
      scope.isOfTeam ? undefined : person.needsFactor
        ? {
          label: t("unrequire"),
          icon: "lock",
          onSelect: ask("unrequire", "unrequireText", () => scope.requireFactor(id, false), "factorChanged"),
        }
        : {
          label: t("require"),
          icon: "lock",
          onSelect: ask("require", "requireText", () => scope.requireFactor(id, true), "factorChanged"),
        },
      person.hasFactor && {
        label: t("removeFactor"),
        icon: "close",
        onSelect: ask("removeFactor", "removeFactorText", () => scope.removeFactor(id), "factorChanged"),
      },
      isOther && "-",
      isOther && !person.isActive && { label: t("unlock"), icon: "check", onSelect: unlock },
      isOther && {
        label: leaving(person.isActive ? "leave" : "delete"),
        icon: "trash",
        isDanger: true,
        onSelect: () => onAsk({ kind: "leave", person }),
      },
    ]} />
  `;
};

/** The dialog of what was asked.
 * @param {{ scope: import("./people.js").Scope, asked: Asked | undefined, onClose: () => void,
 *   reload: () => Promise<void>, onDone?: (how: "lock" | "delete") => void }} props */
export const PersonDialogs = ({ scope, asked, onClose, reload, onDone }) => {
  if (!asked) return null;
  const { person } = asked;
  const close = () => {
    onClose();
    reload();
  };
  if (asked.kind === "edit") return html`<${EditPerson} scope=${scope} person=${person} onClose=${close} />`;
  if (asked.kind === "password") return html`<${NewPassword} scope=${scope} person=${person} onClose=${onClose} />`;
  const done = (/** @type {"lock" | "delete"} */ how) => {
    onClose();
    if (onDone) onDone(how);
    else reload();
  };
  return html`<${Offboarding} scope=${scope} person=${person} onClose=${onClose} onDone=${done} />`;
};
