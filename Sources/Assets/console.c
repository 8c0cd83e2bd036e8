// Written by script/console: the files of Sources/Console, by name.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_1[] = {
#embed "../Console/admin/bases.js"
};
static const unsigned char file_2[] = {
#embed "../Console/admin/groups.js"
};
static const unsigned char file_3[] = {
#embed "../Console/admin/left-behind.js"
};
static const unsigned char file_4[] = {
#embed "../Console/admin/logs.js"
};
static const unsigned char file_5[] = {
#embed "../Console/admin/offboarding.js"
};
static const unsigned char file_6[] = {
#embed "../Console/admin/people-list.js"
};
static const unsigned char file_7[] = {
#embed "../Console/admin/people.js"
};
static const unsigned char file_8[] = {
#embed "../Console/admin/person-dialogs.js"
};
static const unsigned char file_9[] = {
#embed "../Console/admin/person-menu.js"
};
static const unsigned char file_10[] = {
#embed "../Console/admin/person-page.js"
};
static const unsigned char file_11[] = {
#embed "../Console/admin/teams.js"
};
static const unsigned char file_12[] = {
#embed "../Console/api.js"
};
static const unsigned char file_13[] = {
#embed "../Console/app.js"
};
static const unsigned char file_14[] = {
#embed "../Console/bases.js"
};
static const unsigned char file_15[] = {
#embed "../Console/csv.js"
};
static const unsigned char file_16[] = {
#embed "../Console/data.js"
};
static const unsigned char file_17[] = {
#embed "../Console/frame.js"
};
static const unsigned char file_18[] = {
#embed "../Console/home/cards.js"
};
static const unsigned char file_19[] = {
#embed "../Console/home/dialogs.js"
};
static const unsigned char file_20[] = {
#embed "../Console/i18n.js"
};
static const unsigned char file_21[] = {
#embed "../Console/i18n/admin-bases.js"
};
static const unsigned char file_22[] = {
#embed "../Console/i18n/admin-groups.js"
};
static const unsigned char file_23[] = {
#embed "../Console/i18n/common.js"
};
static const unsigned char file_24[] = {
#embed "../Console/i18n/errors.js"
};
static const unsigned char file_25[] = {
#embed "../Console/i18n/frame.js"
};
static const unsigned char file_26[] = {
#embed "../Console/i18n/home.js"
};
static const unsigned char file_27[] = {
#embed "../Console/i18n/leaving.js"
};
static const unsigned char file_28[] = {
#embed "../Console/i18n/lists.js"
};
static const unsigned char file_29[] = {
#embed "../Console/i18n/logs.js"
};
static const unsigned char file_30[] = {
#embed "../Console/i18n/operations.js"
};
static const unsigned char file_31[] = {
#embed "../Console/i18n/people.js"
};
static const unsigned char file_32[] = {
#embed "../Console/i18n/policy.js"
};
static const unsigned char file_33[] = {
#embed "../Console/i18n/sign-in.js"
};
static const unsigned char file_34[] = {
#embed "../Console/i18n/system.js"
};
static const unsigned char file_35[] = {
#embed "../Console/i18n/team-settings.js"
};
static const unsigned char file_36[] = {
#embed "../Console/i18n/team-tokens.js"
};
static const unsigned char file_37[] = {
#embed "../Console/i18n/tokens.js"
};
static const unsigned char file_38[] = {
#embed "../Console/icon.svg"
};
static const unsigned char file_39[] = {
#embed "../Console/icons.js"
};
static const unsigned char file_40[] = {
#embed "../Console/index.html"
};
static const unsigned char file_41[] = {
#embed "../Console/pages/home.js"
};
static const unsigned char file_42[] = {
#embed "../Console/pages/sign-in.js"
};
static const unsigned char file_43[] = {
#embed "../Console/pages/system-admins.js"
};
static const unsigned char file_44[] = {
#embed "../Console/pages/system-bases.js"
};
static const unsigned char file_45[] = {
#embed "../Console/pages/system-information.js"
};
static const unsigned char file_46[] = {
#embed "../Console/pages/system-logs.js"
};
static const unsigned char file_47[] = {
#embed "../Console/pages/system-people.js"
};
static const unsigned char file_48[] = {
#embed "../Console/pages/system-person.js"
};
static const unsigned char file_49[] = {
#embed "../Console/pages/system-statistics.js"
};
static const unsigned char file_50[] = {
#embed "../Console/pages/system-team.js"
};
static const unsigned char file_51[] = {
#embed "../Console/pages/system-teams.js"
};
static const unsigned char file_52[] = {
#embed "../Console/pages/team-bases.js"
};
static const unsigned char file_53[] = {
#embed "../Console/pages/team-group.js"
};
static const unsigned char file_54[] = {
#embed "../Console/pages/team-groups.js"
};
static const unsigned char file_55[] = {
#embed "../Console/pages/team-links.js"
};
static const unsigned char file_56[] = {
#embed "../Console/pages/team-logs.js"
};
static const unsigned char file_57[] = {
#embed "../Console/pages/team-people.js"
};
static const unsigned char file_58[] = {
#embed "../Console/pages/team-person.js"
};
static const unsigned char file_59[] = {
#embed "../Console/pages/team-policy.js"
};
static const unsigned char file_60[] = {
#embed "../Console/pages/team-settings.js"
};
static const unsigned char file_61[] = {
#embed "../Console/pages/team-shares.js"
};
static const unsigned char file_62[] = {
#embed "../Console/pages/team-tokens.js"
};
static const unsigned char file_63[] = {
#embed "../Console/pages/tokens.js"
};
static const unsigned char file_64[] = {
#embed "../Console/preact.js"
};
static const unsigned char file_65[] = {
#embed "../Console/router.js"
};
static const unsigned char file_66[] = {
#embed "../Console/routes.js"
};
static const unsigned char file_67[] = {
#embed "../Console/session.js"
};
static const unsigned char file_68[] = {
#embed "../Console/store.js"
};
static const unsigned char file_69[] = {
#embed "../Console/style.css"
};
static const unsigned char file_70[] = {
#embed "../Console/theme.js"
};
static const unsigned char file_71[] = {
#embed "../Console/tokens/api.js"
};
static const unsigned char file_72[] = {
#embed "../Console/tokens/columns.js"
};
static const unsigned char file_73[] = {
#embed "../Console/tokens/dialogs.js"
};
static const unsigned char file_74[] = {
#embed "../Console/tokens/fields.js"
};
static const unsigned char file_75[] = {
#embed "../Console/tokens/team-dialogs.js"
};
static const unsigned char file_76[] = {
#embed "../Console/tokens/team-filters.js"
};
static const unsigned char file_77[] = {
#embed "../Console/ui/action.js"
};
static const unsigned char file_78[] = {
#embed "../Console/ui/bars.js"
};
static const unsigned char file_79[] = {
#embed "../Console/ui/confirm.js"
};
static const unsigned char file_80[] = {
#embed "../Console/ui/dialog.js"
};
static const unsigned char file_81[] = {
#embed "../Console/ui/form.js"
};
static const unsigned char file_82[] = {
#embed "../Console/ui/ids.js"
};
static const unsigned char file_83[] = {
#embed "../Console/ui/list.js"
};
static const unsigned char file_84[] = {
#embed "../Console/ui/menu.js"
};
static const unsigned char file_85[] = {
#embed "../Console/ui/page.js"
};
static const unsigned char file_86[] = {
#embed "../Console/ui/parts.js"
};
static const unsigned char file_87[] = {
#embed "../Console/ui/picker.js"
};
static const unsigned char file_88[] = {
#embed "../Console/ui/secret.js"
};
static const unsigned char file_89[] = {
#embed "../Console/ui/table.js"
};
static const unsigned char file_90[] = {
#embed "../Console/ui/tabs.js"
};
static const unsigned char file_91[] = {
#embed "../Console/ui/toast.js"
};
static const unsigned char file_92[] = {
#embed "../Console/vendor/NOTICE.txt"
};
static const unsigned char file_93[] = {
#embed "../Console/vendor/preact-htm.js"
};

