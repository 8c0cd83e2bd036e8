-- The schema that the migrations make, to be read: this file is never run, and is no migration. script/schema writes it
-- anew after a change, and a test compares it. docs/schema.md explains it.

-- MARK: Views

-- Who may act: people who are active and not deleted. Whatever asks who is calling joins this view.
CREATE VIEW live_account AS
 SELECT account.id,
    account.uid,
    account.team_id,
    account.email,
    account.login_id,
    account.name,
    (account.is_team_admin AND (account.team_id IS NOT NULL)) AS is_team_admin,
    account.is_system_admin,
    ((account.totp_confirmed_at IS NULL) AND (account.forces_2fa OR COALESCE(team.forces_2fa, false))) AS must_enrol,
    ((account.generation || '.'::text) ||
        CASE
            WHEN (account.totp_confirmed_at IS NULL) THEN COALESCE(team.generation, (0)::bigint)
            ELSE (0)::bigint
        END) AS generation,
    (account.password_given_at IS NOT NULL) AS has_first_password,
    (account.totp_confirmed_at IS NOT NULL) AS has_second_factor,
    team.longest_account_token_days AS account_token_days,
    team.longest_account_token_idle AS account_token_idle
   FROM (account
     LEFT JOIN team ON ((team.id = account.team_id)))
  WHERE (account.is_active AND (account.deleted_at IS NULL));

-- Who may do what in a workspace: its person as its owner, or a group's members by their roles.
CREATE VIEW workspace_role AS
 SELECT workspace.id AS workspace_id,
    workspace.account_id,
    'owner'::text AS role
   FROM workspace
  WHERE (workspace.account_id IS NOT NULL)
UNION ALL
 SELECT workspace.id AS workspace_id,
    group_member.account_id,
    group_member.role
   FROM (workspace
     JOIN group_member ON ((group_member.group_id = workspace.group_id)));

-- Every way in which somebody comes into a base: a workspace, a group, a share, an invite link.
CREATE VIEW base_way AS
 SELECT base.id AS base_id,
    workspace.account_id,
    'rw'::text AS permission,
    'workspace'::text AS source,
    NULL::bigint AS shared_by,
    NULL::bigint AS group_id
   FROM (base
     JOIN workspace ON ((workspace.id = base.workspace_id)))
  WHERE (workspace.account_id IS NOT NULL)
UNION ALL
 SELECT base.id AS base_id,
    member.account_id,
    'rw'::text AS permission,
    'group'::text AS source,
    NULL::bigint AS shared_by,
    member.group_id
   FROM ((base
     JOIN workspace ON ((workspace.id = base.workspace_id)))
     JOIN group_member member ON ((member.group_id = workspace.group_id)))
UNION ALL
 SELECT share.base_id,
    share.account_id,
    share.permission,
    'user share'::text AS source,
    share.created_by AS shared_by,
    NULL::bigint AS group_id
   FROM (user_share share
     JOIN account ON (((account.id = share.account_id) AND (NOT (account.team_id IS DISTINCT FROM share.team_id)))))
UNION ALL
 SELECT share.base_id,
    member.account_id,
    share.permission,
    'group share'::text AS source,
    share.created_by AS shared_by,
    share.group_id
   FROM ((group_share share
     JOIN user_group ON (((user_group.id = share.group_id) AND (NOT (user_group.team_id IS DISTINCT FROM share.team_id)))))
     JOIN group_member member ON ((member.group_id = share.group_id)))
UNION ALL
 SELECT link.base_id,
    guest.account_id,
    link.permission,
    'invite link'::text AS source,
    link.created_by AS shared_by,
    NULL::bigint AS group_id
   FROM (((invite_link_guest guest
     JOIN base_link link ON ((link.id = guest.link_id)))
     JOIN account ON ((account.id = guest.account_id)))
     LEFT JOIN team ON ((team.id = link.team_id)))
  WHERE (((link.expires_at IS NULL) OR (link.expires_at > now())) AND ((NOT (account.team_id IS DISTINCT FROM link.team_id)) OR COALESCE(team.allows_external_links, true)));

-- What everybody may do in every base, r or rw: the highest of base_way. Whatever asks for a permission asks here.
CREATE VIEW base_permission AS
 SELECT base_way.base_id,
    base_way.account_id,
    max(base_way.permission) AS permission
   FROM base_way
  GROUP BY base_way.base_id, base_way.account_id;

-- The form of what the functions of that name give. It has no rows.
CREATE VIEW audit_place AS
 SELECT NULL::bigint AS team,
    NULL::text AS kind,
    NULL::text AS thing,
    NULL::bigint AS target,
    NULL::bigint AS subject,
    NULL::jsonb AS detail,
    NULL::jsonb AS instead_before,
    NULL::jsonb AS instead_after
  WHERE false;

-- The rows of the base that basekeeper.base names.
CREATE VIEW queried_row AS
 SELECT data_row.base_id,
    data_row.table_key,
    data_row.id,
    data_row."position",
    data_row.created_at,
    data_row.modified_at,
    data_row.creator,
    data_row.modifier,
    data_row.locked_by,
    data_row.cells
   FROM data_row
  WHERE (data_row.base_id = (NULLIF(current_setting('basekeeper.base'::text, true), ''::text))::bigint);

-- The links of the base that basekeeper.base names.
CREATE VIEW queried_link AS
 SELECT data_link.base_id,
    data_link.link_id,
    data_link.a,
    data_link.b,
    data_link."position"
   FROM data_link
  WHERE (data_link.base_id = (NULLIF(current_setting('basekeeper.base'::text, true), ''::text))::bigint);

-- The version of the base that basekeeper.base names.
CREATE VIEW queried_base AS
 SELECT data_base.base_id,
    data_base.version
   FROM data_base
  WHERE (data_base.base_id = (NULLIF(current_setting('basekeeper.base'::text, true), ''::text))::bigint);

-- MARK: Tables

