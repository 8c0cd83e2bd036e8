import { html } from "./preact.js";

/** The icons, drawn for the console: paths in a square of 24 by 24. */
const paths = {
  key: "M15.5 14a5.5 5.5 0 1 0-5.2-3.8L3 17.5V21h3.5v-2.5H9V16h2.5l1.7-2.5c.7.3 1.5.5 2.3.5ZM16.5 7.5h.01",
  home: "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1Z",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-3.3 2.7-6 6-6s6 2.7 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5m2 3.4c1.9 1 3 3 3 5.6",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 10c0-4 3.6-7 8-7s8 3 8 7",
  trash: "M5 7h14M10 7V4h4v3m3 0-1 13H8L7 7m3 4v5m4-5v5",
  team: "M4 20V6l8-3 8 3v14M9 20v-5h6v5M8 9h.01M12 9h.01M16 9h.01M8 12h.01M16 12h.01",
  table: "M4 5h16v14H4ZM4 10h16M10 10v9",
  plug: "M9 3v5m6-5v5M6 8h12v3a6 6 0 0 1-12 0Zm6 9v4",
  log: "M6 4h12v16H6Zm3 4h6m-6 4h6m-6 4h3",
  settings:
    "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm0-6v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.1 2.1m8.6 8.6 2.1 2.1m0-12.8-2.1 2.1m-8.6 8.6-2.1 2.1",
  share: "M16 8a3 3 0 1 0-2.8-4M8 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm8 6a3 3 0 1 0-2.8-4M10.6 10.6l3-1.8m-3 4.6 3 1.8",
  copy: "M9 9h11v11H9ZM5 15H4V4h11v1",
  edit: "m4 20 1-4L16 5l3 3L8 19Z",
  more: "M5 12h.5m6.25 0h.5M18.5 12h.5",
  close: "m6 6 12 12M18 6 6 18",
  rotate: "M20 12a8 8 0 1 1-2.3-5.7M20 4v4h-4",
  warning: "M12 4 2.5 20h19ZM12 10v4m0 3h.01",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5m0-8.5h.01",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20",
  plus: "M12 5v14M5 12h14",
  turn: "m9 6 6 6-6 6",
  star: "m12 4 2.4 5.1 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.8l5.6-.7Z",
  folder: "M3 7a1 1 0 0 1 1-1h5l2 2h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1Z",
  move: "M4 12h13m-5-5 5 5-5 5M20 5v14",
  leave: "M10 4H5v16h5m4-12 4 4-4 4m4-4H9",
  check: "m5 13 4 4L19 7",
  lock: "M6 11h12v9H6Zm2 0V8a4 4 0 0 1 8 0v3",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1m2 3.7a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  mail: "M3 6h18v12H3Zm0 1 9 6 9-6",
  chart: "M4 20V4m0 16h16M8 16v-4m4 4V8m4 8v-6",
  download: "M12 4v11m-4-4 4 4 4-4M4 20h16",
};

/** @typedef {keyof typeof paths} IconName */

/** An icon beside a text, or inside a control that has a name: it says nothing by itself.
 * @param {{name: IconName, class?: string}} props */
export const Icon = ({ name, class: more = "" }) =>
  html`
    <svg class=${`icon ${more}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d=${paths[name]} />
    </svg>
  `;
