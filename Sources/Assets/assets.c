#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define ASSET(name, bytes) {name, bytes, sizeof bytes}

static const unsigned char openapi[] = {
#embed "../../openapi.yaml"
};

const struct basekeeper_asset basekeeper_openapi = ASSET("openapi.yaml", openapi);

static const unsigned char docs_page[] = {
#embed "docs/page.html"
};

static const unsigned char docs_start[] = {
#embed "docs/start.js"
};

static const unsigned char docs_program[] = {
#embed "docs/swagger-ui-bundle.js.gz"
};

static const unsigned char docs_style[] = {
#embed "docs/swagger-ui.css.gz"
};

const struct basekeeper_asset basekeeper_docs_page = ASSET("page.html", docs_page);
const struct basekeeper_asset basekeeper_docs_start = ASSET("start.js", docs_start);
const struct basekeeper_asset basekeeper_docs_program = ASSET("swagger-ui-bundle.js.gz", docs_program);
const struct basekeeper_asset basekeeper_docs_style = ASSET("swagger-ui.css.gz", docs_style);

static const unsigned char avatar[] = {
#embed "pictures/avatar.png"
};

static const unsigned char group_avatar[] = {
#embed "pictures/group-avatar.png"
};

const struct basekeeper_asset basekeeper_avatar = ASSET("avatar.png", avatar);
const struct basekeeper_asset basekeeper_group_avatar = ASSET("group-avatar.png", group_avatar);

static const unsigned char passwords[] = {
#embed "passwords.txt"
};

const struct basekeeper_asset basekeeper_passwords = ASSET("passwords.txt", passwords);

static const unsigned char demo[] = {
#embed "demo.json"
};

const struct basekeeper_asset basekeeper_demo = ASSET("demo.json", demo);

// A new migration needs two entries: its bytes, and its place in the list.

static const unsigned char migration_0001[] = {
#embed "../../Migrations/0001-teams-and-accounts.sql"
};

static const unsigned char migration_0002[] = {
#embed "../../Migrations/0002-groups-and-workspaces.sql"
};

static const unsigned char migration_0003[] = {
#embed "../../Migrations/0003-bases.sql"
};

static const unsigned char migration_0004[] = {
#embed "../../Migrations/0004-tokens.sql"
};

static const unsigned char migration_0005[] = {
#embed "../../Migrations/0005-installation.sql"
};

static const unsigned char migration_0006[] = {
#embed "../../Migrations/0006-administration.sql"
};

static const unsigned char migration_0007[] = {
#embed "../../Migrations/0007-audit-log.sql"
};

static const unsigned char migration_0008[] = {
#embed "../../Migrations/0008-sharing.sql"
};

static const unsigned char migration_0009[] = {
#embed "../../Migrations/0009-token-lifecycle.sql"
};

static const unsigned char migration_0010[] = {
#embed "../../Migrations/0010-public-links.sql"
};

static const unsigned char migration_0011[] = {
#embed "../../Migrations/0011-names.sql"
};

static const unsigned char migration_0012[] = {
#embed "../../Migrations/0012-taken-out.sql"
};

static const unsigned char migration_0013[] = {
#embed "../../Migrations/0013-deleted-teams.sql"
};

static const unsigned char migration_0014[] = {
#embed "../../Migrations/0014-what-ends-access.sql"
};

static const unsigned char migration_0015[] = {
#embed "../../Migrations/0015-audit-entries.sql"
};

static const unsigned char migration_0016[] = {
#embed "../../Migrations/0016-bounded-guessing.sql"
};

static const unsigned char migration_0017[] = {
#embed "../../Migrations/0017-what-signs.sql"
};

static const unsigned char migration_0018[] = {
#embed "../../Migrations/0018-sign-in-names.sql"
};

static const unsigned char migration_0019[] = {
#embed "../../Migrations/0019-one-audit-trigger.sql"
};

static const unsigned char migration_0020[] = {
#embed "../../Migrations/0020-teams-of-what-is-made.sql"
};

static const unsigned char migration_0021[] = {
#embed "../../Migrations/0021-callers-who-last.sql"
};

static const unsigned char migration_0022[] = {
#embed "../../Migrations/0022-whose-word-it-is.sql"
};

static const unsigned char migration_0023[] = {
#embed "../../Migrations/0023-work-for-later.sql"
};

static const unsigned char migration_0024[] = {
#embed "../../Migrations/0024-first-passwords.sql"
};

static const unsigned char migration_0025[] = {
#embed "../../Migrations/0025-roles.sql"
};

