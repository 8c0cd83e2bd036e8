/** Texts in the person's language, and how dates and numbers are written in it.
 *
 * Each page has a file of texts: `export const t = translations({ en: {…}, de: {…}, fr: {…} })`. */

/** @typedef {"en" | "de" | "fr"} Language */
/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Text a text, or one for each plural form of `n` */

/** @type {Record<Language, string>} */
export const languages = { en: "English", de: "Deutsch", fr: "Français" };

const place = "basekeeper.language";

/** @param {string | null | undefined} text @returns {Language | undefined} */
const known = (text) => {
  const code = text?.slice(0, 2).toLowerCase();
  return code && code in languages ? /** @type {Language} */ (code) : undefined;
};

/** The language of the page: the one that was chosen here, or the browser's first that there is. */
export const language = known(localStorage.getItem(place)) ??
  navigator.languages.map(known).find((one) => one) ?? "en";

document.documentElement.lang = language;

/** Shows the console in another language from now on. @param {Language} choice */
export const chooseLanguage = (choice) => {
  localStorage.setItem(place, choice);
  location.reload();
};

/** How dates are written: the browser's own variant of the language, such as en-GB. */
export const locale = navigator.languages.find((one) => known(one) === language) ?? language;
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(locale);
const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const spans = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const shortSpans = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

/** @param {number} value */
export const number = (value) => numbers.format(value);
/** @param {string | number | Date} moment */
export const day = (moment) => days.format(new Date(moment));
/** @param {string | number | Date} moment */
export const dateAndTime = (moment) => moments.format(new Date(moment));

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** How long ago, or in how much time: "4 min ago", "in 61 days".
 * @param {string | number | Date} moment @param {boolean} [short] */
export const fromNow = (moment, short = false) => {
  const seconds = (new Date(moment).getTime() - Date.now()) / 1000;
  const format = short ? shortSpans : spans;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
};

/** Sorts names as people in this language look for them. */
export const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });

/** The plural form of a number; `zero` where a text has a form of its own for nothing.
 * @param {number} n @param {Partial<Record<Intl.LDMLPluralRule, string>>} forms @returns {Intl.LDMLPluralRule} */
const form = (n, forms) => (n === 0 && forms.zero !== undefined ? "zero" : plurals.select(n));

/** A function that gives the texts of a file in the person's language: `t("title")`, `t("count", { n: 3 })`. In a text,
 * `{name}` stands for the value of that name; `n` also decides between plural forms.
 * @template {Record<string, Text>} Texts
 * @param {{ en: Texts, de: Record<keyof Texts, Text>, fr: Record<keyof Texts, Text> }} all */
export const translations = (all) => {
  const texts = /** @type {Record<keyof Texts, Text>} */ (all[language]);
  /** @param {keyof Texts} key @param {Record<string, string | number>} [values] @returns {string} */
  return (key, values = {}) => {
    let text = texts[key];
    if (typeof text !== "string") text = text[form(Number(values.n), text)] ?? text.other ?? "";
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return typeof value === "number" ? number(value) : value ?? whole;
    });
  };
};
