"""Where settings come from, the messages about wrong ones, and that every place names the same settings."""

import os
import re
import subprocess

import pytest

from support.process import BINARY, PATIENCE, ROOT

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("BASEKEEPER_", "DATABASE_", "JWT_"))}


@pytest.fixture
def config(tmp_path):
    """Runs `basekeeper config` in an empty folder; returns its rows by name, and its complaints."""

    def config(*arguments, file=None, status=0, **settings):
        if file is not None:
            (tmp_path / "settings.env").write_bytes(file.encode())
            arguments = (*arguments, "--env-file", str(tmp_path / "settings.env"))
        result = subprocess.run(
            [BINARY, "config", *arguments], env={**CLEAN, **settings}, cwd=tmp_path, capture_output=True, text=True,
            timeout=PATIENCE)
        assert result.returncode == status, result.stderr
        rows = [re.split(" {2,}", line, maxsplit=2) for line in result.stdout.splitlines()]
        return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}, result.stderr

    return config


def test_a_setting_comes_from_the_command_line_then_the_environment_then_the_file_then_the_table(config, tmp_path):
    file = "BASEKEEPER_DATA_DIR=/in/the/file\nBASEKEEPER_LOOPS=3\n\nBASEKEEPER_TRASH_DAYS=7\n"
    rows, _ = config("--data-dir", "/on/the/line", file=file, BASEKEEPER_DATA_DIR="/in/it", BASEKEEPER_LOOPS="2")
    assert rows["BASEKEEPER_DATA_DIR"] == ("/on/the/line", "--data-dir")
    assert rows["BASEKEEPER_LOOPS"] == ("2", "the environment")
    assert rows["BASEKEEPER_TRASH_DAYS"] == ("7", f"{tmp_path}/settings.env:4")
    assert rows["BASEKEEPER_READ_LAG"] == ("10", "default")


def test_no_secret_is_shown(config, tmp_path):
    (tmp_path / "key").write_text("k" * 40 + "\n")
    rows, _ = config(
        file="BASEKEEPER_MASTER_KEY_FILE=key\n", JWT_PRIVATE_KEY="j" * 50, BASEKEEPER_ADMIN_PASSWORD="correct horse",
        DATABASE_URL="postgresql://anna:topsecret@db.example/keeper?sslpassword=alsosecret")
    text = str(rows)
    assert not any(secret in text for secret in ("kkkk", "jjjj", "horse", "topsecret", "alsosecret"))
    assert rows["BASEKEEPER_MASTER_KEY"][0] == "(40 bytes)" and f"{tmp_path}/key" in rows["BASEKEEPER_MASTER_KEY"][1]
    assert "db.example" in rows["DATABASE_URL"][0] and "anna" in rows["DATABASE_URL"][0]


def test_a_secret_without_a_folder_is_a_credential_first_and_a_file_beside_the_settings_then(config, tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "key").write_text("k" * 40)
    file = "BASEKEEPER_MASTER_KEY_FILE=key\n"
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    assert config(file=file, **credentials)[0]["BASEKEEPER_MASTER_KEY"][0] == "(40 bytes)"
    (tmp_path / "credentials/key").write_text("k" * 50)
    assert config(file=file, **credentials)[0]["BASEKEEPER_MASTER_KEY"][0] == "(50 bytes)"