static const unsigned char migration_0026[] = {
#embed "../../Migrations/0026-stronger-hashes.sql"
};

static const unsigned char migration_0027[] = {
#embed "../../Migrations/0027-account-tokens-end.sql"
};

static const unsigned char migration_0028[] = {
#embed "../../Migrations/0028-asking-again.sql"
};
static const unsigned char migration_0029[] = {
#embed "../../Migrations/0029-attempts-without-delay.sql"
};

static const unsigned char migration_0030[] = {
#embed "../../Migrations/0030-caps.sql"
};

static const unsigned char migration_0032[] = {
#embed "../../Migrations/0032-master-keys.sql"
};

static const unsigned char migration_0033[] = {
#embed "../../Migrations/0033-audit-shipment.sql"
};

static const unsigned char migration_0034[] = {
#embed "../../Migrations/0034-shipment-rights.sql"
};

static const unsigned char migration_0035[] = {
#embed "../../Migrations/0035-rows.sql"
};

static const unsigned char migration_0036[] = {
#embed "../../Migrations/0036-statement-functions.sql"
};

static const unsigned char migration_0037[] = {
#embed "../../Migrations/0037-clients-statements.sql"
};

static const unsigned char migration_0038[] = {
#embed "../../Migrations/0038-activities.sql"
};

static const unsigned char migration_0039[] = {
#embed "../../Migrations/0039-row-quotas.sql"
};

static const unsigned char migration_0040[] = {
#embed "../../Migrations/0040-compression.sql"
};

static const unsigned char migration_0041[] = {
#embed "../../Migrations/0041-files.sql"
};

static const unsigned char migration_0045[] = {
#embed "../../Migrations/0045-api-token-use.sql"
};

static const struct basekeeper_asset migrations[] = {
    ASSET("0001-teams-and-accounts.sql", migration_0001),
    ASSET("0002-groups-and-workspaces.sql", migration_0002),
    ASSET("0003-bases.sql", migration_0003),
    ASSET("0004-tokens.sql", migration_0004),
    ASSET("0005-installation.sql", migration_0005),
    ASSET("0006-administration.sql", migration_0006),
    ASSET("0007-audit-log.sql", migration_0007),
    ASSET("0008-sharing.sql", migration_0008),
    ASSET("0009-token-lifecycle.sql", migration_0009),
    ASSET("0010-public-links.sql", migration_0010),
    ASSET("0011-names.sql", migration_0011),
    ASSET("0012-taken-out.sql", migration_0012),
    ASSET("0013-deleted-teams.sql", migration_0013),
    ASSET("0014-what-ends-access.sql", migration_0014),
    ASSET("0015-audit-entries.sql", migration_0015),
    ASSET("0016-bounded-guessing.sql", migration_0016),
    ASSET("0017-what-signs.sql", migration_0017),
    ASSET("0018-sign-in-names.sql", migration_0018),
    ASSET("0019-one-audit-trigger.sql", migration_0019),
    ASSET("0020-teams-of-what-is-made.sql", migration_0020),
    ASSET("0021-callers-who-last.sql", migration_0021),
    ASSET("0022-whose-word-it-is.sql", migration_0022),
    ASSET("0023-work-for-later.sql", migration_0023),
    ASSET("0024-first-passwords.sql", migration_0024),
    ASSET("0025-roles.sql", migration_0025),
    ASSET("0026-stronger-hashes.sql", migration_0026),
    ASSET("0027-account-tokens-end.sql", migration_0027),
    ASSET("0028-asking-again.sql", migration_0028),
    ASSET("0029-attempts-without-delay.sql", migration_0029),
    ASSET("0030-caps.sql", migration_0030),
    ASSET("0032-master-keys.sql", migration_0032),
    ASSET("0033-audit-shipment.sql", migration_0033),
    ASSET("0034-shipment-rights.sql", migration_0034),
    ASSET("0035-rows.sql", migration_0035),
    ASSET("0036-statement-functions.sql", migration_0036),
    ASSET("0037-clients-statements.sql", migration_0037),
    ASSET("0038-activities.sql", migration_0038),
    ASSET("0039-row-quotas.sql", migration_0039),
    ASSET("0040-compression.sql", migration_0040),
    ASSET("0041-files.sql", migration_0041),
    ASSET("0045-api-token-use.sql", migration_0045),
};

const struct basekeeper_asset *const basekeeper_migrations = migrations;
const size_t basekeeper_migration_count = sizeof migrations / sizeof *migrations;
