// Written by script/console: the files of Sources/Console, by name.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_1[] = {
#embed "../Console/account/factor.js"
};
static const unsigned char file_2[] = {
#embed "../Console/account/password.js"
};
static const unsigned char file_3[] = {
#embed "../Console/account/profile.js"
};
static const unsigned char file_4[] = {
#embed "../Console/account/proof.js"
};
static const unsigned char file_5[] = {
#embed "../Console/account/sessions.js"
};
static const unsigned char file_6[] = {
#embed "../Console/admin/bases.js"
};
static const unsigned char file_7[] = {
#embed "../Console/admin/groups.js"
};
static const unsigned char file_8[] = {
#embed "../Console/admin/left-behind.js"
};
static const unsigned char file_9[] = {
#embed "../Console/admin/logs.js"
};
static const unsigned char file_10[] = {
#embed "../Console/admin/offboarding.js"
};
static const unsigned char file_11[] = {
#embed "../Console/admin/people-list.js"
};
static const unsigned char file_12[] = {
#embed "../Console/admin/people.js"
};
static const unsigned char file_13[] = {
#embed "../Console/admin/person-dialogs.js"
};
static const unsigned char file_14[] = {
#embed "../Console/admin/person-menu.js"
};
static const unsigned char file_15[] = {
#embed "../Console/admin/person-page.js"
};
static const unsigned char file_16[] = {
#embed "../Console/admin/teams.js"
};
static const unsigned char file_17[] = {
#embed "../Console/api.js"
};
static const unsigned char file_18[] = {
#embed "../Console/app.js"
};
static const unsigned char file_19[] = {
#embed "../Console/bases.js"
};
static const unsigned char file_20[] = {
#embed "../Console/csv.js"
};
static const unsigned char file_21[] = {
#embed "../Console/data.js"
};
static const unsigned char file_22[] = {
#embed "../Console/frame.js"
};
static const unsigned char file_23[] = {
#embed "../Console/grid/cell.js"
};
static const unsigned char file_24[] = {
#embed "../Console/grid/content.js"
};
static const unsigned char file_25[] = {
#embed "../Console/grid/editor.js"
};
static const unsigned char file_26[] = {
#embed "../Console/grid/gateway.js"
};
static const unsigned char file_27[] = {
#embed "../Console/grid/grid.js"
};
static const unsigned char file_28[] = {
#embed "../Console/grid/row.js"
};
static const unsigned char file_29[] = {
#embed "../Console/grid/sql.js"
};
static const unsigned char file_30[] = {
#embed "../Console/grid/values.js"
};
static const unsigned char file_31[] = {
#embed "../Console/groups/dialogs.js"
};
static const unsigned char file_32[] = {
#embed "../Console/groups/members.js"
};
static const unsigned char file_33[] = {
#embed "../Console/groups/roles.js"
};
static const unsigned char file_34[] = {
#embed "../Console/home/cards.js"
};
static const unsigned char file_35[] = {
#embed "../Console/home/dialogs.js"
};
static const unsigned char file_36[] = {
#embed "../Console/i18n.js"
};
static const unsigned char file_37[] = {
#embed "../Console/i18n/account.js"
};
static const unsigned char file_38[] = {
#embed "../Console/i18n/admin-bases.js"
};
static const unsigned char file_39[] = {
#embed "../Console/i18n/admin-groups.js"
};
static const unsigned char file_40[] = {
#embed "../Console/i18n/base.js"
};
static const unsigned char file_41[] = {
#embed "../Console/i18n/common.js"
};
static const unsigned char file_42[] = {
#embed "../Console/i18n/errors.js"
};
static const unsigned char file_43[] = {
#embed "../Console/i18n/frame.js"
};
static const unsigned char file_44[] = {
#embed "../Console/i18n/groups.js"
};
static const unsigned char file_45[] = {
#embed "../Console/i18n/home.js"
};
static const unsigned char file_46[] = {
#embed "../Console/i18n/leaving.js"
};
static const unsigned char file_47[] = {
#embed "../Console/i18n/links.js"
};
static const unsigned char file_48[] = {
#embed "../Console/i18n/lists.js"
};
static const unsigned char file_49[] = {
#embed "../Console/i18n/logs.js"
};
static const unsigned char file_50[] = {
#embed "../Console/i18n/operations.js"
};
static const unsigned char file_51[] = {
#embed "../Console/i18n/people.js"
};
static const unsigned char file_52[] = {
#embed "../Console/i18n/policy.js"
};
static const unsigned char file_53[] = {
#embed "../Console/i18n/share.js"
};
static const unsigned char file_54[] = {
#embed "../Console/i18n/sign-in.js"
};
static const unsigned char file_55[] = {
#embed "../Console/i18n/system.js"
};
static const unsigned char file_56[] = {
#embed "../Console/i18n/team-settings.js"
};
static const unsigned char file_57[] = {
#embed "../Console/i18n/team-tokens.js"
};
static const unsigned char file_58[] = {
#embed "../Console/i18n/tokens.js"
};
static const unsigned char file_59[] = {
#embed "../Console/i18n/trash.js"
};
static const unsigned char file_60[] = {
#embed "../Console/icon.svg"
};
static const unsigned char file_61[] = {
#embed "../Console/icons.js"
};
static const unsigned char file_62[] = {
#embed "../Console/index.html"
};
static const unsigned char file_63[] = {
#embed "../Console/pages/account.js"
};
static const unsigned char file_64[] = {
#embed "../Console/pages/base.js"
};
static const unsigned char file_65[] = {
#embed "../Console/pages/external-link.js"
};
static const unsigned char file_66[] = {
#embed "../Console/pages/group-link.js"
};
static const unsigned char file_67[] = {
#embed "../Console/pages/group.js"
};
static const unsigned char file_68[] = {
#embed "../Console/pages/groups.js"
};
static const unsigned char file_69[] = {
#embed "../Console/pages/home.js"
};
static const unsigned char file_70[] = {
#embed "../Console/pages/invite-link.js"
};
static const unsigned char file_71[] = {
#embed "../Console/pages/own-factor.js"
};
static const unsigned char file_72[] = {
#embed "../Console/pages/own-password.js"
};
static const unsigned char file_73[] = {
#embed "../Console/pages/share.js"
};
static const unsigned char file_74[] = {
#embed "../Console/pages/sign-in.js"
};
static const unsigned char file_75[] = {
#embed "../Console/pages/system-admins.js"
};
static const unsigned char file_76[] = {
#embed "../Console/pages/system-bases.js"
};
static const unsigned char file_77[] = {
#embed "../Console/pages/system-information.js"
};
static const unsigned char file_78[] = {
#embed "../Console/pages/system-logs.js"
};
static const unsigned char file_79[] = {
#embed "../Console/pages/system-people.js"
};
static const unsigned char file_80[] = {
#embed "../Console/pages/system-person.js"
};
static const unsigned char file_81[] = {
#embed "../Console/pages/system-statistics.js"
};
static const unsigned char file_82[] = {
#embed "../Console/pages/system-team.js"
};
static const unsigned char file_83[] = {
#embed "../Console/pages/system-teams.js"
};
static const unsigned char file_84[] = {
#embed "../Console/pages/team-bases.js"
};
static const unsigned char file_85[] = {
#embed "../Console/pages/team-group.js"
};
static const unsigned char file_86[] = {
#embed "../Console/pages/team-groups.js"
};
static const unsigned char file_87[] = {
#embed "../Console/pages/team-links.js"
};
static const unsigned char file_88[] = {
#embed "../Console/pages/team-logs.js"
};
static const unsigned char file_89[] = {
#embed "../Console/pages/team-people.js"
};
static const unsigned char file_90[] = {
#embed "../Console/pages/team-person.js"
};
static const unsigned char file_91[] = {
#embed "../Console/pages/team-policy.js"
};
static const unsigned char file_92[] = {
#embed "../Console/pages/team-settings.js"
};
static const unsigned char file_93[] = {
#embed "../Console/pages/team-shares.js"
};
static const unsigned char file_94[] = {
#embed "../Console/pages/team-tokens.js"
};
static const unsigned char file_95[] = {
#embed "../Console/pages/tokens.js"
};
static const unsigned char file_96[] = {
#embed "../Console/pages/trash.js"
};
static const unsigned char file_97[] = {
#embed "../Console/preact.js"
};
static const unsigned char file_98[] = {
#embed "../Console/router.js"
};
static const unsigned char file_99[] = {
#embed "../Console/routes.js"
};
static const unsigned char file_100[] = {
#embed "../Console/session.js"
};
static const unsigned char file_101[] = {
#embed "../Console/share/groups.js"
};
static const unsigned char file_102[] = {
#embed "../Console/share/links.js"
};
static const unsigned char file_103[] = {
#embed "../Console/share/new-link.js"
};
static const unsigned char file_104[] = {
#embed "../Console/share/parts.js"
};
static const unsigned char file_105[] = {
#embed "../Console/share/people.js"
};
static const unsigned char file_106[] = {
#embed "../Console/store.js"
};
static const unsigned char file_107[] = {
#embed "../Console/style.css"
};
static const unsigned char file_108[] = {
#embed "../Console/theme.js"
};
static const unsigned char file_109[] = {
#embed "../Console/tokens/api.js"
};
static const unsigned char file_110[] = {
#embed "../Console/tokens/columns.js"
};
static const unsigned char file_111[] = {
#embed "../Console/tokens/dialogs.js"
};
static const unsigned char file_112[] = {
#embed "../Console/tokens/fields.js"
};
static const unsigned char file_113[] = {
#embed "../Console/tokens/team-dialogs.js"
};
static const unsigned char file_114[] = {
#embed "../Console/tokens/team-filters.js"
};
static const unsigned char file_115[] = {
#embed "../Console/ui/action.js"
};
static const unsigned char file_116[] = {
#embed "../Console/ui/bars.js"
};
static const unsigned char file_117[] = {
#embed "../Console/ui/confirm.js"
};
static const unsigned char file_118[] = {
#embed "../Console/ui/dialog.js"
};
static const unsigned char file_119[] = {
#embed "../Console/ui/form-errors.js"
};
static const unsigned char file_120[] = {
#embed "../Console/ui/form.js"
};
static const unsigned char file_121[] = {
#embed "../Console/ui/ids.js"
};
static const unsigned char file_122[] = {
#embed "../Console/ui/list.js"
};
static const unsigned char file_123[] = {
#embed "../Console/ui/menu.js"
};
static const unsigned char file_124[] = {
#embed "../Console/ui/page.js"
};
static const unsigned char file_125[] = {
#embed "../Console/ui/parts.js"
};
static const unsigned char file_126[] = {
#embed "../Console/ui/picker.js"
};
static const unsigned char file_127[] = {
#embed "../Console/ui/secret.js"
};
static const unsigned char file_128[] = {
#embed "../Console/ui/table.js"
};
static const unsigned char file_129[] = {
#embed "../Console/ui/tabs.js"
};
static const unsigned char file_130[] = {
#embed "../Console/ui/toast.js"
};
static const unsigned char file_131[] = {
#embed "../Console/vendor/NOTICE.txt"
};
static const unsigned char file_132[] = {
#embed "../Console/vendor/preact-htm.js"
};
static const unsigned char file_133[] = {
#embed "../Console/visit/accept.js"
};
static const unsigned char file_134[] = {
#embed "../Console/visit/refusal.js"
};

