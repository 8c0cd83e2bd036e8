import { useData } from "../data.js";
import { day } from "../i18n.js";
import { t as leaving } from "../i18n/leaving.js";
import { t } from "../i18n/people.js";
import { html, useState } from "../preact.js";
import { go } from "../router.js";
import { confirm } from "../ui/confirm.js";
import { PageHead } from "../ui/page.js";
import { Loaded, Permission, Tag, Time } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { goingOn, LeftBehind } from "./left-behind.js";
import { isSelf } from "./people.js";
import { factor, role } from "./people-list.js";
import { PersonDialogs, PersonMenu } from "./person-menu.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./people.js").Scope} Scope */

/** Everything about one person. @param {{ scope: Scope, id: string }} props */
export const PersonPage = ({ scope, id }) => {
  const data = useData(`person/${scope.name}/${id}`, async (options) => {
    const [person, left, bases, shared] = await Promise.all([
      scope.get(id, options),
      scope.left(id, { per_page: 5 }, options),
      scope.bases(id, options),
      scope.shared(id, options),
    ]);
    return { person, left, bases: bases.dtable_list, shared: shared.dtable_list };
  });
  const [asked, setAsked] = useState(/** @type {import("./person-menu.js").Asked | undefined} */ (undefined));
  const person = data.data?.person;
  const done = (/** @type {"lock" | "delete"} */ how) => how === "delete" ? go(scope.place) : data.reload();
  return html`
    <${PageHead} title=${person?.name ?? ""} crumbs=${[[t("title"), scope.place]]} tools=${person && html`
      <${PersonMenu} scope=${scope} person=${person} onAsk=${setAsked} reload=${data.reload} hasDetails=${false} />
    `} />
    <${Loaded} of=${data}>${(/** @type {any} */ answer) =>
      html`
        <${Facts} scope=${scope} person=${answer.person} />
        <${Left} scope=${scope} person=${answer.person} left=${answer.left} reload=${data.reload} />
        <${Bases} title=${t("bases")} none=${t("noBases")} bases=${answer.bases} />
        <${Bases} title=${t("shared")} none=${t("noShared")} bases=${answer.shared} />
      `}<//>
    <${PersonDialogs} scope=${scope} asked=${asked} onClose=${() => setAsked(undefined)} reload=${data.reload}
      onDone=${done} />
  `;
};

/** @param {{ scope: Scope, person: Person }} props */
const Facts = ({ scope, person }) =>
  html`
    <dl class="facts panel">
      <dt>${t("address")}</dt><dd>${person.address} ${isSelf(person) && html`<${Tag}>${t("you")}<//>`}</dd>
      ${person.login && html`
        <dt>${t("login")}</dt>
        <dd>${person.login}</dd>
      `}
      ${scope.name === "system" && html`
        <dt>${t("team")}</dt>
        <dd>${person.team || t("noTeam")}</dd>
      `}
      <dt>${t("role")}</dt><dd>${role(scope, person)}</dd>
      <dt>${t("state")}</dt>
      <dd>${person.isActive ? t("active") : html`<${Tag} kind="danger">${t("locked")}<//>`}</dd>
      <dt>${t("factor")}</dt><dd>${factor(person)}</dd>
      <dt>${t("lastLogin")}</dt><dd><${Time} at=${person.lastLogin} /></dd>
      <dt>${t("created")}</dt><dd>${day(person.created)}</dd>
    </dl>
  `;

/** @param {{ scope: Scope, person: Person, left: any, reload: () => Promise<void> }} props */
const Left = ({ scope, person, left, reload }) => {
  const { name } = person;
  const programs = left.left_behind.api_tokens;
  const end = () =>
    confirm({
      title: leaving("endNow"),
      text: `${leaving("endNowText", { name })} ${
        programs > 0 ? leaving("endTheseHint", { n: programs }) : leaving("noPrograms")
      }`,
      action: leaving("endNow"),
      typed: name,
      onConfirm: async () => {
        const { ended } = await scope.endLeft(person.id);
        toast(leaving("ended", { n: ended.count }));
        await reload();
      },
    });
  return html`
    <section class="section">
      <h2>${leaving("left")}</h2>
      <div class="panel stack">
        <p class="muted">${leaving("leftIntro")}</p>
        <${LeftBehind} left=${left} />
        ${goingOn(left) > 0 && html`
          <div><button type="button" class="danger" onClick=${end}>${leaving("endNow")}</button></div>
        `}
      </div>
    </section>
  `;
};

/** @param {{ title: string, none: string, bases: any[] }} props */
const Bases = ({ title, none, bases }) =>
  html`
    <section class="section">
      <h2>${title}</h2>
      <div class="panel">
        ${bases.length === 0 ? html`<p class="muted">${none}</p>` : html`
          <ul class="plain stack tight">
            ${bases.map((one) =>
              html`<li class="line">
                <b>${one.name}</b>
                ${one.permission && html`<${Permission} permission=${one.permission} />`}
                ${one.from_user_name && html`<span class="muted">${t("from", { name: one.from_user_name })}</span>`}
              </li>`
            )}
          </ul>
        `}
      </div>
    </section>
  `;