-- Teams. What belongs to one carries its number.
CREATE TABLE team (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    role text DEFAULT 'org_default'::text NOT NULL,
    member_quota integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    creator_id bigint,
    forces_2fa boolean DEFAULT false NOT NULL,
    forces_sso boolean DEFAULT false NOT NULL,
    welcomes_by_email boolean DEFAULT true NOT NULL,
    allows_external_links boolean DEFAULT true NOT NULL,
    lets_members_rename boolean DEFAULT true NOT NULL,
    requires_token_expiry boolean DEFAULT false NOT NULL,
    longest_token_days integer,
    longest_base_token integer,
    forbids_member_rw boolean DEFAULT false NOT NULL,
    ends_reused_tokens boolean DEFAULT false NOT NULL,
    allows_public_links boolean DEFAULT true NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    longest_account_token_days integer,
    longest_account_token_idle integer,
    confirms_email_change boolean DEFAULT false NOT NULL,
    row_quota bigint,
    CONSTRAINT team_longest_account_token_days_check CHECK (((longest_account_token_days >= 1) AND (longest_account_token_days <= 36500))),
    CONSTRAINT team_longest_account_token_idle_check CHECK (((longest_account_token_idle >= 300) AND (longest_account_token_idle <= 31536000))),
    CONSTRAINT team_longest_base_token_check CHECK (((longest_base_token >= 60) AND (longest_base_token <= 259200))),
    CONSTRAINT team_longest_token_days_check CHECK (((longest_token_days >= 1) AND (longest_token_days <= 36500))),
    CONSTRAINT team_member_quota_check CHECK ((member_quota >= 0)),
    CONSTRAINT team_name_check CHECK (((name <> ''::text) AND (char_length(name) <= 255))),
    CONSTRAINT team_name_is_name CHECK (is_name(name)),
    CONSTRAINT team_row_quota_check CHECK ((row_quota >= 0)),
    CONSTRAINT team_pkey PRIMARY KEY (id),
    CONSTRAINT team_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES account(id)
);
CREATE TRIGGER a_raise_generation BEFORE UPDATE ON team FOR EACH ROW
  WHEN ((new.forces_2fa AND (NOT old.forces_2fa)))
  EXECUTE FUNCTION raise_generation();
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON team FOR EACH ROW
  WHEN (true)
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON team FOR EACH ROW
  WHEN ((true AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();

-- People. Those that are deleted stay, since what they did refers to them; see live_account.
CREATE TABLE account (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    uid text DEFAULT replace((gen_random_uuid())::text, '-'::text, ''::text) NOT NULL,
    team_id bigint,
    email text NOT NULL,
    login_id text,
    name text NOT NULL,
    password_hash text,
    is_team_admin boolean DEFAULT false NOT NULL,
    is_system_admin boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_login_at timestamp with time zone,
    deleted_at timestamp with time zone,
    id_in_org text DEFAULT ''::text NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    role text DEFAULT 'default'::text NOT NULL,
    admin_role text DEFAULT 'default_admin'::text NOT NULL,
    quota_total bigint,
    forces_2fa boolean DEFAULT false NOT NULL,
    totp_sealed bytea,
    totp_confirmed_at timestamp with time zone,
    totp_last_step bigint,
    generation bigint DEFAULT 1 NOT NULL,
    totp_used_steps bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    email_given_by text DEFAULT 'system'::text NOT NULL,
    password_given_at timestamp with time zone,
    CONSTRAINT account_admin_role_check CHECK (((admin_role <> ''::text) AND (char_length(admin_role) <= 255))),
    CONSTRAINT account_email_check CHECK ((char_length(email) <= 254)),
    CONSTRAINT account_email_given_by CHECK ((email_given_by = ANY (ARRAY['self'::text, 'team'::text, 'system'::text]))),
    CONSTRAINT account_email_not_reserved CHECK (((NOT is_reserved(email)) OR (lower(email) = (uid || '@auth.local'::text)))),
    CONSTRAINT account_id_in_org_check CHECK ((char_length(id_in_org) <= 255)),
    CONSTRAINT account_login_id_check CHECK (((login_id <> ''::text) AND (char_length(login_id) <= 255))),
    CONSTRAINT account_login_id_is_name CHECK (is_name(login_id)),
    CONSTRAINT account_login_id_not_reserved CHECK ((NOT is_reserved(login_id))),
    CONSTRAINT account_name_check CHECK ((char_length(name) <= 255)),
    CONSTRAINT account_name_is_name CHECK (((name = ''::text) OR is_name(name))),
    CONSTRAINT account_quota_total_check CHECK ((quota_total > 0)),
    CONSTRAINT account_role_check CHECK (((role <> ''::text) AND (char_length(role) <= 255))),
    CONSTRAINT account_uid_check CHECK ((uid ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT account_unit_check CHECK ((char_length(unit) <= 255)),
    CONSTRAINT account_pkey PRIMARY KEY (id),
    CONSTRAINT account_uid_key UNIQUE (uid),
    CONSTRAINT account_team_id_fkey FOREIGN KEY (team_id) REFERENCES team(id) ON DELETE SET NULL
);
CREATE INDEX account_active_index ON account (team_id) WHERE (is_active AND (deleted_at IS NULL));
CREATE INDEX account_admin_index ON account (team_id) WHERE (is_team_admin AND is_active AND (deleted_at IS NULL));
CREATE UNIQUE INDEX account_email_key ON account (lower(email));
CREATE INDEX account_live_index ON account (id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX account_login_id_key ON account (login_id);
CREATE INDEX account_member_index ON account (team_id, id) WHERE (deleted_at IS NULL);
CREATE INDEX account_system_admin_index ON account (id) WHERE is_system_admin;
CREATE INDEX account_team_index ON account (team_id, id);
CREATE TRIGGER a_keep_member_quota AFTER UPDATE ON account FOR EACH ROW
  WHEN (((new.team_id IS NOT NULL) AND new.is_active AND (new.deleted_at IS NULL) AND (NOT ((NOT (old.team_id IS DISTINCT FROM new.team_id)) AND old.is_active AND (old.deleted_at IS NULL)))))
  EXECUTE FUNCTION keep_member_quota();
CREATE TRIGGER a_keep_member_quota_of_new AFTER INSERT ON account FOR EACH ROW
  WHEN (((new.team_id IS NOT NULL) AND new.is_active AND (new.deleted_at IS NULL)))
  EXECUTE FUNCTION keep_member_quota();
CREATE TRIGGER a_keep_sign_in_names AFTER UPDATE ON account FOR EACH ROW
  WHEN (((old.email IS DISTINCT FROM new.email) OR (old.login_id IS DISTINCT FROM new.login_id)))
  EXECUTE FUNCTION keep_sign_in_names();
CREATE TRIGGER a_keep_sign_in_names_of_new AFTER INSERT ON account FOR EACH ROW
  EXECUTE FUNCTION keep_sign_in_names();
CREATE TRIGGER a_keep_system_admin AFTER UPDATE ON account FOR EACH ROW
  WHEN ((old.is_system_admin AND old.is_active AND (old.deleted_at IS NULL) AND (NOT (new.is_system_admin AND new.is_active AND (new.deleted_at IS NULL)))))
  EXECUTE FUNCTION keep_system_admin();
CREATE TRIGGER a_keep_team_admin AFTER UPDATE ON account FOR EACH ROW
  WHEN (((old.team_id IS NOT NULL) AND old.is_team_admin AND old.is_active AND (old.deleted_at IS NULL) AND (NOT ((NOT (new.team_id IS DISTINCT FROM old.team_id)) AND new.is_team_admin AND new.is_active AND (new.deleted_at IS NULL)))))
  EXECUTE FUNCTION keep_team_admin();
CREATE TRIGGER a_keep_whose_email BEFORE INSERT ON account FOR EACH ROW
  EXECUTE FUNCTION keep_whose_email();
CREATE TRIGGER a_keep_whose_new_email BEFORE UPDATE ON account FOR EACH ROW
  WHEN ((lower(old.email) IS DISTINCT FROM lower(new.email)))
  EXECUTE FUNCTION keep_whose_email();
CREATE TRIGGER a_keep_whose_new_password BEFORE UPDATE ON account FOR EACH ROW
  WHEN (((old.password_hash IS DISTINCT FROM new.password_hash) AND (NOT (old.password_given_at IS DISTINCT FROM new.password_given_at))))
  EXECUTE FUNCTION keep_whose_password();
CREATE TRIGGER a_keep_whose_password BEFORE INSERT ON account FOR EACH ROW
  WHEN ((new.password_hash IS NOT NULL))
  EXECUTE FUNCTION keep_whose_password();
CREATE TRIGGER a_raise_generation BEFORE UPDATE ON account FOR EACH ROW
  WHEN (((((((old.password_hash IS DISTINCT FROM new.password_hash) OR (old.totp_confirmed_at IS DISTINCT FROM new.totp_confirmed_at)) OR (old.is_active IS DISTINCT FROM new.is_active)) OR (old.deleted_at IS DISTINCT FROM new.deleted_at)) OR (old.team_id IS DISTINCT FROM new.team_id)) OR (new.forces_2fa AND (NOT old.forces_2fa))))
  EXECUTE FUNCTION raise_generation();
CREATE TRIGGER b_audit AFTER INSERT ON account FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (NOT is_rehashing())))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON account FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (NOT is_rehashing()) AND (jsonb_populate_record(old.*, '{"generation": null, "totp_sealed": null, "last_login_at": null, "totp_last_step": null, "totp_used_steps": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"generation": null, "totp_sealed": null, "last_login_at": null, "totp_last_step": null, "totp_used_steps": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_end_answers AFTER UPDATE ON account FOR EACH ROW
  WHEN (((old.password_hash IS DISTINCT FROM new.password_hash) OR ((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL))))
  EXECUTE FUNCTION end_answers();

-- Groups of people, of a team or of none.
CREATE TABLE user_group (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    team_id bigint,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_group_name_check CHECK (((name <> ''::text) AND (char_length(name) <= 255))),
    CONSTRAINT user_group_name_is_name CHECK (is_name(name)),
    CONSTRAINT user_group_pkey PRIMARY KEY (id),
    CONSTRAINT user_group_team_fkey FOREIGN KEY (team_id) REFERENCES team(id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX user_group_look_key ON user_group (team_id, name_look(name)) WHERE (team_id IS NOT NULL);
CREATE UNIQUE INDEX user_group_name_key ON user_group (team_id, name) WHERE (team_id IS NOT NULL);
CREATE INDEX user_group_team_index ON user_group (team_id, id);
CREATE TRIGGER b_audit AFTER INSERT ON user_group FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON user_group FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_deleted BEFORE DELETE ON user_group FOR EACH ROW
  EXECUTE FUNCTION audit_row();

-- Who is in a group, and as what.
CREATE TABLE group_member (
    group_id bigint NOT NULL,
    account_id bigint NOT NULL,
    role text NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    link_id bigint,
    CONSTRAINT group_member_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text]))),
    CONSTRAINT group_member_pkey PRIMARY KEY (group_id, account_id),
    CONSTRAINT group_member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES user_group(id) ON DELETE CASCADE
);
CREATE INDEX group_member_account_index ON group_member (account_id, group_id);
CREATE INDEX group_member_owned_index ON group_member (account_id) WHERE (role = 'owner'::text);
CREATE UNIQUE INDEX group_member_owner_key ON group_member (group_id) WHERE (role = 'owner'::text);
CREATE TRIGGER a_bar_member AFTER DELETE ON group_member FOR EACH ROW
  EXECUTE FUNCTION bar_member();
CREATE TRIGGER a_keep_member_in_team BEFORE INSERT ON group_member FOR EACH ROW
  EXECUTE FUNCTION keep_member_in_team();
CREATE TRIGGER a_keep_member_out AFTER INSERT ON group_member FOR EACH ROW
  EXECUTE FUNCTION keep_member_out();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON group_member FOR EACH ROW
  WHEN ((new.role = 'owner'::text))
  EXECUTE FUNCTION keep_within_cap('groups_per_person', 'account_id');
CREATE TRIGGER a_keep_within_cap_again BEFORE UPDATE ON group_member FOR EACH ROW
  WHEN (((new.role = 'owner'::text) AND (old.role <> 'owner'::text)))
  EXECUTE FUNCTION keep_within_cap('groups_per_person', 'account_id');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON group_member FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON group_member FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"position": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"position": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();

-- Where bases lie: with a person or in a group. Not audited: it comes and goes with these, which are.
CREATE TABLE workspace (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    team_id bigint,
    account_id bigint,
    group_id bigint,
    CONSTRAINT workspace_of_one_owner CHECK ((num_nonnulls(account_id, group_id) = 1)),
    CONSTRAINT workspace_account_key UNIQUE (account_id),
    CONSTRAINT workspace_group_key UNIQUE (group_id),
    CONSTRAINT workspace_pkey PRIMARY KEY (id),
    CONSTRAINT workspace_team_key UNIQUE (id, team_id),
    CONSTRAINT workspace_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT workspace_group_id_fkey FOREIGN KEY (group_id) REFERENCES user_group(id) ON DELETE CASCADE,
    CONSTRAINT workspace_team_id_fkey FOREIGN KEY (team_id) REFERENCES team(id) ON DELETE SET NULL
);
CREATE INDEX workspace_team_index ON workspace (team_id);
CREATE TRIGGER a_keep_workspace_in_team BEFORE INSERT ON workspace FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_workspace_in_team();

-- Bases, live and in the trash.
CREATE TABLE base (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id bigint NOT NULL,
    team_id bigint,
    name text NOT NULL,
    color text,
    icon text,
    creator_id bigint NOT NULL,
    modifier_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    folder_id bigint,
    CONSTRAINT base_color_check CHECK ((char_length(color) <= 20)),
    CONSTRAINT base_icon_check CHECK ((char_length(icon) <= 50)),
    CONSTRAINT base_name_check CHECK (((name <> ''::text) AND (char_length(name) <= 255))),
    CONSTRAINT base_name_is_name CHECK (is_name(name)),
    CONSTRAINT base_pkey PRIMARY KEY (id),
    CONSTRAINT base_team_key UNIQUE (id, team_id),
    CONSTRAINT base_uuid_key UNIQUE (uuid),
    CONSTRAINT base_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES account(id),
    CONSTRAINT base_folder_fkey FOREIGN KEY (folder_id, workspace_id) REFERENCES folder(id, workspace_id),
    CONSTRAINT base_modifier_id_fkey FOREIGN KEY (modifier_id) REFERENCES account(id),
    CONSTRAINT base_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT base_workspace_team_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES workspace(id, team_id) ON UPDATE CASCADE
);
CREATE INDEX base_all_trash_index ON base (deleted_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);
CREATE INDEX base_creator_index ON base (creator_id);
CREATE INDEX base_folder_index ON base (folder_id) WHERE (folder_id IS NOT NULL);
CREATE INDEX base_live_index ON base (team_id, id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX base_look_key ON base (workspace_id, name_look(name)) WHERE (deleted_at IS NULL);
CREATE INDEX base_modifier_index ON base (modifier_id);
CREATE UNIQUE INDEX base_name_key ON base (workspace_id, name) WHERE (deleted_at IS NULL);
CREATE INDEX base_team_index ON base (team_id, id);
CREATE INDEX base_team_trash_index ON base (team_id, deleted_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);
CREATE INDEX base_trash_index ON base (workspace_id, deleted_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);
CREATE INDEX base_workspace_index ON base (workspace_id, id);
CREATE TRIGGER a_keep_base_in_team BEFORE INSERT ON base FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_base_in_team();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON base FOR EACH ROW
  WHEN ((new.deleted_at IS NULL))
  EXECUTE FUNCTION keep_within_cap('bases', 'workspace_id');
CREATE TRIGGER a_keep_within_cap_again BEFORE UPDATE ON base FOR EACH ROW
  WHEN (((new.deleted_at IS NULL) AND ((old.deleted_at IS NOT NULL) OR (old.workspace_id <> new.workspace_id))))
  EXECUTE FUNCTION keep_within_cap('bases', 'workspace_id');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON base FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON base FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null, "updated_at": null, "modifier_id": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null, "updated_at": null, "modifier_id": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();

-- With these, people's programs sign in as them.
CREATE TABLE account_token (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_address inet,
    last_client text,
    proved_at timestamp with time zone,
    CONSTRAINT account_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT account_token_last_client_check CHECK ((char_length(last_client) <= 255)),
    CONSTRAINT account_token_name_check CHECK ((char_length(name) <= 255)),
    CONSTRAINT account_token_hash_key UNIQUE (hash),
    CONSTRAINT account_token_pkey PRIMARY KEY (id),
    CONSTRAINT account_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
);
CREATE INDEX account_token_account_index ON account_token (account_id, id);
CREATE TRIGGER b_audit AFTER DELETE ON account_token FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON account_token FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"last_client": null, "last_address": null, "last_used_at": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"last_client": null, "last_address": null, "last_used_at": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_made AFTER INSERT ON account_token FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.actor'::text, true), ''::text) IS NOT NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_end_answers_of_deleted AFTER DELETE ON account_token FOR EACH ROW
  EXECUTE FUNCTION end_answers();

-- With these, programs come into one base. Those that are revoked stay, to be recognised.
CREATE TABLE api_token (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    base_id bigint NOT NULL,
    team_id bigint,
    app_name text NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    permission text NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    refused_at timestamp with time zone,
    expires_at timestamp with time zone,
    note text DEFAULT ''::text NOT NULL,
    networks cidr[] DEFAULT '{}'::cidr[] NOT NULL,
    rate_limit integer,
    generation integer DEFAULT 1 NOT NULL,
    rotated_at timestamp with time zone,
    use_count bigint DEFAULT 0 NOT NULL,
    last_client text,
    last_addresses inet[] DEFAULT '{}'::inet[] NOT NULL,
    CONSTRAINT api_token_app_name_check CHECK (((app_name <> ''::text) AND (char_length(app_name) <= 255))),
    CONSTRAINT api_token_app_name_is_name CHECK (is_name(app_name)),
    CONSTRAINT api_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT api_token_hint_check CHECK ((char_length(hint) = 4)),
    CONSTRAINT api_token_last_client_check CHECK ((char_length(last_client) <= 255)),
    CONSTRAINT api_token_note_check CHECK ((char_length(note) <= 1000)),
    CONSTRAINT api_token_permission_check CHECK ((permission = ANY (ARRAY['r'::text, 'rw'::text]))),
    CONSTRAINT api_token_rate_limit_check CHECK ((rate_limit > 0)),
    CONSTRAINT api_token_hash_key UNIQUE (hash),
    CONSTRAINT api_token_pkey PRIMARY KEY (id),
    CONSTRAINT api_token_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE,
    CONSTRAINT api_token_base_team_fkey FOREIGN KEY (base_id, team_id) REFERENCES base(id, team_id) ON UPDATE CASCADE,
    CONSTRAINT api_token_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id)
);
CREATE INDEX api_token_age_index ON api_token (team_id, created_at, id) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX api_token_app_name_key ON api_token (base_id, app_name) WHERE (revoked_at IS NULL);
CREATE INDEX api_token_base_index ON api_token (base_id, team_id);
CREATE INDEX api_token_creator_index ON api_token (created_by);
CREATE UNIQUE INDEX api_token_look_key ON api_token (base_id, name_look(app_name)) WHERE (revoked_at IS NULL);
CREATE INDEX api_token_name_index ON api_token (team_id, app_name, id) WHERE (revoked_at IS NULL);
CREATE INDEX api_token_use_index ON api_token (team_id, COALESCE(last_used_at, created_at), id) WHERE (revoked_at IS NULL);
CREATE TRIGGER a_keep_new_secrets_to_makers BEFORE UPDATE ON api_token FOR EACH ROW
  WHEN ((old.hash IS DISTINCT FROM new.hash))
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_to_makers BEFORE INSERT ON api_token FOR EACH ROW
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_token_in_team BEFORE INSERT ON api_token FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_part_in_team();
CREATE TRIGGER a_keep_token_policy AFTER UPDATE ON api_token FOR EACH ROW
  WHEN (((new.team_id IS NOT NULL) AND (new.revoked_at IS NULL) AND (((old.permission IS DISTINCT FROM new.permission) OR (old.expires_at IS DISTINCT FROM new.expires_at)) OR (old.hash IS DISTINCT FROM new.hash))))
  EXECUTE FUNCTION keep_token_policy();
CREATE TRIGGER a_keep_token_policy_of_new AFTER INSERT ON api_token FOR EACH ROW
  WHEN ((new.team_id IS NOT NULL))
  EXECUTE FUNCTION keep_token_policy();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON api_token FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('tokens_per_base', 'base_id');
CREATE TRIGGER b_audit AFTER INSERT ON api_token FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON api_token FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null, "use_count": null, "last_client": null, "last_used_at": null, "last_addresses": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null, "use_count": null, "last_client": null, "last_used_at": null, "last_addresses": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_end_answers AFTER UPDATE ON api_token FOR EACH ROW
  WHEN (((old.hash <> new.hash) OR ((old.revoked_at IS NULL) AND (new.revoked_at IS NOT NULL))))
  EXECUTE FUNCTION end_answers();
CREATE TRIGGER b_end_answers_of_deleted AFTER DELETE ON api_token FOR EACH ROW
  EXECUTE FUNCTION end_answers();
CREATE TRIGGER b_tally_changed AFTER UPDATE ON api_token REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION tally_changed_api_tokens();
CREATE TRIGGER b_tally_deleted AFTER DELETE ON api_token REFERENCING OLD TABLE AS removed FOR EACH STATEMENT
  EXECUTE FUNCTION tally_deleted_api_tokens();
CREATE TRIGGER b_tally_new AFTER INSERT ON api_token REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION tally_new_api_tokens();
CREATE TRIGGER b_use_earlier AFTER UPDATE OF last_used_at, use_count, last_client, last_addresses ON api_token FOR EACH ROW
  WHEN (((((old.last_used_at IS DISTINCT FROM new.last_used_at) OR (old.use_count IS DISTINCT FROM new.use_count)) OR (old.last_client IS DISTINCT FROM new.last_client)) OR (old.last_addresses IS DISTINCT FROM new.last_addresses)))
  EXECUTE FUNCTION use_earlier_api_token();
CREATE TRIGGER b_use_moved AFTER UPDATE OF team_id, revoked_at, created_at ON api_token FOR EACH ROW
  WHEN (((old.team_id IS DISTINCT FROM new.team_id) OR ((old.revoked_at IS NULL) <> (new.revoked_at IS NULL)) OR (old.created_at <> new.created_at)))
  EXECUTE FUNCTION use_moved_api_token();
CREATE TRIGGER b_use_new AFTER INSERT ON api_token REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION use_new_api_tokens();

-- Keys that sign base tokens. Not audited: they belong to no team, and each row says when it came and went.
CREATE TABLE signing_key (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    secret text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    kid text,
    algorithm text DEFAULT 'HS256'::text NOT NULL,
    sealed bytea,
    activates_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT signing_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['HS256'::text, 'EdDSA'::text]))),
    CONSTRAINT signing_key_has_one CHECK ((num_nonnulls(secret, sealed) = 1)),
    CONSTRAINT signing_key_named CHECK (((sealed IS NULL) OR (kid IS NOT NULL))),
    CONSTRAINT signing_key_secret_check CHECK ((octet_length(secret) >= 32)),
    CONSTRAINT signing_key_kid_key UNIQUE (kid),
    CONSTRAINT signing_key_pkey PRIMARY KEY (id)
);

