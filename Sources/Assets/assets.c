#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define ASSET(name, bytes) {name, bytes, sizeof bytes}

static const unsigned char openapi[] = {
#embed "../../openapi.yaml"
};

const struct basekeeper_asset basekeeper_openapi = ASSET("openapi.yaml", openapi);

// A new migration takes three lines here: its bytes, and its place in the list.

static const unsigned char migration_0001[] = {
#embed "../../Migrations/0001-teams-and-accounts.sql"
};

const struct basekeeper_asset basekeeper_migrations[] = {
    ASSET("0001-teams-and-accounts.sql", migration_0001),
};

const size_t basekeeper_migration_count = sizeof basekeeper_migrations / sizeof *basekeeper_migrations;
