import { html } from "../preact.js";

/** A small chart of bars, each of which can be chosen. What it shows stands beside it as text, too.
 * @param {{ label: string, bars: { name: string, value: number, text: string }[], chosen?: string,
 *   onChoose?: (name: string) => void }} props `text` says what a bar means */
export const Bars = ({ label, bars, chosen, onChoose }) => {
  const [width, height, foot] = [1000, 200, 4];
  const most = Math.max(1, ...bars.map((one) => one.value));
  const step = width / Math.max(1, bars.length);
  return html`
    <svg class="bars" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label=${label}>
      ${[0.25, 0.5, 0.75].map((part) =>
        html`<line class="grid" x1="0" x2=${width} y1=${height * part} y2=${height * part} />`
      )}
      ${bars.map(({ name, value, text }, place) => {
        const tall = value === 0 ? foot : foot + (height - foot) * (value / most);
        return html`
          <g class=${name === chosen ? "chosen" : ""} onClick=${() => onChoose?.(name)}>
            <title>${text}</title>
            <rect class="field" x=${place * step} y="0" width=${step} height=${height} />
            <rect class=${value === 0 ? "none" : "bar"} x=${place * step + step * 0.14} y=${height - tall}
              width=${step * 0.72} height=${tall} />
          </g>
        `;
      })}
    </svg>
  `;
};