# Each value of BASEKEEPER_PG_BIN as systemd's EnvironmentFile= reads it: systemd.exec(5).
@pytest.mark.parametrize(
    "written, value",
    [
        ("plain", "plain"),
        ("  blanks around  ", "blanks around"),
        ("'single # $HOME \\n'", "single # $HOME \\n"),
        ('"double # $HOME"', "double # $HOME"),
        (r'"an escaped \" \\ \$ \` and no \n"', r'an escaped " \ $ ` and no \n'),
        ("'pieces' \"in\"' quotes'", "piecesin quotes"),
        ("quotes'in\"side", "quotes'in\"side"),
        ("'begun' and not", "begunand not"),
        ("no # comment", "no # comment"),
        (r"escaped\ blank\ s", "escaped blank s"),
        ("two\\\nlines", "twolines"),
        ('"two\\\nlines"', "twolines"),
        ("ends\\", "ends"),
        ("a=b=c", "a=b=c"),
        ("grüße", "grüße"),
        ("with a return\r", "with a return"),
    ],
)
def test_a_value_is_what_systemd_reads(config, written, value):
    for rest in ("\nBASEKEEPER_LOOPS=5", "") if not written.endswith("\\") else ("",):
        rows, _ = config(file=f"# A comment \\\n; and another\n\n  BASEKEEPER_PG_BIN = {written}{rest}")
        assert rows["BASEKEEPER_PG_BIN"][0] == value
        assert rows["BASEKEEPER_LOOPS"][0] == ("5" if rest else "(one for each core)")


def test_quotes_hold_line_ends_and_the_last_line_of_a_name_counts(config):
    origins = "BASEKEEPER_CORS_ORIGINS='https://a.example,\nhttps://b.example'"
    rows, _ = config(file=f"{origins}\nBASEKEEPER_LOOPS=x\nBASEKEEPER_LOOPS=5")
    assert rows["BASEKEEPER_CORS_ORIGINS"][0] == "https://a.example,\\nhttps://b.example"
    assert rows["BASEKEEPER_LOOPS"][0] == "5"


@pytest.mark.parametrize(
    "line, reason",
    [("BASEKEEPER_LOOPS", "not NAME=value"), ("export BASEKEEPER_LOOPS=2", 'leave out "export"'),
     ("2LOOPS=2", "not a variable name"), ("=2", "not a variable name")])
def test_a_line_that_is_no_setting_is_named(config, line, reason):
    _, complaint = config(file=f"\n{line}\nBASEKEEPER_READ_LAG=5\n", status=2)
    assert "settings.env:2: " in complaint and reason in complaint


def test_a_file_that_is_not_there_is_named(config):
    _, complaint = config("--env-file", "/nowhere/settings.env", status=2)
    assert "/nowhere/settings.env: No such file" in complaint


@pytest.mark.parametrize(
    "on, off", [("yes", "no"), ("true", "false"), ("on", "off"), ("1", "0"), ("YES", "No"), ("True", "FALSE")])
def test_a_switch_is_set_in_every_usual_way(config, on, off):
    config(BASEKEEPER_DEMO=on, BASEKEEPER_PREPARED_STATEMENTS=off)
    _, complaint = config(BASEKEEPER_DEMO="perhaps", status=2)
    assert 'BASEKEEPER_DEMO: "perhaps" is neither yes nor no' in complaint


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_READ_URL"])
@pytest.mark.parametrize("url", ["mysql://root:topsecret@db/x", "db.example.com", "mysql://root:topsecret@db/x?a=b"])
def test_what_names_no_postgresql_is_told_what_does(config, name, url):
    _, complaint = config(**{name: url}, status=2)
    assert f"{name}: " in complaint and "postgresql://USER@HOST/DATABASE" in complaint and "topsecret" not in complaint


@pytest.mark.parametrize(
    "typed, meant",
    [("BASEKEEPER_LISTN", "BASEKEEPER_LISTEN"), ("BASEKEPER_LISTEN", "BASEKEEPER_LISTEN"),
     ("BASEKEEPER_MASTER_KEY_FIEL", "BASEKEEPER_MASTER_KEY_FILE"), ("DATABASE_ULR", "DATABASE_URL"),
     ("JWT_PRIVATEKEY", "JWT_PRIVATE_KEY"), ("BASEKEEPER_MAX_CONECTIONS", "BASEKEEPER_MAX_CONNECTIONS")])
def test_a_misspelt_name_is_pointed_out_wherever_it_stands(config, typed, meant):
    for settings in ({typed: "x"}, {"file": f"{typed}=x\n"}):
        _, complaint = config(**settings)
        assert f"{typed}" in complaint and f"did you mean {meant}?" in complaint


