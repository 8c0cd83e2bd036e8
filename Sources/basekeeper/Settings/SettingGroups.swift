internal import Crypto

// swift-format-ignore
/// The settings, in the order in which they are shown.
let settingGroups = [
  SettingGroup(title: "Secrets", settings: [
    Setting("POSTGRES_PASSWORD", .compose, nil, isInTemplate: true,
      """
      The role basekeeper of the PostgreSQL in compose.yaml. It takes the first one; later it is changed in both \
      places. It stands in a URL: letters and digits alone
      """),
    Setting("BASEKEEPER_MASTER_KEY", .secret("32 bytes or more"), nil,
      otherwise: "master.key in the data directory, generated", isInTemplate: true,
      """
      Seals the signing keys and second factors in the database; the same for all copies. Not in backups of the \
      database, and not to be replaced: keep a copy in another place
      """),
    Setting("BASEKEEPER_ADMIN_EMAIL", .text("an address"), "admin@example.com", isInTemplate: true,
      "The first system administrator"),
    Setting("BASEKEEPER_ADMIN_PASSWORD", .secret("8 characters or more"), nil,
      otherwise: "generated, shown at the first start", isInTemplate: true,
      "Their password. It counts at the first start alone, and may be changed and taken out then"),
    Setting("JWT_PRIVATE_KEY", .secret("32 bytes or more"), nil,
      otherwise: "generated keys, sealed in the database, that can be rotated",
      "The HS256 secret with which other SeaTable components sign or verify base tokens. Only where there are such"),
  ]),
  SettingGroup(title: "How it is reached", settings: [
    Setting("PORT", .compose, "8080",
      "The port of this machine's loopback address that compose.yaml publishes"),
    Setting("BASEKEEPER_PUBLIC_URL", .text("a URL"), nil,
      otherwise: "http://, or https:// with a certificate, and BASEKEEPER_LISTEN",
      """
      How clients reach the service, through the proxy that speaks TLS: https://basekeeper.example.com. It stands in \
      answers as dtable_server. compose.yaml takes http://127.0.0.1 and its PORT
      """),
    Setting("BASEKEEPER_LISTEN", .text("HOST:PORT"), "127.0.0.1:8080",
      """
      Where it listens; [::1]:8080 for IPv6. Behind 0.0.0.0 or [::], which are all addresses, BASEKEEPER_PUBLIC_URL \
      is needed, too. compose.yaml sets it
      """),
    Setting("BASEKEEPER_TLS_CERTIFICATE", .text("a PEM file"), nil,
      otherwise: "plain HTTP, for a proxy that speaks TLS",
      "A certificate and its chain: HTTPS alone is spoken then"),
    Setting("BASEKEEPER_TLS_KEY", .text("a PEM file"), nil,
      "The certificate's key, without a password"),
    Setting("BASEKEEPER_TRUSTED_PROXIES", .networks, nil, otherwise: "none",
      """
      The networks of the proxies whose X-Forwarded-For is believed, like 10.0.0.0/8, 2001:db8::1. Through a \
      published port all requests come from the network of Docker: then it is that one, like 172.16.0.0/12
      """),
    Setting("BASEKEEPER_CORS_ORIGINS", .text("origins, or *"), nil, otherwise: "none",
      "The origins of web pages that may call it from a browser, like https://app.example.com"),
    Setting("BASEKEEPER_API_DOCS", .flag, "yes",
      "no: no page at /api/docs/"),
    Setting("BASEKEEPER_METRICS_NETWORKS", .networks, "127.0.0.0/8, ::1",
      "From where /metrics may be read; none: from nowhere"),
  ]),
  SettingGroup(title: "Data", settings: [
    Setting("DATABASE_URL", .secret("a libpq URI"), nil, otherwise: "an embedded PostgreSQL of the service's own",
      """
      The PostgreSQL, like postgresql://basekeeper@db.example.com/basekeeper; several hosts and target_session_attrs \
      are allowed. compose.yaml sets it
      """),
    Setting("DATABASE_READ_URL", .secret("a libpq URI"), nil,
      "A streaming standby of it, which lists of administrators come from while it is near"),
    Setting("BASEKEEPER_READ_LAG", .number(3...3600), "10",
      "Seconds that the standby may be behind"),
    Setting("BASEKEEPER_DATA_DIR", .text("a directory"), "./.basekeeper",
      "Where the embedded PostgreSQL keeps its data; also master.key, where no master key is set, and first-start.txt"),
    Setting("BASEKEEPER_PG_BIN", .text("a directory"), nil, otherwise: "the newest installed",
      "Where PostgreSQL's programs are"),
    Setting("BASEKEEPER_PREPARED_STATEMENTS", .flag, "yes",
      "no: send each statement's text, behind a pooler that bears no prepared statements; slower"),
    Setting("BASEKEEPER_DB_CONNECTIONS", .number(1...100), "4",
      "Connections of a loop for transactions, writes and lists; two more serve its look-ups"),
    Setting("BASEKEEPER_STATEMENT_TIMEOUT", .number(1...600), "5",
      "Seconds a statement may take"),
    Setting("BASEKEEPER_CONNECT_TIMEOUT", .number(2...60), "2",
      "Seconds to connect to PostgreSQL"),
    Setting("BASEKEEPER_DATABASE_WAIT", .number(0...3600), "30",
      "Seconds that serve waits at its start for the database of DATABASE_URL; 0: it ends at once where there is none"),
    Setting("BASEKEEPER_TRASH_DAYS", .number(1...36_500), "30",
      "Days until a deleted base is gone for good"),
    Setting("BASEKEEPER_DEMO", .flag, "no",
      "A demo team with an admin, a member, a group, bases and API tokens, made and shown at the first start"),
  ]),
  SettingGroup(title: "What it does", settings: [
    Setting("BASEKEEPER_TOKEN_ALGORITHM", .choice(SigningKey.Algorithm.allCases.map(\.rawValue)), "HS256",
      "How base tokens are signed"),
    Setting("BASEKEEPER_RATE_LIMIT_ADDRESS", .number(0...10_000_000), "0",
      "Requests a minute of one address to one copy; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_ACCOUNT", .number(0...10_000_000), "0",
      "Requests a minute of one account; 0: no limit"),
    Setting("BASEKEEPER_RATE_LIMIT_TOKEN", .number(0...10_000_000), "0",
      "Exchanges a minute of one API token that has no limit of its own; 0: no limit"),
    Setting("BASEKEEPER_LOG_FORMAT", .choice(Log.Format.allCases.map(\.rawValue)), "auto",
      """
      text: lines for people; json: one JSON object a line; auto: text on a terminal, JSON elsewhere. No colours \
      where NO_COLOR is set
      """),
    Setting("BASEKEEPER_LOG_LEVEL", .choice(Log.Level.allCases.map(\.rawValue)), "info",
      "What is at least this important is logged"),
  ]),
  SettingGroup(title: "Limits", settings: [
    Setting("BASEKEEPER_LOOPS", .number(1...256), nil, otherwise: "one for each core",
      "Event loops"),
    Setting("BASEKEEPER_MAX_HEADER_BYTES", .number(1024...1_048_576), "16384",
      "The largest header of a request; also the memory an idle connection costs, 10 KB more over TLS"),
    Setting("BASEKEEPER_MAX_BODY_BYTES", .number(1024...1_073_741_824), "1048576",
      "The largest body of a request that carries a file; any other has 65536 bytes at most"),
    Setting("BASEKEEPER_MAX_BODY_MEMORY", .number(1024...1_099_511_627_776), "67108864",
      "Bytes of all bodies that are under way; what is above is answered with 503. At least one body"),
    Setting("BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS", .number(0...1_099_511_627_776), "8388608",
      "The same of one address, with 429; 0: no limit. At least one body"),
    Setting("BASEKEEPER_MAX_CONNECTIONS", .number(1...1_000_000), "10000",
      "Connections in all"),
    Setting("BASEKEEPER_MAX_CONNECTIONS_PER_ADDRESS", .number(0...1_000_000), "1000",
      "Connections of one address; 0: no limit"),
    Setting("BASEKEEPER_HEADER_TIMEOUT", .number(1...3600), "10",
      "Seconds for the header of a connection's first request"),
    Setting("BASEKEEPER_BODY_TIMEOUT", .number(1...3600), "30",
      "Seconds for a request's body, however it drips"),
    Setting("BASEKEEPER_IDLE_TIMEOUT", .number(1...3600), "60",
      "Seconds from an answer to the next request's header"),
    Setting("BASEKEEPER_DRAIN_TIME", .number(0...600), "0",
      "Seconds after SIGTERM in which /readyz says no and requests are served, until a balancer has found out"),
    Setting("BASEKEEPER_SHUTDOWN_TIMEOUT", .number(0...600), "20",
      "Seconds that running requests get after SIGTERM"),
  ]),
]
