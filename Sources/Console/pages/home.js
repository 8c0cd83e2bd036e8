import { call, href } from "../api.js";
import { basesOf, mayAdminister, useWorkspaces } from "../bases.js";
import { useData } from "../data.js";
import { BaseCard, FolderCard } from "../home/cards.js";
import { CopyBase, MoveBase, NewBase, NewFolder, Rename } from "../home/dialogs.js";
import { t } from "../i18n/home.js";
import { Icon } from "../icons.js";
import { html, useState } from "../preact.js";
import { note } from "../router.js";
import { session } from "../session.js";
import { PageHead } from "../ui/page.js";
import { Empty, Loaded } from "../ui/parts.js";
import { Menu } from "../ui/menu.js";
import { Search } from "../ui/table.js";

/** @typedef {import("../bases.js").Workspace} Workspace */
/** @typedef {import("../bases.js").Base} Base */
/** @typedef {import("../bases.js").Folder} Folder */

/** What is being done in a dialog.
 * @typedef {{ kind: "newBase" | "newFolder", workspace?: Workspace, folder?: number }
 *   | { kind: "rename" | "copy" | "move", base: Base } | { kind: "renameFolder", folder: Folder }} Task */

const user = () => session.get().account?.email ?? "";

/** The bases of a person, by workspace.
 * @param {{ query: URLSearchParams }} props */
