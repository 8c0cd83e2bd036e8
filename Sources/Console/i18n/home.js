import { translations } from "../i18n.js";

export const t = translations({
  en: { title: "Bases", mine: "My bases", group: "{name} · group", search: "Search bases" },
  de: { title: "Startseite", mine: "Meine Bases", group: "{name} · Gruppe", search: "Bases suchen" },
  fr: { title: "Page d’accueil", mine: "Mes bases", group: "{name} · groupe", search: "Rechercher des bases" },
});
