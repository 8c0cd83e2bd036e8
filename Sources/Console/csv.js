/** Tables as CSV (RFC 4180). */

/** @param {unknown} value */
const cell = (value) => {
  let text = String(value ?? "");
  // Spreadsheets take such a text for a formula.
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A table with its header, as a file that spreadsheets open as UTF-8.
 * @param {string[]} header @param {unknown[][]} rows */
export const csv = (header, rows) =>
  "\ufeff" + [header, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");

/** Offers a text as a file. @param {string} name @param {string} text @param {string} [type] */
export const download = (name, text, type = "text/csv") => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};
