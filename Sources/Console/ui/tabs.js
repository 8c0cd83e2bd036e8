import { href } from "../api.js";
import { html } from "../preact.js";

/** Links between the parts of a page. @param {{ label: string, tabs: { text: string, path: string, isHere: boolean }[] }} props */
export const Tabs = ({ label, tabs }) =>
  html`<nav class="tabs" aria-label=${label}>
    ${
    tabs.map(({ text, path, isHere }) =>
      html`<a href=${href(path)} aria-current=${isHere ? "page" : undefined}>${text}</a>`
    )
  }
  </nav>`;