def test_other_programs_variables_are_no_business_of_ours(config):
    _, complaint = config(file="PGSSLMODE=require\nTZ=UTC\nPORT=80\nPOSTGRES_PASSWORD=x\n", HTTP_PROXY="x", DATA_DIR="y")
    assert complaint == ""


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080"])
def test_a_service_for_all_addresses_wants_to_know_its_own(config, listen):
    _, complaint = config(BASEKEEPER_LISTEN=listen)
    assert "BASEKEEPER_PUBLIC_URL is not set" in complaint
    told = {"BASEKEEPER_LISTEN": listen, "BASEKEEPER_PUBLIC_URL": "https://bases.example.com"}
    _, complaint = config(**told)
    assert "BASEKEEPER_PUBLIC_URL" not in complaint
    _, complaint = config(**told, BASEKEEPER_TRUSTED_PROXIES="10.0.0.0/8")
    assert complaint == ""


@pytest.mark.parametrize("listen, is_reached", [
    ("0.0.0.0:8080", True), ("[::]:8080", True), ("192.0.2.7:80", True), ("bases.example.com:80", True),
    ("127.0.0.1:8080", False), ("127.0.0.9:8080", False), ("[::1]:8080", False), ("localhost:8080", False)])
def test_it_warns_if_other_machines_reach_it_without_tls(config, listen, is_reached):
    told = {"BASEKEEPER_LISTEN": listen, "BASEKEEPER_PUBLIC_URL": "http://bases.example.com"}
    _, complaint = config(**told)
    assert ("without TLS" in complaint) == is_reached
    for quiet in (
        {"BASEKEEPER_TRUSTED_PROXIES": "10.0.0.0/8"},
        {"BASEKEEPER_TLS_CERTIFICATE": "/etc/x.pem", "BASEKEEPER_TLS_KEY": "/etc/y.pem"}):
        _, complaint = config(**told, **quiet)
        assert "without TLS" not in complaint


def test_compose_sets_the_public_url():
    text = (ROOT / "compose.yaml").read_text()
    assert "BASEKEEPER_LISTEN: 0.0.0.0:8080" in text and re.search(r"BASEKEEPER_PUBLIC_URL: \S*http://127\.0\.0\.1", text)


def test_every_place_that_lists_the_settings_is_made_of_one_table(config):
    run = lambda *arguments: subprocess.run([BINARY, *arguments], capture_output=True, text=True, check=True).stdout
    assert (ROOT / ".env.template").read_text() == run("config", "--template")
    assert run("config", "--markdown").strip() in (ROOT / "docs/settings.md").read_text()
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.template").read_text(), re.MULTILINE))
    rows, _ = config()
    assert set(rows) == named - {"PORT"} and len(rows) > 35
    assert set(re.findall(r"^  ([A-Z0-9_]+) ", run("serve", "--help"), re.MULTILINE)) == set(rows)
    page = run("man")
    assert all(f".B {name}\n" in page for name in rows)
    # No text names any other setting.
    mentions = "".join(path.read_text() for path in [ROOT / "README.md", ROOT / "compose.yaml", *ROOT.glob("docs/*.md")])
    known = named | {f"{name}_FILE" for name in named} | {"BASEKEEPER_BINARY"}
    assert {name for name in re.findall(r"\bBASEKEEPER_[A-Z0-9_]+[A-Z]\b", mentions)} - known == set()


def test_what_the_table_says_of_numbers_is_what_is_refused(config):
    rows = re.findall(r"^\| `(\w+)` \| (\d+) to (\d+) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert len(rows) > 15
    config(**{name: lowest for name, lowest, _ in rows})
    config(**{name: highest for name, _, highest in rows})
    _, complaint = config(**{name: str(int(highest) + 1) for name, _, highest in rows}, status=2)
    assert all(f"{name}: " in complaint for name, *_ in rows)
    _, complaint = config(**{name: str(int(lowest) - 1) for name, lowest, _ in rows}, status=2)
    assert all(f"{name}: " in complaint for name, *_ in rows)
