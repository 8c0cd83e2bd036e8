// Files of the repository that are compiled into the binary.
#include <stddef.h>

struct basekeeper_asset {
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

// The API's description, openapi.yaml.
extern const struct basekeeper_asset basekeeper_openapi;

// The page that shows the description, and the files that it loads. The last two are compressed with gzip.
extern const struct basekeeper_asset basekeeper_docs_page;
extern const struct basekeeper_asset basekeeper_docs_start;
extern const struct basekeeper_asset basekeeper_docs_program;
extern const struct basekeeper_asset basekeeper_docs_style;

// Sources/Console: what the console's page loads, and index.html.
extern const struct basekeeper_asset *const basekeeper_console;
extern const size_t basekeeper_console_count;

// The pictures of all people and of all groups: PNG, 128 × 128 pixels.
extern const struct basekeeper_asset basekeeper_avatar;
extern const struct basekeeper_asset basekeeper_group_avatar;

// The commonest passwords of eight or more characters, one per line.
extern const struct basekeeper_asset basekeeper_passwords;

// What the demo team's bases hold: for each base by its name a list of tables.
extern const struct basekeeper_asset basekeeper_demo;

// Migrations/*.sql, in the order in which they are applied.
extern const struct basekeeper_asset *const basekeeper_migrations;
extern const size_t basekeeper_migration_count;