-- What was seeded, so that it is seeded once. Not audited: the service alone writes it.
CREATE TABLE seed (
    name text NOT NULL,
    seeded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT seed_pkey PRIMARY KEY (name)
);

-- One row, locked by whoever changes what concerns the whole installation. Not audited: the service alone writes it.
CREATE TABLE installation (
    single boolean DEFAULT true NOT NULL,
    master_key_check bytea,
    signing_kid text,
    binds_factors_from timestamp with time zone DEFAULT now() NOT NULL,
    former_master_keys bytea,
    former_master_keys_until timestamp with time zone,
    CONSTRAINT installation_former_master_keys_check CHECK (((former_master_keys IS NULL) = (former_master_keys_until IS NULL))),
    CONSTRAINT installation_single_check CHECK (single),
    CONSTRAINT installation_pkey PRIMARY KEY (single)
);

-- What is done from time to time. Not audited: the service alone writes it.
CREATE TABLE job (
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    held_until timestamp with time zone,
    CONSTRAINT job_pkey PRIMARY KEY (name)
);

-- How many live API tokens each team has. Not audited: it is counted by triggers.
CREATE TABLE api_token_tally (
    team_id bigint NOT NULL,
    live bigint NOT NULL,
    CONSTRAINT api_token_tally_pkey PRIMARY KEY (team_id),
    CONSTRAINT api_token_tally_team_id_fkey FOREIGN KEY (team_id) REFERENCES team(id) ON DELETE CASCADE
);

-- Who changed what. Not audited: it is the log, and takes neither updates nor deletions.
CREATE TABLE audit_log (
    id bigint NOT NULL,
    chain bigint NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id bigint,
    address text,
    request_id text,
    kind text NOT NULL,
    operation text NOT NULL,
    target_id bigint NOT NULL,
    subject_id bigint,
    detail jsonb NOT NULL,
    was jsonb,
    became jsonb,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_kind_check CHECK ((kind = ANY (ARRAY['team'::text, 'user'::text, 'group'::text, 'base'::text, 'token'::text, 'folder'::text]))),
    CONSTRAINT audit_log_pkey PRIMARY KEY (id),
    CONSTRAINT audit_log_place_key UNIQUE (chain, number)
);
CREATE SEQUENCE audit_log_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE audit_log_id OWNED BY audit_log.id;
CREATE INDEX audit_log_all_members_index ON audit_log (id) WHERE (subject_id IS NOT NULL);
CREATE INDEX audit_log_kind_index ON audit_log (chain, kind, number);
CREATE INDEX audit_log_member_index ON audit_log (chain, number) WHERE (subject_id IS NOT NULL);
CREATE INDEX audit_log_time_index ON audit_log (at);
CREATE TRIGGER chain BEFORE INSERT ON audit_log FOR EACH ROW
  EXECUTE FUNCTION chain_audit_entry();
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_change();

-- The last entry of each team's log. Not audited: it is proved with the log.
CREATE TABLE audit_chain (
    chain bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_chain_pkey PRIMARY KEY (chain)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON audit_chain FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_change();

-- Who signed in, or failed to. Not audited: it is a log.
CREATE TABLE login_log (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at timestamp with time zone DEFAULT now() NOT NULL,
    account_id bigint,
    team_id bigint NOT NULL,
    address text NOT NULL,
    succeeded boolean NOT NULL,
    CONSTRAINT login_log_pkey PRIMARY KEY (id),
    CONSTRAINT login_log_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
);
CREATE INDEX login_log_account_index ON login_log (account_id, at, id);
CREATE INDEX login_log_team_index ON login_log (team_id, at, id);
CREATE INDEX login_log_time_index ON login_log (at, id);
CREATE TRIGGER tally AFTER INSERT ON login_log REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  EXECUTE FUNCTION tally_logins();

-- How many logins each team has. Not audited: it is counted by a trigger.
CREATE TABLE login_tally (
    team_id bigint NOT NULL,
    logins bigint NOT NULL,
    CONSTRAINT login_tally_pkey PRIMARY KEY (team_id)
);

-- A base that was shared with a person.
CREATE TABLE user_share (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    base_id bigint NOT NULL,
    team_id bigint,
    account_id bigint NOT NULL,
    permission text NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_share_permission_check CHECK ((permission = ANY (ARRAY['r'::text, 'rw'::text]))),
    CONSTRAINT user_share_key UNIQUE (base_id, account_id),
    CONSTRAINT user_share_pkey PRIMARY KEY (id),
    CONSTRAINT user_share_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT user_share_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE,
    CONSTRAINT user_share_base_team_fkey FOREIGN KEY (base_id, team_id) REFERENCES base(id, team_id) ON UPDATE CASCADE,
    CONSTRAINT user_share_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id)
);
CREATE INDEX user_share_account_index ON user_share (account_id, base_id);
CREATE INDEX user_share_creator_index ON user_share (created_by);
CREATE INDEX user_share_team_index ON user_share (team_id, id);
CREATE TRIGGER a_keep_to_makers BEFORE INSERT ON user_share FOR EACH ROW
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_user_share_in_team BEFORE INSERT ON user_share FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_part_in_team();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON user_share FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('shares_per_base', 'base_id');
CREATE TRIGGER a_let_guest_in_again AFTER INSERT ON user_share FOR EACH ROW
  EXECUTE FUNCTION let_guest_in_again();
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON user_share FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON user_share FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();

-- A base that was shared with a group.
CREATE TABLE group_share (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    base_id bigint NOT NULL,
    team_id bigint,
    group_id bigint NOT NULL,
    permission text NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT group_share_permission_check CHECK ((permission = ANY (ARRAY['r'::text, 'rw'::text]))),
    CONSTRAINT group_share_key UNIQUE (base_id, group_id),
    CONSTRAINT group_share_pkey PRIMARY KEY (id),
    CONSTRAINT group_share_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE,
    CONSTRAINT group_share_base_team_fkey FOREIGN KEY (base_id, team_id) REFERENCES base(id, team_id) ON UPDATE CASCADE,
    CONSTRAINT group_share_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id),
    CONSTRAINT group_share_group_id_fkey FOREIGN KEY (group_id) REFERENCES user_group(id) ON DELETE CASCADE
);
CREATE INDEX group_share_creator_index ON group_share (created_by);
CREATE INDEX group_share_group_index ON group_share (group_id, base_id);
CREATE INDEX group_share_team_index ON group_share (team_id, id);
CREATE TRIGGER a_keep_group_share_in_team BEFORE INSERT ON group_share FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_part_in_team();
CREATE TRIGGER a_keep_to_makers BEFORE INSERT ON group_share FOR EACH ROW
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON group_share FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('shares_per_base', 'base_id');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON group_share FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON group_share FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();

-- Links into a base: external ones, which anybody reads by, and invite links.
CREATE TABLE base_link (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    base_id bigint NOT NULL,
    team_id bigint,
    handle text NOT NULL,
    hash bytea,
    permission text NOT NULL,
    password_hash text,
    view_count bigint DEFAULT 0 NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT base_link_external_reads CHECK (((kind <> 'external'::text) OR (permission = 'r'::text))),
    CONSTRAINT base_link_handle_check CHECK (((handle <> ''::text) AND (char_length(handle) <= 100))),
    CONSTRAINT base_link_handle_is_plain CHECK ((handle ~ '^[0-9A-Za-z_-]+$'::text)),
    CONSTRAINT base_link_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT base_link_invite_is_secret CHECK (((kind <> 'invite'::text) OR (hash IS NOT NULL))),
    CONSTRAINT base_link_kind_check CHECK ((kind = ANY (ARRAY['external'::text, 'invite'::text]))),
    CONSTRAINT base_link_permission_check CHECK ((permission = ANY (ARRAY['r'::text, 'rw'::text]))),
    CONSTRAINT base_link_handle_key UNIQUE (handle),
    CONSTRAINT base_link_hash_key UNIQUE (hash),
    CONSTRAINT base_link_pkey PRIMARY KEY (id),
    CONSTRAINT base_link_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE,
    CONSTRAINT base_link_base_team_fkey FOREIGN KEY (base_id, team_id) REFERENCES base(id, team_id) ON UPDATE CASCADE,
    CONSTRAINT base_link_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id)
);
CREATE INDEX base_link_base_index ON base_link (base_id, kind, id);
CREATE INDEX base_link_creator_index ON base_link (created_by);
CREATE INDEX base_link_kind_index ON base_link (kind, id);
CREATE INDEX base_link_team_index ON base_link (team_id, kind, id);
CREATE TRIGGER a_keep_link_in_team BEFORE INSERT ON base_link FOR EACH ROW
  WHEN ((new.team_id IS NULL))
  EXECUTE FUNCTION keep_part_in_team();
CREATE TRIGGER a_keep_link_policy AFTER INSERT ON base_link FOR EACH ROW
  WHEN (((new.kind = 'external'::text) AND (new.team_id IS NOT NULL)))
  EXECUTE FUNCTION keep_link_policy();
CREATE TRIGGER a_keep_to_makers BEFORE INSERT ON base_link FOR EACH ROW
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON base_link FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('links_per_base', 'base_id');
CREATE TRIGGER a_keep_within_cap_of_maker BEFORE INSERT ON base_link FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('links_per_person', 'created_by');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON base_link FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON base_link FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"team_id": null, "view_count": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"team_id": null, "view_count": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_end_answers_of_deleted AFTER DELETE ON base_link FOR EACH ROW
  EXECUTE FUNCTION end_answers();

-- Who has accepted an invite link.
CREATE TABLE invite_link_guest (
    link_id bigint NOT NULL,
    account_id bigint NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT invite_link_guest_pkey PRIMARY KEY (link_id, account_id),
    CONSTRAINT invite_link_guest_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT invite_link_guest_link_id_fkey FOREIGN KEY (link_id) REFERENCES base_link(id) ON DELETE CASCADE
);
CREATE INDEX invite_link_guest_account_index ON invite_link_guest (account_id);
CREATE TRIGGER a_keep_guest_out AFTER INSERT ON invite_link_guest FOR EACH ROW
  EXECUTE FUNCTION keep_guest_out();
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON invite_link_guest FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON invite_link_guest FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();

-- Makes whoever accepts it a member of a group.
CREATE TABLE group_link (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    group_id bigint NOT NULL,
    handle text NOT NULL,
    hash bytea NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT group_link_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT group_link_handle_key UNIQUE (handle),
    CONSTRAINT group_link_hash_key UNIQUE (hash),
    CONSTRAINT group_link_pkey PRIMARY KEY (id),
    CONSTRAINT group_link_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id),
    CONSTRAINT group_link_group_id_fkey FOREIGN KEY (group_id) REFERENCES user_group(id) ON DELETE CASCADE
);
CREATE INDEX group_link_creator_index ON group_link (created_by);
CREATE INDEX group_link_group_index ON group_link (group_id, id);
CREATE TRIGGER a_keep_to_makers BEFORE INSERT ON group_link FOR EACH ROW
  EXECUTE FUNCTION keep_to_makers();
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON group_link FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('links_per_group', 'group_id');
CREATE TRIGGER a_keep_within_cap_of_maker BEFORE INSERT ON group_link FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('links_per_person', 'created_by');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON group_link FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON group_link FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_end_answers_of_deleted AFTER DELETE ON group_link FOR EACH ROW
  EXECUTE FUNCTION end_answers();

