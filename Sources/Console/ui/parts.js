import { html } from "../preact.js";
import { Icon } from "../icons.js";
import { dateAndTime, fromNow } from "../i18n.js";
import { t } from "../i18n/common.js";
import { explain } from "../i18n/errors.js";

/** Small parts of pages. */

/** A word with a colour. @param {{ kind?: "" | "accent" | "warn" | "danger", children?: import("../preact.js").Children }} props */
export const Tag = ({ kind = "", children }) => html`<span class=${`tag ${kind}`}>${children}</span>`;

/** What somebody or something may do in a base. @param {{ permission: string }} props */
export const Permission = ({ permission }) =>
  html`<${Tag} kind=${permission === "rw" ? "accent" : ""}>${permission === "rw" ? t("rw") : t("r")}<//>`;

/** A point in time as people say it, with the exact one beside it; `never` if there is none.
 * @param {{ at: string | null | undefined, never?: string }} props */
export const Time = ({ at, never = t("never") }) =>
  at ? html`<time datetime=${at} title=${dateAndTime(at)}>${fromNow(at)}</time>` : never;

/** A sentence that stands out. `children` may have buttons.
 * @param {{ kind?: "" | "warn" | "danger", text: string, role?: string, children?: import("../preact.js").Children }} props */
export const Notice = ({ kind = "", text, role, children }) =>
  html`<div class=${`notice ${kind}`} role=${role}>
    <${Icon} name=${kind ? "warning" : "info"} /><span>${text}</span>${children}
  </div>`;

/** Where there is nothing yet: what the first step is, and a button for it.
 * @param {{ icon: import("../icons.js").IconName, title: string, text: string, children?: import("../preact.js").Children }} props */
export const Empty = ({ icon, title, text, children }) =>
  html`
    <div
      class="empty"><span class="glyph"><${Icon} name=${icon} /></span><h2>${title}</h2><p>${text}</p>${children}</div>
  `;

/** What could not be loaded, and why. @param {{ error: unknown, onRetry: () => void }} props */
export const Failure = ({ error, onRetry }) =>
  html`
    <${Empty} icon="warning" title=${t("failed")} text=${explain(error).text}>
      <button type="button" onClick=${onRetry}>${t("tryAgain")}</button>
      <//>
  `;

/** What was loaded (see data.js): a placeholder until it is there, or why it is not.
 * @template Data
 * @param {{ of: import("../data.js").Loading<Data>, children: (data: Data) => import("../preact.js").Children }} props */
export const Loaded = ({ of, children }) => {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return html`<${Failure} error=${of.error} onRetry=${of.reload} />`;
  return html`<div class="placeholder" role="status"><span class="unseen">${t("loading")}</span></div>`;
};
