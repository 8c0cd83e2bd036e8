import { ApiError } from "../api.js";
import { translations } from "../i18n.js";

/** What the service answers in English, in the person's language, where people meet it. */
const t = translations({
  en: {
    signIn: "Name or password is wrong.",
    expired: "This password has expired. Ask your administrator for a new one.",
    password: "The password is wrong.",
    code: "The code is wrong, or was used already.",
    forbidden: "You may not do this.",
    missing: "It is not there any more.",
    field: "This cannot be used here.",
    unknown: "Something went wrong: {text}",
  },
  de: {
    signIn: "Name oder Passwort ist falsch.",
    expired: "Dieses Passwort ist abgelaufen. Bitten Sie Ihren Administrator um ein neues.",
    password: "Das Passwort ist falsch.",
    code: "Der Code ist falsch oder wurde schon benutzt.",
    forbidden: "Das dürfen Sie nicht.",
    missing: "Das gibt es nicht mehr.",
    field: "Das geht hier nicht.",
    unknown: "Etwas ist schiefgegangen: {text}",
  },
  fr: {
    signIn: "Le nom ou le mot de passe est incorrect.",
    expired: "Ce mot de passe a expiré. Demandez-en un nouveau à votre administrateur.",
    password: "Le mot de passe est incorrect.",
    code: "Le code est incorrect ou a déjà servi.",
    forbidden: "Vous n’y êtes pas autorisé.",
    missing: "Cet élément n’existe plus.",
    field: "Cette valeur ne convient pas.",
    unknown: "Un problème est survenu : {text}",
  },
});

/** @type {[RegExp, Parameters<typeof t>[0]][]} */
const known = [
  [/^Unable to login/, "signIn"],
  [/^The password has expired/, "expired"],
  [/^The password is wrong/, "password"],
  [/^Two factor auth token is invalid|^code invalid/, "code"],
  [/^Permission denied|^You do not have permission/, "forbidden"],
  [/^\w+ invalid\.$/, "field"],
  [/ not found\.$/, "missing"],
];

/** An error in the person's language, and the field that it is about. What is not known here stays in the service's own
 * words, which say what to do. @param {unknown} error @returns {{ text: string, field?: string }} */
export const explain = (error) => {
  if (!(error instanceof ApiError)) return { text: t("unknown", { text: String(error) }) };
  const key = known.find(([mark]) => mark.test(error.message))?.[1];
  return { text: key ? t(key) : error.message, field: error.field };
};