-- Folders of a workspace, in which bases lie.
CREATE TABLE folder (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    workspace_id bigint NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT folder_name_check CHECK (((name <> ''::text) AND (char_length(name) <= 255))),
    CONSTRAINT folder_name_is_name CHECK (is_name(name)),
    CONSTRAINT folder_name_key UNIQUE (workspace_id, name),
    CONSTRAINT folder_pkey PRIMARY KEY (id),
    CONSTRAINT folder_workspace_key UNIQUE (id, workspace_id),
    CONSTRAINT folder_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX folder_look_key ON folder (workspace_id, name_look(name));
CREATE TRIGGER a_keep_within_cap BEFORE INSERT ON folder FOR EACH ROW
  EXECUTE FUNCTION keep_within_cap('folders_per_workspace', 'workspace_id');
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON folder FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON folder FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();

-- Which bases people have starred. Not audited: it lets nobody in or out, and is theirs alone.
CREATE TABLE favorite (
    account_id bigint NOT NULL,
    base_id bigint NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT favorite_pkey PRIMARY KEY (account_id, base_id),
    CONSTRAINT favorite_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT favorite_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE
);
CREATE INDEX favorite_base_index ON favorite (base_id);

-- What was guessed wrong, and how often. Not audited: it is forgotten by itself.
CREATE TABLE failed_attempt (
    key bytea NOT NULL,
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    CONSTRAINT failed_attempt_pkey PRIMARY KEY (key)
);
CREATE INDEX failed_attempt_age_index ON failed_attempt (last_at);

-- From where somebody has got in. Not audited: it is forgotten by itself.
CREATE TABLE familiar_place (
    key bytea NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT familiar_place_pkey PRIMARY KEY (key)
);
CREATE INDEX familiar_place_age_index ON familiar_place (seen_at);

-- Base tokens that were ended one by one, until they expire.
CREATE TABLE revoked_base_token (
    jti text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    base_uuid uuid,
    holder jsonb,
    CONSTRAINT revoked_base_token_jti_check CHECK ((char_length(jti) <= 64)),
    CONSTRAINT revoked_base_token_pkey PRIMARY KEY (jti)
);
CREATE INDEX revoked_base_token_age_index ON revoked_base_token (expires_at);
CREATE TRIGGER b_audit AFTER INSERT ON revoked_base_token FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON revoked_base_token FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();

-- Secrets that API tokens had before they were rotated.
CREATE TABLE retired_secret (
    hash bytea NOT NULL,
    token_id bigint NOT NULL,
    generation integer NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    reused_at timestamp with time zone,
    CONSTRAINT retired_secret_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT retired_secret_generation_key UNIQUE (token_id, generation),
    CONSTRAINT retired_secret_pkey PRIMARY KEY (hash),
    CONSTRAINT retired_secret_token_id_fkey FOREIGN KEY (token_id) REFERENCES api_token(id) ON DELETE CASCADE
);
CREATE TRIGGER b_audit_changed AFTER UPDATE ON retired_secret FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (jsonb_populate_record(old.*, '{"valid_until": null}'::jsonb) *<> jsonb_populate_record(new.*, '{"valid_until": null}'::jsonb))))
  EXECUTE FUNCTION audit_row();

-- Codes in place of a second factor. Not audited: they come and go with it, and use_recovery_code notes their use.
CREATE TABLE recovery_code (
    account_id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT recovery_code_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT recovery_code_pkey PRIMARY KEY (account_id, hash),
    CONSTRAINT recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
);

-- What requests with an Idempotency-Key were answered. Not audited: what they made is.
CREATE TABLE idempotent_answer (
    key bytea NOT NULL,
    request bytea NOT NULL,
    sealed bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT idempotent_answer_key_check CHECK ((octet_length(key) = 32)),
    CONSTRAINT idempotent_answer_request_check CHECK ((octet_length(request) = 32)),
    CONSTRAINT idempotent_answer_pkey PRIMARY KEY (key)
);
CREATE INDEX idempotent_answer_age_index ON idempotent_answer (created_at);

-- Who does not come back by an invite link. Not audited: it follows from who was taken out, which is.
CREATE TABLE barred_guest (
    link_id bigint NOT NULL,
    account_id bigint NOT NULL,
    barred_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT barred_guest_pkey PRIMARY KEY (link_id, account_id),
    CONSTRAINT barred_guest_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT barred_guest_link_id_fkey FOREIGN KEY (link_id) REFERENCES base_link(id) ON DELETE CASCADE
);
CREATE INDEX barred_guest_account_index ON barred_guest (account_id);

-- Who does not come back by a group's link. Not audited: it follows from who was taken out, which is.
CREATE TABLE barred_member (
    link_id bigint NOT NULL,
    account_id bigint NOT NULL,
    barred_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT barred_member_pkey PRIMARY KEY (link_id, account_id),
    CONSTRAINT barred_member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT barred_member_link_id_fkey FOREIGN KEY (link_id) REFERENCES group_link(id) ON DELETE CASCADE
);
CREATE INDEX barred_member_account_index ON barred_member (account_id);

-- What a stored answer reveals, by hashes. Not audited: it comes and goes with that.
CREATE TABLE answer_secret (
    key bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT answer_secret_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT answer_secret_pkey PRIMARY KEY (hash, key),
    CONSTRAINT answer_secret_key_fkey FOREIGN KEY (key) REFERENCES idempotent_answer(key) ON DELETE CASCADE
);
CREATE INDEX answer_secret_answer_index ON answer_secret (key);

-- Every name to sign in with, and whose it is. Not audited: it is made of account, which is.
CREATE TABLE sign_in_name (
    name text NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT sign_in_name_pkey PRIMARY KEY (name),
    CONSTRAINT sign_in_name_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
);
CREATE INDEX sign_in_name_account_index ON sign_in_name (account_id);

-- Lets a person without a team come into one.
CREATE TABLE team_invitation (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    team_id bigint NOT NULL,
    account_id bigint NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '30 days'::interval) NOT NULL,
    CONSTRAINT team_invitation_key UNIQUE (team_id, account_id),
    CONSTRAINT team_invitation_pkey PRIMARY KEY (id),
    CONSTRAINT team_invitation_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
    CONSTRAINT team_invitation_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id),
    CONSTRAINT team_invitation_team_id_fkey FOREIGN KEY (team_id) REFERENCES team(id) ON DELETE CASCADE
);
CREATE INDEX team_invitation_account_index ON team_invitation (account_id, id);
CREATE INDEX team_invitation_creator_index ON team_invitation (created_by);
CREATE TRIGGER b_audit AFTER INSERT OR DELETE ON team_invitation FOR EACH ROW
  WHEN ((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL))
  EXECUTE FUNCTION audit_row();
CREATE TRIGGER b_audit_changed AFTER UPDATE ON team_invitation FOR EACH ROW
  WHEN (((NULLIF(current_setting('basekeeper.ending_team'::text, true), ''::text) IS NULL) AND (old.* *<> new.*)))
  EXECUTE FUNCTION audit_row();

-- What changes are called in the log. Not audited: only migrations write it.
CREATE TABLE audit_operation (
    thing text NOT NULL,
    made text,
    changed text NOT NULL,
    deleted text,
    CONSTRAINT audit_operation_pkey PRIMARY KEY (thing)
);

-- What changes of some columns are called in the log. Not audited: only migrations write it.
CREATE TABLE audit_change (
    thing text NOT NULL,
    rank integer NOT NULL,
    column_name text NOT NULL,
    becomes text,
    operation text NOT NULL,
    CONSTRAINT audit_change_pkey PRIMARY KEY (thing, rank),
    CONSTRAINT audit_change_thing_fkey FOREIGN KEY (thing) REFERENCES audit_operation(thing)
);

-- What is yet to be done, and what was given up. Not audited: it follows from changes that are, and says no more.
CREATE TABLE deferred_work (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    failure text,
    dead_at timestamp with time zone,
    CONSTRAINT deferred_work_failure CHECK ((length(failure) <= 1000)),
    CONSTRAINT deferred_work_kind CHECK ((kind ~ '^[a-z][a-z0-9-]{0,62}$'::text)),
    CONSTRAINT deferred_work_payload CHECK ((octet_length((payload)::text) <= 65536)),
    CONSTRAINT deferred_work_pkey PRIMARY KEY (id)
);
CREATE INDEX deferred_work_dead ON deferred_work (dead_at) WHERE (dead_at IS NOT NULL);
CREATE INDEX deferred_work_due ON deferred_work (due_at, id) WHERE (dead_at IS NULL);
CREATE INDEX deferred_work_waiting ON deferred_work (kind) WHERE (dead_at IS NULL);

-- How far the log of each team has been written to the output. Not audited: it says nothing that the log does not.
CREATE TABLE audit_shipment (
    chain bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    head_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_shipment_pkey PRIMARY KEY (chain)
);

-- What a base holds as a whole. Not audited: a version counts; the changes that it counts have entries of their own.
CREATE TABLE data_base (
    base_id bigint NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    file_bytes bigint DEFAULT 0 NOT NULL,
    files_seen_at timestamp with time zone,
    CONSTRAINT data_base_pkey PRIMARY KEY (base_id)
);

-- The tables of bases. Not audited: who changes tables, columns or views writes the entry, since these have no
-- triggers.
CREATE TABLE data_table (
    base_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    "position" integer NOT NULL,
    version bigint NOT NULL,
    columns jsonb NOT NULL,
    views jsonb NOT NULL,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    counters jsonb DEFAULT '{}'::jsonb NOT NULL,
    row_count bigint DEFAULT 0 NOT NULL,
    next_position bigint DEFAULT 1 NOT NULL,
    CONSTRAINT data_table_key_check CHECK ((key ~ '^[A-Za-z0-9]{4}$'::text))
)
WITH (fillfactor='70,
    CONSTRAINT data_table_base_id_name_key UNIQUE (base_id, name),
    CONSTRAINT data_table_pkey PRIMARY KEY (base_id, key)
);

-- The rows of tables. Not audited: there may be very many; data_operation has what was done to them.
CREATE TABLE data_row (
    base_id bigint NOT NULL,
    table_key text NOT NULL COLLATE pg_catalog."C",
    id uuid NOT NULL,
    "position" bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    modified_at timestamp with time zone DEFAULT now() NOT NULL,
    creator text NOT NULL,
    modifier text NOT NULL,
    locked_by text,
    cells jsonb NOT NULL
);
ALTER TABLE ONLY data_row ALTER COLUMN cells SET COMPRESSION l,
    CONSTRAINT data_row_pkey PRIMARY KEY (base_id, table_key, id)
);
CREATE INDEX data_row_modified_index ON data_row (base_id, table_key, modified_at);
CREATE INDEX data_row_position_index ON data_row (base_id, table_key, "position");

-- Pairs of rows of which each has the other in a column. Not audited: there may be very many, as with rows.
CREATE TABLE data_link (
    base_id bigint NOT NULL,
    link_id text NOT NULL COLLATE pg_catalog."C",
    a uuid NOT NULL,
    b uuid NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT data_link_pkey PRIMARY KEY (base_id, link_id, a, b)
);
CREATE INDEX data_link_back_index ON data_link (base_id, link_id, b, a);

-- What was done in bases, one row for each request. Not audited: it is a log itself, which its base's readers may read.
CREATE TABLE data_operation (
    base_id bigint NOT NULL,
    op_id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    author text NOT NULL,
    app text,
    op_type text NOT NULL,
    table_key text COLLATE pg_catalog."C",
    row_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    operation jsonb NOT NULL,
    row_count integer GENERATED ALWAYS AS (cardinality(row_ids)) STORED
);
ALTER TABLE ONLY data_operation ALTER COLUMN operation SET COMPRESSION l,
    CONSTRAINT data_operation_pkey PRIMARY KEY (base_id, op_id)
);
CREATE INDEX data_operation_time_index ON data_operation (at);

-- What files contain. Not audited: there may be very many; the names of files have entries, which who writes them
-- makes.
CREATE TABLE data_content (
    base_id bigint NOT NULL,
    id uuid NOT NULL,
    size bigint NOT NULL,
    digest bytea,
    loose_at timestamp with time zone DEFAULT now(),
    CONSTRAINT data_content_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT data_content_pkey PRIMARY KEY (base_id, id)
);
CREATE INDEX data_content_loose_index ON data_content (loose_at) WHERE (loose_at IS NOT NULL);
CREATE INDEX data_content_unfinished_index ON data_content (base_id) WHERE (digest IS NULL);

-- The bytes of contents. Not audited: like data_content, of which they are a part.
CREATE TABLE data_content_piece (
    base_id bigint NOT NULL,
    content_id uuid NOT NULL,
    start bigint NOT NULL,
    bytes bytea NOT NULL
);
ALTER TABLE ONLY data_content_piece ALTER COLUMN bytes SET STORAGE EXTERN,
    CONSTRAINT data_content_piece_pkey PRIMARY KEY (base_id, content_id, start)
);

-- The files of bases. Not audited: who uploads or deletes one writes the entry, since these tables have no triggers.
CREATE TABLE data_file (
    base_id bigint NOT NULL,
    id uuid NOT NULL,
    folder text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    home_id bigint NOT NULL,
    content_id uuid NOT NULL,
    size bigint NOT NULL,
    digest bytea NOT NULL,
    uploaded_at timestamp with time zone DEFAULT now() NOT NULL,
    named_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT data_file_base_id_folder_name_key UNIQUE (base_id, folder, name),
    CONSTRAINT data_file_pkey PRIMARY KEY (base_id, id)
);
CREATE INDEX data_file_content_index ON data_file (content_id);

