import { locale } from "../i18n.js";
import { t } from "../i18n/base.js";
import { atField } from "../ui/form-errors.js";

/** What the cells of a base hold, as people read it and as they write it. */

/** @typedef {object} Column
 * @property {string} key
 * @property {string} name
 * @property {string} type
 * @property {any} [data] settings of its type: options, a format */

/** @typedef {{ id: string, name: string, color?: string }} Option */

/** A row by the names of columns; "_id" is its key. @typedef {Record<string, any>} Row */

/** The names of people, by their user ids. @typedef {Map<string, string>} Names */

/** @param {Column} column @returns {Option[]} */
export const optionsOf = (column) => column.data?.options ?? [];

/** @param {Column} column */
export const hasTime = (column) => /HH:mm$/.test(column.data?.format ?? "");

/** How a cell of a type is corrected: in its place, or in the row's dialog.
 * @type {Record<string, "line" | "number" | "date" | "select" | "check" | "lines" | "options" | undefined>} */
const editors = {
  text: "line",
  email: "line",
  url: "line",
  number: "number",
  rate: "number",
  date: "date",
  "single-select": "select",
  checkbox: "check",
  "long-text": "lines",
  "multiple-select": "options",
};

/** @param {Column} column */
export const editorOf = (column) => editors[column.type];

/** @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat>} */
const formats = new Map();

/** @template Format @param {string} key @param {() => Format} make @returns {Format} */
const once = (key, make) => {
  const format = /** @type {any} */ (formats.get(key) ?? make());
  formats.set(key, format);
  return format;
};

/** @type {Record<string, Intl.NumberFormatOptions>} */
const numberStyles = {
  percent: { style: "percent" },
  euro: { style: "currency", currency: "EUR" },
  dollar: { style: "currency", currency: "USD" },
  yuan: { style: "currency", currency: "CNY" },
};

/** @param {number} value @param {string} [format] the column's */
const number = (value, format = "") =>
  once(
    `number ${format}`,
    () =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: 0, ...numberStyles[format], maximumFractionDigits: 20 }),
  )
    .format(value);

/** Dates of cells have no time zone. @param {string} text @param {boolean} withTime */
const date = (text, withTime) => {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  return once(
    `date ${withTime}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        dateStyle: "medium",
        timeStyle: withTime ? "short" : undefined,
        timeZone: "UTC",
      }),
  )
    .format(moment);
};

/** @param {string} text */
const moment = (text) => {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) return text;
  return once("moment", () => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" })).format(
    value,
  );
};

/** Seconds as hours and minutes: 12:00. @param {number} seconds */
const duration = (seconds) => {
  const minutes = Math.round(Math.abs(seconds) / 60);
  return `${seconds < 0 ? "−" : ""}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
};

/** A value of any type as a text. @param {unknown} value @returns {string} */
const plain = (value) => {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(", ");
  if (typeof value !== "object") return String(value);
  const { display_value: shown, name, text } = /** @type {Record<string, unknown>} */ (value);
  const word = shown ?? name ?? text;
  return word === undefined || word === null ? JSON.stringify(value) : plain(word);
};

/** A cell as people read it. @param {Column} column @param {unknown} value @param {Names} people @returns {string} */
export const textOf = (column, value, people) => {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    return column.type === "duration" ? duration(value) : number(value, column.data?.format);
  }
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  switch (column.type) {
    case "date":
      return typeof value === "string" ? date(value, hasTime(column)) : plain(value);
    case "ctime":
    case "mtime":
      return typeof value === "string" ? moment(value) : plain(value);
    case "collaborator":
    case "creator":
    case "last-modifier":
      return [value].flat().map((one) => people.get(String(one)) ?? plain(one)).join(", ");
    default:
      return plain(value);
  }
};

/** A cell as it stands in a field for correction. @param {Column} column @param {unknown} value @returns {string} */
export const draftOf = (column, value) => {
  if (value === null || value === undefined) return "";
  if (editorOf(column) === "date") return String(value).slice(0, hasTime(column) ? 16 : 10);
  return typeof value === "string" ? value : plain(value);
};

/** What was typed, as the service takes it: null empties the cell. Throws what does not fit the column.
 * @param {Column} column @param {string} draft */
export const valueOf = (column, draft) => {
  if (draft === "") return null;
  if (editorOf(column) !== "number") return draft;
  const digits = draft.replace(/[\s\u00a0\u202f']/g, "").replace("−", "-");
  if (!/^[-+]?\d*[.,]?\d+(e[-+]?\d+)?$/i.test(digits)) throw atField(column.key, t("notNumber"));
  return digits.replace(",", ".");
};

/** Whether a cell is too long, or of too many lines, to be corrected in its place.
 * @param {Column} column @param {unknown} value */
export const needsDialog = (column, value) =>
  ["lines", "options"].includes(editorOf(column) ?? "") || typeof value === "string" && /[\r\n]|.{300}/.test(value);
