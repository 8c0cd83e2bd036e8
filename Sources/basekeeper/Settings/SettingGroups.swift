internal import Access
internal import Crypto
internal import Ground

// swift-format-ignore
/// The settings, in the order in which they are shown.
let settingGroups = [
  SettingGroup(title: "Secrets", settings: [
    Setting("BASEKEEPER_MASTER_KEY", .secret("32 bytes or more"), nil,
      otherwise: "generated, in master.key in the data directory",
      """
      Seals the signing keys and second factors in the database; the same for all copies. It is not in backups of the \
      database: keep a copy in another place. compose.yaml reads it from secrets/master-key
      """),
    Setting("BASEKEEPER_NEXT_MASTER_KEY", .secret("32 bytes or more"), nil,
      "The master key by which `basekeeper keys master` replaces the present one. Until then, it seals nothing"),
    Setting("BASEKEEPER_ADMIN_EMAIL", .text("an email address"), "admin@example.com", isInTemplate: true,
      "The first system administrator"),
    Setting("BASEKEEPER_ADMIN_PASSWORD", .secret("8 characters or more"), nil,
      otherwise: "generated, shown at the first start",
      """
      Their password. It is used only at the first start: afterwards, change the password and remove it here. \
      compose.yaml reads it from secrets/admin-password
      """),
    Setting("JWT_PRIVATE_KEY", .secret("32 bytes or more"), nil,
      otherwise: "generated keys in the database, which can be rotated",
      "The HS256 secret that other SeaTable components sign or verify base tokens with. Set it only if you have such"),
  ]),
  SettingGroup(title: "How it is reached", settings: [
    Setting("PORT", .compose, "8080",
      "The port that compose.yaml publishes on this machine's loopback address"),
    Setting("BASEKEEPER_PUBLIC_URL", .text("a URL"), nil,
      otherwise: "http:// (with a certificate https://) and BASEKEEPER_LISTEN",
      """
      The URL at which clients reach the service, through the proxy that speaks TLS if there is one, such as \
      https://basekeeper.example.com. Answers have it as dtable_server. compose.yaml's default is http://127.0.0.1 \
      and its PORT
      """),
    Setting("BASEKEEPER_LISTEN", .text("HOST:PORT"), "127.0.0.1:8080",
      """
      The address to listen on; for IPv6, [::1]:8080. With 0.0.0.0 or [::], which mean all addresses, set \
      BASEKEEPER_PUBLIC_URL, too. compose.yaml sets it
      """),
    Setting("BASEKEEPER_TLS_CERTIFICATE", .text("a PEM file"), nil,
      otherwise: "plain HTTP, for a proxy that speaks TLS",
      "A certificate with its chain; the service then speaks only HTTPS"),
    Setting("BASEKEEPER_TLS_KEY", .text("a PEM file"), nil,
      "The certificate's key, not encrypted with a password"),
    Setting("BASEKEEPER_HSTS_SUBDOMAINS", .flag, "no",
      "Whether browsers are told to keep to HTTPS for all hosts below that of the public URL, too, if it is https://"),
    Setting("BASEKEEPER_TRUSTED_PROXIES", .networks, nil, otherwise: "none",
      """
      The networks of the proxies whose X-Forwarded-For and X-Request-Id are trusted, such as 10.0.0.0/8, 2001:db8::1. \
      Requests through a published port come from Docker's network: then name that one, such as 172.16.0.0/12
      """),
    Setting("BASEKEEPER_CORS_ORIGINS", .text("origins, or *"), nil, otherwise: "none",
      """
      The origins of web pages that may call the service from a browser, such as https://app.example.com; *: pages of \
      every site, with the tokens that they have
      """),
    Setting("BASEKEEPER_CONSOLE", .flag, "yes",
      "Whether there is a page at / on which people sign in, and look after bases, API tokens and teams"),
    Setting("BASEKEEPER_API_DOCS", .flag, "yes",
      "Whether there is a page at /api/docs/ for trying the operations"),
    Setting("BASEKEEPER_METRICS_NETWORKS", .networks, "127.0.0.0/8, ::1",
      "The networks from which /metrics may be read; none: nobody may read it"),
  ]),
  SettingGroup(title: "Data", settings: [
    Setting("DATABASE_URL", .secret("a libpq URI"), nil, otherwise: "an embedded PostgreSQL",
      """
      The database, such as postgresql://basekeeper@db.example.com/basekeeper; it may have several hosts and \
      target_session_attrs. compose.yaml sets it
      """),
    Setting("DATABASE_OWNER_URL", .secret("a libpq URI"), nil, otherwise: "DATABASE_URL",
      """
      The same database as the role that owns the schema, for migrating, backing up and restoring. The role of \
      DATABASE_URL then only serves: it is created if it is missing, and gets no more rights than that takes. \
      compose.yaml sets it
      """),
    Setting("DATABASE_READ_URL", .secret("a libpq URI"), nil,
      "A streaming standby, from which administrators' lists are read while it keeps up"),
    Setting("DATABASE_SQL_URL", .secret("a libpq URI"), nil, otherwise: "DATABASE_URL; embedded: a role of its own",
      """
      The same database as a role for clients' SELECTs, which is created if it is missing, and may only read what bases \
      hold, and of that at a time what one base holds
      """),
    Setting("BASEKEEPER_READ_LAG", .number(3...3600), "10",
      "How many seconds the standby may lag behind"),
    Setting("BASEKEEPER_DATA_DIR", .text("a directory"), "./.basekeeper",
      "The data of the embedded PostgreSQL, first-start.txt, and master.key if no master key is set"),
    Setting("BASEKEEPER_PG_BIN", .text("a directory"), nil, otherwise: "the newest installed",
      "The directory of PostgreSQL's programs"),
    Setting("BASEKEEPER_PREPARED_STATEMENTS", .flag, "yes",
      "Whether to prepare statements. no is slower; use it behind a pooler that does not support prepared statements"),
    Setting("BASEKEEPER_DB_CONNECTIONS", .number(1...100), "4",
      "Connections per event loop for transactions, writes and lists; two more are for look-ups"),
    Setting("BASEKEEPER_STATEMENT_TIMEOUT", .number(1...600), "5",
      "How many seconds a statement may take"),
    Setting("BASEKEEPER_CONNECT_TIMEOUT", .number(2...60), "2",
      "How many seconds connecting to PostgreSQL may take"),
    Setting("BASEKEEPER_DATABASE_WAIT", .number(0...3600), "30",
      "How many seconds serve waits at its start for the database of DATABASE_URL; 0: it does not wait"),
    Setting("BASEKEEPER_TRASH_DAYS", .number(1...36_500), "30",
      "After how many days a deleted base is gone for good"),
    Setting("BASEKEEPER_OPERATION_DAYS", .number(1...36_500), "90",
      "After how many days it is forgotten what was done in a base"),
    Setting("BASEKEEPER_UNUSED_FILE_DAYS", .number(0...36_500), "30",
      "After how many days a file of a base is deleted that no cell names; 0: never"),
    Setting("BASEKEEPER_DEMO", .flag, "no",
      "Whether the first start creates a demo team with an admin, a member, a group, bases and API tokens"),
  ]),
  SettingGroup(title: "What it does", settings: [
    Setting("BASEKEEPER_TOKEN_ALGORITHM", .choice(SigningKey.Algorithm.allCases.map(\.rawValue)), "HS256",
      "How base tokens are signed"),
    Setting("BASEKEEPER_LEAKED_PASSWORDS", .text("a file"), nil,
      """
      Passwords that nobody may set, one per line, in UTF-8; whether letters are capital does not matter. 20,000,000 at \
      most, which take 160 MB. It is read at the start
      """),
    Setting("BASEKEEPER_FIRST_PASSWORD_HOURS", .number(0...8760), "0",
      """
      How many hours somebody may sign in with a password that they got from somebody else: an administrator, the command \
      line or the first start. Until they have changed it, they may do nothing else. 0: such a password lasts
      """),
    Setting("BASEKEEPER_ACCOUNT_TOKEN_DAYS", .number(0...36_500), "0",
      "How many days an account token counts at most after its person gave the password; 0: as long as it exists"),
    Setting("BASEKEEPER_ACCOUNT_TOKEN_IDLE_MINUTES", .number(0...525_600), "0",
      "How many minutes an account token may lie unused, 5 at least; 0: as many as it likes"),
    Setting("BASEKEEPER_ACCOUNT_TOKENS", .number(2...10_000), "100",
      "How many account tokens a person may have; if there are more, those end that have lain unused longest"),
    Setting("BASEKEEPER_REQUIRE_2FA", .choice(AppSettings.SecondFactorDuty.allCases.map(\.rawValue)), "none",
      "Who must have a second factor, beyond those of whom a team or an administrator requires one"),
    Setting("BASEKEEPER_CONFIRM_EMAIL_CHANGE", .flag, "no",
      "Whether people give their passwords to change the address that they sign in with, also where their team does not ask"),
    Setting("BASEKEEPER_LOG_FORMAT", .choice(Log.Format.allCases.map(\.rawValue)), "auto",
      """
      text: text for people, in colour unless NO_COLOR is set; json: one JSON object per line; auto: text on a \
      terminal, JSON elsewhere
      """),
    Setting("BASEKEEPER_LOG_LEVEL", .choice(Log.Level.allCases.map(\.rawValue)), "info",
      "The lowest level that is logged"),
    Setting("BASEKEEPER_AUDIT_STDOUT", .flag, "no",
      "Whether the audit log is also written to standard output, so that it leaves the machine"),
  ]),
  SettingGroup(title: "Rate limits", settings: [
    Setting("BASEKEEPER_RATE_LIMIT_ADDRESS", .number(0...10_000_000), "300000",
      "Requests per minute from one address to one copy, whoever sends them; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_ACCOUNT", .number(0...10_000_000), "60000",
      "Requests per minute with the tokens of one account; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_TOKEN", .number(0...10_000_000), "60000",
      "Exchanges per minute of an API token that has no limit of its own; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_BASE_TOKEN", .number(0...10_000_000), "60000",
      "Requests per minute with the base tokens that one program or person has for one base; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_LINK", .number(0...10_000_000), "600000",
      "Requests per minute of all visitors of one external link together; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_BASE", .number(0...10_000_000), "500",
      "Calls per minute that read or change what one base holds, whoever sends them, as with SeaTable; 0: no limit"),
  ]),
  SettingGroup(title: "Rows", settings: [
    Setting("BASEKEEPER_MAX_ROWS_PER_BASE", .number(1...10_000_000), "100000",
      "Rows of all tables of a base together"),
    Setting("BASEKEEPER_MAX_TABLES_PER_BASE", .number(1...200), "200",
      "Tables of a base"),
    Setting("BASEKEEPER_MAX_ROWS_PER_REQUEST", .number(1...10_000), "1000",
      "Rows that a request may list, append or change; it may delete ten times as many"),
    Setting("BASEKEEPER_MAX_ROWS_BYTES", .number(1024...268_435_456), "16777216",
      "The largest body of a request with rows"),
    Setting("BASEKEEPER_STRICT_ROWS", .flag, "no",
      """
      Whether a value that SeaTable would lose without a word is refused with 400, as it is for requests with \
      X-Basekeeper-Strict: 1
      """),
  ]),
  SettingGroup(title: "Clients' SQL", settings: [
    Setting("BASEKEEPER_SQL_TIMEOUT", .number(1...600), "10",
      "How many seconds a statement may take"),
    Setting("BASEKEEPER_SQL_STATEMENTS", .number(1...100), "4",
      "Statements that run at once in one copy, each by a connection of its own; the others wait"),
    Setting("BASEKEEPER_SQL_STATEMENTS_PER_BASE", .number(1...100), "2",
      "The same for one base"),
    Setting("BASEKEEPER_SQL_WAIT", .number(1...60), "5",
      "How many seconds a statement may wait; then it gets 429"),
    Setting("BASEKEEPER_SQL_MEMORY", .number(1...1024), "16",
      "MiB for each sorting or grouping in a statement, before PostgreSQL goes on in a file"),
    Setting("BASEKEEPER_FILE_BYTES", .number(1024...1_073_741_824), "20971520",
      "The largest file in a base, in bytes; larger ones get 413"),
    Setting("BASEKEEPER_TEAM_FILE_BYTES", .number(0...1_125_899_906_842_624), "2147483648",
      """
      Bytes of all files of a team's bases together, also of those in the trash; without a team, of a workspace's. 0: no \
      limit
      """),
    Setting("BASEKEEPER_ANSWER_BYTES", .number(1024...268_435_456), "33554432",
      "The largest answer with rows, in bytes; larger ones get 400"),
  ]),
  SettingGroup(title: "Caps", settings: [
    Setting("BASEKEEPER_MAX_BASES_PER_PERSON", .number(0...1_000_000), "10000",
      "Bases in the workspace of a person, without those in the trash; 0: no cap"),
    Setting("BASEKEEPER_MAX_BASES_PER_GROUP", .number(0...1_000_000), "10000",
      "Bases in the workspace of a group, without those in the trash; 0: no cap"),
    Setting("BASEKEEPER_MAX_GROUPS_PER_PERSON", .number(0...1_000_000), "10000",
      "Groups that a person owns; 0: no cap"),
    Setting("BASEKEEPER_MAX_FOLDERS_PER_WORKSPACE", .number(0...1_000_000), "10000",
      "Folders in the workspace of a person or a group; 0: no cap"),
    Setting("BASEKEEPER_MAX_TOKENS_PER_BASE", .number(0...1_000_000), "10000",
      "API tokens of a base; 0: no cap"),
    Setting("BASEKEEPER_MAX_SHARES_PER_BASE", .number(0...1_000_000), "10000",
      "Shares of a base, with people and groups together; 0: no cap"),
    Setting("BASEKEEPER_MAX_LINKS_PER_BASE", .number(0...1_000_000), "10000",
      "External and invite links to a base together; 0: no cap"),
    Setting("BASEKEEPER_MAX_LINKS_PER_GROUP", .number(0...1_000_000), "10000",
      "Invite links of a group; 0: no cap"),
    Setting("BASEKEEPER_MAX_LINKS_PER_PERSON", .number(0...1_000_000), "20000",
      "Links of all kinds that a person has made; 0: no cap"),
  ]),
  SettingGroup(title: "Limits", settings: [
    Setting("BASEKEEPER_LOOPS", .number(1...256), nil, otherwise: "one for each core",
      "Event loops"),
    Setting("BASEKEEPER_MAX_HEADER_BYTES", .number(1024...1_048_576), "16384",
      "The largest header of a request; each field counts 64 bytes more"),
    Setting("BASEKEEPER_MAX_BODY_BYTES", .number(1024...1_073_741_824), "1048576",
      "The largest body of a request that carries a file; other bodies have at most 65536 bytes"),
    Setting("BASEKEEPER_MAX_BODY_MEMORY", .number(1024...1_099_511_627_776), "67108864",
      "Bytes of all bodies in transit; requests above the limit get 503. It must fit at least one body"),
    Setting("BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS", .number(0...1_099_511_627_776), "8388608",
      "The same for one address; requests above the limit get 429. 0: no limit"),
    Setting("BASEKEEPER_MAX_CONNECTIONS", .number(1...1_000_000), "10000",
      "The largest number of connections"),
    Setting("BASEKEEPER_MAX_CONNECTIONS_PER_ADDRESS", .number(0...1_000_000), "1000",
      "The largest number of connections from one address; 0: no limit"),
    Setting("BASEKEEPER_HEADER_TIMEOUT", .number(1...3600), "10",
      "How many seconds the header of a connection's first request may take"),
    Setting("BASEKEEPER_BODY_TIMEOUT", .number(1...3600), "30",
      "How many seconds a request's body may take"),
    Setting("BASEKEEPER_IDLE_TIMEOUT", .number(1...3600), "60",
      "How many seconds a connection may be idle between an answer and the next request's header"),
    Setting("BASEKEEPER_DRAIN_TIME", .number(0...600), "0",
      "For how many seconds after SIGTERM requests are still served while /readyz says no, so that a balancer notices"),
    Setting("BASEKEEPER_SHUTDOWN_TIMEOUT", .number(0...600), "20",
      "How many seconds running requests get after SIGTERM"),
  ]),
]
