import { ApiError } from "../api.js";
import { t } from "../i18n/links.js";
import { html } from "../preact.js";
import { Empty } from "../ui/parts.js";

/** Whether a link is refused because it has a password. @param {unknown} error */
export const wantsPassword = (error) => error instanceof ApiError && error.message.startsWith("The link's password");

/** Why a link cannot be opened, if it is for good; undefined for all else. @param {unknown} error */
export const refusal = (error) => {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 404) return t("goneText");
  if (error.message.startsWith("The link has expired")) return t("expired");
  return error.status === 403 ? error.message : undefined;
};

/** @param {{ text: string }} props */
export const DeadLink = ({ text }) => html`<${Empty} icon="link" title=${t("gone")} text=${text} />`;
