import { csv, download } from "../csv.js";
import { number } from "../i18n.js";
import { t as common } from "../i18n/common.js";
import { t } from "../i18n/base.js";
import { explain } from "../i18n/errors.js";
import { Icon } from "../icons.js";
import { html, useRef, useState } from "../preact.js";
import { confirm } from "../ui/confirm.js";
import { nextId } from "../ui/ids.js";
import { Empty, Notice } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { isNumeric, Value } from "./cell.js";

/** @typedef {import("./values.js").Column} Column */

/** What a statement has answered: rows, or that it has written.
 * @typedef {{ columns: Column[], rows: import("./values.js").Row[] } | "written"} Answer */

/** What was typed and answered, per base: it is there again when one comes back to it.
 * @typedef {{ statement: string, answer?: Answer, problem?: string }} Draft */

/** How many rows are shown; the file has all. */
const most = 500;

/** A box for SQL, with its result as a table and as a file.
 * @param {{ gateway: import("./gateway.js").Gateway, name: string, mayWrite: boolean, people: import("./values.js").Names,
 *   draft: Draft, onDraft: (draft: Draft) => void, onWritten: () => void }} props */
export const SQL = ({ gateway, name, mayWrite, people, draft, onDraft, onWritten }) => {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const id = useRef(nextId("sql")).current;
  const [isBusy, setIsBusy] = useState(false);

  const send = async (/** @type {string} */ statement) => {
    setIsBusy(true);
    try {
      const { metadata, results } = await gateway("POST", "sql/", { body: { sql: statement, convert_keys: true } });
      onDraft({ statement, answer: results === null ? "written" : { columns: metadata, rows: results } });
      if (results === null) onWritten();
      else toast(t("rowCount", { n: results.length }));
    } catch (error) {
      onDraft({ statement, problem: explain(error).text });
      setTimeout(() => box.current?.focus());
    } finally {
      setIsBusy(false);
    }
  };
  const run = (/** @type {Event} */ event) => {
    event.preventDefault();
    const statement = box.current?.value.trim() ?? "";
    if (isBusy || !statement) return box.current?.focus();
    if (!mayWrite || !/^\s*(update|delete)\b/i.test(statement)) return send(statement);
    confirm({
      title: t("writeTitle"),
      text: t("writeText", { name }),
      action: t("run"),
      onConfirm: () => void send(statement),
    });
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(event);
  };
  return html`
    <form onSubmit=${run} aria-busy=${isBusy}>
      <div class="field">
        <label for=${id}>${t("statement")}</label>
        <textarea id=${id} ref=${box} class="code" rows="4" spellcheck="false" autocapitalize="none"
          defaultValue=${draft.statement}
          aria-describedby=${`${id}-hint ${id}-error`} aria-invalid=${draft.problem ? "true" : undefined}
          onInput=${() => onDraft({ ...draft, statement: box.current?.value ?? "" })} onKeyDown=${press}></textarea>
        <span class="error" id=${`${id}-error`} role="alert">${draft.problem}</span>
        <span class="hint" id=${`${id}-hint`}>${t(mayWrite ? "sqlHint" : "sqlHintRead")}</span>
      </div>
      <div class="buttons"><button class="primary" aria-disabled=${isBusy}>${t("run")}</button></div>
    </form>
    ${draft.answer === "written"
      ? html`<${Notice} text=${t("written")} />`
      : draft.answer && html`<${Result} ...${draft.answer} name=${name} people=${people} isBusy=${isBusy} />`}
  `;
};

/** A value as the file has it. @param {unknown} value */
const written = (value) => value !== null && typeof value === "object" ? JSON.stringify(value) : value;

/** @param {{ columns: Column[], rows: import("./values.js").Row[], name: string, people: import("./values.js").Names,
 *   isBusy: boolean }} props */
const Result = ({ columns, rows, name, people, isBusy }) => {
  const take = () =>
    download(
      `${name.replace(/[^\p{L}\p{N} ._-]/gu, "_")}.csv`,
      csv(columns.map((one) => one.name), rows.map((row) => columns.map((one) => written(row[one.name])))),
    );
  if (rows.length === 0) return html`<${Empty} icon="search" title=${t("noRows")} text=${t("noRowsText")} />`;
  const caption = rows.length > most
    ? t("firstRows", { n: rows.length, most: number(most) })
    : t("rowCount", { n: rows.length });
  return html`
    <section class="section">
      <div class="line">
        <h2>${t("result")}</h2>
        <button type="button" class="end" onClick=${take}><${Icon} name="download" />${common("csv")}</button>
      </div>
      <div class=${`table grid ${isBusy ? "busy" : ""}`} tabindex="0" role="region" aria-label=${t("result")}>
        <table>
          <caption>${caption}</caption>
          <thead>
            <tr>${columns.map((one) =>
              html`<th scope="col" class=${isNumeric(one) ? "number" : ""}>${one.name}</th>`
            )}</tr>
          </thead>
          <tbody>
            ${rows.slice(0, most).map((row) =>
              html`<tr>${
                columns.map((one) =>
                  html`
                    <td class=${isNumeric(one) ? "number" : ""}>
                      <div>
                        <${Value} column=${one} value=${row[one.name]} people=${people} />
                      </div>
                    </td>
                  `
                )
              }</tr>`
            )}
          </tbody>
        </table>
      </div>
    </section>
  `;
};
