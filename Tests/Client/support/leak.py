"""What a check for leaks sends: the requests of administration, or those of a base's rows."""

import dataclasses

from support.http import place
from support.rows import Program, options
from support.team import demo_admin

# How a load counts its answers, and says so at its end.
COUNTS = """
counted = {}  -- not local: it is read from outside of the thread
local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function init() math.randomseed(tonumber(os.getenv("SEED"))) end

local function ask(method, path, token, body)
  local headers = { ["Content-Type"] = "application/json" }
  if token then headers["Authorization"] = "Token " .. token end
  if os.getenv("RECONNECT") then headers["Connection"] = "close" end
  return wrk.format(method, path, headers, body)
end

function response(status)
  local name = tostring(status)
  counted[name] = (counted[name] or 0) + 1
end

function done(summary, latency, requests)
  io.write("RESULT ")
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counted")) do io.write(string.format(" %s=%d", status, count)) end
  end
  io.write("\\n")
end
"""

ADMINISTRATION = COUNTS + """
local tokens, account, place = {}, os.getenv("ACCOUNT"), os.getenv("PLACE")
for token in os.getenv("TOKENS"):gmatch("%S+") do tokens[#tokens + 1] = token end
local made, deleted = 0, 0

function request()
  local kind = math.random(0, 999)
  if kind == 0 then
    return ask("POST", "/api2/auth-token/", nil,
      string.format('{"username": "nobody%d@example.com", "password": "not the right one"}', math.random(1e9)))
  end
  kind = kind % 20
  if kind < 8 then
    local path = string.format("/api/v2.1/dtable/app-access-token/?exp=%dh", math.random(1, 60))
    return ask("GET", path, tokens[math.random(#tokens)])
  elseif kind < 12 then
    return ask("GET", string.format("/api/v2.1/nothing/%d/", math.random(1e9)))
  elseif kind < 16 then
    return ask("POST", "/api/v2.1/groups/", account, '{"name": ' .. string.rep("[", math.random(1, 50)) .. "x")
  elseif kind < 19 then
    return ask("GET", "/api/v2.1/workspaces/", account)
  elseif made - deleted <= 100 then  -- what is deleted was answered long ago
    made = made + 1
    return ask("POST", place, account, string.format('{"app_name": "app %s %d", "permission": "r"}',
      os.getenv("SEED"), made))
  else
    deleted = deleted + 1
    return ask("DELETE", string.format("%sapp%%20%s%%20%d/", place, os.getenv("SEED"), deleted), account)
  end
end
"""

# A tenth of what is sent is refused: unknown tables, bad JSON, SQL that is none.
ROWS = COUNTS + """
local token, root = os.getenv("TOKEN"), os.getenv("ROOT")
local rows, others = {}, {}
for row in os.getenv("ROWS"):gmatch("%S+") do rows[#rows + 1] = row end
for row in os.getenv("OTHERS"):gmatch("%S+") do others[#others + 1] = row end

local function any(list) return list[math.random(#list)] end
local function sql(text, ...)
  text = string.format(text, ...)
  return ask("POST", root .. "sql/", token, string.format('{"sql": "%s", "convert_keys": true}', text))
end
local function cells()
  return string.format('{"Name": "row %d", "Amount": %d, "Kind": "%s", "Notes": "%s"}', math.random(1e9),
    math.random(1e6), any({ "one", "two", "three" }), string.rep("x", math.random(1, 500)))
end

function request()
  local kind = math.random(0, 99)
  if kind < 20 then
    return ask("GET", root .. string.format("rows/?table_name=Things&start=%d&limit=20&convert_keys=true",
      math.random(0, 400)), token)
  elseif kind < 40 then
    return ask("GET", root .. "rows/" .. any(rows) .. "/?table_name=Things&convert_keys=true", token)
  elseif kind < 55 then
    return ask("PUT", root .. "rows/", token, string.format(
      '{"table_name": "Things", "updates": [{"row_id": "%s", "row": %s}]}', any(rows), cells()))
  elseif kind < 60 then
    return ask("POST", root .. "rows/", token, string.format(
      '{"table_name": "Heap", "rows": [%s, %s]}', cells(), cells()))
  elseif kind < 65 then
    return sql("DELETE FROM Heap WHERE Amount > %d", math.random(1e6))
  elseif kind < 80 then
    return sql("SELECT Kind, COUNT(*), SUM(Amount) FROM Things WHERE Amount > %d GROUP BY Kind", math.random(1e6))
  elseif kind < 85 then
    return ask("PUT", root .. "links/", token, string.format(
      '{"table_name": "Things", "other_table_name": "Others", "link_id": "%s", "other_rows_ids_map": {"%s": ["%s"]}}',
      os.getenv("LINK"), any(rows), any(others)))
  elseif kind < 90 then
    return ask("GET", root .. "metadata/", token)
  elseif kind < 94 then
    return sql("SELECT nothing%d FROM Things WHERE", math.random(1e9))
  elseif kind < 97 then
    return ask("POST", root .. "rows/", token, '{"table_name": "Heap", "rows": ' .. string.rep("[", math.random(1, 50)))
  else
    return ask("GET", root .. string.format("rows/?table_name=nothing%d", math.random(1e9)), token)
  end
end
"""


@dataclasses.dataclass
class LeakLoad:
    """Requests without end: a script for wrk, and what it is told."""

    script: str
    environment: dict
    expected: frozenset


def administration(service):
    """Exchanges (40 %), unknown paths and bad JSON (20 % each), lists (15 %), API tokens that are created and deleted
    (5 %), and one failed sign-in in a thousand requests, since each costs a password hash."""
    admin = demo_admin(service)
    listed = admin.get("/api/v2.1/workspaces/")["workspace_list"]
    base = next({**base, "workspace_id": one["id"]} for one in listed for base in one.get("table_list", []))
    tokens = " ".join(one["api_token"] for one in service.seeded["demo"]["api_tokens"])
    return LeakLoad(
        ADMINISTRATION, {"ACCOUNT": admin.token, "PLACE": place(base, "api-tokens/"), "TOKENS": tokens},
        frozenset({"200", "201", "400", "404", "429"}))


def of_rows(service):
    """Lists and single rows (40 %), changes, additions and deletions (25 %), SELECT (15 %), links and metadata (5 %
    each), and what is refused (10 %)."""
    program = Program(service)
    kinds = ("Kind", "single-select", options("one", "two", "three"))
    columns = [("Name", "text"), ("Amount", "number"), kinds, ("Notes", "long-text")]
    for name in ("Things", "Heap"):
        program.new_table(name, *columns)
    program.new_table("Others", ("Name", "text"))
    data = {"table": "Things", "other_table": "Others", "is_multiple": True}
    link = program.new_column("Things", "Others", "link", data)["data"]["link_id"]
    rows = program.append("Things", *({"Name": f"row {one}", "Amount": one, "Kind": "one"} for one in range(500)))
    others = program.append("Others", *({"Name": f"other {number}"} for number in range(100)))
    environment = {
        "TOKEN": program.token, "ROOT": program.root, "ROWS": " ".join(rows), "OTHERS": " ".join(others), "LINK": link}
    return LeakLoad(ROWS, environment, frozenset({"200", "400", "404"}))