-- Links by which one uploads into a base or downloads a file. Not audited: they last hours at most, and a program makes
-- one for each file.
CREATE TABLE file_link (
    hash bytea NOT NULL,
    is_upload boolean NOT NULL,
    base_id bigint NOT NULL,
    folder text,
    name text,
    token_id bigint,
    token_generation bigint,
    account_id bigint,
    account_generation text,
    account_token_id bigint,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT file_link_check CHECK (((token_id IS NULL) <> (account_id IS NULL))),
    CONSTRAINT file_link_check1 CHECK ((is_upload = (name IS NULL))),
    CONSTRAINT file_link_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT file_link_pkey PRIMARY KEY (hash),
    CONSTRAINT file_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE,
    CONSTRAINT file_link_base_id_fkey FOREIGN KEY (base_id) REFERENCES base(id) ON DELETE CASCADE,
    CONSTRAINT file_link_token_id_fkey FOREIGN KEY (token_id) REFERENCES api_token(id) ON DELETE CASCADE
);
CREATE INDEX file_link_account_index ON file_link (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX file_link_base_index ON file_link (base_id);
CREATE INDEX file_link_expiry_index ON file_link (expires_at);
CREATE INDEX file_link_token_index ON file_link (token_id) WHERE (token_id IS NOT NULL);

-- When, how often and from where each API token was used; team_id and created_at are its token's, team_id only as long
-- as the token is live. Not audited: it is counted, and not worth an entry.
CREATE TABLE api_token_use (
    token_id bigint NOT NULL,
    team_id bigint,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    use_count bigint DEFAULT 0 NOT NULL,
    seen_around timestamp with time zone GENERATED ALWAYS AS (date_bin('00:10:00'::interval, COALESCE(last_used_at, created_at), '2000-01-01 00:00:00+00'::timestamp with time zone)) STORED NOT NULL,
    last_client text,
    last_addresses inet[] DEFAULT '{}'::inet[] NOT NULL,
    CONSTRAINT api_token_use_last_client_check CHECK ((char_length(last_client) <= 255))
)
WITH (fillfactor='45,
    CONSTRAINT api_token_use_pkey PRIMARY KEY (token_id),
    CONSTRAINT api_token_use_token_id_fkey FOREIGN KEY (token_id) REFERENCES api_token(id) ON DELETE CASCADE
);
CREATE INDEX api_token_use_team_index ON api_token_use (team_id, seen_around) WHERE (team_id IS NOT NULL);

-- Which migrations were applied. Not audited: it is itself a record.
CREATE TABLE schema_migration (
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);

-- MARK: Functions

CREATE FUNCTION account_token_end(expires_at timestamp with time zone, proved_at timestamp with time zone, created_at timestamp with time zone, team_days integer, days integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
  select least(expires_at, coalesce(proved_at, created_at) + make_interval(days => least(team_days, days)))
$$;

CREATE FUNCTION account_token_lasts(token account_token, team_days integer, days integer, team_idle integer, idle integer) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select coalesce(
    least(
      account_token_end(token.expires_at, token.proved_at, token.created_at, team_days, days),
      coalesce(token.last_used_at, token.created_at) + make_interval(secs => least(team_idle, idle))
    ) > now(), true)
$$;

CREATE FUNCTION administers_workspace(person bigint, place bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select exists (select from workspace_role where account_id = person and workspace_id = place and role in ('owner', 'admin'))
    or exists (
      select from live_account as account
      where account.id = person and (account.is_system_admin or account.is_team_admin and account.team_id = (
        select team_id from workspace where workspace.id = place)))
$$;

CREATE FUNCTION audit(team bigint, kind text, operation text, target bigint, detail jsonb, was jsonb, became jsonb, subject bigint DEFAULT NULL::bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  insert into audit_log (chain, kind, operation, target_id, subject_id, detail, was, became)
  values (coalesce(team, 0), kind, operation, target, subject, detail, was, became);
end $$;

CREATE FUNCTION audit_change(thing text, before jsonb, after jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
begin
  return (
    select own.operation from audit_change as own
    where own.thing = audit_change.thing and before -> own.column_name is distinct from after -> own.column_name
      and case own.becomes
        when 'set' then before ->> own.column_name is null
        when 'null' then after ->> own.column_name is null
        else own.becomes is null or after ->> own.column_name = own.becomes
      end
    order by own.rank
    limit 1);
end $$;

CREATE FUNCTION audit_content(entry audit_log) RETURNS text
    LANGUAGE sql STABLE
    AS $$
  select jsonb_build_array(
    entry.chain, entry.number, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.address,
    entry.request_id, entry.kind, entry.operation, entry.target_id, entry.subject_id, entry.detail, entry.was,
    entry.became)::text
$$;

CREATE FUNCTION audit_part(base bigint, thing text, event text, detail jsonb, was jsonb, became jsonb) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  select audit(
    it.team_id, 'base',
    case audit_part.event when 'made' then name.made when 'changed' then name.changed else name.deleted end,
    it.id, base_detail(it) || audit_part.detail, audit_part.was, audit_part.became)
  from base as it
  join audit_operation as name on name.thing = audit_part.thing
  where it.id = audit_part.base and name.thing in ('base_table', 'base_column', 'base_view', 'base_file')
$$;

CREATE FUNCTION is_name(name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select name !~ ('[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f'
      || '\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffc'
      || '\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]')
    and name ~ '[^ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]'
    and name !~* '(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\]|%2f|%5c)'
$_$;

CREATE FUNCTION is_reserved(name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select name ~* '@auth\.local[\s\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]*$'
$_$;

CREATE FUNCTION audit_place(event text, it account, before account) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select coalesce(it.team_id, before.team_id), 'user', 'user', it.id, null::bigint, person_detail(it), null::jsonb,
         null::jsonb
  where it.team_id is not null or before.team_id is null or exists (select from team where id = before.team_id)
$$;

CREATE FUNCTION audit_place(event text, it account_token, before account_token) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select person.team_id, 'user', 'account_token', person.id, null::bigint,
         person_detail(person) || jsonb_build_object('token_id', it.id, 'token_name', it.name), null::jsonb, null::jsonb
  from account as person where person.id = it.account_id
$$;

CREATE FUNCTION audit_place(event text, it api_token, before api_token) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select it.team_id, 'token', 'api_token', it.id, null::bigint, token_detail(it, base), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

CREATE FUNCTION audit_place(event text, it base, before base) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select it.team_id, 'base', case when place.group_id is null then 'base' else 'group_base' end, it.id, null::bigint,
         base_detail(it) || jsonb_build_object('workspace_id', it.workspace_id, 'group_id', place.group_id),
         null::jsonb, null::jsonb
  from (select (select group_id from workspace where id = it.workspace_id)) as place (group_id)
$$;

CREATE FUNCTION audit_place(event text, it base_link, before base_link) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select base.team_id, 'base', 'base_' || it.kind || '_link', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('link', it.handle), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

CREATE FUNCTION audit_place(event text, it folder, before folder) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select workspace.team_id, 'folder', 'folder', it.id, null::bigint,
         jsonb_build_object('id', it.id, 'name', it.name, 'workspace_id', workspace.id, 'group_id', workspace.group_id),
         null::jsonb, null::jsonb
  from workspace where workspace.id = it.workspace_id
$$;

CREATE FUNCTION audit_place(event text, it group_link, before group_link) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select user_group.team_id, 'group', 'group_invite_link', user_group.id, null::bigint,
         group_detail(user_group) || jsonb_build_object('link', it.handle), null::jsonb, null::jsonb
  from user_group where user_group.id = it.group_id
$$;

CREATE FUNCTION audit_place(event text, it group_member, before group_member) RETURNS SETOF audit_place
    LANGUAGE plpgsql
    AS $$
declare
  place user_group;
  person text := (select user_id(uid) from account where id = it.account_id);
  handed text[] := string_to_array(current_setting('basekeeper.handed_over', true), ' ');
begin
  select * into place from user_group where id = it.group_id;
  if not found then
    return;
  end if;
  if before.role = 'owner' and (event = 'DELETE' or it.role <> 'owner') then
    perform set_config('basekeeper.handed_over', place.id || ' ' || person, true);
  end if;
  if event = 'UPDATE' and before.role = 'owner' and it.role <> 'owner' then
    return;
  end if;
  handed := case when handed[1] = place.id::text then handed end;
  if it.role = 'owner' and (event = 'UPDATE' and before.role <> 'owner' or event = 'INSERT' and handed is not null) then
    return next row(
      place.team_id, 'group', 'group_owner', place.id, it.account_id,
      group_detail(place) || jsonb_build_object('member', person),
      jsonb_build_object('owner', handed[2]), jsonb_build_object('owner', person))::audit_place;
  else
    return next row(
      place.team_id, 'group', 'group_member', place.id, it.account_id,
      group_detail(place) || jsonb_build_object('member', person), null, null)::audit_place;
  end if;
end $$;

CREATE FUNCTION audit_place(event text, it group_share, before group_share) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select base.team_id, 'base', 'base_group_share', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('group_id', it.group_id), null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

CREATE FUNCTION audit_place(event text, it invite_link_guest, before invite_link_guest) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select base.team_id, 'base', 'base_invite_link_guest', base.id, null::bigint,
         base_detail(base) || jsonb_build_object(
           'link', link.handle, 'user', (select user_id(uid) from account where id = it.account_id)),
         null::jsonb, null::jsonb
  from base_link as link
  join base on base.id = link.base_id
  where link.id = it.link_id
$$;

CREATE FUNCTION audit_place(event text, it retired_secret, before retired_secret) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select token.team_id, 'token', 'retired_secret', token.id, null::bigint,
         token_detail(token, base) || jsonb_build_object('generation', it.generation), null::jsonb, null::jsonb
  from api_token as token
  join base on base.id = token.base_id
  where token.id = it.token_id
$$;

CREATE FUNCTION audit_place(event text, it revoked_base_token, before revoked_base_token) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select base.team_id, 'base', 'base_token', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('workspace_id', base.workspace_id) || coalesce(it.holder, '{}'),
         null::jsonb, null::jsonb
  from base where base.uuid = it.base_uuid
$$;

CREATE FUNCTION audit_place(event text, it team, before team) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select it.id, 'team', 'team', it.id, null::bigint, jsonb_build_object('id', it.id, 'name', it.name),
         null::jsonb, null::jsonb
$$;

CREATE FUNCTION audit_place(event text, it team_invitation, before team_invitation) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select team.id, 'team', 'team_invitation', team.id, null::bigint,
         jsonb_build_object('id', team.id, 'name', team.name, 'user', user_id(person.uid)), null::jsonb, null::jsonb
  from team
  join account as person on person.id = it.account_id and person.team_id is null
  where team.id = it.team_id
$$;

CREATE FUNCTION audit_place(event text, it user_group, before user_group) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select it.team_id, 'group', 'group', it.id, null::bigint, group_detail(it), null::jsonb, null::jsonb
$$;

CREATE FUNCTION audit_place(event text, it user_share, before user_share) RETURNS SETOF audit_place
    LANGUAGE sql STABLE
    AS $$
  select base.team_id, 'base', 'base_share', base.id, null::bigint,
         base_detail(base) || jsonb_build_object('user', (select user_id(uid) from account where id = it.account_id)),
         null::jsonb, null::jsonb
  from base where base.id = it.base_id
$$;

CREATE FUNCTION audit_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  it     record;
  before jsonb := case when tg_op <> 'INSERT' then audited(old) end;
  after  jsonb := case when tg_op <> 'DELETE' then audited(new) end;
  empty  jsonb := case when tg_op = 'UPDATE' then '{}' end;
begin
  if tg_op = 'DELETE' then it := old; else it := new; end if;
  insert into audit_log (chain, kind, operation, target_id, subject_id, detail, was, became)
  select
    coalesce(place.team, 0), place.kind,
    coalesce(
      case tg_op
        when 'INSERT' then name.made
        when 'DELETE' then name.deleted
        else coalesce(audit_change(place.thing, to_jsonb(old), to_jsonb(new)), name.changed)
      end, place.thing || '_' || lower(tg_op)),
    place.target, place.subject, place.detail,
    coalesce(place.instead_before, nullif(before - left_out.keys, empty)),
    coalesce(place.instead_after, nullif(after - left_out.keys, empty))
  from audit_place(tg_op, it, old) as place
  left join audit_operation as name on name.thing = place.thing
  cross join (
    select array(
      select key from jsonb_object_keys(coalesce(before, after)) as own (key)
      where is_secret(key) or before -> key is not distinct from after -> key)
    offset 0  -- once for both
  ) as left_out (keys);
  return it;
end $$;

CREATE FUNCTION audit_table(relation regclass, events text DEFAULT 'insert or delete'::text, unnoted text[] DEFAULT '{}'::text[], condition text DEFAULT 'nullif(current_setting(''basekeeper.ending_team'', true), '''') is null'::text) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
  blank text := (select jsonb_object_agg(name, null::text) from unnest(unnoted) as own (name));
  former name;
begin
  for former in
    select tgname from pg_trigger where tgrelid = relation and tgname in ('b_audit', 'b_audit_changed')
  loop
    execute format('drop trigger %I on %s', former, relation);
  end loop;
  if events is not null then
    execute format(
      'create trigger b_audit after %s on %s for each row when (%s) execute function audit_row()',
      events, relation, condition);
  end if;
  execute format(
    'create trigger b_audit_changed after update on %s for each row when (%s and %s) execute function audit_row()',
    relation, condition, case when blank is null then 'old.* *<> new.*' else format(
      'jsonb_populate_record(old.*, %1$L) *<> jsonb_populate_record(new.*, %1$L)', blank) end);
end $_$;

CREATE FUNCTION audited(account) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{
      id, uid, email, email_given_by, created_at, last_login_at, deleted_at, generation,
      totp_sealed, totp_confirmed_at, totp_last_step, totp_used_steps
    }'::text[] || jsonb_build_object(
      'contact_email', $1.email, 'has_2fa', $1.totp_confirmed_at is not null, 'is_deleted', $1.deleted_at is not null)
$_$;

CREATE FUNCTION audited(account_token) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select nullif(to_jsonb($1) - '{
    id, account_id, hash, created_at, name, expires_at, last_used_at, last_address, last_client, proved_at
  }'::text[], '{}')
$_$;

CREATE FUNCTION audited(api_token) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{
      id, base_id, team_id, hash, created_by, created_at, revoked_at, refused_at, rotated_at, generation,
      last_used_at, use_count, last_client, last_addresses
    }'::text[] || jsonb_build_object(
      'expires_at', extract(epoch from $1.expires_at)::bigint, 'is_deleted', $1.revoked_at is not null)
$_$;

CREATE FUNCTION audited(base) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{
      id, uuid, team_id, creator_id, modifier_id, created_at, updated_at, deleted_at
    }'::text[] || jsonb_build_object('is_deleted', $1.deleted_at is not null)
$_$;

CREATE FUNCTION audited(base_link) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{
      id, kind, base_id, team_id, handle, hash, password_hash, view_count, created_by, created_at
    }'::text[] || jsonb_build_object(
      'expires_at', extract(epoch from $1.expires_at)::bigint, 'is_protected', $1.password_hash is not null)
$_$;

CREATE FUNCTION audited(folder) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{id, workspace_id, created_at}'::text[]
$_$;

CREATE FUNCTION audited(group_link) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{id, group_id, handle, hash, created_by, created_at, expires_at}'::text[]
$_$;

CREATE FUNCTION audited(group_member) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{group_id, account_id, joined_at, position, link_id}'::text[]
$_$;

CREATE FUNCTION audited(group_share) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{id, base_id, team_id, group_id, created_by, created_at}'::text[]
$_$;

CREATE FUNCTION audited(invite_link_guest) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{link_id, account_id, accepted_at}'::text[]
    || (select jsonb_build_object('permission', permission) from base_link where id = $1.link_id)
$_$;

CREATE FUNCTION audited(retired_secret) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select nullif(to_jsonb($1) - '{hash, token_id, generation, valid_until, reused_at}'::text[], '{}')
$_$;

CREATE FUNCTION audited(revoked_base_token) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select nullif(to_jsonb($1) - '{jti, expires_at, base_uuid, holder}'::text[], '{}')
$_$;

CREATE FUNCTION audited(team) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$ select to_jsonb($1) $_$;

CREATE FUNCTION audited(team_invitation) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select nullif(to_jsonb($1) - '{id, team_id, account_id, created_by, created_at, expires_at}'::text[], '{}')
$_$;

CREATE FUNCTION audited(user_group) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{id, team_id, created_at}'::text[]
$_$;

CREATE FUNCTION audited(user_share) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select to_jsonb($1) - '{id, base_id, team_id, account_id, created_by, created_at}'::text[]
$_$;

CREATE FUNCTION bar_guest(account bigint, bases bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
  links  bigint[];
  guests bigint;
begin
  -- In one order. Whoever is being let in by one of them is there then, or finds themselves barred.
  select array_agg(id) into links from (
    select id from base_link where base_id = any(bases) and kind = 'invite' order by id for no key update
  ) as link;
  delete from invite_link_guest where account_id = bar_guest.account and link_id = any(links);
  get diagnostics guests = row_count;
  insert into barred_guest (link_id, account_id) select link, bar_guest.account from unnest(links) as link on conflict do nothing;
  return guests;
end $$;

CREATE FUNCTION bar_member() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
begin
  if (actor ->> 'account')::bigint is not distinct from old.account_id
    or not exists (select from user_group where id = old.group_id)
    or not exists (select from account where id = old.account_id and deleted_at is null)
  then
    return null;
  end if;
  insert into barred_member (link_id, account_id)
  select id, old.account_id from group_link where group_id = old.group_id
  on conflict do nothing;
  perform bar_guest(old.account_id, array(
    select base.id from base join workspace on workspace.id = base.workspace_id where workspace.group_id = old.group_id));
  return null;
end $$;

CREATE FUNCTION base_detail(base) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select jsonb_build_object('id', $1.id, 'uuid', $1.uuid, 'name', $1.name)
$_$;

CREATE FUNCTION begin_attempt(keys bytea[], free integer[], longest integer[], memory interval[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare
  time timestamptz := clock_timestamp();
  wait interval;
begin
  select max(next_at) - time into wait from failed_attempt where key = any(keys) and next_at > last_at;
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  -- Once more, when nobody else counts: many may come at once.
  perform lock_attempts(keys);
  time := clock_timestamp();
  select max(next_at) - time into wait from failed_attempt where key = any(keys) and next_at > last_at;
  if wait > interval '0' then
    return ceil(extract(epoch from wait));
  end if;
  insert into failed_attempt as past (key, failures, last_at, next_at)
  select rule.key, count.failures, time,
         case when count.failures <= rule.free then time
         else time + make_interval(
           secs => least(power(2, least(count.failures - rule.free - 1, 20)), rule.longest)) end
  from unnest(keys, free, longest, memory) as rule (key, free, longest, memory)
  left join failed_attempt as before on before.key = rule.key
  cross join lateral (
    select case when before.last_at >= time - rule.memory then before.failures + 1 else 1 end
  ) as count (failures)
  on conflict (key) do update
  set failures = excluded.failures, last_at = excluded.last_at, next_at = excluded.next_at;
  -- Now and then, so that no flood fills the table between two tidyings.
  if random() < 0.001 then
    perform forget_attempts();
  end if;
  return 0;
end $$;

CREATE FUNCTION bk_add(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when abs(a) < 8e307 and abs(b) < 8e307 then a + b + 0 end
$$;

CREATE FUNCTION bk_average(VARIADIC numbers double precision[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_float(avg(n::text::numeric)) from unnest(numbers) as n
$$;

CREATE FUNCTION bk_boolean(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case lower(value) when 'true' then true when 'false' then false end
$$;

CREATE FUNCTION bk_ceiling(a double precision, step double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when step = 0 then 0 else bk_multiply(ceil(bk_divide(a, abs(step))), abs(step)) end
$$;

CREATE FUNCTION bk_concatenate(VARIADIC parts text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when (select sum(length(part)) from unnest(parts) as part) between 1 and 1000000 then array_to_string(parts, '')
  end
$$;

CREATE FUNCTION bk_count(value double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select trunc(least(greatest(value, -1e9), 1e9))::integer
$$;

CREATE FUNCTION bk_date(cell text) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select make_timestamp(
    left(cell, 4)::integer, substr(cell, 6, 2)::integer, substr(cell, 9, 2)::integer,
    coalesce(nullif(substr(cell, 12, 2), '')::integer, 0), coalesce(nullif(substr(cell, 15, 2), '')::integer, 0), 0)
$$;

CREATE FUNCTION bk_date_form(value timestamp without time zone, form text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select to_char(value, form)
$$;

CREATE FUNCTION bk_date_text(value timestamp without time zone) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select to_char(value, case
    when value = date_trunc('day', value) then 'YYYY-MM-DD'
    when value = date_trunc('minute', value) then 'YYYY-MM-DD HH24:MI'
    else 'YYYY-MM-DD HH24:MI:SS'
  end)
$$;

CREATE FUNCTION bk_dateadd(value timestamp without time zone, count double precision, unit text) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_in_range(value + case
    when unit in ('years', 'year') and abs(count) < 10000 then make_interval(years => trunc(count)::integer)
    when unit in ('months', 'month') and abs(count) < 120000 then make_interval(months => trunc(count)::integer)
    when unit in ('weeks', 'week') and abs(count) < 530000 then make_interval(days => 7 * trunc(count)::integer)
    when unit in ('days', 'day') and abs(count) < 3700000 then make_interval(days => trunc(count)::integer)
    when unit in ('hours', 'hour') and abs(count) < 8.9e7 then make_interval(secs => 3600 * trunc(count))
    when unit in ('minutes', 'minute') and abs(count) < 5.3e9 then make_interval(secs => 60 * trunc(count))
    when unit in ('seconds', 'second') and abs(count) < 3.2e11 then make_interval(secs => trunc(count))
  end)
$$;

CREATE FUNCTION bk_datedif(a timestamp without time zone, b timestamp without time zone, unit text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when unit = 'S' then trunc(extract(epoch from b - a))::float8
    when unit = 'D' then (b::date - a::date)::float8
    when b < a then 0 - bk_datedif_after(b, a, unit)
    else bk_datedif_after(a, b, unit)
  end
$$;

CREATE FUNCTION bk_datedif_after(a timestamp without time zone, b timestamp without time zone, unit text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select (case unit
    when 'M' then months
    when 'Y' then months / 12
    when 'YM' then months % 12
    when 'YD' then b::date - (a::date + make_interval(months => months / 12 * 12))::date
    when 'MD' then b::date - (a::date + make_interval(months => months))::date
  end)::float8
  from (select bk_full_months(a, b) as months) as number
$$;

CREATE FUNCTION bk_datedif_from(value timestamp without time zone, until timestamp without time zone, unit text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when value is null and until is null then 0
    else bk_datedif(coalesce(value, make_timestamp(1900, 1, 1, 0, 0, 0)), until, unit)
  end
$$;

CREATE FUNCTION bk_day_of(year double precision, month double precision, day double precision) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when months between 12 and 120011 and abs(trunc(day)) < 4000000 then bk_in_range(
      make_timestamp((months / 12)::integer, (months % 12)::integer + 1, 1, 0, 0, 0)
        + make_interval(days => trunc(day)::integer - 1))
  end
  from (
    select case
      when abs(year) < 100000 and abs(month) < 2000000
      then (case when trunc(year) between 0 and 99 then 1900 else 0 end + trunc(year))::bigint * 12 + trunc(month)::bigint - 1
    end as months
  ) as number
$$;

CREATE FUNCTION bk_divide(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when b = 0 or b is null then null
    when a = 0 then 0
    when abs(a) between 1e-150 and 1e150 and abs(b) between 1e-150 and 1e150 then a / b
    when ln(abs(a)) - ln(abs(b)) > 709 then null
    when ln(abs(a)) - ln(abs(b)) < -708 then 0
    else a / b
  end
$$;

CREATE FUNCTION bk_element(element jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select nullif(
    case jsonb_typeof(element) when 'number' then bk_text(element::float8) else element #>> '{}' end, '')
$$;

CREATE FUNCTION bk_elements(list jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select jsonb_agg(bk_element(element) order by place)
  from jsonb_array_elements(list) with ordinality as item(element, place)
$$;

CREATE FUNCTION bk_eomonth(value timestamp without time zone, count double precision) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when abs(count) < 120000 then bk_in_range(
      date_trunc('month', value) + make_interval(months => trunc(count)::integer + 1) - interval '1 day')
  end
$$;

CREATE FUNCTION bk_even(a double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_add(ceil(a), ceil(a) - 2 * floor(ceil(a) / 2)) where abs(a) < 8e307
$$;

CREATE FUNCTION bk_exp(a double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when a > 709 then null when a < -708 then 0 else exp(a) end
$$;

CREATE FUNCTION bk_find(needle text, hay text, start double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when bk_count(start) between 1 and length(hay) then case
      when needle = '' then bk_count(start)
      when strpos(substr(hay, bk_count(start)), needle) = 0 then 0
      else strpos(substr(hay, bk_count(start)), needle) + bk_count(start) - 1
    end::float8
  end
$$;

CREATE FUNCTION bk_float(value numeric) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when abs(value) < 5e-324 then 0
    when abs(value) <= 1.7976931348623157e308 then value::float8
  end
$$;

CREATE FUNCTION bk_floor(a double precision, step double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when step = 0 then 0 else bk_multiply(floor(bk_divide(a, abs(step))), abs(step)) end
$$;

CREATE FUNCTION bk_full_months(a timestamp without time zone, b timestamp without time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_months(a, b)::integer - case when extract(day from b) < extract(day from a) then 1 else 0 end
$$;

CREATE FUNCTION bk_in_range(value timestamp without time zone) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when value >= make_timestamp(1, 1, 1, 0, 0, 0) and value < make_timestamp(10000, 1, 1, 0, 0, 0) then value end
$$;

CREATE FUNCTION bk_join(list jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select string_agg(bk_element(element), ', ' order by place)
  from jsonb_array_elements(list) with ordinality as item(element, place)
$$;

CREATE FUNCTION bk_left(value text, count double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select nullif(left(value, greatest(bk_count(count), 0)), '')
$$;

CREATE FUNCTION bk_log(a double precision, base double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when a > 0 and base = 10 then log(a)
    when a > 0 and base > 0 and base <> 1 then bk_divide(ln(a), ln(base))
  end
$$;

CREATE FUNCTION bk_mid(value text, start double precision, count double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when bk_count(start) >= 1 then nullif(substr(value, bk_count(start), greatest(bk_count(count), 0)), '')
  end
$$;

CREATE FUNCTION bk_mod(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_subtract(a, bk_multiply(b, floor(bk_divide(a, b))))
$$;

CREATE FUNCTION bk_moment(value text) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case
    when length(value) <= 80 then bk_moment_of(regexp_match(
      value,
      '^[ \t\n\v\f\r]*([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})'
      '(?:[ Tt]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]+))?)?'
      '(?:([Zz])|([+-])([0-9][0-9]):?([0-9][0-9]))?)?[ \t\n\v\f\r]*$'))
  end
$_$;

CREATE FUNCTION bk_moment_of(part text[]) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when part[1]::integer > 0 and part[3]::integer between 1 and 12
      and coalesce(part[5]::integer < 24 and part[6]::integer < 60 and coalesce(part[7], '0')::integer < 60, true)
      and coalesce(part[11]::integer < 24 and part[12]::integer < 60, true)
    then case
      when part[4]::integer between 1 and extract(
        day from make_timestamp(part[1]::integer, part[3]::integer, 1, 0, 0, 0) + interval '1 month' - interval '1 day')
      then bk_in_range(
        make_timestamp(
          part[1]::integer, part[3]::integer, part[4]::integer, coalesce(part[5], '0')::integer,
          coalesce(part[6], '0')::integer, (coalesce(part[7], '0') || '.' || left(coalesce(part[8], '0'), 6))::float8)
        - make_interval(
            mins => coalesce((part[10] || '1')::integer * (part[11]::integer * 60 + part[12]::integer), 0)))
    end
  end
$$;

CREATE FUNCTION bk_months(a timestamp without time zone, b timestamp without time zone) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select (extract(year from b) * 12 + extract(month from b) - extract(year from a) * 12 - extract(month from a))::float8
$$;

CREATE FUNCTION bk_multiply(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when a is null or b is null then null
    when a = 0 or b = 0 then 0
    when abs(a) between 1e-150 and 1e150 and abs(b) between 1e-150 and 1e150 then a * b
    when ln(abs(a)) + ln(abs(b)) > 709 then null
    when ln(abs(a)) + ln(abs(b)) < -708 then 0
    else a * b
  end
$$;

CREATE FUNCTION bk_names(ids jsonb, names jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select jsonb_agg(names -> (id #>> '{}') order by place)
  from jsonb_array_elements(ids) with ordinality as item(id, place)
  where names ? (id #>> '{}')
$$;

CREATE FUNCTION bk_networkdays(a timestamp without time zone, b timestamp without time zone, VARIADIC holidays timestamp without time zone[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select (case when b < a then -1 else 1 end * (
    bk_weekdays_before(greatest(a, b)::date + 1) - bk_weekdays_before(least(a, b)::date)
    - (select count(distinct day::date) from unnest(holidays) as day
       where day::date between least(a, b)::date and greatest(a, b)::date and extract(isodow from day) < 6)::integer))::float8
  where a is not null and b is not null
$$;

CREATE FUNCTION bk_number(value text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case
    when length(value) <= 400
      and value ~ '^[ \t\n\v\f\r]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,4})?[ \t\n\v\f\r]*$'
    then bk_float(btrim(value, E' \t\n\v\f\r')::numeric)
  end
$_$;

CREATE FUNCTION bk_number_form(value double precision, form text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case lower(form)
    when 'number' then bk_text(value)
    when 'dollar' then '$' || bk_text(value)
    when 'euro' then '€' || bk_text(value)
    when 'yuan' then '¥' || bk_text(value)
    when 'percent' then bk_text(bk_multiply(value, 100)) || '%'
  end
$_$;

CREATE FUNCTION bk_odd(a double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_add(ceil(a), 1 - (ceil(a) - 2 * floor(ceil(a) / 2))) where abs(a) < 8e307
$$;

CREATE FUNCTION bk_only(list jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when jsonb_array_length(list) = 1 then nullif(list -> 0, 'null') end
$$;

CREATE FUNCTION bk_power(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when b = 0 then 1
    when a = 0 then case when b > 0 then 0 end
    when a < 0 and b <> trunc(b) then null
    when sign(b) * least(abs(b), 1e300) * ln(abs(a)) > 709 then null
    when sign(b) * least(abs(b), 1e300) * ln(abs(a)) < -708 then 0
    else power(a, b)
  end
$$;

CREATE FUNCTION bk_replace(value text, start double precision, count double precision, new text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when bk_count(start) >= 1 and length(value) + length(new) <= 1000000 then nullif(
      left(value, bk_count(start) - 1) || new || substr(value, bk_count(start) + greatest(bk_count(count), 0)), '')
  end
$$;

CREATE FUNCTION bk_rept(value text, count double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when length(value)::bigint * greatest(bk_count(count), 0) between 1 and 65536 then repeat(value, bk_count(count))
  end
$$;

CREATE FUNCTION bk_right(value text, count double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select nullif(right(value, greatest(bk_count(count), 0)), '')
$$;

CREATE FUNCTION bk_round(a double precision, digits double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_float(round(a::text::numeric, least(greatest(bk_count(digits), -300), 300)))
$$;

CREATE FUNCTION bk_rounddown(a double precision, digits double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_float(trunc(a::text::numeric, least(greatest(bk_count(digits), -300), 300)))
$$;

CREATE FUNCTION bk_roundup(a double precision, digits double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_float(
    case when down = exact then exact else down + sign(exact) * ('1e' || -places)::numeric end)
  from (
    select a::text::numeric as exact, trunc(a::text::numeric, places) as down, places
    from (select least(greatest(bk_count(digits), -300), 300) as places) as place
  ) as number
$$;

CREATE FUNCTION bk_row_text(id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select translate(encode(uuid_send(id), 'base64'), '+/=', '-_')
$$;

CREATE FUNCTION bk_sorted_numbers(list jsonb) RETURNS double precision[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array_agg(
    coalesce(nullif(element, 'null')::float8, '-infinity') order by coalesce(nullif(element, 'null')::float8, '-infinity'))
  from jsonb_array_elements(list) as element
$$;

CREATE FUNCTION bk_sorted_texts(list jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array_agg(coalesce(bk_element(element), '') order by coalesce(bk_element(element), '') collate "C")
  from jsonb_array_elements(list) as element
$$;

CREATE FUNCTION bk_sqrt(a double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when a >= 0 then sqrt(a) end
$$;

CREATE FUNCTION bk_startofweek(value timestamp without time zone, start text) RETURNS timestamp without time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select bk_in_range(case
    when lower(start) = 'monday' then date_trunc('week', value)
    else date_trunc('day', value) - make_interval(days => extract(dow from value)::integer)
  end)
$$;

CREATE FUNCTION bk_substitute(value text, old text, new text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when old = '' then nullif(value, '')
    when length(value) + (length(value) - length(replace(value, old, ''))) / length(old) * (length(new) - length(old))::bigint
      <= 1000000
    then nullif(replace(value, old, new), '')
  end
$$;

CREATE FUNCTION bk_substitute(value text, old text, new text, which double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when bk_count(which) = 0 then bk_substitute(value, old, new)
    when bk_count(which) < 1 or length(value) + length(new) > 1000000 then null
    when old = '' or cardinality(parts) <= bk_count(which) then nullif(value, '')
    else nullif(
      array_to_string(parts[1:bk_count(which)], old) || new || array_to_string(parts[bk_count(which) + 1:], old), '')
  end
  from (select string_to_array(value, nullif(old, '')) as parts) as piece
$$;

CREATE FUNCTION bk_subtract(a double precision, b double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when abs(a) < 8e307 and abs(b) < 8e307 then a - b + 0 end
$$;

CREATE FUNCTION bk_text(value double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when value = 0 then '0'
    when abs(value) >= 1e-6 and abs(value) < 1e21 then trim_scale(value::text::numeric)::text
    else value::text
  end
$$;

CREATE FUNCTION bk_trim(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select nullif(btrim(value, E' \t\n\v\f\r\u00a0'), '')
$$;

CREATE FUNCTION bk_weekday(value timestamp without time zone, start text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when lower(start) = 'monday' then extract(isodow from value)::float8
    else (extract(dow from value) + 1)::float8
  end
$$;

CREATE FUNCTION bk_weekdays_before(day date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select 5 * ((day - make_date(1, 1, 1)) / 7) + least((day - make_date(1, 1, 1)) % 7, 5)
$$;

CREATE FUNCTION bk_weeknum(value timestamp without time zone, type double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when trunc(type) = 21 then extract(week from value)::float8
    else floor((extract(doy from value) - 1
      + (extract(dow from date_trunc('year', value))::integer - first + 7) % 7) / 7)::float8 + 1
  end
  from (
    select case trunc(type)
      when 1 then 0 when 17 then 0 when 2 then 1 when 11 then 1 when 12 then 2 when 13 then 3 when 14 then 4 when 15 then 5
      when 16 then 6
    end as first
  ) as day
$$;

CREATE FUNCTION chain_audit_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  actor jsonb := coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}');
  head audit_chain;
begin
  select * into head from audit_chain where chain = new.chain for update;
  if not found then
    insert into audit_chain (chain, number, hash) values (new.chain, 0, '') on conflict (chain) do nothing;
    select * into head from audit_chain where chain = new.chain for update;
  end if;
  new.actor_id := (actor ->> 'account')::bigint;
  new.address := actor ->> 'address';
  new.request_id := actor ->> 'request';
  new.id := nextval('audit_log_id');
  new.detail := new.detail || jsonb_build_object('entry', new.id);
  new.number := head.number + 1;
  new.previous_hash := head.hash;
  new.hash := sha256(new.previous_hash || convert_to(audit_content(new), 'UTF8'));
  update audit_chain set number = new.number, hash = new.hash where chain = new.chain;
  return new;
end $$;

CREATE FUNCTION end_answers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if is_rehashing() then
    return null;
  end if;
  update idempotent_answer as answer set sealed = null, ended_at = now()
  from answer_secret as revealed
  where revealed.hash = secret_of(old) and answer.key = revealed.key and answer.ended_at is null;
  return null;
end $$;

CREATE FUNCTION end_attempt(forgotten bytea[], forgiven bytea[], place bytea) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform lock_attempts(forgotten || forgiven);
  delete from failed_attempt where key = any(forgotten) or key = any(forgiven) and failures <= 1;
  update failed_attempt set failures = failures - 1, next_at = last_at where key = any(forgiven);
  if place is not null then
    insert into familiar_place (key, seen_at) values (place, now())
    on conflict (key) do update set seen_at = now() where familiar_place.seen_at < now() - interval '1 day';
  end if;
end $$;

CREATE FUNCTION forget_attempts(attempts integer DEFAULT 100000, places integer DEFAULT 1000000) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  surplus bytea[];
begin
  -- Rows that somebody else holds are left for the next time, so that nobody waits for each other.
  surplus := array(select key from failed_attempt order by last_at desc offset attempts);
  delete from failed_attempt where key in (
    select key from failed_attempt
    where last_at < now() - interval '1 day' or key = any(surplus)
    for update skip locked);
  surplus := array(select key from familiar_place order by seen_at desc offset places);
  delete from familiar_place where key in (
    select key from familiar_place
    where seen_at < now() - interval '90 days' or key = any(surplus)
    for update skip locked);
end $$;

CREATE FUNCTION group_detail(user_group) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select jsonb_build_object('id', $1.id, 'name', $1.name, 'owner', (
    select user_id(account.uid) from group_member as member join account on account.id = member.account_id
    where member.group_id = $1.id and member.role = 'owner'))
$_$;

CREATE FUNCTION hold_access(person bigint, is_alone boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  if is_alone then
    perform pg_advisory_xact_lock(x'6b656570'::int, (person % 2147483647)::int);
  else
    perform pg_advisory_xact_lock_shared(x'6b656570'::int, (person % 2147483647)::int);
  end if;
end $$;

CREATE FUNCTION hold_caller(caller bigint, seen_generation text, seen_token bigint, is_ending boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform hold_caller(caller, seen_generation, seen_token, is_ending, null, null);
end $$;

CREATE FUNCTION hold_caller(caller bigint, seen_generation text, seen_token bigint, is_ending boolean, days integer, idle integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform hold_access(caller, is_ending);
  if not exists (
    select from live_account as account
    where account.id = caller and (seen_generation is null or account.generation = seen_generation)
      and (seen_token is null or exists (
        select from account_token as token
        where token.id = seen_token and token.account_id = account.id
          and account_token_lasts(token, account.account_token_days, days, account.account_token_idle, idle))))
  then
    raise exception 'the access of account % has ended', caller
      using errcode = 'insufficient_privilege', constraint = 'caller_lasts';
  end if;
end $$;

CREATE FUNCTION is_full(kind text, owner bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  most bigint := nullif(current_setting('basekeeper.caps', true), '')::jsonb ->> kind;
begin
  if most is null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended(format('cap %s %s', kind, owner), 0));
  return most <= case
    when kind in ('bases_per_person', 'bases_per_group') then (
      select count(*) from (
        select from base where workspace_id = owner and deleted_at is null limit most) as own)
    when kind = 'groups_per_person' then (
      select count(*) from (select from group_member where account_id = owner and role = 'owner' limit most) as own)
    when kind = 'folders_per_workspace' then (
      select count(*) from (select from folder where workspace_id = owner limit most) as own)
    when kind = 'tokens_per_base' then (
      select count(*) from (
        select from api_token where base_id = owner and revoked_at is null limit most) as own)
    when kind = 'shares_per_base' then (
      select count(*) from (
        select from user_share where base_id = owner
        union all
        select from group_share where base_id = owner
        limit most) as own)
    when kind = 'links_per_base' then (
      select count(*) from (select from base_link where base_id = owner limit most) as own)
    when kind = 'links_per_group' then (
      select count(*) from (select from group_link where group_id = owner limit most) as own)
    when kind = 'links_per_person' then (
      select count(*) from (
        select from base_link where created_by = owner
        union all
        select from group_link where created_by = owner
        limit most) as own)
  end;
end $$;

CREATE FUNCTION is_rehashing() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select nullif(current_setting('basekeeper.rehashing', true), '') is not null
$$;

CREATE FUNCTION is_secret(name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select name like any ('{%hash%,%password%,%secret%,%sealed%,%totp%,%salt%,%key%}')
$$;

CREATE FUNCTION keep_account_tokens(person bigint, most integer, made bigint, shown bigint, days integer, idle integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  kept bigint[] := array_remove(array[made, shown], null);
begin
  -- One after the other: each sees what those before it have made.
  perform from account where id = person for no key update;
  delete from account_token where id in (
    select token.id
    from account_token as token
    left join live_account as account on account.id = token.account_id
    where token.account_id = person and token.id <> all(kept)
    order by account_token_lasts(token, account.account_token_days, days, account.account_token_idle, idle) desc,
             coalesce(token.last_used_at, token.created_at) desc, token.id desc
    offset greatest(most - cardinality(kept), 0));
end $$;

CREATE FUNCTION keep_base_in_team() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  select team_id into new.team_id from workspace where id = new.workspace_id for key share;
  return new;
end $$;

CREATE FUNCTION keep_guest_out() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform from base_link where id = new.link_id for share;
  if exists (select from barred_guest where link_id = new.link_id and account_id = new.account_id) then
    raise exception 'account % is barred from link %', new.account_id, new.link_id
      using errcode = 'check_violation', constraint = 'barred_guest';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_link_policy() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from team where id = new.team_id and not allows_public_links) then
    raise exception 'team % lets nobody in by external links', new.team_id
      using errcode = 'check_violation', constraint = 'team_public_links';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_member_in_team() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  team   bigint;
  theirs bigint;
begin
  select team_id into team from user_group where id = new.group_id for key share;
  select team_id into theirs from account where id = new.account_id;
  if team is distinct from theirs then
    raise exception 'account % is not of the team of group %', new.account_id, new.group_id
      using errcode = 'check_violation', constraint = 'group_member_of_team';
  end if;
  return new;
end $$;

CREATE FUNCTION keep_member_out() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.link_id is null then
    delete from barred_member using group_link as link
    where link.group_id = new.group_id and barred_member.link_id = link.id and barred_member.account_id = new.account_id;
    delete from barred_guest using base_link as link, base, workspace
    where workspace.group_id = new.group_id and base.workspace_id = workspace.id and link.base_id = base.id
      and barred_guest.link_id = link.id and barred_guest.account_id = new.account_id;
  elsif exists (select from barred_member where link_id = new.link_id and account_id = new.account_id) then
    raise exception 'account % is barred from link %', new.account_id, new.link_id
      using errcode = 'check_violation', constraint = 'barred_member';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_member_quota() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  quota integer;
begin
  select member_quota into quota from team where id = new.team_id for no key update;
  if quota is not null and quota < (
    select count(*) from account where team_id = new.team_id and is_active and deleted_at is null
  ) then
    raise exception 'team % is full', new.team_id using errcode = 'check_violation', constraint = 'team_member_quota';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_part_in_team() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  select team_id into new.team_id from base where id = new.base_id for key share;
  return new;
end $$;

CREATE FUNCTION keep_public_out() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  command text;
begin
  for command in
    -- Functions may be called by everybody when they are made.
    select format('revoke execute on function %s from public', routine.oid::regprocedure)
    from pg_proc as routine
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage')
      and has_function_privilege('public', routine.oid, 'execute')
    union all
    select format('revoke create on schema public from public')
    from pg_namespace
    where nspname = 'public' and pg_has_role(nspowner, 'usage') and has_schema_privilege('public', oid, 'create')
    union all
    -- Nothing can stand before the schema's own names.
    select format('revoke temporary on database %I from public', datname)
    from pg_database
    where datname = current_database() and pg_has_role(datdba, 'usage')
      and has_database_privilege('public', oid, 'temporary')
  loop
    execute command;
  end loop;
end $$;

CREATE FUNCTION keep_sign_in_names() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  delete from sign_in_name
  where account_id = new.id and name <> sign_in_key(new.email) and name is distinct from sign_in_key(new.login_id);
  perform take_sign_in_name(new.email, new.id, 'account_email_key');
  if new.login_id is not null then
    perform take_sign_in_name(new.login_id, new.id, 'account_login_id_key');
  end if;
  return null;
end $$;

CREATE FUNCTION keep_system_admin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform from installation for update;
  if not exists (select from account where is_system_admin and is_active and deleted_at is null) then
    raise exception 'the last active system administrator'
      using errcode = 'check_violation', constraint = 'system_last_admin';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_team_admin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform from team where id = old.team_id for no key update;
  if found and not exists (
    select from account where team_id = old.team_id and is_team_admin and is_active and deleted_at is null
  ) then
    raise exception 'the last active admin of team %', old.team_id
      using errcode = 'check_violation', constraint = 'team_last_admin';
  end if;
  return null;
end $$;

CREATE FUNCTION keep_to_makers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
  place bigint;
begin
  if tg_table_name = 'group_link' then
    select id into place from workspace where group_id = new.group_id;
  else
    select workspace_id into place from base where id = new.base_id;
  end if;
  if actor is not null and not administers_workspace(actor, place) then
    raise exception 'account % does not administer workspace %', actor, place
      using errcode = 'insufficient_privilege', constraint = 'maker_administers';
  end if;
  return new;
end $$;

CREATE FUNCTION keep_token_policy() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  policy team;
  actor  bigint := (coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}')::jsonb ->> 'account')::bigint;
  broken text;
begin
  -- Not while somebody changes it.
  select * into policy from team where id = new.team_id for share;
  if not found then
    return null;
  end if;
  broken := token_policy_violation(
    new.expires_at, new.created_at, new.permission,
    not exists (select from live_account where id = coalesce(actor, new.created_by) and is_team_admin),
    policy.requires_token_expiry, policy.longest_token_days, policy.forbids_member_rw);
  if broken is not null then
    raise exception 'the policy of team % forbids it', new.team_id using errcode = 'check_violation', constraint = broken;
  end if;
  return null;
end $$;

CREATE FUNCTION keep_whose_email() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
begin
  new.email_given_by := case
    when actor is null or exists (select from account where id = actor and id <> new.id and is_system_admin) then 'system'
    when actor = new.id then 'self'
    else 'team' end;
  return new;
end $$;

CREATE FUNCTION keep_whose_password() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  actor bigint := nullif(current_setting('basekeeper.actor', true), '')::jsonb ->> 'account';
begin
  if not is_rehashing() then
    new.password_given_at := case when actor is distinct from new.id then now() end;
  end if;
  return new;
end $$;

CREATE FUNCTION keep_within_cap() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  kind  text   := tg_argv[0];
  owner bigint := to_jsonb(new) ->> tg_argv[1];
begin
  if kind = 'bases' then
    select case when account_id is null then 'bases_per_group' else 'bases_per_person' end into kind
    from workspace where id = owner;
  end if;
  if is_full(kind, owner) then
    raise exception 'there are as many % of % as there may be', kind, owner
      using errcode = 'check_violation', constraint = 'cap_' || kind;
  end if;
  return new;
end $$;

CREATE FUNCTION keep_workspace_in_team() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if new.account_id is not null then
    select team_id into new.team_id from account where id = new.account_id;
  else
    select team_id into new.team_id from user_group where id = new.group_id for key share;
  end if;
  return new;
end $$;

CREATE FUNCTION let_guest_in_again() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  delete from barred_guest using base_link as link
  where link.base_id = new.base_id and barred_guest.link_id = link.id and barred_guest.account_id = new.account_id;
  return null;
end $$;

CREATE FUNCTION let_query(reader name) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  command text;
begin
  if pg_has_role(reader, (select relowner from pg_class where oid = 'account'::regclass), 'member') then
    return;
  end if;
  perform keep_public_out();
  for command in
    select format(
      case when wanted then 'grant %s on %s to %I' else 'revoke %s on %s from %I' end,
      privilege, relation.oid::regclass, reader)
    from pg_class as relation
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) as privilege
    cross join lateral (
      select privilege = 'SELECT' and relname in ('queried_row', 'queried_link', 'queried_base')
    ) as own (wanted)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_has_role(relowner, 'usage')
      and wanted <> has_table_privilege(reader, relation.oid, privilege)
    union all
    select format(
      case when wanted then 'grant execute on function %s to %I' else 'revoke execute on function %s from %I' end,
      routine.oid::regprocedure, reader)
    from pg_proc as routine
    cross join lateral (select starts_with(proname, 'bk_')) as own (wanted)
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage')
      and wanted <> has_function_privilege(reader, routine.oid, 'execute')
    union all
    select format('grant usage on schema public to %I', reader)
    where not has_schema_privilege(reader, 'public', 'usage')
    union all
    select format('grant connect on database %I to %I', current_database(), reader)
    where not has_database_privilege(reader, current_database(), 'connect')
  loop
    execute command;
  end loop;
end $$;

CREATE FUNCTION let_serve(server name) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  command text;
begin
  if pg_has_role(server, (select relowner from pg_class where oid = 'account'::regclass), 'member') then
    return;
  end if;
  perform keep_public_out();
  for command in
    select format(
      case when wanted then 'grant %s on %s to %I' else 'revoke %s on %s from %I' end,
      privilege, relation.oid::regclass, server)
    from pg_class as relation
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) as privilege
    cross join lateral (select privilege = any(serving_rights(relname, relkind))) as own (wanted)
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_has_role(relowner, 'usage')
      and wanted <> has_table_privilege(server, relation.oid, privilege)
    union all
    select format('grant execute on function %s to %I', routine.oid::regprocedure, server)
    from pg_proc as routine
    where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage') and prorettype <> 'trigger'::regtype
      and proname not in ('audit', 'audit_table', 'let_serve', 'let_query', 'keep_public_out', 'serving_rights')
      and not has_function_privilege(server, routine.oid, 'execute')
    union all
    select format('grant usage on schema public to %I', server)
    where not has_schema_privilege(server, 'public', 'usage')
    union all
    select format('grant connect on database %I to %I', current_database(), server)
    where not has_database_privilege(server, current_database(), 'connect')
  loop
    execute command;
  end loop;
end $$;

CREATE FUNCTION lock_attempts(keys bytea[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  key bytea;
begin
  foreach key in array array(select distinct own from unnest(keys) as own order by own) loop
    perform pg_advisory_xact_lock(('x' || encode(substring(key from 1 for 8), 'hex'))::bit(64)::bigint);
  end loop;
end $$;

CREATE FUNCTION name_look(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select btrim(regexp_replace(
    regexp_replace(name, '[\u180b-\u180f\u200c\u200d\ufe0e\ufe0f\U000e0100-\U000e01ef]', '', 'g'),
    '[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+', ' ', 'g'))
$$;

CREATE FUNCTION person_detail(account) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select jsonb_build_object('id', $1.id, 'email', $1.email, 'username', user_id($1.uid), 'nickname', $1.name)
$_$;

CREATE FUNCTION raise_generation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if is_rehashing() then
    return new;
  end if;
  new.generation := old.generation + 1;
  if tg_table_name = 'account' and nullif(current_setting('basekeeper.ending_team', true), '') is null then
    perform hold_access(new.id, true);
  end if;
  return new;
end $$;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '% takes no %', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;

CREATE FUNCTION secret_of(account) RETURNS bytea
    LANGUAGE sql STABLE
    AS $_$
  select sha256(convert_to('password of ' || $1.uid, 'UTF8'))
$_$;

CREATE FUNCTION secret_of(account_token) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $_$ select $1.hash $_$;

CREATE FUNCTION secret_of(api_token) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $_$ select $1.hash $_$;

CREATE FUNCTION secret_of(base_link) RETURNS bytea
    LANGUAGE sql STABLE
    AS $_$
  select coalesce($1.hash, sha256(convert_to($1.handle, 'UTF8')))
$_$;

CREATE FUNCTION secret_of(group_link) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $_$ select $1.hash $_$;

CREATE FUNCTION serving_rights(relation text, kind "char") RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
  select case
    when kind = 'v' then '{SELECT}'
    when relation in (
      'schema_migration', 'audit_log', 'audit_chain', 'audit_operation', 'audit_change', 'login_tally', 'api_token_tally'
    ) then '{SELECT}'
    when relation = 'login_log' then '{SELECT,INSERT}'
    when relation = 'api_token_use' then '{SELECT,UPDATE}'
    when relation in ('data_operation', 'data_content_piece', 'file_link') then '{SELECT,INSERT,DELETE}'
    when relation in (
      'account', 'workspace', 'installation', 'seed', 'signing_key', 'job', 'audit_shipment'
    ) then '{SELECT,INSERT,UPDATE}'
    else '{SELECT,INSERT,UPDATE,DELETE}'
  end::text[]
$$;

CREATE FUNCTION sign_in_key(name text) RETURNS text
    LANGUAGE sql STABLE
    AS $$ select lower(name_look(name)) $$;

CREATE FUNCTION take_sign_in_name(wanted text, person bigint, rule text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  owner bigint;
begin
  loop
    insert into sign_in_name (name, account_id) values (sign_in_key(wanted), person) on conflict (name) do nothing;
    select account_id into owner from sign_in_name where name = sign_in_key(wanted);
    exit when owner = person;
    if owner is not null then
      raise exception 'the name % is taken', wanted using errcode = 'unique_violation', constraint = rule;
    end if;
  end loop;
end $$;

CREATE FUNCTION tally_changed_api_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into api_token_tally as tally (team_id, live)
  select team_id, sum(one) from (
    select team_id, 1 as one from added where revoked_at is null
    union all
    select team_id, -1 from removed where revoked_at is null
  ) as change
  where exists (select from team where team.id = change.team_id)
  group by team_id having sum(one) <> 0 order by team_id
  on conflict (team_id) do update set live = tally.live + excluded.live;
  return null;
end $$;

CREATE FUNCTION tally_deleted_api_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update api_token_tally as tally set live = tally.live - gone.count
  from (select team_id, count(*) from removed where revoked_at is null group by team_id) as gone
  where tally.team_id = gone.team_id;
  return null;
end $$;

CREATE FUNCTION tally_logins() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into login_tally as tally (team_id, logins)
  select team_id, count(*) from added group by team_id order by team_id
  on conflict (team_id) do update set logins = tally.logins + excluded.logins;
  return null;
end $$;

CREATE FUNCTION tally_new_api_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into api_token_tally as tally (team_id, live)
  select team_id, count(*) from added where revoked_at is null and team_id is not null group by team_id order by team_id
  on conflict (team_id) do update set live = tally.live + excluded.live;
  return null;
end $$;

CREATE FUNCTION token_detail(api_token, base) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $_$
  select jsonb_build_object(
    'id', $1.id, 'name', $1.app_name, 'permission', $1.permission, 'base', $2.name, 'base_uuid', $2.uuid)
$_$;

CREATE FUNCTION token_policy_violation(expires_at timestamp with time zone, created_at timestamp with time zone, permission text, made_by_member boolean, requires_expiry boolean, longest_days integer, forbids_member_rw boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
  select case
    when (requires_expiry or longest_days is not null) and expires_at is null then 'token_expiry_required'
    when expires_at > created_at + make_interval(days => longest_days) then 'token_lifetime_too_long'
    when forbids_member_rw and permission = 'rw' and made_by_member then 'token_rw_forbidden'
  end
$$;

CREATE FUNCTION use_earlier_api_token() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update api_token_use as own
  set last_used_at = greatest(own.last_used_at, new.last_used_at),
      use_count = own.use_count + new.use_count - old.use_count,
      last_client = coalesce(new.last_client, own.last_client),
      last_addresses = array(
        select address
        from unnest(new.last_addresses || own.last_addresses) with ordinality as seen (address, place)
        group by address order by min(place) limit 5)
  where own.token_id = new.id;
  return null;
end $$;

CREATE FUNCTION use_moved_api_token() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  update api_token_use
  set team_id = case when new.revoked_at is null then new.team_id end, created_at = new.created_at
  where token_id = new.id;
  return null;
end $$;

CREATE FUNCTION use_new_api_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into api_token_use (token_id, team_id, created_at, last_used_at, use_count, last_client, last_addresses)
  select id, case when revoked_at is null then team_id end, created_at, last_used_at, use_count, last_client,
         last_addresses
  from added;
  return null;
end $$;

CREATE FUNCTION use_recovery_code(person bigint, code bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
  place account;
begin
  delete from recovery_code where account_id = person and hash = code;
  if not found then
    return false;
  end if;
  select * into place from account where id = person;
  perform set_config('basekeeper.actor', (
    coalesce(nullif(current_setting('basekeeper.actor', true), ''), '{}')::jsonb
    || jsonb_build_object('account', person))::text, true);
  perform audit(place.team_id, 'user', 'recovery_code_use', person,
    jsonb_build_object('id', person, 'email', place.email, 'username', user_id(place.uid), 'nickname', place.name,
      'recovery_codes_left', (select count(*) from recovery_code where account_id = person)), null, null);
  return true;
end $$;

CREATE FUNCTION user_id(uid text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ select uid || '@auth.local' $$;
