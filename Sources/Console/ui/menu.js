import { html, useRef, useState } from "../preact.js";
import { Icon } from "../icons.js";
import { nextId } from "./ids.js";

/** @typedef {object} Item
 * @property {string} label
 * @property {import("../icons.js").IconName} [icon]
 * @property {() => void} [onSelect]
 * @property {string} [href] instead of onSelect: where it leads
 * @property {boolean} [isDanger]
 * @property {boolean} [isChosen] for one of several that exclude each other
 * @property {Item[]} [items] what appears below it when it is opened */

/** A button that opens a menu: with the mouse, by touch, and by Enter or an arrow key. Arrow keys, Home, End and first
 * letters move in it. `false` in `items` is left out, "-" is a line.
 * @param {{ label: string, items: (Item | "-" | false | undefined)[], icon?: import("../icons.js").IconName,
 *   class?: string, children?: import("../preact.js").Children }} props `children` is shown instead of the icon */
export const Menu = ({ label, items, icon = "more", class: look = "quiet icon", children }) => {
  const id = useRef(nextId("menu")).current;
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  const [isOpen, setIsOpen] = useState(false);

  const all = () => /** @type {HTMLElement[]} */ ([...(menu.current?.querySelectorAll("[role^=menuitem]") ?? [])]);
  const opening = (/** @type {ToggleEvent} */ event) => {
    setIsOpen(event.newState === "open");
    // Before its entries go, and the focus with them.
    if (event.newState === "closed" && menu.current?.contains(document.activeElement)) button.current?.focus();
  };
  const opened = (/** @type {ToggleEvent} */ event) => {
    if (event.newState !== "open" || !menu.current || !button.current) return;
    place(menu.current, button.current.getBoundingClientRect());
    all()[0]?.focus();
  };
  const openByArrow = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    menu.current?.showPopover();
  };
  const move = (/** @type {KeyboardEvent} */ event) => {
    const entries = all();
    const next = neighbour(entries, event.key);
    if (event.key === "Tab") menu.current?.hidePopover();
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  const choose = (/** @type {Item} */ item) => {
    menu.current?.hidePopover();
    button.current?.focus();
    item.onSelect?.();
  };

  return html`
    <button type="button" ref=${button} class=${look} aria-label=${label} aria-haspopup="menu"
      aria-expanded=${isOpen}
      aria-controls=${id} popovertarget=${id} onKeyDown=${openByArrow}>
      ${children ?? html`<${Icon} name=${icon} />`}
    </button>
    <div id=${id} ref=${menu} class="menu" popover="auto" role="menu" aria-label=${label}
      onBeforeToggle=${opening}
      onToggle=${opened} onKeyDown=${move}>
      ${isOpen && items.map((item) => item && html`<${Entry} item=${item} choose=${choose} />`)}
    </div>
  `;
};

/** @param {{ item: Item | "-", choose: (item: Item) => void }} props */
const Entry = ({ item, choose }) => {
  const [isOpen, setIsOpen] = useState(false);
  if (item === "-") return html`<hr role="separator" />`;
  const look = { class: item.isDanger ? "danger" : "", tabindex: "-1" };
  const text = html`${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.label}</span>`;
  if (item.href) {
    return html`<a role="menuitem" href=${item.href} ...${look} onClick=${() => choose(item)}>${text}</a>`;
  }
  if (!item.items) {
    const role = item.isChosen === undefined
      ? { role: "menuitem" }
      : { role: "menuitemradio", "aria-checked": item.isChosen };
    return html`<button type="button" ...${role} ...${look} onClick=${() => choose(item)}>
      ${text}${item.isChosen && html`<${Icon} name="check" class="end" />`}
    </button>`;
  }
  const turn = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowRight") setIsOpen(true);
    if (event.key === "ArrowLeft") setIsOpen(false);
  };
  return html`
    <button type="button" role="menuitem" ...${look} aria-expanded=${isOpen} onClick=${() => setIsOpen(!isOpen)}
      onKeyDown=${turn}>
      ${text}<${Icon} name="turn" class="turn" />
    </button>
    ${isOpen && html`<div role="group" aria-label=${item.label}>
      ${item.items.map((one) => html`<${Entry} item=${one} choose=${choose} />`)}
    </div>`}
  `;
};

/** The entry that a key leads to. @param {HTMLElement[]} entries @param {string} key @returns {HTMLElement | undefined} */
const neighbour = (entries, key) => {
  const here = entries.findIndex((one) => one === document.activeElement);
  if (key === "ArrowDown") return entries[(here + 1) % entries.length];
  if (key === "ArrowUp") return entries.at(here - 1);
  if (key === "Home") return entries[0];
  if (key === "End") return entries.at(-1);
  if (key.length !== 1 || key === " ") return undefined;
  const later = [...entries.slice(here + 1), ...entries.slice(0, here + 1)];
  return later.find((one) => one.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
};

/** Puts a menu below its button, or above it, wherever there is room. @param {HTMLElement} menu @param {DOMRect} button */
const place = (menu, button) => {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = button.bottom + height + 8 <= innerHeight || button.top < height + 8;
  const top = isBelow ? button.bottom + 4 : button.top - height - 4;
  menu.style.left = `${Math.max(8, Math.min(button.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
};
