import { call, path } from "../api.js";
import { BasesPage } from "../admin/bases.js";
import { t } from "../i18n/admin-bases.js";
import { html } from "../preact.js";

/** All bases of all teams. @param {{ query: URLSearchParams }} props */
export default function SystemBases({ query }) {
  return html`<${BasesPage} scope=${scope} query=${query} />`;
}

/** @type {import("../admin/bases.js").BasesScope} */
const scope = {
  name: "system",
  place: "/console/system/bases",
  intro: t("systemIntro"),
  isSystem: true,
  pathOf: (base) => path`/api/v2.1/admin/dtable/${base.uuid}/`,
  trashPathOf: (base) => path`/api/v2.1/admin/trash-dtables/${base.id}/`,
  more: () => [],
  list: async ({ search, ...query }, options) => {
    const answer = await call("GET", "/api/v2.1/admin/dtables/", { ...options, query: { ...query, query: search } });
    return { rows: answer.dtables, hasNext: answer.page_info.has_next_page };
  },
  trash: async (query, options) => {
    const { trash_dtable_list, count } = await call("GET", "/api/v2.1/admin/trash-dtables/", { ...options, query });
    return { rows: trash_dtable_list, total: count };
  },
};
