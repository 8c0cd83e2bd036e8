"""The worst requests that strangers and members can send, of any size, and their costs."""

import statistics
import threading
import time

from support.http import Line
from support.process import cpu_time

MARKS = "\u0301\u0327"
# The largest body without credentials, and the largest one with a file.
SMALL, LARGE = 65_536, 1_048_576
FORM, JSON, MULTIPART = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"


def around(begin, piece, end=""):
    """Makes texts of any number of bytes: a piece, repeated, between a start and an end."""
    begin, piece, end = begin.encode(), piece.encode(), end.encode()
    return lambda size: begin + piece * max(1, (size - len(begin) - len(end)) // len(piece)) + end


def deep(opening, closing):
    return opening * 60 + "1" + closing * 60 + ","


def names(size):
    return ("{" + "".join(f'"{number}":1,' for number in range(1_000_000, 1_000_000 + (size - 8) // 12)) + '"a":1}').encode()


HEAD = "--x\r\nContent-Disposition: form-data; name=username"
FILE = "--x\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\nemail,password"


def imported(size):
    """The most lines below the most columns whose names take longest, as far as they fit: all grow with the size."""
    def share(most):
        return -(-size * most // LARGE)

    marks = MARKS * (share(98 * 500) // share(98))
    columns = "," + ",".join(f"{number}{marks}" for number in range(share(98)))
    lines = share(995)
    end = "\r\n--x--"
    each = (size - len((FILE + columns + "\n" + end).encode())) // lines
    line = "a@b.example,short,"
    return (FILE + columns + "\n" + (line + "a" * (each - len(line) - 1) + "\n") * lines + end).encode()


BODIES = {
    "JSON, deepest": (JSON, around('{"username":[', deep("[", "]"), "1]}")),
    "JSON, deepest objects": (JSON, around('{"username":[', deep('{"a":', "}"), "1]}")),
    "JSON, beyond the deepest": (JSON, around('{"username":', "[")),
    "JSON, widest in the deepest": (JSON, around('{"username":[' + "[" * 60, "1,", "1" + "]" * 60 + "]}")),
    "JSON, widest": (JSON, around('{"username":[', "[],", "1]}")),
    "JSON, most objects": (JSON, around('{"username":[', '{"a":1},', "1]}")),
    "JSON, most names": (JSON, names),
    "JSON, longest name of marks": (JSON, around('{"a', MARKS, '":1}')),
    "JSON, most marks": (JSON, around('{"username":"a', MARKS, '"}')),
    "JSON, marks by escapes": (JSON, around('{"username":"a', r"\u0301\u0327", '"}')),
    "JSON, most escapes": (JSON, around('{"username":"', r"\ud83e\udd8a", '"}')),
    "JSON, longest number": (JSON, around('{"username":', "9", "}")),
    "JSON, most blanks": (JSON, around('{"username":', " ", "1}")),
    "form, most fields": (FORM, around("", "username=1&")),
    "form, most elements": (FORM, around("", "username[]=1&")),
    "form, nothing": (FORM, around("", "&")),
    "form, most escapes": (FORM, around("username=", "%61")),
    "form, most marks": (FORM, around("username=a", MARKS)),
    "form, longest name of marks": (FORM, around("username", MARKS, "=1")),
    "multipart, most parts": (MULTIPART, around("", HEAD + "\r\n\r\n1\r\n", "--x--")),
    "multipart, almost ends": (MULTIPART, around(HEAD + "\r\n\r\n", "\r\n--", "\r\n--x--")),
    "multipart, most marks": (MULTIPART, around(HEAD + "\r\n\r\na", MARKS, "\r\n--x--")),
    "multipart, a parameter of marks": (MULTIPART, around(HEAD + "; a", MARKS, "=1\r\n\r\n1\r\n--x--")),
    "multipart, most parameters": (MULTIPART, around(HEAD, "; a=b", "\r\n\r\n1\r\n--x--")),
    "multipart, most header lines": (MULTIPART, around(HEAD + "\r\n", "a: b\r\n", "\r\n1\r\n--x--")),
}
FILES = {
    "CSV, most columns": (MULTIPART, around(FILE, ",a", "\r\n--x--")),
    "CSV, most lines": (MULTIPART, around(FILE + "\n", "a@b.example,short\n", "\r\n--x--")),
    "CSV, a column of marks": (MULTIPART, around(FILE + ",a", MARKS, "\n\r\n--x--")),
    "CSV, columns of marks": (MULTIPART, around(FILE, "," + MARKS * 100, "\n\r\n--x--")),
    "CSV, quotes": (MULTIPART, around(FILE + '\n"', '""', '"\n\r\n--x--')),
    "CSV, most lines below columns of marks": (MULTIPART, imported),
    "CSV, a field of marks": (MULTIPART, around(FILE + "\na", MARKS, "\n\r\n--x--")),
}
# The content of a request's header.
HEADERS = [
    (name, around(begin, piece))
    for name, begin, piece in [
        ("Authorization", "Token a", MARKS), ("Authorization", "Bearer ", "eyJ."), ("Content-Type", "a/b; a", MARKS),
        ("Content-Type", "a", ";"),
        ("Content-Encoding", "identitx", MARKS), ("X-Forwarded-For", "", "127.0.0.1, "), ("X-Forwarded-For", "a", MARKS),
        ("traceparent", "00", "-"), ("Origin", "a", MARKS), ("Cookie", "", "a=b; "), ("User-Agent", "a", MARKS),
        ("X-SEAFILE-OTP", "1", MARKS), ("X-Link-Password", "a", MARKS), ("Idempotency-Key", "a", "b"),
    ]
]


def fill(service, count):
    """Gives the demo team's admin this many of everything that lists show."""
    service.psql(f"""
      do $$
      declare
        anna bigint; team bigint; marketing bigint; projects bigint; own bigint; shared bigint;
      begin
        select id, team_id into anna, team from account where email = 'anna@demo.example';
        select id into marketing from user_group where team_id = team and name = 'Marketing';
        select id, workspace_id into projects, shared from base where team_id = team and name = 'Projects';
        select id into own from workspace where account_id = anna;
        create temp table number on commit drop as select 'n' || n as name, sha256(('n' || n)::bytea) as hash
          from generate_series(1, {count}) n;
        create temp table made on commit drop as
          select * from number where name not in (select name from account where team_id = team);
        insert into account_token (account_id, hash, name) select anna, hash, name from made;
        insert into account (uid, team_id, email, name)
          select left(encode(hash, 'hex'), 32), team, name || '@many.example', name from made;
        insert into group_member (group_id, account_id, role)
          select marketing, account.id, 'member' from account join made using (name) where account.team_id = team;
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
          select own, team, name, anna, anna from made;
        insert into base (workspace_id, team_id, name, creator_id, modifier_id, deleted_at)
          select shared, team, 'old ' || name, anna, anna, now() from made;
        insert into workspace (team_id, account_id)
          select team, account.id from account join made using (name) where account.team_id = team;
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
          select workspace.id, team, 'of ' || account.name, account.id, account.id
          from workspace join account on account.id = workspace.account_id join made using (name);
        insert into base (workspace_id, team_id, name, creator_id, modifier_id)
          select shared, team, 'live ' || name, anna, anna from made;
        insert into user_share (base_id, team_id, account_id, permission, created_by)
          select id, team, anna, 'r', creator_id from base where name in (select 'of ' || name from made);
        insert into user_share (base_id, team_id, account_id, permission, created_by)
          select projects, team, account.id, 'r', anna from account join made using (name) where account.team_id = team;
        insert into group_share (base_id, team_id, group_id, permission, created_by)
          select id, team, marketing, 'r', creator_id from base where name in (select 'of ' || name from made);
        insert into user_group (team_id, name) select team, name from made;
        insert into workspace (team_id, group_id)
          select team, user_group.id from user_group join made using (name) where user_group.team_id = team;
        insert into group_member (group_id, account_id, role)
          select user_group.id, anna, 'owner' from user_group join made using (name) where user_group.team_id = team;
        insert into group_share (base_id, team_id, group_id, permission, created_by)
          select projects, team, user_group.id, 'r', anna from user_group join made using (name)
          where user_group.team_id = team;
        insert into api_token (base_id, team_id, app_name, hash, hint, permission, created_by)
          select projects, team, name, hash, 'abcd', 'r', anna from made;
        insert into base_link (kind, base_id, team_id, handle, hash, permission, created_by)
          select kind, projects, team, kind || name, sha256((kind || name)::bytea), 'r', anna
          from made, unnest(array['external', 'invite']) as kind;
        insert into group_link (group_id, handle, hash, created_by) select marketing, name, hash, anna from made;
        insert into favorite (account_id, base_id) select anna, id from base where name in (select name from made);
        insert into folder (workspace_id, name) select own, name from made;
      end $$""")


def lists(service):
    """The lists of the demo team's admin, as a member and as an admin. Most have no pages in SeaTable."""
    found = service.psql("""
      select base.workspace_id, user_group.id, base.team_id, base.uuid
      from base join user_group on user_group.team_id = base.team_id and user_group.name = 'Marketing'
      where base.name = 'Projects'""")
    workspace, group, team, uuid = found.strip().split("|")
    base, admin = f"/api/v2.1/workspace/{workspace}/dtable/Projects", f"/api/v2.1/org/{team}/admin"
    group = f"groups/{group}"
    return [
        "/api/v2.1/user/account-tokens/", "/api/v2.1/workspaces/", "/api/v2.1/user-admin-dtables/", "/api/v2.1/groups/",
        "/api/v2.1/shareable-groups/", "/api/v2.1/starred-dtables/", "/api/v2.1/dtables/shared/",
        "/api/v2.1/dtables/group-shared/", f"/api/v2.1/{group}/members/", f"/api/v2.1/{group}/invite-links/",
        f"/api/v2.1/{group}/trash-dtables/", f"{base}/api-tokens/", f"{base}/share/", f"{base}/group-shares/",
        f"{base}/external-links/", f"{base}/related-users/",
        f"/api/v2.1/dtables/invite-links/?workspace_id={workspace}&table_name=Projects",
        f"{admin}/shares/", f"{admin}/dtables/{uuid}/shares/", f"{admin}/dtables/{uuid}/api-tokens/",
        f"{admin}/{group}/dtables/", f"{admin}/{group}/members/", f"{admin}/{group}/invite-links/",
        f"{admin}/users/?per_page=1000", f"{admin}/dtables/?per_page=1000", f"{admin}/groups/?per_page=1000",
        f"{admin}/trash-dtables/?per_page=1000", f"{admin}/api-tokens/?per_page=1000",
        f"{admin}/external-links/?per_page=1000", f"{admin}/invite-links/?per_page=1000",
        f"{admin}/admin-logs/?per_page=1000", f"{admin}/group-member-audit/?per_page=1000",
        f"/api/v2.1/organizations/{team}/members/?per_page=1000", "/api/v2.1/trash-dtables/?per_page=1000",
        "/api/v2.1/search-group/?q=n1", "/api2/search-user/?q=n1", "/api/v2.1/dtable/items-search/?query_str=n1",
    ]


def longest(json):
    """The length of the longest list anywhere in an answer."""
    if isinstance(json, list):
        return max([len(json), *map(longest, json)])
    return max(map(longest, json.values()), default=0) if isinstance(json, dict) else 0


class Client(Line):
    """A kept connection, and the CPU time of the server's process for each request."""

    def __init__(self, service):
        super().__init__(service)
        self.service = service

    def cost(self, *request, times=5):
        """The CPU time of a request, in nanoseconds: the least of several times."""
        costs = []
        for _ in range(times):
            before = cpu_time(self.service.process.pid)
            self.send(*request)
            costs.append(cpu_time(self.service.process.pid) - before)
        return min(costs)


class Heartbeat:
    """Keeps asking for /healthz; knows the longest and the usual time of an answer, in seconds."""

    def __init__(self, service):
        self.client, self.waits, self.ends = Client(service), [], False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ends:
            start = time.monotonic()
            self.client.send("GET", "/healthz")
            self.waits.append(time.monotonic() - start)
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends = True
        self.thread.join()

    @property
    def longest(self):
        return max(self.waits)

    @property
    def usual(self):
        return statistics.median(self.waits)
