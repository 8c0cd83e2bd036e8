"""A team as one looks: people, groups, bases with API tokens, links, shares and a trash. For the console's pictures and
tests."""

from support import http
from support.http import call, place
from support.service import ADMINISTRATOR
from support.team import PASSWORD, Person, new_team

# Names that break what is careless: markup, a long word, a right-to-left override's neighbours, emoji.
HOSTILE = ['<img src=x onerror="document.title=1">', "W" * 255, "שלום עולם مرحبا", "👩‍🚀 Zoë ‘Ö’ & \"Co\"", "=1+1"]
PEOPLE = ["Max Huber", "Anna Berger", "Léa Fontaine", "Tomás Ortega", "Ingrid Nilsen", "Jonas Weber", "Priya Raman"]


class Named:
    """Somebody who does nothing."""

    def __init__(self, made):
        self.id, self.address = made["email"], made["contact_email"]


class Furnished:
    """A team with an admin who can sign in, and what is in it."""

    def __init__(self, service):
        self.team = new_team(service, address="mara.lindt@example.com")
        self.team.call("PUT", f"users/{self.team.creator}/", json={"name": "Mara Lindt"})
        self.team.call("PUT", "/api/v2.1/org/admin/info/", json={"new_org_name": "Northwind"})
        self.admin = {"email": "mara.lindt@example.com", "password": PASSWORD}
        self.root = dict(zip(["email", "password"], ADMINISTRATOR))
        self.people = [self.team.person(name) for name in PEOPLE[:3]] + [Named(self.team.add(name)) for name in PEOPLE[3:]]
        self.leaving = self.people[0]
        self.bases = [self.leaving.base(name) for name in ["Projects", "Newsletter", "Inventory"]]
        for name in ["Orders", "Events 2026", "Applicants"]:
            self.bases.append(self.people[1].base(name))
        self.tokens = [self.token(self.leaving, self.bases[0], name, permission) for name, permission in [
            ("n8n", "rw"), ("Weekly report", "r")]]
        self.token(self.people[1], self.bases[3], "Shop", "rw", expire_days=61)
        http.exchange(service, self.tokens[0])
        self.share(self.leaving, self.bases[0], self.people[1], "rw")
        self.share(self.leaving, self.bases[1], self.people[2], "r")
        self.share(self.people[1], self.bases[4], self.people[2], "r")
        self.group = self.leaving.group("Marketing", *self.people[1:4])
        self.leaving.call("POST", place(self.bases[2], "group-shares/"), json={"group_id": self.group, "permission": "r"})
        self.leaving.call("POST", place(self.bases[0], "external-links/"), json={"expire_days": 30})
        self.people[1].call("POST", "/api/v2.1/dtables/invite-links/", json={
            "workspace_id": self.bases[3]["workspace_id"], "table_name": "Orders", "permission": "r"})
        self.team.call("PUT", f"users/{self.people[4].id}/", json={"is_active": False})
        self.team.call("PUT", f"users/{self.people[5].id}/two-factor-auth/", json={"force_2fa": True})
        trashed = self.people[2].base("Old campaign")
        self.team.call("DELETE", f"dtables/{trashed['uuid']}/")

    def token(self, person, base, name, permission, **fields):
        """A new API token of a base, in clear."""
        answer = person.call(
            "POST", place(base, "api-tokens/"), json={"app_name": name, "permission": permission, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()["api_token"]

    def share(self, owner, base, person, permission):
        """Shares a base with somebody."""
        answer = owner.call("POST", place(base, "share/"), json={"email": person.id, "permission": permission})
        assert answer.status_code == 201, answer.text

    def crowd(self, service, count):
        """So many more people, as the database alone makes them, since nobody of them signs in."""
        service.psql(f"""
            insert into account (email, name, team_id)
            select 'crowd' || n || '@example.com', 'Crowd ' || n, {self.team.id} from generate_series(1, {count}) as n""")


def hostile_people(team):
    """People whose names break what is careless."""
    return [team.add(name) for name in HOSTILE]


def teams(service, names):
    """More teams, for who administers the system."""
    for name in names:
        answer = call(
            service, "POST", "/api/v2.1/admin/organizations/", Person(service, None, *ADMINISTRATOR).token,
            json={"org_name": name, "admin_email": f"{name.lower().replace(' ', '.')}@example.com"})
        assert answer.status_code == 200, answer.text


def sign_ins(service):
    """Sign-ins of ninety days: fewer at weekends, more as time goes on."""
    service.psql("""
        insert into login_log (at, account_id, team_id, address, succeeded)
        select now() - day * interval '1 day', account.id, account.team_id, '192.0.2.' || account.id % 250, true
        from account, generate_series(1, 89) as day
        where account.team_id is not null
          and (account.id * 31 + day * day * 7) % 100
            < case when extract(isodow from now() - day * interval '1 day') > 5 then 15 else 85 - day / 2 end""")
