"""A large team among many others: no list reads a whole table, whichever page is asked for."""

import re

import pytest

from support.generate import LISTS, generate
from support.growth import Growth
from support.http import get
from support.service import running

LARGE = "account|base|api_token|audit_log|login_log|group_member|workspace|user_share|base_link"


@pytest.fixture(scope="module")
def crowded():
    """A service with a team of 3,000 people, 6,000 bases and 60,000 API tokens; PostgreSQL logs its plans."""
    with running() as service:
        _, service.admin = generate(service.psql, 60_000)
        service.psql("update account set is_system_admin = true where email = 'large1@example.com'")
        service.team = service.psql("select id from team where name = 'Large team'")
        for setting in ("session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0"):
            service.psql(f"alter database basekeeper set {setting}")
        service.psql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
        assert plans(service, "admin/users/")
        yield service


def answered(service, path):
    while True:
        answer = get(service, f"/api/v2.1/{path}", service.admin)
        if answer.status_code != 503:  # its connections were cut meanwhile
            assert answer.status_code == 200, answer.text
            return answer.json()


def plans(service, path):
    """The plans of a request's statements, from PostgreSQL's log."""
    log = Growth(service.database_log)
    answered(service, path)
    return re.findall(r"Query Text: .*?(?=\d{4}-\d\d-\d\d |\Z)", str(log), re.DOTALL)


@pytest.mark.parametrize("path", LISTS)
def test_no_list_reads_a_whole_table(crowded, path):
    path = path.format(team=crowded.team) + ("&" if "?" in path else "?") + "per_page=25"
    answer = answered(crowded, path)
    count = answer.get("total_count", answer.get("count", 3_000))
    for page in {1, max(1, -(-count // 25))}:
        found = plans(crowded, f"{path}&page={page}")
        assert found, "PostgreSQL has not told its plans"
        for plan in found:
            assert not re.search(rf"Seq Scan on (public\.)?({LARGE})\b", plan), plan
