import { href, waiting } from "./api.js";
import { t as common } from "./i18n/common.js";
import { t } from "./i18n/frame.js";
import { chooseLanguage, language, languages } from "./i18n.js";
import { Icon } from "./icons.js";
import { html } from "./preact.js";
import { routes } from "./routes.js";
import { signOut } from "./session.js";
import { useStore } from "./store.js";
import { chooseTheme, theme } from "./theme.js";
import { Menu } from "./ui/menu.js";
import { Notice } from "./ui/parts.js";

/** @typedef {import("./session.js").Account} Account */

/** What people see around every page: the navigation, and who they are.
 * @param {{ account: Account, path: string, children?: import("./preact.js").Children }} props */
export const Frame = ({ account, path, children }) =>
  html`
    <a class="button skip" href="#main" onClick=${skip}>${common("skip")}</a>
    <div class="frame">
      <nav class="side" aria-label=${t("navigation")}>
        <a class="brand" href=${href("/")} aria-label="Basekeeper"><${Icon} name="key" /><span>Basekeeper</span></a>
        <${Section} of="member" path=${path} />
        ${account.is_org_staff === 1 && html`<${Section} of="team" title=${t("teamAdministration")} path=${path} />`}
        ${account.is_staff && html`<${Section} of="system" title=${t("systemAdministration")} path=${path} />`}
        <${Me} account=${account} />
      </nav>
      <main id="main" tabindex="-1"><${Connection} />${children}</main>
    </div>
  `;

/** What stands alone: signing in, a link that somebody was given.
 * @param {{ isWide?: boolean, children?: import("./preact.js").Children }} props */
export const Alone = ({ isWide = false, children }) =>
  html`
    <main class=${isWide ? "alone wide" : "alone"}>
      <${Connection} />
      <a class="brand" href=${href("/")} aria-label="Basekeeper"><${Icon} name="key" /><span>Basekeeper</span></a>
      ${children}
    </main>
  `;

const skip = (/** @type {Event} */ event) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
};

/** @param {{ of: string, title?: string, path: string }} props */
const Section = ({ of, title, path }) => {
  const entries = routes.filter((route) => route.for === of && route.nav);
  return entries.length > 0 && html`
    ${title && html`<h2 id=${`nav-${of}`}>${title}</h2>`}
    <ul class="plain" aria-labelledby=${title && `nav-${of}`}>
      ${entries.map((route) => html`<${Entry} route=${route} path=${path} />`)}
    </ul>
  `;
};

/** @param {{ route: import("./routes.js").Route, path: string }} props */
const Entry = ({ route, path }) => {
  if (!route.nav) return null;
  const isHere = route.path === "/" ? path === "/" : path === route.path || path.startsWith(`${route.path}/`);
  return html`
    <li>
      <a href=${href(route.path)} aria-current=${isHere ? "page" : undefined}>
          <${Icon} name=${route.nav.icon} />${t(route.nav.label)}
        </a>
    </li>
  `;
};

/** @param {{ account: Account }} props */
const Me = ({ account }) => {
  const name = account.name || account.contact_email || account.login_id;
  const accountPage = routes.find((route) => route.path === "/console/account");
  return html`
    <div class="me">
      <${Menu} label=${t("you", { name })} class="quiet" items=${[
        accountPage && { label: t("account"), icon: "person", href: href(accountPage.path) },
        { label: t("language"), icon: "mail", items: languageItems },
        { label: t("appearance"), icon: "settings", items: themeItems() },
        "-",
        { label: t("signOut"), icon: "leave", onSelect: signOut },
      ]}>
        <span class="avatar" aria-hidden="true">${initials(name)}</span>
        <span class="who"><b>${name}</b><small>${account.contact_email}</small></span>
        <//>
        </div>
  `;
};

/** @param {string} name */
const initials = (name) =>
  name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();

const languageItems = /** @type {import("./i18n.js").Language[]} */ (Object.keys(languages)).map((one) => ({
  label: languages[one],
  isChosen: one === language,
  onSelect: () => chooseLanguage(one),
}));

const themeItems = () =>
  /** @type {const} */ (["auto", "light", "dark"]).map((one) => ({
    label: t(one),
    isChosen: theme() === one,
    onSelect: () => chooseTheme(one),
  }));

/** Why nothing goes on, while nothing does. */
const Connection = () => {
  const reason = useStore(waiting);
  return html`<div role="status">
    ${reason && html`<${Notice} kind="warn" text=${common(reason)} />`}
  </div>`;
};
