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
    exists: "This name is taken.",
    expiry: "The team’s policy requires every API token to expire.",
    earlier: "The team’s policy requires API tokens to expire earlier.",
    onlyAdmins: "The team’s policy lets only admins create API tokens that write.",
    full: "There are as many as the operator allows. Delete some first.",
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
    exists: "Dieser Name ist vergeben.",
    expiry: "Die Richtlinie des Teams verlangt, dass jedes API-Token abläuft.",
    earlier: "Die Richtlinie des Teams verlangt, dass API-Token früher ablaufen.",
    onlyAdmins: "Nach der Richtlinie des Teams erzeugen nur Admins API-Token, die schreiben.",
    full: "Es gibt schon so viele, wie der Betreiber erlaubt. Löschen Sie zuerst welche.",
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
    exists: "Ce nom est déjà pris.",
    expiry: "Les règles de l’équipe exigent que tout jeton API expire.",
    earlier: "Les règles de l’équipe exigent que les jetons API expirent plus tôt.",
    onlyAdmins: "Selon les règles de l’équipe, seuls les administrateurs créent des jetons API qui écrivent.",
    full: "Il y en a déjà autant que l’exploitant le permet. Supprimez-en d’abord.",
    field: "Cette valeur ne convient pas.",
    unknown: "Un problème est survenu : {text}",
  },
});

/** What the service says, the text for it, and the field that it is about, where the service does not name that.
 * @type {[RegExp, Parameters<typeof t>[0], string?][]} */
const known = [
  [/^Unable to login/, "signIn"],
  [/^The password has expired/, "expired"],
  [/^The password is wrong/, "password"],
  [/^Two factor auth token is invalid|^code invalid/, "code", "code"],
  [/^Permission denied|^You do not have permission/, "forbidden"],
  [/^(Table|Folder) name already exists/, "exists", "name"],
  [/ already exists\.$/, "exists"],
  [/policy requires every API token to expire/, "expiry", "expire_days"],
  [/policy requires API tokens to expire earlier/, "earlier", "expire_days"],
  [/policy lets only admins create API tokens/, "onlyAdmins", "permission"],
  [/ as allowed: delete some first/, "full"],
  [/^\w+ invalid\.$/, "field"],
  [/ not found\.$/, "missing"],
];

/** An error in the person's language, and the field that it is about. What is not known here stays in the service's own
 * words, which say what to do. @param {unknown} error @returns {{ text: string, field?: string }} */
export const explain = (error) => {
  if (!(error instanceof ApiError)) return { text: t("unknown", { text: String(error) }) };
  const [, key, field] = known.find(([mark]) => mark.test(error.message)) ?? [];
  return { text: key ? t(key) : error.message, field: error.field ?? field };
};
