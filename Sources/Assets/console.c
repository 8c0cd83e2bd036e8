// Written by script/console: the files of Sources/Console, by name.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_1[] = {
#embed "../Console/api.js"
};
static const unsigned char file_2[] = {
#embed "../Console/app.js"
};
static const unsigned char file_3[] = {
#embed "../Console/bases.js"
};
static const unsigned char file_4[] = {
#embed "../Console/data.js"
};
static const unsigned char file_5[] = {
#embed "../Console/frame.js"
};
static const unsigned char file_6[] = {
#embed "../Console/home/cards.js"
};
static const unsigned char file_7[] = {
#embed "../Console/home/dialogs.js"
};
static const unsigned char file_8[] = {
#embed "../Console/i18n.js"
};
static const unsigned char file_9[] = {
#embed "../Console/i18n/common.js"
};
static const unsigned char file_10[] = {
#embed "../Console/i18n/errors.js"
};
static const unsigned char file_11[] = {
#embed "../Console/i18n/frame.js"
};
static const unsigned char file_12[] = {
#embed "../Console/i18n/home.js"
};
static const unsigned char file_13[] = {
#embed "../Console/i18n/sign-in.js"
};
static const unsigned char file_14[] = {
#embed "../Console/i18n/team-tokens.js"
};
static const unsigned char file_15[] = {
#embed "../Console/i18n/tokens.js"
};
static const unsigned char file_16[] = {
#embed "../Console/icon.svg"
};
static const unsigned char file_17[] = {
#embed "../Console/icons.js"
};
static const unsigned char file_18[] = {
#embed "../Console/index.html"
};
static const unsigned char file_19[] = {
#embed "../Console/pages/home.js"
};
static const unsigned char file_20[] = {
#embed "../Console/pages/sign-in.js"
};
static const unsigned char file_21[] = {
#embed "../Console/pages/team-tokens.js"
};
static const unsigned char file_22[] = {
#embed "../Console/pages/tokens.js"
};
static const unsigned char file_23[] = {
#embed "../Console/preact.js"
};
static const unsigned char file_24[] = {
#embed "../Console/router.js"
};
static const unsigned char file_25[] = {
#embed "../Console/routes.js"
};
static const unsigned char file_26[] = {
#embed "../Console/session.js"
};
static const unsigned char file_27[] = {
#embed "../Console/store.js"
};
static const unsigned char file_28[] = {
#embed "../Console/style.css"
};
static const unsigned char file_29[] = {
#embed "../Console/theme.js"
};
static const unsigned char file_30[] = {
#embed "../Console/tokens/api.js"
};
static const unsigned char file_31[] = {
#embed "../Console/tokens/columns.js"
};
static const unsigned char file_32[] = {
#embed "../Console/tokens/dialogs.js"
};
static const unsigned char file_33[] = {
#embed "../Console/tokens/fields.js"
};
static const unsigned char file_34[] = {
#embed "../Console/tokens/team-dialogs.js"
};
static const unsigned char file_35[] = {
#embed "../Console/tokens/team-filters.js"
};
static const unsigned char file_36[] = {
#embed "../Console/ui/confirm.js"
};
static const unsigned char file_37[] = {
#embed "../Console/ui/dialog.js"
};
static const unsigned char file_38[] = {
#embed "../Console/ui/form.js"
};
static const unsigned char file_39[] = {
#embed "../Console/ui/ids.js"
};
static const unsigned char file_40[] = {
#embed "../Console/ui/menu.js"
};
static const unsigned char file_41[] = {
#embed "../Console/ui/page.js"
};
static const unsigned char file_42[] = {
#embed "../Console/ui/parts.js"
};
static const unsigned char file_43[] = {
#embed "../Console/ui/picker.js"
};
static const unsigned char file_44[] = {
#embed "../Console/ui/secret.js"
};
static const unsigned char file_45[] = {
#embed "../Console/ui/table.js"
};
static const unsigned char file_46[] = {
#embed "../Console/ui/toast.js"
};
static const unsigned char file_47[] = {
#embed "../Console/vendor/NOTICE.txt"
};
static const unsigned char file_48[] = {
#embed "../Console/vendor/preact-htm.js"
};

static const struct basekeeper_asset files[] = {
    {"api.js", file_1, sizeof file_1},
    {"app.js", file_2, sizeof file_2},
    {"bases.js", file_3, sizeof file_3},
    {"data.js", file_4, sizeof file_4},
    {"frame.js", file_5, sizeof file_5},
    {"home/cards.js", file_6, sizeof file_6},
    {"home/dialogs.js", file_7, sizeof file_7},
    {"i18n.js", file_8, sizeof file_8},
    {"i18n/common.js", file_9, sizeof file_9},
    {"i18n/errors.js", file_10, sizeof file_10},
    {"i18n/frame.js", file_11, sizeof file_11},
    {"i18n/home.js", file_12, sizeof file_12},
    {"i18n/sign-in.js", file_13, sizeof file_13},
    {"i18n/team-tokens.js", file_14, sizeof file_14},
    {"i18n/tokens.js", file_15, sizeof file_15},
    {"icon.svg", file_16, sizeof file_16},
    {"icons.js", file_17, sizeof file_17},
    {"index.html", file_18, sizeof file_18},
    {"pages/home.js", file_19, sizeof file_19},
    {"pages/sign-in.js", file_20, sizeof file_20},
    {"pages/team-tokens.js", file_21, sizeof file_21},
    {"pages/tokens.js", file_22, sizeof file_22},
    {"preact.js", file_23, sizeof file_23},
    {"router.js", file_24, sizeof file_24},
    {"routes.js", file_25, sizeof file_25},
    {"session.js", file_26, sizeof file_26},
    {"store.js", file_27, sizeof file_27},
    {"style.css", file_28, sizeof file_28},
    {"theme.js", file_29, sizeof file_29},
    {"tokens/api.js", file_30, sizeof file_30},
    {"tokens/columns.js", file_31, sizeof file_31},
    {"tokens/dialogs.js", file_32, sizeof file_32},
    {"tokens/fields.js", file_33, sizeof file_33},
    {"tokens/team-dialogs.js", file_34, sizeof file_34},
    {"tokens/team-filters.js", file_35, sizeof file_35},
    {"ui/confirm.js", file_36, sizeof file_36},
    {"ui/dialog.js", file_37, sizeof file_37},
    {"ui/form.js", file_38, sizeof file_38},
    {"ui/ids.js", file_39, sizeof file_39},
    {"ui/menu.js", file_40, sizeof file_40},
    {"ui/page.js", file_41, sizeof file_41},
    {"ui/parts.js", file_42, sizeof file_42},
    {"ui/picker.js", file_43, sizeof file_43},
    {"ui/secret.js", file_44, sizeof file_44},
    {"ui/table.js", file_45, sizeof file_45},
    {"ui/toast.js", file_46, sizeof file_46},
    {"vendor/NOTICE.txt", file_47, sizeof file_47},
    {"vendor/preact-htm.js", file_48, sizeof file_48},
};

const struct basekeeper_asset *const basekeeper_console = files;
const size_t basekeeper_console_count = sizeof files / sizeof *files;
