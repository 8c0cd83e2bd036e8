import { translations } from "../i18n.js";

/** What all lists of administrators say. */
export const t = translations({
  en: {
    any: "Any",
    count: { one: "{n} entry", other: "{n} entries" },
    onPage: { one: "{n} entry on this page", other: "{n} entries on this page" },
    nothing: "Nothing found",
    nothingText: "Nothing here fits what you are looking for.",
    showAll: "Show everything",
    from: "From",
    until: "Until",
    preparing: "The file is being made …",
    tooMany: "The file has the first {n} entries.",
  },
  de: {
    any: "Alle",
    count: { one: "{n} Eintrag", other: "{n} Einträge" },
    onPage: { one: "{n} Eintrag auf dieser Seite", other: "{n} Einträge auf dieser Seite" },
    nothing: "Nichts gefunden",
    nothingText: "Hier passt nichts zu dem, was Sie suchen.",
    showAll: "Alles anzeigen",
    from: "Von",
    until: "Bis",
    preparing: "Die Datei wird erstellt …",
    tooMany: "Die Datei enthält die ersten {n} Einträge.",
  },
  fr: {
    any: "Tous",
    count: { one: "{n} entrée", other: "{n} entrées" },
    onPage: { one: "{n} entrée sur cette page", other: "{n} entrées sur cette page" },
    nothing: "Aucun résultat",
    nothingText: "Rien ici ne correspond à votre recherche.",
    showAll: "Tout afficher",
    from: "Du",
    until: "Au",
    preparing: "Préparation du fichier…",
    tooMany: "Le fichier contient les {n} premières entrées.",
  },
});
