// Files of the repository that travel inside the binary.
#include <stddef.h>

struct basekeeper_asset {
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

// The API's description, openapi.yaml.
extern const struct basekeeper_asset basekeeper_openapi;

// The page that shows the description to people, and what it loads: the last two compressed by gzip.
extern const struct basekeeper_asset basekeeper_docs_page;
extern const struct basekeeper_asset basekeeper_docs_start;
extern const struct basekeeper_asset basekeeper_docs_program;
extern const struct basekeeper_asset basekeeper_docs_style;

// The pictures of who has none of his own, and of groups: PNG, 128 pixels square.
extern const struct basekeeper_asset basekeeper_avatar;
extern const struct basekeeper_asset basekeeper_group_avatar;

// The commonest passwords of eight characters and more, one a line.
extern const struct basekeeper_asset basekeeper_passwords;

// Migrations/*.sql in the order of their application.
extern const struct basekeeper_asset *const basekeeper_migrations;
extern const size_t basekeeper_migration_count;
