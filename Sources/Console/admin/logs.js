import { dateAndTime } from "../i18n.js";
import { t as lists } from "../i18n/lists.js";
import { t } from "../i18n/logs.js";
import { operationName } from "../i18n/operations.js";
import { html } from "../preact.js";
import { List } from "../ui/list.js";
import { PageHead } from "../ui/page.js";
import { Empty, Tag } from "../ui/parts.js";
import { Tabs } from "../ui/tabs.js";

/** @typedef {(query: Record<string, any>, options: object) => Promise<import("../ui/list.js").Loaded<any>>} Load */
/** Where the logs come from. @typedef {{ place: string, name: string, isSystem: boolean, changes: Load, signIns: Load, members: Load }} LogScope */

/** @typedef {object} Entry of the audit log
 * @property {string} email
 * @property {string} name
 * @property {string} operation
 * @property {Record<string, unknown>} detail
 * @property {Record<string, unknown> | null} before
 * @property {Record<string, unknown> | null} after
 * @property {string} created_at
 * @property {string} org_name
 * @property {string} ip
 * @property {string} request_id */

const kinds = /** @type {const} */ (["user", "group", "base", "token", "team", "folder"]);

/** @type {import("../ui/list.js").Filter[]} */
const days = [{ name: "start", label: lists("from") }, { name: "end", label: lists("until") }];

/** From the beginning of a day to the end of another, as the service takes it. @param {Record<string, any>} query */
const timed = ({ start, end, ...query }) => {
  const begin = (/** @type {string | undefined} */ day, after = 0) => {
    if (!day) return undefined;
    const moment = new Date(`${day}T00:00`);
    moment.setDate(moment.getDate() + after);
    return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
  };
  return { ...query, start: begin(start), end: begin(end, 1) };
};

/** The three logs. @param {{ scope: LogScope, query: URLSearchParams }} props */
export const LogsPage = ({ scope, query }) => {
  const tab = query.get("tab") ?? "changes";
  const shown = tab === "sign-ins" ? SignIns : tab === "members" ? Members : Changes;
  return html`
    <${PageHead} title=${t("title")} intro=${t("intro")} />
    <${Tabs} label=${t("title")} tabs=${[
      { text: t("changes"), path: scope.place, isHere: shown === Changes },
      { text: t("signIns"), path: `${scope.place}?tab=sign-ins`, isHere: shown === SignIns },
      { text: t("members"), path: `${scope.place}?tab=members`, isHere: shown === Members },
    ]} />
    <${shown} key=${tab} scope=${scope} query=${query} />
  `;
};

const counted = (/** @type {number} */ n) => t("count", { n });
const nothing = () => html`<${Empty} icon="log" title=${t("none")} text=${t("noneText")} />`;

/** A column with a moment. @param {(row: any) => string} of */
const moment = (of) => ({
  label: t("when"),
  csv: of,
  cell: (/** @type {any} */ row) => html`<time class="nowrap" datetime=${of(row)}>${dateAndTime(of(row))}</time>`,
});

/** What was changed, in a few words. @param {Entry} entry */
const subject = ({ detail }) => {
  const { name, base, group, email, table } = /** @type {Record<string, any>} */ (detail);
  return [name, table, base ?? group, email].filter((one, place, all) => one && all.indexOf(one) === place).join(" · ");
};

/** @param {{ scope: LogScope, query: URLSearchParams }} props */
const Changes = ({ scope, query }) => {
  const columns = () => [
    moment((/** @type {Entry} */ row) => row.created_at),
    {
      label: t("who"),
      csv: (/** @type {Entry} */ row) => row.name,
      cell: (/** @type {Entry} */ row) => html`${row.name || t("service")}<small>${row.ip}</small>`,
    },
    { label: t("address"), isHidden: true, csv: (/** @type {Entry} */ row) => row.ip, cell: () => null },
    scope.isSystem && {
      label: t("team"),
      csv: (/** @type {Entry} */ row) => row.org_name,
      cell: (/** @type {Entry} */ row) => row.org_name,
    },
    {
      label: t("what"),
      csv: (/** @type {Entry} */ row) => row.operation,
      cell: (/** @type {Entry} */ row) =>
        html`<b>${operationName(row.operation)}</b><small class="wide">${
          subject(row)
        }</small><${Change} entry=${row} />`,
    },
    {
      label: t("before"),
      isHidden: true,
      csv: (/** @type {Entry} */ row) => row.before && JSON.stringify(row.before),
      cell: () => null,
    },
    {
      label: t("after"),
      isHidden: true,
      csv: (/** @type {Entry} */ row) => row.after && JSON.stringify(row.after),
      cell: () => null,
    },
    {
      label: t("request"),
      isHidden: true,
      csv: (/** @type {Entry} */ row) => row.request_id,
      cell: () => null,
    },
  ];
  return html`
    <${List} name=${`${scope.name}-log`} query=${query} columns=${columns} count=${counted}
      filters=${[
        {
          name: "operation_group",
          label: t("kind"),
          options: kinds.map((one) => [one, t(/** @type {"kind_user"} */ (`kind_${one}`))]),
        },
        ...days,
      ]}
      load=${(/** @type {any} */ asked, /** @type {object} */ options) => scope.changes(timed(asked), options)}
      rowKey=${(/** @type {Entry} */ row) => String(row.detail.entry ?? row.created_at + row.operation)}
      empty=${nothing()} />
  `;
};

