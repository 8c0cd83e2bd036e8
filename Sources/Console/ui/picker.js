import { html, useRef, useState } from "../preact.js";
import { Field } from "./form.js";
import { nextId } from "./ids.js";

/** @typedef {{ value: string, text: string, note?: string }} Option */

/** A field in which one types a part of a name, and chooses from what is found (a combobox): for what there may be
 * thousands of. The form gets the chosen value by `name`.
 * @param {{ name: string, label: string, hint?: string, search: (text: string) => Promise<Option[]>, none: string,
 *   chosen?: Option, required?: boolean, autofocus?: boolean, onChoose?: (option: Option | undefined) => void }} props
 * `none`: what it says if nothing is found */
export const Picker = ({ name, label, hint, search, none, chosen: initial, required, autofocus, onChoose }) => {
  const id = useRef(nextId("list")).current;
  const latest = useRef(/** @type {{ timer?: ReturnType<typeof setTimeout>, text: string }} */ ({ text: "" })).current;
  const [text, setText] = useState(initial?.text ?? "");
  const [chosen, setChosen] = useState(initial);
  const [found, setFound] = useState(/** @type {Option[] | undefined} */ (undefined));
  const [at, setAt] = useState(0);

  /** @param {Option | undefined} option */
  const choose = (option) => {
    setChosen(option);
    if (option) setText(option.text);
    setFound(undefined);
    onChoose?.(option);
  };
  const look = async () => {
    const asked = latest.text;
    const options = await search(asked);
    if (asked !== latest.text) return;
    setFound(options);
    setAt(0);
  };
  const typed = (/** @type {InputEvent} */ event) => {
    latest.text = /** @type {HTMLInputElement} */ (event.target).value;
    setText(latest.text);
    if (chosen) choose(undefined);
    clearTimeout(latest.timer);
    latest.timer = setTimeout(() => (latest.text.trim() ? look() : setFound(undefined)), 150);
  };
  const keyed = (/** @type {KeyboardEvent} */ event) => {
    if (!found) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === "Enter" && found[at]) choose(found[at]);
    else if (event.key === "Escape") setFound(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const isOpen = found !== undefined;
  return html`
    <div class="picker">
      <${Field} name=${`${name}-text`} label=${label} hint=${hint} value=${text} onInput=${typed}
        onKeyDown=${keyed}
        onBlur=${() => setFound(undefined)} role="combobox" aria-expanded=${isOpen} aria-controls=${id}
        aria-autocomplete="list" aria-activedescendant=${isOpen && found[at] ? `${id}-${at}` : undefined}
        autocomplete="off" spellcheck=${false} required=${required} autofocus=${autofocus}
        pattern=${required && text && !chosen ? "(?!)" : ".*"} />
      <input type="hidden" name=${name} value=${chosen?.value ?? ""} />
      <ul id=${id} role="listbox" aria-label=${label} hidden=${!found?.length}>
        ${found?.map((one, place) =>
          html`
            <li id=${`${id}-${place}`} role="option" aria-selected=${place === at}
              onMouseDown=${(/** @type {Event} */ event) => (event.preventDefault(), choose(one))}>
                    ${one.text}${one.note && html`<small>${one.note}</small>`}
                  </li>
          `
        )}
      </ul>
      <p class="muted small" role="status">${found?.length === 0 && none}</p>
    </div>
  `;
};
