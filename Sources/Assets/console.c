// Written by script/console: the files of Sources/Console, by name.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_1[] = {
#embed "../Console/admin/bases.js"
};
static const unsigned char file_2[] = {
#embed "../Console/admin/left-behind.js"
};
static const unsigned char file_3[] = {
#embed "../Console/admin/logs.js"
};
static const unsigned char file_4[] = {
#embed "../Console/admin/offboarding.js"
};
static const unsigned char file_5[] = {
#embed "../Console/admin/people-list.js"
};
static const unsigned char file_6[] = {
#embed "../Console/admin/people.js"
};
static const unsigned char file_7[] = {
#embed "../Console/admin/person-dialogs.js"
};
static const unsigned char file_8[] = {
#embed "../Console/admin/person-menu.js"
};
static const unsigned char file_9[] = {
#embed "../Console/admin/person-page.js"
};
static const unsigned char file_10[] = {
#embed "../Console/api.js"
};
static const unsigned char file_11[] = {
#embed "../Console/app.js"
};
static const unsigned char file_12[] = {
#embed "../Console/bases.js"
};
static const unsigned char file_13[] = {
#embed "../Console/csv.js"
};
static const unsigned char file_14[] = {
#embed "../Console/data.js"
};
static const unsigned char file_15[] = {
#embed "../Console/frame.js"
};
static const unsigned char file_16[] = {
#embed "../Console/home/cards.js"
};
static const unsigned char file_17[] = {
#embed "../Console/home/dialogs.js"
};
static const unsigned char file_18[] = {
#embed "../Console/i18n.js"
};
static const unsigned char file_19[] = {
#embed "../Console/i18n/admin-bases.js"
};
static const unsigned char file_20[] = {
#embed "../Console/i18n/common.js"
};
static const unsigned char file_21[] = {
#embed "../Console/i18n/errors.js"
};
static const unsigned char file_22[] = {
#embed "../Console/i18n/frame.js"
};
static const unsigned char file_23[] = {
#embed "../Console/i18n/home.js"
};
static const unsigned char file_24[] = {
#embed "../Console/i18n/leaving.js"
};
static const unsigned char file_25[] = {
#embed "../Console/i18n/lists.js"
};
static const unsigned char file_26[] = {
#embed "../Console/i18n/logs.js"
};
static const unsigned char file_27[] = {
#embed "../Console/i18n/operations.js"
};
static const unsigned char file_28[] = {
#embed "../Console/i18n/people.js"
};
static const unsigned char file_29[] = {
#embed "../Console/i18n/policy.js"
};
static const unsigned char file_30[] = {
#embed "../Console/i18n/sign-in.js"
};
static const unsigned char file_31[] = {
#embed "../Console/i18n/team-settings.js"
};
static const unsigned char file_32[] = {
#embed "../Console/i18n/team-tokens.js"
};
static const unsigned char file_33[] = {
#embed "../Console/i18n/tokens.js"
};
static const unsigned char file_34[] = {
#embed "../Console/icon.svg"
};
static const unsigned char file_35[] = {
#embed "../Console/icons.js"
};
static const unsigned char file_36[] = {
#embed "../Console/index.html"
};
static const unsigned char file_37[] = {
#embed "../Console/pages/home.js"
};
static const unsigned char file_38[] = {
#embed "../Console/pages/sign-in.js"
};
static const unsigned char file_39[] = {
#embed "../Console/pages/system-admins.js"
};
static const unsigned char file_40[] = {
#embed "../Console/pages/system-bases.js"
};
static const unsigned char file_41[] = {
#embed "../Console/pages/system-logs.js"
};
static const unsigned char file_42[] = {
#embed "../Console/pages/system-people.js"
};
static const unsigned char file_43[] = {
#embed "../Console/pages/system-person.js"
};
static const unsigned char file_44[] = {
#embed "../Console/pages/team-bases.js"
};
static const unsigned char file_45[] = {
#embed "../Console/pages/team-logs.js"
};
static const unsigned char file_46[] = {
#embed "../Console/pages/team-people.js"
};
static const unsigned char file_47[] = {
#embed "../Console/pages/team-person.js"
};
static const unsigned char file_48[] = {
#embed "../Console/pages/team-policy.js"
};
static const unsigned char file_49[] = {
#embed "../Console/pages/team-settings.js"
};
static const unsigned char file_50[] = {
#embed "../Console/pages/team-tokens.js"
};
static const unsigned char file_51[] = {
#embed "../Console/pages/tokens.js"
};
static const unsigned char file_52[] = {
#embed "../Console/preact.js"
};
static const unsigned char file_53[] = {
#embed "../Console/router.js"
};
static const unsigned char file_54[] = {
#embed "../Console/routes.js"
};
static const unsigned char file_55[] = {
#embed "../Console/session.js"
};
static const unsigned char file_56[] = {
#embed "../Console/store.js"
};
static const unsigned char file_57[] = {
#embed "../Console/style.css"
};
static const unsigned char file_58[] = {
#embed "../Console/theme.js"
};
static const unsigned char file_59[] = {
#embed "../Console/tokens/api.js"
};
static const unsigned char file_60[] = {
#embed "../Console/tokens/columns.js"
};
static const unsigned char file_61[] = {
#embed "../Console/tokens/dialogs.js"
};
static const unsigned char file_62[] = {
#embed "../Console/tokens/fields.js"
};
static const unsigned char file_63[] = {
#embed "../Console/tokens/team-dialogs.js"
};
static const unsigned char file_64[] = {
#embed "../Console/tokens/team-filters.js"
};
static const unsigned char file_65[] = {
#embed "../Console/ui/action.js"
};
static const unsigned char file_66[] = {
#embed "../Console/ui/confirm.js"
};
static const unsigned char file_67[] = {
#embed "../Console/ui/dialog.js"
};
static const unsigned char file_68[] = {
#embed "../Console/ui/form.js"
};
static const unsigned char file_69[] = {
#embed "../Console/ui/ids.js"
};
static const unsigned char file_70[] = {
#embed "../Console/ui/list.js"
};
static const unsigned char file_71[] = {
#embed "../Console/ui/menu.js"
};
static const unsigned char file_72[] = {
#embed "../Console/ui/page.js"
};
static const unsigned char file_73[] = {
#embed "../Console/ui/parts.js"
};
static const unsigned char file_74[] = {
#embed "../Console/ui/picker.js"
};
static const unsigned char file_75[] = {
#embed "../Console/ui/secret.js"
};
static const unsigned char file_76[] = {
#embed "../Console/ui/table.js"
};
static const unsigned char file_77[] = {
#embed "../Console/ui/tabs.js"
};
static const unsigned char file_78[] = {
#embed "../Console/ui/toast.js"
};
static const unsigned char file_79[] = {
#embed "../Console/vendor/NOTICE.txt"
};
static const unsigned char file_80[] = {
#embed "../Console/vendor/preact-htm.js"
};