export default function Home({ query }) {
  const workspaces = useWorkspaces();
  const [task, setTask] = useState(/** @type {Task | undefined} */ (undefined));
  const text = query.get("search") ?? "";
  const folder = Number(query.get("folder"));
  const owned = (workspaces.data ?? []).filter((one) => mayAdminister(one, user()));
  const act = { begin: setTask, reload: workspaces.reload };
  const tools = html`
    <${Search} label=${t("search")} value=${text} onSearch=${(/** @type {string} */ search) => note({ search })} />
    ${owned.length > 0 && html`<${Menu} label=${t("add")} class="primary" items=${[
      { label: t("addBase"), icon: "table", onSelect: () => setTask({ kind: "newBase" }) },
      { label: t("addFolder"), icon: "folder", onSelect: () => setTask({ kind: "newFolder" }) },
    ]}><${Icon} name="plus" />${t("add")}<//>`}
  `;
  return html`
    <${PageHead} title=${t("title")} intro=${t("intro")} tools=${tools} />
    ${text.trim() && html`<${Results} text=${text.trim()} act=${act} />`}
    <div hidden=${text.trim() !== ""} class="stack">
      <${Loaded} of=${workspaces}>${(/** @type {Workspace[]} */ all) =>
        folder ? html`<${InFolder} ...${{ all, folder, act }} />` : html`<${Everything} ...${{ all, act }} />`}<//>
    </div>
    ${task &&
      html`<${Doing} task=${task} workspaces=${owned} reload=${workspaces.reload} onClose=${() =>
        setTask(undefined)} />`}
  `;
}

/** @typedef {{ begin: (task: Task) => void, reload: () => Promise<void> }} Act */

/** @param {{ all: Workspace[], act: Act }} props */
const Everything = ({ all, act }) => {
  const shown = all.filter((one) => one.type === "personal" || one.type === "group" || basesOf(one).length > 0);
  return html`<div class="stack wide-gap">
    ${shown.map((one) => html`<${Section} key=${one.type + one.id} workspace=${one} act=${act} />`)}
  </div>`;
};

/** @param {Workspace} workspace */
const nameOf = ({ type, name }) =>
  ({ personal: t("mine"), shared: t("sharedWithMe"), starred: t("favorites"), group: t("group", { name }) })[type];

/** @param {{ workspace: Workspace, act: Act }} props */
const Section = ({ workspace, act }) => {
  const folders = workspace.folders ?? [];
  const inFolder = new Set(folders.map((one) => one.id));
  const bases = basesOf(workspace);
  // In the lists of favourites and of shared bases, there are no folders.
  const beside = bases.filter((one) => !one.folder_id || !inFolder.has(one.folder_id));
  const isAdmin = mayAdminister(workspace, user());
  const isEmpty = bases.length + folders.length === 0;
  return html`
    <section class="section" aria-label=${nameOf(workspace)}>
      <h2>${nameOf(workspace)}</h2>
      ${isEmpty && workspace.type === "personal" && html`
        <${Empty} icon="table" title=${t("emptyTitle")} text=${t("emptyText")}>
          <button type="button" class="primary" onClick=${() => act.begin({ kind: "newBase", workspace })}>
                  <${Icon} name="plus" />${t("newBase")}
                </button>
          <//>
      `}
      ${isEmpty && workspace.type === "group" && html`<p class="muted">${t("emptyGroup")}</p>`}
      ${!isEmpty && html`<ul class="cards">
        ${
        folders.map((one) =>
          html`
            <${FolderCard} key=${`f${one.id}`} folder=${one} act=${act} isAdmin=${isAdmin}
              count=${bases.filter((base) => base.folder_id === one.id).length} />
          `
        )
      }
        ${beside.map((one) => html`<${BaseCard} key=${one.uuid} base=${one} act=${act} />`)}
      </ul>`}
    </section>
  `;
};

/** @param {{ all: Workspace[], folder: number, act: Act }} props */
const InFolder = ({ all, folder, act }) => {
  const workspace = all.find((one) => one.folders?.some((each) => each.id === folder));
  const bases = workspace?.table_list?.filter((one) => one.folder_id === folder) ?? [];
  const name = workspace?.folders?.find((one) => one.id === folder)?.name ?? "";
  return html`
    <section class="section">
      <nav class="line"><a href=${href("/")}>${workspace
        ? nameOf(workspace)
        : t("title")}</a><span aria-hidden="true">/</span>
        <h2>${name}</h2></nav>
      ${bases.length > 0
        ? html`<ul class="cards">${
          bases.map((one) => html`<${BaseCard} key=${one.uuid} base=${one} act=${act} />`)
        }</ul>`
        : html`<${Empty} icon="folder" title=${t("emptyFolder")} text=${t("emptyFolderText")} />`}
    </section>
  `;
};

/** @param {{ text: string, act: Act }} props */
const Results = ({ text, act }) => {
  const found = useData(
    `found ${text}`,
    (options) => call("GET", "/api/v2.1/dtable/items-search/", { ...options, query: { query_str: text } }),
  );
  const reload = async () => void (await Promise.all([found.reload(), act.reload()]));
  return html`<${Loaded} of=${found}>${({ results = /** @type {Base[]} */ ([]) }) =>
    results.length === 0 ? html`<${Empty} icon="search" title=${t("noResults")} text=${t("noResultsText")} />` : html`
      <section class="section">
        <div role="status">
          <h2>${t("results", { n: results.length })}</h2>
        </div>
        <ul class="cards">
                ${results.map((one) => html`<${BaseCard} key=${one.uuid} base=${one} act=${{ ...act, reload }} />`)}
              </ul>
      </section>
    `}<//>`;
};

/** @param {{ task: Task, workspaces: Workspace[], reload: () => Promise<void>, onClose: () => void }} props */
const Doing = ({ task, workspaces, reload, onClose }) => {
  const done = async () => {
    await reload();
    onClose();
  };
  switch (task.kind) {
    case "newBase":
      return html`<${NewBase} ...${{ workspaces, at: task.workspace, done, onClose }} />`;
    case "newFolder":
      return html`<${NewFolder} ...${{ workspaces, done, onClose }} />`;
    case "renameFolder":
      return html`<${Rename} folder=${task.folder} ...${{ done, onClose }} />`;
    case "rename":
      return html`<${Rename} base=${task.base} ...${{ done, onClose }} />`;
    case "copy":
      return html`<${CopyBase} base=${task.base} ...${{ workspaces, done, onClose }} />`;
    case "move":
      return html`<${MoveBase} base=${task.base} ...${{ workspaces, done, onClose }} />`;
  }
};
