import { here, match } from "./router.js";
import { Alone, Frame } from "./frame.js";
import { forget } from "./data.js";
import { href } from "./api.js";
import { t } from "./i18n/common.js";
import SignIn from "./pages/sign-in.js";
import { html, render, useEffect, useErrorBoundary, useState } from "./preact.js";
import { duties, routes } from "./routes.js";
import { resume, session } from "./session.js";
import { useStore } from "./store.js";
import { applyTheme } from "./theme.js";
import { Confirmations } from "./ui/confirm.js";
import { PageHead } from "./ui/page.js";
import { Empty } from "./ui/parts.js";
import { prepareToasts } from "./ui/toast.js";

/** Shows the page of the address to who may see it. */
const App = () => {
  const { isSignedIn, account, duty } = useStore(session);
  const { path, query } = useStore(here);
  const found = find(path);
  if (found?.route.for === "anyone") return html`<${Opened} key=${path} ...${found} query=${query} />`;
  if (!isSignedIn) {
    return html`
      <${Alone}>
        <${SignIn} />
        <//>
    `;
  }
  const dutyPage = duty && duties[duty];
  if (dutyPage) {
    return html`
      <${Alone}>
        <${Opened} key=${duty} route=${{ page: dutyPage }} params=${{}} query=${query} />
        <//>
    `;
  }
  if (!account) return html`<${Alone} />`;
  return html`
    <${Frame} account=${account} path=${path}>
      ${found && mayOpen(found.route, account)
        ? html`<${Opened} key=${path} ...${found} query=${query} />`
        : html`<${NotFound} />`}
    <//>
    <${Confirmations} />
  `;
};

/** @param {string} path */
const find = (path) => {
  for (const route of routes) {
    const params = match(route.path, path);
    if (params) return { route, params };
  }
  return undefined;
};

/** @param {import("./routes.js").Route} route @param {import("./session.js").Account} account */
const mayOpen = (route, account) =>
  route.for === "member" || (route.for === "team" ? account.is_org_staff === 1 : account.is_staff);

/** A page, once its file is there. A file is missing if the service was updated meanwhile, or if it cannot be reached.
 * @param {{ route: Pick<import("./routes.js").Route, "page">, params: Record<string, string>, query: URLSearchParams }} props */
const Opened = ({ route, params, query }) => {
  const [page, setPage] = useState(/** @type {{ Page?: unknown }} */ ({}));
  const [isMissing, setIsMissing] = useState(false);
  const [error] = useErrorBoundary((problem) => console.error(problem));
  useEffect(() => {
    route.page().then((file) => setPage({ Page: file.default }), () => setIsMissing(true));
  }, []);
  if (error) {
    return html`
      <${Empty} icon="warning" title=${t("failed")} text=${String(error)}>
        <${Reload} />
        <//>
    `;
  }
  if (isMissing) {
    return html`
      <${Empty} icon="rotate" title=${t("reload")} text=${t("newVersion")}>
        <${Reload} />
        <//>
    `;
  }
  return page.Page && html`<${page.Page} params=${params} query=${query} />`;
};

const Reload = () => html`<button type="button" onClick=${() => location.reload()}>${t("reload")}</button>`;

const NotFound = () =>
  html`
    <${PageHead} title=${t("notFound")} />
    <${Empty} icon="search" title=${t("notFound")} text=${t("notFoundText")}>
      <a class="button" href=${href("/")}>${t("home")}</a>
      <//>
  `;

const start = async () => {
  applyTheme();
  prepareToasts();
  await resume();
  session.follow(({ isSignedIn }) => isSignedIn || forget());
  const place = document.getElementById("app");
  if (place) render(html`<${App} />`, place);
};

start();