static const struct basekeeper_asset files[] = {
    {"admin/bases.js", file_1, sizeof file_1},
    {"admin/left-behind.js", file_2, sizeof file_2},
    {"admin/logs.js", file_3, sizeof file_3},
    {"admin/offboarding.js", file_4, sizeof file_4},
    {"admin/people-list.js", file_5, sizeof file_5},
    {"admin/people.js", file_6, sizeof file_6},
    {"admin/person-dialogs.js", file_7, sizeof file_7},
    {"admin/person-menu.js", file_8, sizeof file_8},
    {"admin/person-page.js", file_9, sizeof file_9},
    {"api.js", file_10, sizeof file_10},
    {"app.js", file_11, sizeof file_11},
    {"bases.js", file_12, sizeof file_12},
    {"csv.js", file_13, sizeof file_13},
    {"data.js", file_14, sizeof file_14},
    {"frame.js", file_15, sizeof file_15},
    {"home/cards.js", file_16, sizeof file_16},
    {"home/dialogs.js", file_17, sizeof file_17},
    {"i18n.js", file_18, sizeof file_18},
    {"i18n/admin-bases.js", file_19, sizeof file_19},
    {"i18n/common.js", file_20, sizeof file_20},
    {"i18n/errors.js", file_21, sizeof file_21},
    {"i18n/frame.js", file_22, sizeof file_22},
    {"i18n/home.js", file_23, sizeof file_23},
    {"i18n/leaving.js", file_24, sizeof file_24},
    {"i18n/lists.js", file_25, sizeof file_25},
    {"i18n/logs.js", file_26, sizeof file_26},
    {"i18n/operations.js", file_27, sizeof file_27},
    {"i18n/people.js", file_28, sizeof file_28},
    {"i18n/policy.js", file_29, sizeof file_29},
    {"i18n/sign-in.js", file_30, sizeof file_30},
    {"i18n/team-settings.js", file_31, sizeof file_31},
    {"i18n/team-tokens.js", file_32, sizeof file_32},
    {"i18n/tokens.js", file_33, sizeof file_33},
    {"icon.svg", file_34, sizeof file_34},
    {"icons.js", file_35, sizeof file_35},
    {"index.html", file_36, sizeof file_36},
    {"pages/home.js", file_37, sizeof file_37},
    {"pages/sign-in.js", file_38, sizeof file_38},
    {"pages/system-admins.js", file_39, sizeof file_39},
    {"pages/system-bases.js", file_40, sizeof file_40},
    {"pages/system-logs.js", file_41, sizeof file_41},
    {"pages/system-people.js", file_42, sizeof file_42},
    {"pages/system-person.js", file_43, sizeof file_43},
    {"pages/team-bases.js", file_44, sizeof file_44},
    {"pages/team-logs.js", file_45, sizeof file_45},
    {"pages/team-people.js", file_46, sizeof file_46},
    {"pages/team-person.js", file_47, sizeof file_47},
    {"pages/team-policy.js", file_48, sizeof file_48},
    {"pages/team-settings.js", file_49, sizeof file_49},
    {"pages/team-tokens.js", file_50, sizeof file_50},
    {"pages/tokens.js", file_51, sizeof file_51},
    {"preact.js", file_52, sizeof file_52},
    {"router.js", file_53, sizeof file_53},
    {"routes.js", file_54, sizeof file_54},
    {"session.js", file_55, sizeof file_55},
    {"store.js", file_56, sizeof file_56},
    {"style.css", file_57, sizeof file_57},
    {"theme.js", file_58, sizeof file_58},
    {"tokens/api.js", file_59, sizeof file_59},
    {"tokens/columns.js", file_60, sizeof file_60},
    {"tokens/dialogs.js", file_61, sizeof file_61},
    {"tokens/fields.js", file_62, sizeof file_62},
    {"tokens/team-dialogs.js", file_63, sizeof file_63},
    {"tokens/team-filters.js", file_64, sizeof file_64},
    {"ui/action.js", file_65, sizeof file_65},
    {"ui/confirm.js", file_66, sizeof file_66},
    {"ui/dialog.js", file_67, sizeof file_67},
    {"ui/form.js", file_68, sizeof file_68},
    {"ui/ids.js", file_69, sizeof file_69},
    {"ui/list.js", file_70, sizeof file_70},
    {"ui/menu.js", file_71, sizeof file_71},
    {"ui/page.js", file_72, sizeof file_72},
    {"ui/parts.js", file_73, sizeof file_73},
    {"ui/picker.js", file_74, sizeof file_74},
    {"ui/secret.js", file_75, sizeof file_75},
    {"ui/table.js", file_76, sizeof file_76},
    {"ui/tabs.js", file_77, sizeof file_77},
    {"ui/toast.js", file_78, sizeof file_78},
    {"vendor/NOTICE.txt", file_79, sizeof file_79},
    {"vendor/preact-htm.js", file_80, sizeof file_80},
};

const struct basekeeper_asset *const basekeeper_console = files;
const size_t basekeeper_console_count = sizeof files / sizeof *files;
