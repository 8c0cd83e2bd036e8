import { call, path } from "../api.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/home.js";
import { html, useState } from "../preact.js";
import { Dialog } from "../ui/dialog.js";
import { Field, Form, Select } from "../ui/form.js";
import { toast } from "../ui/toast.js";

/** What is done to bases and folders in a dialog. */

/** @typedef {import("../bases.js").Workspace} Workspace */
/** @typedef {import("../bases.js").Base} Base */
/** @typedef {import("../bases.js").Folder} Folder */
/** @typedef {Record<string, string>} Values */
/** @typedef {{ workspaces: Workspace[], done: () => Promise<void>, onClose: () => void }} Tools */

/** @param {Workspace} workspace */
const placeName = (workspace) => workspace.type === "personal" ? t("mine") : t("group", { name: workspace.name });

/** @param {{ workspaces: Workspace[], at?: Workspace, onChange?: (event: Event) => void }} props */
const Place = ({ workspaces, at, onChange }) =>
  html`
    <${Select} name="workspace" label=${t("place")} value=${String(at?.id ?? "")} onChange=${onChange}
      options=${workspaces.map((one) => [String(one.id), placeName(one)])} />
  `;

/** @param {{ workspace?: Workspace, at?: number | null }} props */
const FolderField = ({ workspace, at }) =>
  (workspace?.folders?.length ?? 0) > 0 &&
  html`
    <${Select} name="folder" label=${t("folder")} value=${String(at ?? "")}
      options=${[["", t("noFolder")], ...(workspace?.folders ?? []).map((one) => [String(one.id), one.name])]} />
  `;

/** @param {{ value?: string }} props */
const NameField = ({ value }) =>
  html`
    <${Field} name="name" label=${common("name")} required maxlength="255" autocomplete="off" autofocus
      defaultValue=${value} />
  `;

/** @param {Tools & { at?: Workspace }} props */
export const NewBase = ({ workspaces, at, done, onClose }) => {
  const [place, setPlace] = useState(at ?? workspaces[0]);
  const pick = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    setPlace(workspaces.find((one) => String(one.id) === value) ?? workspaces[0]);
  };
  const make = async (/** @type {Values} */ { name, folder }) => {
    const body = { name, workspace_id: place.id, ...(folder ? { folder_id: Number(folder) } : {}) };
    await call("POST", "/api/v2.1/dtables/", { body });
    await done();
    toast(t("made", { name }));
  };
  return html`
    <${Dialog} title=${t("newBase")} icon="table" onClose=${onClose}>
      <${Form} onSubmit=${make} submit=${common("create")} onCancel=${onClose}>
          <${NameField} />
          ${workspaces.length > 1 && html`<${Place} workspaces=${workspaces} at=${place} onChange=${pick} />`}
          <${FolderField} workspace=${place} />
        <//>
      <//>
  `;
};

/** @param {Tools} props */
export const NewFolder = ({ workspaces, done, onClose }) => {
  const make = async (/** @type {Values} */ { name, workspace = String(workspaces[0].id) }) => {
    await call("POST", path`/api/v2.1/workspace/${workspace}/folders/`, { body: { name } });
    await done();
    toast(t("made", { name }));
  };
  return html`
    <${Dialog} title=${t("newFolder")} icon="folder" onClose=${onClose}>
      <${Form} onSubmit=${make} submit=${common("create")} onCancel=${onClose}>
          <${NameField} />
          ${workspaces.length > 1 && html`<${Place} workspaces=${workspaces} />`}
        <//>
      <//>
  `;
};

/** @param {Omit<Tools, "workspaces"> & { base?: Base, folder?: Folder }} props */
export const Rename = ({ base, folder, done, onClose }) => {
  const former = base?.name ?? folder?.name ?? "";
  const rename = async (/** @type {Values} */ { name }) => {
    if (base) {
      const body = { name: former, new_name: name };
      await call("PUT", path`/api/v2.1/workspace/${base.workspace_id}/dtable/`, { body });
    }
    if (folder) {
      await call("PUT", path`/api/v2.1/workspace/${folder.workspace_id}/folders/${folder.id}/`, { body: { name } });
    }
    await done();
    toast(t("renamed"));
  };
  return html`
    <${Dialog} title=${t("renameTitle", { name: former })} icon="edit" onClose=${onClose}>
      <${Form} onSubmit=${rename} submit=${t("rename")} onCancel=${onClose}>
        <${NameField} value=${former} />
        <//>
        <//>
  `;
};

/** @param {Tools & { base: Base }} props */
export const CopyBase = ({ base, workspaces, done, onClose }) => {
  const copy = async (/** @type {Values} */ { workspace = String(workspaces[0].id) }) => {
    const body = { src_workspace_id: base.workspace_id, name: base.name, dst_workspace_id: Number(workspace) };
    const { dtable } = await call("POST", "/api/v2.1/dtable-copy/", { body });
    await done();
    toast(t("wasCopied", { name: dtable.name }));
  };
  const here = workspaces.find((one) => one.id === base.workspace_id) ?? workspaces[0];
  return html`
    <${Dialog} title=${t("copyTitle", { name: base.name })} icon="copy" onClose=${onClose}>
      <p>${t("copyText")}</p>
      <${Form} onSubmit=${copy} submit=${t("copy")} onCancel=${onClose}>
          ${workspaces.length > 1 && html`<${Place} workspaces=${workspaces} at=${here} />`}
        <//>
      <//>
  `;
};

/** @param {Tools & { base: Base }} props */
export const MoveBase = ({ base, workspaces, done, onClose }) => {
  const workspace = workspaces.find((one) => one.id === base.workspace_id);
  const move = async (/** @type {Values} */ { folder }) => {
    const body = {
      item_type: "dtable",
      item_id: base.uuid,
      from: base.folder_id ?? "/",
      to: folder ? Number(folder) : "/",
    };
    await call("POST", path`/api/v2.1/workspace/${base.workspace_id}/folder-item-moving/`, { body });
    await done();
    toast(t("moved"));
  };
  return html`
    <${Dialog} title=${t("moveTitle", { name: base.name })} icon="move" onClose=${onClose}>
      <${Form} onSubmit=${move} submit=${t("move")} onCancel=${onClose}>
          ${workspace?.folders?.length
            ? html`<${FolderField} workspace=${workspace} at=${base.folder_id} />`
            : html`<p class="muted">${t("noFolders")}</p>`}
        <//>
      <//>
  `;
};
