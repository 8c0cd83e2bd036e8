import { call } from "../api.js";
import { useData } from "../data.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/system.js";
import { number } from "../i18n.js";
import { html } from "../preact.js";
import { note } from "../router.js";
import { Bars } from "../ui/bars.js";
import { PageHead } from "../ui/page.js";
import { Loaded } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { csv, download } from "../csv.js";
import { Icon } from "../icons.js";

/** @typedef {{ day: string, count: number }} Day */

const spans = [30, 90, 365];
const dates = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
const shownDay = (/** @type {string} */ day) => dates.format(new Date(`${day}T00:00Z`));

/** The day that lies so many days back, in UTC. @param {number} back */
const dayBefore = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

/** How many people signed in. @param {{ query: URLSearchParams }} props */
export default function SystemStatistics({ query }) {
  const span = spans.find((one) => String(one) === query.get("days")) ?? spans[0];
  const data = useData(`statistics/${span}`, async (options) => {
    const asked = { start: dayBefore(span - 1), end: dayBefore(0) };
    const path = "/api/v2.1/admin/statistics/active-users/";
    const { active_users } = await call("GET", path, { ...options, query: asked });
    return active_users.map((/** @type {{ datetime: string, count: number }} */ { datetime, count }) => ({
      day: datetime.slice(0, 10),
      count,
    }));
  });
  const choose = (/** @type {Event} */ event) =>
    note({ days: /** @type {HTMLSelectElement} */ (event.target).value, day: undefined });
  return html`
    <${PageHead} title=${t("statistics")} intro=${t("statisticsIntro")} tools=${html`
      <select aria-label=${t("span")} onChange=${choose}>
        ${spans.map((one) => html`<option value=${one} selected=${one === span}>${t("lastDays", { n: one })}</option>`)}
      </select>
    `} />
    <${Loaded} of=${data}>${(/** @type {Day[]} */ days) => html`<${Chart} days=${days} day=${query.get("day")} />`}<//>
  `;
}

/** @param {{ days: Day[], day: string | null }} props */
const Chart = ({ days, day }) => {
  const counts = days.map((one) => one.count);
  const average = counts.reduce((sum, one) => sum + one, 0) / Math.max(1, counts.length);
  const say = (/** @type {Day} */ one) => t("onDay", { n: one.count, day: shownDay(one.day) });
  const columns = [
    { label: t("day"), kind: "head", cell: (/** @type {Day} */ one) => shownDay(one.day) },
    { label: t("people"), kind: "number", cell: (/** @type {Day} */ one) => number(one.count) },
    {
      label: "",
      kind: "actions",
      cell: (/** @type {Day} */ one) =>
        one.count > 0 && html`
          <button type="button" class="quiet" onClick=${() => note({ day: one.day })}>
            ${t("whoOn", { day: shownDay(one.day) })}
          </button>
        `,
    },
  ];
  const save = () => download("statistics.csv", csv([t("day"), t("people")], days.map((one) => [one.day, one.count])));
  return html`
    <div class="figures">
      <${Figure} name=${t("today")} value=${number(counts.at(-1) ?? 0)} />
      <${Figure} name=${t("average")} value=${number(Math.round(average * 10) / 10)} />
      <${Figure} name=${t("most")} value=${number(Math.max(0, ...counts))} />
    </div>
    <section class="panel stack">
      <h2>${t("perDay")}</h2>
      <${Bars} label=${t("chart")} chosen=${day ?? undefined}
        bars=${days.map((one) => ({ name: one.day, value: one.count, text: say(one) }))}
        onChoose=${(/** @type {string} */ name) => note({ day: name })} />
      <div class="line small muted">
        <span>${days[0] && shownDay(days[0].day)}</span><span class="end">${days[0] &&
          shownDay(days[days.length - 1].day)}</span>
      </div>
    </section>
    ${day && html`<${People} key=${day} day=${day} />`}
    <details>
      <summary>${t("asTable")}</summary>
      <div class="stack">
        <div
          class="line"><button type="button" class="end" onClick=${save}><${Icon} name="download" />${common(
            "csv",
          )}</button></div>
        <${Table} caption=${t("chart")} columns=${columns} rows=${[...days].reverse()}
          rowKey=${(/** @type {Day} */ one) => one.day} />
      </div>
    </details>
  `;
};

/** @param {{ name: string, value: string }} props */
const Figure = ({ name, value }) =>
  html`<div class="panel figure"><b>${value}</b><span class="muted">${name}</span></div>`;

/** Who signed in on a day. @param {{ day: string }} props */
const People = ({ day }) => {
  const people = useData(
    `active/${day}`,
    (options) =>
      call("GET", "/api/v2.1/admin/daily-active-users/", { ...options, query: { date: day, per_page: 100 } }),
  );
  return html`
    <section class="section" aria-live="polite">
      <h2>${t("whoOn", { day: shownDay(day) })}</h2>
      <div class="panel">
        <${Loaded} of=${people}>${(
          /** @type {{ active_user_list: { email: string, name: string, contact_email: string }[] }} */ answer,
        ) =>
          answer.active_user_list.length === 0 ? html`<p class="muted">${t("nobodyOn")}</p>` : html`
            <ul class="plain stack tight">
              ${answer.active_user_list.map((one) =>
                html`<li><b>${one.name}</b> <span class="muted">${one.contact_email}</span></li>`
              )}
            </ul>
          `}<//>
      </div>
    </section>
  `;
};