/** A value of the log, as people read it; undefined for nothing. @param {unknown} value */
const readable = (value) =>
  value === null || value === undefined || value === ""
    ? undefined
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);

/** What was before, and what came after. @param {{ entry: Entry }} props */
const Change = ({ entry: { before, after } }) => {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changes = names.flatMap((name) => {
    const [was, is] = [readable(before?.[name]), readable(after?.[name])];
    return was === undefined && is === undefined ? [] : [{ name, was, is }];
  });
  if (changes.length === 0) return null;
  return html`
    <details class="small">
      <summary>${t("details")}</summary>
      <ul class="plain">
        ${changes.map(({ name, was, is }) =>
          html`<li>
            <code>${name}</code>
            ${was !== undefined && html`${" "}<span class="unseen">${t("before")}: </span><del>${was}</del>`}
            ${was !== undefined && is !== undefined && html`${" "}<span aria-hidden="true">→</span>`}
            ${is !== undefined && html`${" "}<span class="unseen">${t("after")}: </span><ins>${is}</ins>`}
          </li>`
        )}
      </ul>
    </details>
  `;
};

/** @param {{ scope: LogScope, query: URLSearchParams }} props */
const SignIns = ({ scope, query }) => {
  const columns = () => [
    moment((row) => row.login_time),
    {
      label: t("person"),
      csv: (/** @type {any} */ row) => row.name,
      cell: (/** @type {any} */ row) =>
        row.name || row.contact_email
          ? html`${row.name}<small>${row.contact_email}</small>`
          : html`<span class="muted">${t("unknown")}</span>`,
    },
    { label: "E-mail", isHidden: true, csv: (/** @type {any} */ row) => row.contact_email, cell: () => null },
    {
      label: t("address"),
      csv: (/** @type {any} */ row) => row.login_ip,
      cell: (/** @type {any} */ row) => html`<code>${row.login_ip}</code>`,
    },
    {
      label: t("result"),
      csv: (/** @type {any} */ row) => t(row.login_success ? "success" : "failure"),
      cell: (/** @type {any} */ row) =>
        row.login_success ? t("success") : html`<${Tag} kind="danger">${t("failure")}<//>`,
    },
  ];
  return html`
    <${List} name=${`${scope.name}-sign-ins`} query=${query} columns=${columns} count=${counted}
      filters=${[
        { name: "status", label: t("result"), options: [["success", t("success")], ["failure", t("failure")]] },
        ...days,
      ]}
      load=${(/** @type {any} */ asked, /** @type {object} */ options) => scope.signIns(timed(asked), options)}
      rowKey=${(/** @type {any} */ row) => `${row.login_time} ${row.email} ${row.login_ip}`} empty=${nothing()} />
  `;
};

/** @param {{ scope: LogScope, query: URLSearchParams }} props */
const Members = ({ scope, query }) => {
  /** @param {string} label @param {(row: any) => string} of */
  const text = (label, of) => ({ label, csv: of, cell: of });
  const columns = () => [
    moment((row) => row.date),
    text(t("who"), (row) => row.operator_name || t("service")),
    text(t("what"), (row) => operationName(row.operation)),
    text(t("person"), (row) => row.user_name),
    text(t("group"), (row) => row.group_name),
  ];
  return html`
    <${List} name=${`${scope.name}-members`} query=${query} columns=${columns} count=${counted} load=${scope.members}
      rowKey=${(/** @type {any} */ row) => `${row.date} ${row.user_email} ${row.group_id} ${row.operation}`}
      empty=${nothing()} />
  `;
};
