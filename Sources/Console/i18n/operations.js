import { translations } from "../i18n.js";

/** What the log calls changes. An operation is a thing and what happened to it: `api_token_rotate`. */
const things = translations({
  en: {
    account_token: "Session",
    api_token: "API token",
    base: "Base",
    base_column: "Column",
    base_external_link: "External link",
    base_file: "File",
    base_group_share: "Share with a group",
    base_invite_link: "Invite link to a base",
    base_invite_link_guest: "Guest of an invite link",
    base_share: "Share with a person",
    base_table: "Table",
    base_token: "Base token",
    base_view: "View",
    folder: "Folder",
    group: "Group",
    group_base: "Base of a group",
    group_invite_link: "Invite link to a group",
    group_member: "Group member",
    system_admin: "System administrator",
    team: "Team",
    team_admin: "Team administrator",
    team_invitation: "Invitation",
    team_user: "Team member",
    user: "Person",
  },
  de: {
    account_token: "Sitzung",
    api_token: "API-Token",
    base: "Base",
    base_column: "Spalte",
    base_external_link: "Externer Link",
    base_file: "Datei",
    base_group_share: "Freigabe an eine Gruppe",
    base_invite_link: "Einladungslink zu einer Base",
    base_invite_link_guest: "Gast eines Einladungslinks",
    base_share: "Freigabe an eine Person",
    base_table: "Tabelle",
    base_token: "Base-Token",
    base_view: "Ansicht",
    folder: "Ordner",
    group: "Gruppe",
    group_base: "Base einer Gruppe",
    group_invite_link: "Einladungslink zu einer Gruppe",
    group_member: "Gruppenmitglied",
    system_admin: "Systemadministrator",
    team: "Team",
    team_admin: "Teamadministrator",
    team_invitation: "Einladung",
    team_user: "Teammitglied",
    user: "Person",
  },
  fr: {
    account_token: "Session",
    api_token: "Jeton API",
    base: "Base",
    base_column: "Colonne",
    base_external_link: "Lien externe",
    base_file: "Fichier",
    base_group_share: "Partage avec un groupe",
    base_invite_link: "Lien d’invitation à une base",
    base_invite_link_guest: "Invité d’un lien",
    base_share: "Partage avec une personne",
    base_table: "Table",
    base_token: "Jeton de base",
    base_view: "Vue",
    folder: "Dossier",
    group: "Groupe",
    group_base: "Base d’un groupe",
    group_invite_link: "Lien d’invitation à un groupe",
    group_member: "Membre d’un groupe",
    system_admin: "Administrateur du système",
    team: "Équipe",
    team_admin: "Administrateur d’équipe",
    team_invitation: "Invitation",
    team_user: "Membre d’équipe",
    user: "Personne",
  },
});

const actions = translations({
  en: {
    accept: "accepted",
    activate: "unlocked",
    add: "added",
    clear: "deleted for good",
    create: "created",
    deactivate: "locked",
    delete: "deleted",
    password_set: "new password",
    refuse: "refused",
    remove: "removed",
    rename: "renamed",
    restore: "restored",
    reuse: "old secret used again",
    revoke: "revoked",
    rotate: "rotated",
    transfer: "new owner",
    update: "changed",
  },
  de: {
    accept: "angenommen",
    activate: "entsperrt",
    add: "hinzugefügt",
    clear: "endgültig gelöscht",
    create: "angelegt",
    deactivate: "gesperrt",
    delete: "gelöscht",
    password_set: "neues Passwort",
    refuse: "abgewiesen",
    remove: "entfernt",
    rename: "umbenannt",
    restore: "wiederhergestellt",
    reuse: "altes Geheimnis wieder benutzt",
    revoke: "widerrufen",
    rotate: "erneuert",
    transfer: "neuer Eigentümer",
    update: "geändert",
  },
  fr: {
    accept: "acceptation",
    activate: "déblocage",
    add: "ajout",
    clear: "suppression définitive",
    create: "création",
    deactivate: "blocage",
    delete: "suppression",
    password_set: "nouveau mot de passe",
    refuse: "refus",
    remove: "retrait",
    rename: "changement de nom",
    restore: "restauration",
    reuse: "ancien secret réutilisé",
    revoke: "révocation",
    rotate: "renouvellement",
    transfer: "nouveau propriétaire",
    update: "modification",
  },
});

/** @param {(key: any) => string} texts @param {string} key */
const known = (texts, key) => {
  try {
    return texts(key);
  } catch {
    return undefined;
  }
};

/** What an operation is called: "API token: rotated". @param {string} operation */
export const operationName = (operation) => {
  for (let end = operation.lastIndexOf("_"); end > 0; end = operation.lastIndexOf("_", end - 1)) {
    const thing = known(things, operation.slice(0, end));
    const action = known(actions, operation.slice(end + 1));
    if (thing && action) return `${thing}: ${action}`;
  }
  return operation;
};