static const struct basekeeper_asset files[] = {
    {"admin/bases.js", file_1, sizeof file_1},
    {"admin/groups.js", file_2, sizeof file_2},
    {"admin/left-behind.js", file_3, sizeof file_3},
    {"admin/logs.js", file_4, sizeof file_4},
    {"admin/offboarding.js", file_5, sizeof file_5},
    {"admin/people-list.js", file_6, sizeof file_6},
    {"admin/people.js", file_7, sizeof file_7},
    {"admin/person-dialogs.js", file_8, sizeof file_8},
    {"admin/person-menu.js", file_9, sizeof file_9},
    {"admin/person-page.js", file_10, sizeof file_10},
    {"admin/teams.js", file_11, sizeof file_11},
    {"api.js", file_12, sizeof file_12},
    {"app.js", file_13, sizeof file_13},
    {"bases.js", file_14, sizeof file_14},
    {"csv.js", file_15, sizeof file_15},
    {"data.js", file_16, sizeof file_16},
    {"frame.js", file_17, sizeof file_17},
    {"home/cards.js", file_18, sizeof file_18},
    {"home/dialogs.js", file_19, sizeof file_19},
    {"i18n.js", file_20, sizeof file_20},
    {"i18n/admin-bases.js", file_21, sizeof file_21},
    {"i18n/admin-groups.js", file_22, sizeof file_22},
    {"i18n/common.js", file_23, sizeof file_23},
    {"i18n/errors.js", file_24, sizeof file_24},
    {"i18n/frame.js", file_25, sizeof file_25},
    {"i18n/home.js", file_26, sizeof file_26},
    {"i18n/leaving.js", file_27, sizeof file_27},
    {"i18n/lists.js", file_28, sizeof file_28},
    {"i18n/logs.js", file_29, sizeof file_29},
    {"i18n/operations.js", file_30, sizeof file_30},
    {"i18n/people.js", file_31, sizeof file_31},
    {"i18n/policy.js", file_32, sizeof file_32},
    {"i18n/sign-in.js", file_33, sizeof file_33},
    {"i18n/system.js", file_34, sizeof file_34},
    {"i18n/team-settings.js", file_35, sizeof file_35},
    {"i18n/team-tokens.js", file_36, sizeof file_36},
    {"i18n/tokens.js", file_37, sizeof file_37},
    {"icon.svg", file_38, sizeof file_38},
    {"icons.js", file_39, sizeof file_39},
    {"index.html", file_40, sizeof file_40},
    {"pages/home.js", file_41, sizeof file_41},
    {"pages/sign-in.js", file_42, sizeof file_42},
    {"pages/system-admins.js", file_43, sizeof file_43},
    {"pages/system-bases.js", file_44, sizeof file_44},
    {"pages/system-information.js", file_45, sizeof file_45},
    {"pages/system-logs.js", file_46, sizeof file_46},
    {"pages/system-people.js", file_47, sizeof file_47},
    {"pages/system-person.js", file_48, sizeof file_48},
    {"pages/system-statistics.js", file_49, sizeof file_49},
    {"pages/system-team.js", file_50, sizeof file_50},
    {"pages/system-teams.js", file_51, sizeof file_51},
    {"pages/team-bases.js", file_52, sizeof file_52},
    {"pages/team-group.js", file_53, sizeof file_53},
    {"pages/team-groups.js", file_54, sizeof file_54},
    {"pages/team-links.js", file_55, sizeof file_55},
    {"pages/team-logs.js", file_56, sizeof file_56},
    {"pages/team-people.js", file_57, sizeof file_57},
    {"pages/team-person.js", file_58, sizeof file_58},
    {"pages/team-policy.js", file_59, sizeof file_59},
    {"pages/team-settings.js", file_60, sizeof file_60},
    {"pages/team-shares.js", file_61, sizeof file_61},
    {"pages/team-tokens.js", file_62, sizeof file_62},
    {"pages/tokens.js", file_63, sizeof file_63},
    {"preact.js", file_64, sizeof file_64},
    {"router.js", file_65, sizeof file_65},
    {"routes.js", file_66, sizeof file_66},
    {"session.js", file_67, sizeof file_67},
    {"store.js", file_68, sizeof file_68},
    {"style.css", file_69, sizeof file_69},
    {"theme.js", file_70, sizeof file_70},
    {"tokens/api.js", file_71, sizeof file_71},
    {"tokens/columns.js", file_72, sizeof file_72},
    {"tokens/dialogs.js", file_73, sizeof file_73},
    {"tokens/fields.js", file_74, sizeof file_74},
    {"tokens/team-dialogs.js", file_75, sizeof file_75},
    {"tokens/team-filters.js", file_76, sizeof file_76},
    {"ui/action.js", file_77, sizeof file_77},
    {"ui/bars.js", file_78, sizeof file_78},
    {"ui/confirm.js", file_79, sizeof file_79},
    {"ui/dialog.js", file_80, sizeof file_80},
    {"ui/form.js", file_81, sizeof file_81},
    {"ui/ids.js", file_82, sizeof file_82},
    {"ui/list.js", file_83, sizeof file_83},
    {"ui/menu.js", file_84, sizeof file_84},
    {"ui/page.js", file_85, sizeof file_85},
    {"ui/parts.js", file_86, sizeof file_86},
    {"ui/picker.js", file_87, sizeof file_87},
    {"ui/secret.js", file_88, sizeof file_88},
    {"ui/table.js", file_89, sizeof file_89},
    {"ui/tabs.js", file_90, sizeof file_90},
    {"ui/toast.js", file_91, sizeof file_91},
    {"vendor/NOTICE.txt", file_92, sizeof file_92},
    {"vendor/preact-htm.js", file_93, sizeof file_93},
};

const struct basekeeper_asset *const basekeeper_console = files;
const size_t basekeeper_console_count = sizeof files / sizeof *files;
