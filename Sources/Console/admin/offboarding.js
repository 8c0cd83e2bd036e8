import { useData } from "../data.js";
import { t } from "../i18n/leaving.js";
import { html, useRef, useState } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Check, Field, Form } from "../ui/form.js";
import { Loaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { goingOn, LeftBehind } from "./left-behind.js";

/** Locks or deletes somebody: first shows what ends with them, and what goes on without them.
 * @param {{ scope: import("./people.js").Scope, person: import("./people.js").Person, onClose: () => void,
 *   onDone: (how: "lock" | "delete") => void }} props */
export const Offboarding = ({ scope, person, onClose, onDone }) => {
  const preview = useData(`left/${scope.name}/${person.id}`, async (options) => {
    const [left, bases] = await Promise.all([
      scope.left(person.id, { per_page: 5 }, options),
      scope.bases(person.id, options),
    ]);
    return { left, bases: /** @type {number} */ (bases.count) };
  });
  return html`
    <${Dialog} title=${t("leaveTitle", { name: person.name })} icon="leave" isWide onClose=${onClose}>
      <${Loaded} of=${preview}>${(/** @type {{ left: any, bases: number }} */ data) =>
        html`<${Decision} ...${{ scope, person, onClose, onDone, ...data }} />`}<//>
      <//>
  `;
};

/** @param {{ scope: import("./people.js").Scope, person: import("./people.js").Person, left: any, bases: number,
 *   onClose: () => void, onDone: (how: "lock" | "delete") => void }} props */
const Decision = ({ scope, person, left, bases, onClose, onDone }) => {
  const { id, name, isActive } = person;
  const [how, setHow] = useState(/** @type {"lock" | "delete"} */ (isActive ? "lock" : "delete"));
  const isGone = useRef(false);
  const send = async (/** @type {Record<string, string>} */ { typed, ends }) => {
    if (how === "delete" && typed.trim() !== name.trim()) throw new Error(t("typeName", { name }));
    if (!isGone.current) await (how === "delete" ? scope.remove(id) : scope.change(id, { is_active: false }));
    isGone.current = true;
    if (ends) await scope.endLeft(id);
    toast(t(how === "delete" ? "isDeleted" : "isLocked", { name }));
    onDone(how);
  };
  const { account_tokens: sessions, api_tokens: programs } = left.left_behind;
  return html`
    <${Form} onSubmit=${send} submit=${t(how)} isDanger onCancel=${onClose}>
      <fieldset>
        <legend>${t("what")}</legend>
        ${isActive && html`<${Choice} value="lock" how=${how} onChoose=${setHow} hint=${t("lockHint")} />`}
        <${Choice} value="delete" how=${how} onChoose=${setHow} hint=${t("deleteHint")} />
      </fieldset>
      <section class="stack tight">
        <h2>${t("ends")}</h2>
        <ul class="points">
          <li>${sessions > 0 ? t("endSessions", { n: sessions }) : t("noSessions")}</li>
          ${how === "delete" && bases > 0 && html`<li>${t("endBases", { n: bases })}</li>`}
          ${how === "delete" && html`<li>${t("endGroups")}</li>`}
        </ul>
      </section>
      <section class="stack tight">
        <h2>${t("goesOn")}</h2>
        <${LeftBehind} left=${left} />
      </section>
      ${goingOn(left) > 0 && html`
        <${Check} name="ends" label=${t("endThese")}
          hint=${programs > 0 ? t("endTheseHint", { n: programs }) : t("noPrograms")} />
      `}
      ${how === "delete" && html`
        <${Field} name="typed" label=${t("typeName", { name })} required autocomplete="off" spellcheck="false" />
      `}
      <//>
  `;
};

/** @param {{ value: "lock" | "delete", how: string, hint: string, onChoose: (how: "lock" | "delete") => void }} props */
const Choice = ({ value, how, hint, onChoose }) =>
  html`
    <div class="check">
      <input type="radio" id=${`how-${value}`} name="how" value=${value} checked=${how === value}
        aria-describedby=${`how-${value}-hint`} onChange=${() => onChoose(value)} />
      <div><label for=${`how-${value}`}>${t(
        value,
      )}</label><span class="hint" id=${`how-${value}-hint`}>${hint}</span></div>
    </div>
  `;