static const struct basekeeper_asset files[] = {
    {"account/factor.js", file_1, sizeof file_1},
    {"account/password.js", file_2, sizeof file_2},
    {"account/profile.js", file_3, sizeof file_3},
    {"account/proof.js", file_4, sizeof file_4},
    {"account/sessions.js", file_5, sizeof file_5},
    {"admin/bases.js", file_6, sizeof file_6},
    {"admin/groups.js", file_7, sizeof file_7},
    {"admin/left-behind.js", file_8, sizeof file_8},
    {"admin/logs.js", file_9, sizeof file_9},
    {"admin/offboarding.js", file_10, sizeof file_10},
    {"admin/people-list.js", file_11, sizeof file_11},
    {"admin/people.js", file_12, sizeof file_12},
    {"admin/person-dialogs.js", file_13, sizeof file_13},
    {"admin/person-menu.js", file_14, sizeof file_14},
    {"admin/person-page.js", file_15, sizeof file_15},
    {"admin/teams.js", file_16, sizeof file_16},
    {"api.js", file_17, sizeof file_17},
    {"app.js", file_18, sizeof file_18},
    {"bases.js", file_19, sizeof file_19},
    {"csv.js", file_20, sizeof file_20},
    {"data.js", file_21, sizeof file_21},
    {"frame.js", file_22, sizeof file_22},
    {"grid/cell.js", file_23, sizeof file_23},
    {"grid/content.js", file_24, sizeof file_24},
    {"grid/editor.js", file_25, sizeof file_25},
    {"grid/gateway.js", file_26, sizeof file_26},
    {"grid/grid.js", file_27, sizeof file_27},
    {"grid/row.js", file_28, sizeof file_28},
    {"grid/sql.js", file_29, sizeof file_29},
    {"grid/values.js", file_30, sizeof file_30},
    {"groups/dialogs.js", file_31, sizeof file_31},
    {"groups/members.js", file_32, sizeof file_32},
    {"groups/roles.js", file_33, sizeof file_33},
    {"home/cards.js", file_34, sizeof file_34},
    {"home/dialogs.js", file_35, sizeof file_35},
    {"i18n.js", file_36, sizeof file_36},
    {"i18n/account.js", file_37, sizeof file_37},
    {"i18n/admin-bases.js", file_38, sizeof file_38},
    {"i18n/admin-groups.js", file_39, sizeof file_39},
    {"i18n/base.js", file_40, sizeof file_40},
    {"i18n/common.js", file_41, sizeof file_41},
    {"i18n/errors.js", file_42, sizeof file_42},
    {"i18n/frame.js", file_43, sizeof file_43},
    {"i18n/groups.js", file_44, sizeof file_44},
    {"i18n/home.js", file_45, sizeof file_45},
    {"i18n/leaving.js", file_46, sizeof file_46},
    {"i18n/links.js", file_47, sizeof file_47},
    {"i18n/lists.js", file_48, sizeof file_48},
    {"i18n/logs.js", file_49, sizeof file_49},
    {"i18n/operations.js", file_50, sizeof file_50},
    {"i18n/people.js", file_51, sizeof file_51},
    {"i18n/policy.js", file_52, sizeof file_52},
    {"i18n/share.js", file_53, sizeof file_53},
    {"i18n/sign-in.js", file_54, sizeof file_54},
    {"i18n/system.js", file_55, sizeof file_55},
    {"i18n/team-settings.js", file_56, sizeof file_56},
    {"i18n/team-tokens.js", file_57, sizeof file_57},
    {"i18n/tokens.js", file_58, sizeof file_58},
    {"i18n/trash.js", file_59, sizeof file_59},
    {"icon.svg", file_60, sizeof file_60},
    {"icons.js", file_61, sizeof file_61},
    {"index.html", file_62, sizeof file_62},
    {"pages/account.js", file_63, sizeof file_63},
    {"pages/base.js", file_64, sizeof file_64},
    {"pages/external-link.js", file_65, sizeof file_65},
    {"pages/group-link.js", file_66, sizeof file_66},
    {"pages/group.js", file_67, sizeof file_67},
    {"pages/groups.js", file_68, sizeof file_68},
    {"pages/home.js", file_69, sizeof file_69},
    {"pages/invite-link.js", file_70, sizeof file_70},
    {"pages/own-factor.js", file_71, sizeof file_71},
    {"pages/own-password.js", file_72, sizeof file_72},
    {"pages/share.js", file_73, sizeof file_73},
    {"pages/sign-in.js", file_74, sizeof file_74},
    {"pages/system-admins.js", file_75, sizeof file_75},
    {"pages/system-bases.js", file_76, sizeof file_76},
    {"pages/system-information.js", file_77, sizeof file_77},
    {"pages/system-logs.js", file_78, sizeof file_78},
    {"pages/system-people.js", file_79, sizeof file_79},
    {"pages/system-person.js", file_80, sizeof file_80},
    {"pages/system-statistics.js", file_81, sizeof file_81},
    {"pages/system-team.js", file_82, sizeof file_82},
    {"pages/system-teams.js", file_83, sizeof file_83},
    {"pages/team-bases.js", file_84, sizeof file_84},
    {"pages/team-group.js", file_85, sizeof file_85},
    {"pages/team-groups.js", file_86, sizeof file_86},
    {"pages/team-links.js", file_87, sizeof file_87},
    {"pages/team-logs.js", file_88, sizeof file_88},
    {"pages/team-people.js", file_89, sizeof file_89},
    {"pages/team-person.js", file_90, sizeof file_90},
    {"pages/team-policy.js", file_91, sizeof file_91},
    {"pages/team-settings.js", file_92, sizeof file_92},
    {"pages/team-shares.js", file_93, sizeof file_93},
    {"pages/team-tokens.js", file_94, sizeof file_94},
    {"pages/tokens.js", file_95, sizeof file_95},
    {"pages/trash.js", file_96, sizeof file_96},
    {"preact.js", file_97, sizeof file_97},
    {"router.js", file_98, sizeof file_98},
    {"routes.js", file_99, sizeof file_99},
    {"session.js", file_100, sizeof file_100},
    {"share/groups.js", file_101, sizeof file_101},
    {"share/links.js", file_102, sizeof file_102},
    {"share/new-link.js", file_103, sizeof file_103},
    {"share/parts.js", file_104, sizeof file_104},
    {"share/people.js", file_105, sizeof file_105},
    {"store.js", file_106, sizeof file_106},
    {"style.css", file_107, sizeof file_107},
    {"theme.js", file_108, sizeof file_108},
    {"tokens/api.js", file_109, sizeof file_109},
    {"tokens/columns.js", file_110, sizeof file_110},
    {"tokens/dialogs.js", file_111, sizeof file_111},
    {"tokens/fields.js", file_112, sizeof file_112},
    {"tokens/team-dialogs.js", file_113, sizeof file_113},
    {"tokens/team-filters.js", file_114, sizeof file_114},
    {"ui/action.js", file_115, sizeof file_115},
    {"ui/bars.js", file_116, sizeof file_116},
    {"ui/confirm.js", file_117, sizeof file_117},
    {"ui/dialog.js", file_118, sizeof file_118},
    {"ui/form-errors.js", file_119, sizeof file_119},
    {"ui/form.js", file_120, sizeof file_120},
    {"ui/ids.js", file_121, sizeof file_121},
    {"ui/list.js", file_122, sizeof file_122},
    {"ui/menu.js", file_123, sizeof file_123},
    {"ui/page.js", file_124, sizeof file_124},
    {"ui/parts.js", file_125, sizeof file_125},
    {"ui/picker.js", file_126, sizeof file_126},
    {"ui/secret.js", file_127, sizeof file_127},
    {"ui/table.js", file_128, sizeof file_128},
    {"ui/tabs.js", file_129, sizeof file_129},
    {"ui/toast.js", file_130, sizeof file_130},
    {"vendor/NOTICE.txt", file_131, sizeof file_131},
    {"vendor/preact-htm.js", file_132, sizeof file_132},
    {"visit/accept.js", file_133, sizeof file_133},
    {"visit/refusal.js", file_134, sizeof file_134},
};

const struct basekeeper_asset *const basekeeper_console = files;
const size_t basekeeper_console_count = sizeof files / sizeof *files;
