import { html, useEffect, useRef } from "../preact.js";
import { here } from "../router.js";
import { href } from "../api.js";

/** The head of a page: its name, what it is about, and what can be done. Every page begins with it: it also names the tab,
 * and takes the focus when the page is opened.
 * @param {{ title: string, intro?: string, crumbs?: [text: string, path: string][],
 *   tools?: import("../preact.js").Children }} props */
export const PageHead = ({ title, intro, crumbs = [], tools }) => {
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => void (document.title = `${title} – Basekeeper`), [title]);
  useEffect(() => {
    if (here.get().count > 0) head.current?.focus();
  }, []);
  return html`
    ${crumbs.length > 0 && html`<nav class="crumbs">
      ${crumbs.map(([text, path]) => html`<a href=${href(path)}>${text}</a><span aria-hidden="true">/</span>`)}
    </nav>`}
    <div class="head">
      <h1 ref=${head} tabindex="-1">${title}</h1>
      ${intro && html`<p class="intro">${intro}</p>`}
      ${tools && html`<div class="tools">${tools}</div>`}
    </div>
  `;
};
