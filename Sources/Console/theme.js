/** Light or dark, for who does not want it as their system has it. @typedef {"auto" | "light" | "dark"} Theme */

const place = "basekeeper.theme";

/** @returns {Theme} */
export const theme = () => /** @type {Theme | null} */ (localStorage.getItem(place)) ?? "auto";

/** @param {Theme} choice */
export const chooseTheme = (choice) => {
  if (choice === "auto") localStorage.removeItem(place);
  else localStorage.setItem(place, choice);
  applyTheme();
};

export const applyTheme = () => {
  document.documentElement.dataset.theme = theme();
};
