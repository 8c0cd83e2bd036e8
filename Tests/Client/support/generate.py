"""Fills a database with one large team and many small ones, for measurements and tests of scale."""

import binascii
import hashlib
import secrets

# The administrators' lists, and the longest ones of people, below /api/v2.1/.
LISTS = [
    "org/{team}/admin/users/",
    "org/{team}/admin/dtables/",
    "org/{team}/admin/trash-dtables/",
    "org/{team}/admin/groups/",
    "org/{team}/admin/api-tokens/",
    "org/{team}/admin/api-tokens/?order_by=last_access",
    "org/{team}/admin/api-tokens/?order_by=app_name",
    "org/{team}/admin/admin-logs/",
    "org/{team}/admin/admin-logs/?operation_group=base",
    "org/{team}/admin/group-member-audit/",
    "org/{team}/admin/login-logs/",
    "org/{team}/admin/shares/",
    "org/{team}/admin/external-links/",
    "org/{team}/admin/invite-links/",
    "organizations/{team}/members/",
    "workspaces/",
    "dtables/shared/",
    "dtables/group-shared/",
    "dtable/items-search/?query_str=Base",
    "admin/external-links/",
    "admin/users/",
    "admin/dtables/",
    "admin/trash-dtables/",
    "admin/groups/",
    "admin/organizations/",
    "admin/organizations/{team}/dtables/",
    "admin/organizations/{team}/users/",
    "admin/organizations/{team}/groups/",
    "admin/admin-users/",
    "admin/audit-logs/",
    "admin/group-member-audit/",
    "admin/logs/login-logs/",
]


def generate(psql, tokens=200_000):
    """Makes one team with `tokens` API tokens, a base for every ten of them and a member for every twenty; and small
    teams with as many tokens together, whose hashes are the numbers from 1 on. `psql` runs scripts; the last may copy
    from its `input`.

    Returns the secrets of the large team's tokens, and the account token of its admin.
    """
    members, bases, teams = max(1, tokens // 20), max(1, tokens // 10), max(1, tokens // 200)
    admin = secret()
    # As the service would make them, with an audit log entry for each.
    psql(
        f"""
        insert into team (name) values ('Large team');
        insert into team (name) select 'Team ' || n from generate_series(1, {teams}) n;
        insert into account (team_id, email, name, is_team_admin)
          select (select id from team where name = 'Large team'), 'large' || n || '@example.com', 'Member ' || n, n = 1
          from generate_series(1, {members}) n;
        insert into account (team_id, email, name, is_team_admin)
          select id, 'small' || id || '@example.com', 'Admin ' || id, true from team where name like 'Team %';
        insert into workspace (team_id, account_id)
          select team_id, id from account where email like 'large%' or email like 'small%';
        insert into user_group (team_id, name)
          select (select id from team where name = 'Large team'), 'Group ' || n
          from generate_series(1, greatest(1, {members} / 50)) n;
        insert into workspace (team_id, group_id) select team_id, id from user_group where name like 'Group %';
        insert into group_member (group_id, account_id, role)
          select user_group.id, member.id, case when member.n % 50 = 1 then 'owner' else 'member' end
          from (select id, row_number() over (order by id) as n from account where email like 'large%') as member
          join (select id, row_number() over (order by id) as n from user_group where name like 'Group %') as user_group
            on user_group.n = (member.n + 49) / 50;
        insert into account_token (account_id, hash)
          select id, decode('{hashlib.sha256(admin.encode()).hexdigest()}', 'hex')
          from account where email = 'large1@example.com';
        """
    )
    fill = """
        with place as (
          select *, row_number() over (order by id) - 1 as n, count(*) over () as count
          from workspace where account_id in (select id from account where email like '{who}%')
        )
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
          select place.id, place.team_id, 'Base ' || n.n, place.account_id, place.account_id
          from generate_series(1, {bases}) as n (n) join place on place.n = n.n % place.count;
        """
    psql(fill.format(who="large", bases=bases) + fill.format(who="small", bases=bases))
    # Every tenth base of the large team is shared with a person and a group; every twentieth has links.
    psql(
        """
        create temporary table large as
          select id, team_id, creator_id, row_number() over (order by id) as n
          from base where creator_id in (select id from account where email like 'large%');
        create temporary table person as
          select id, row_number() over (order by id) - 1 as n, count(*) over () as count
          from account where email like 'large%';
        insert into user_share (base_id, team_id, account_id, permission, created_by)
          select large.id, large.team_id, person.id, case when large.n % 20 = 0 then 'r' else 'rw' end, large.creator_id
          from large join person on person.n = large.n * 7 % person.count where large.n % 10 = 0;
        insert into group_share (base_id, team_id, group_id, permission, created_by)
          select large.id, large.team_id, place.id, 'r', large.creator_id
          from large
          join (select id, row_number() over (order by id) - 1 as n, count(*) over () as count
                from user_group where name like 'Group %') as place on place.n = large.n % place.count
          where large.n % 10 = 0;
        insert into base_link (kind, base_id, team_id, handle, hash, permission, created_by)
          select kind, large.id, large.team_id, left(md5(kind || large.id), 20), sha256((kind || large.id)::bytea), 'r',
                 large.creator_id
          from large cross join (values ('external'), ('invite')) as kinds (kind) where large.n % 20 = 0;
        insert into invite_link_guest (link_id, account_id)
          select link.id, person.id from base_link as link join person on person.n = link.id * 3 % person.count
          where link.kind = 'invite';
        """)
    # Old data, without triggers, so that it takes only seconds.
    known = [secret() for _ in range(tokens)]
    for who, hashes in (
        ("large", (hashlib.sha256(one.encode()).hexdigest() for one in known)),
        ("small", (number.to_bytes(8, "big").hex() + "00" * 24 for number in range(1, tokens + 1))),
    ):
        places = psql(
            f"""
            select base.id || ' ' || base.team_id || ' ' || base.creator_id
            from base join account on account.id = base.creator_id where email like '{who}%' order by base.id
            """).splitlines()
        rows = []
        for number, digest in enumerate(hashes):
            base, team, account = places[number % len(places)].split()
            rows.append(f"{base}\t{team}\tapp {number}\t\\\\x{digest}\t{digest[:4]}\trw\t{account}\n")
        psql(
            "set session_replication_role = replica",
            "copy api_token (base_id, team_id, app_name, hash, hint, permission, created_by) from stdin",
            input="".join(rows))
    psql(
        f"""
        insert into api_token_tally (team_id, live)
          select team_id, count(*) from api_token where team_id is not null group by team_id
          on conflict (team_id) do update set live = excluded.live;
        do $$ begin
          -- An earlier version, which is measured beside this one, has no such table.
          if to_regclass('api_token_use') is not null then
            insert into api_token_use (token_id, team_id, created_at)
              select id, team_id, created_at from api_token on conflict do nothing;
          end if;
        end $$;
        insert into login_log (account_id, team_id, address, succeeded, at)
          select account.id, account.team_id, '127.0.0.1', n % 10 > 0, now() - make_interval(mins => 10 * n)
          from account cross join generate_series(1, 5) n where email like 'large%';
        """)
    psql("vacuum (analyze)")
    return known, admin


def secret():
    """A token as the service makes it: 32 random digits and their CRC-32."""
    digits = secrets.token_hex(16)
    return digits + format(binascii.crc32(digits.encode()), "08x")
