/// What `--help` says.
enum Help {
  static let overview = """
    basekeeper: team administration and tokens for SeaTable clients, over PostgreSQL.

    Usage: basekeeper COMMAND [OPTION ...]

      serve          run the service
      migrate        bring the database to this version's schema
      seed           make the first administrator, and with BASEKEEPER_DEMO=1 a demo team
      admin create   make another system administrator
      audit verify   prove that nobody has touched the audit log
      keys list      show the keys that sign base tokens
      keys rotate    make a new one
      keys retire    accept one no more
      backup         write the whole database to a file
      restore        bring it back from one, or prove that it could be
      healthcheck    ask the running service whether it is ready
      routes         print every route: method, path, operation, principal, status
      version        print the version

    `basekeeper COMMAND --help` says more. All settings are environment variables: `basekeeper serve --help`.
    """

  static let serve = """
    Usage: basekeeper serve

    Applies the migrations, seeds the first administrator, and serves until SIGTERM or Ctrl-C: then it takes no new
    requests, finishes those that run, and stops its own PostgreSQL. A second signal ends it at once. SIGHUP lets it
    read its certificate again, where it has one; it also does that by itself when the file has changed.

    Each line on standard output is a JSON object: one for every request, never with a token, a password or a body.

    Settings (empty counts as not set; NAME_FILE may name a file for those that are secret):

    \(settings)
    """

  static let migrate = """
    Usage: basekeeper migrate

    Applies what is missing of the schema, each file in a transaction of its own, one process at a time, and says what
    it applied. What a newer program has added is no obstacle; a database from which one has taken something away is
    refused, and one whose files were changed since. `serve` does the same at its start. Reads the database settings of
    `basekeeper serve --help`.
    """

  static let seed = """
    Usage: basekeeper seed [--json]

    Makes the first system administrator (BASEKEEPER_ADMIN_EMAIL, BASEKEEPER_ADMIN_PASSWORD) and, with
    BASEKEEPER_DEMO=1, a team with an admin, a member, a group, bases and API tokens. What was generated is printed
    now and never again. Each of the two is seeded once: later calls change nothing. `serve` does the same at its start.

      --json   print the result as one JSON object
    """

  static let adminCreate = """
    Usage: basekeeper admin create --email ADDRESS [--name NAME] [--password-stdin]

    Makes a system administrator. The password is generated and printed, or read from standard input.

      --email ADDRESS    what he signs in with
      --name NAME        how he is shown; the part of the address before the @ where it is not given
      --password-stdin   take the first line of standard input as the password: 8 to 1024 bytes
    """

  static let auditVerify = """
    Usage: basekeeper audit verify [--heads]

    Goes through the audit log of every team, in which each entry has the hash of the one before it, and says how many
    entries it has found as they were written; or names the first that was changed, taken out or put in, and ends with
    status 1. Works beside a running service. Reads the database settings of `basekeeper serve --help`.

      --heads   print the number of entries and the last hash of each team, too: noted elsewhere, they show when a
                whole log was written anew
    """

  static let keys = """
    Usage: basekeeper keys list
           basekeeper keys rotate
           basekeeper keys retire --kid KID

    The keys that sign base tokens are kept in the database, sealed under the master key, for all copies of the service.
    `rotate` makes a new one, which all copies know before it signs, half a minute later; the one before goes on being
    accepted. `retire` ends that: what a retired key has signed is refused. Public keys stand at /.well-known/jwks.json.
    The secret in JWT_PRIVATE_KEY, where that is set, is changed there. Works beside a running service.

      --kid KID   the key's name, as `list` shows it and as the tokens' header has it
    """

  static let backup = """
    Usage: basekeeper backup FILE

    Writes the whole database, as it stands at one moment, to FILE, or to standard output where that is "-". Works beside
    a running service, and changes nothing. FILE is an archive of PostgreSQL's pg_dump, which only its owner may read; it
    is there when it is whole, and not before. Runs pg_dump of the server's major version, or of a newer one, from
    BASEKEEPER_PG_BIN or the newest installed. Reads the database settings of `basekeeper serve --help`.

    The master key is NOT in it, and no service starts on the restored database without it: keep BASEKEEPER_MASTER_KEY,
    or the file master.key of the data directory, in another place.
    """

  static let restore = """
    Usage: basekeeper restore [--replace] [--end-sessions] FILE
           basekeeper restore --check FILE

    Brings back what `basekeeper backup` has written to FILE, or to standard input where that is "-", all or nothing, and
    checks it: the schema is one that this version knows, and is brought up to its own; the audit logs are as they were
    written; the master key fits. Where one of these fails, nothing is changed. The service must not run, and the database
    must be empty. Reads the database settings of `basekeeper serve --help`, and the master key.

      --check          do it in a database of its own on the same server, which is dropped afterwards: proves that the
                       file is good, beside a running service. The role must be allowed to create databases
      --replace        the database may have something in it, which is lost; FILE is checked as by --check before that.
                       Prints what the audit log of the lost database had on record after the moment of the backup:
                       what was revoked since is valid again
      --end-sessions   ends all account tokens and base tokens: people sign in again, and programs exchange their API
                       tokens again
    """

  static let healthCheck = """
    Usage: basekeeper healthcheck [--live]

    Asks the service that listens on BASEKEEPER_LISTEN of this machine whether it is ready for requests: status 0 where
    it is, 1 where it is not, or does not answer in five seconds.

      --live   be content where it runs, whether its database answers or not
    """

  static let routes = """
    Usage: basekeeper routes [--callers]

    Prints a line for every route, in the order of openapi.yaml, with tabs between method, path, operation id,
    principal (who may call it) and the status of success.

      --callers   print, as Markdown, which kinds of callers each principal admits
    """

  static let version = """
    Usage: basekeeper version

    Prints the version.
    """

  private static let settings = """
      DATABASE_URL                            a libpq URI, several hosts allowed; not set: an embedded PostgreSQL
      DATABASE_READ_URL                       a standby that lists of administrators come from
      BASEKEEPER_READ_LAG                     seconds that the standby may be behind         (10)
      BASEKEEPER_PREPARED_STATEMENTS          0: send each statement's text, for poolers     (1)
      BASEKEEPER_DATABASE_WAIT                seconds to wait for the database at the start  (30)
      BASEKEEPER_DATA_DIR                     where the embedded PostgreSQL keeps its data   (./.basekeeper)
      BASEKEEPER_PG_BIN                       where PostgreSQL's programs are                (the newest installed)
      BASEKEEPER_LISTEN                       host and port                                  (127.0.0.1:8080)
      BASEKEEPER_TLS_CERTIFICATE              PEM file of a certificate and its chain        (not set: plain HTTP)
      BASEKEEPER_TLS_KEY                      PEM file of its key                            (not set)
      BASEKEEPER_PUBLIC_URL                   how clients reach the service                  (http:// or https:// and
                                                                                              the host and port)
      BASEKEEPER_ADMIN_EMAIL                  the first administrator                        (admin@example.com)
      BASEKEEPER_ADMIN_PASSWORD               secret: his password                           (generated, printed once)
      BASEKEEPER_DEMO                         1: a demo team                                 (0)
      JWT_PRIVATE_KEY                         secret: signs base tokens, 32 bytes or more    (generated keys)
      BASEKEEPER_TOKEN_ALGORITHM              HS256 or EdDSA: how base tokens are signed     (HS256)
      BASEKEEPER_MASTER_KEY                   secret: seals keys in the database, 32 bytes   (master.key in the data
                                              or more; the same for all copies                directory, generated)
      BASEKEEPER_TRUSTED_PROXIES              networks whose X-Forwarded-For is believed     (none)
      BASEKEEPER_CORS_ORIGINS                 origins of web pages that may call, or *       (none)
      BASEKEEPER_API_DOCS                     0: no page at /api/docs/                       (1)
      BASEKEEPER_METRICS_NETWORKS             from where /metrics may be read, or none       (127.0.0.0/8, ::1)
      BASEKEEPER_RATE_LIMIT_ADDRESS           requests a minute of an address, 0: no limit   (0)
      BASEKEEPER_RATE_LIMIT_ACCOUNT           requests a minute of an account, 0: no limit   (0)
      BASEKEEPER_RATE_LIMIT_TOKEN             exchanges a minute of an API token, 0: no limit (0)
      BASEKEEPER_LOOPS                        event loops                                    (one for each core)
      BASEKEEPER_LOG_LEVEL                    debug, info, warning, error                    (info)
      BASEKEEPER_DB_CONNECTIONS               connections of a loop for all but look-ups     (4)
      BASEKEEPER_STATEMENT_TIMEOUT            seconds a statement may take                   (5)
      BASEKEEPER_CONNECT_TIMEOUT              seconds to connect to PostgreSQL               (2)
      BASEKEEPER_DATABASE_WAIT                seconds to wait for it at the start            (30)
      BASEKEEPER_MAX_HEADER_BYTES             of a request's header                          (16384)
      BASEKEEPER_MAX_BODY_BYTES               of a request's body that is a file             (1048576)
      BASEKEEPER_MAX_BODY_MEMORY              bytes of all bodies under way                  (67108864)
      BASEKEEPER_MAX_BODY_MEMORY_PER_ADDRESS  of those of one address, 0: no limit           (8388608)
      BASEKEEPER_MAX_CONNECTIONS              in all                                         (10000)
      BASEKEEPER_MAX_CONNECTIONS_PER_ADDRESS  0: no limit                                    (1000)
      BASEKEEPER_HEADER_TIMEOUT               seconds for the first request's header         (10)
      BASEKEEPER_BODY_TIMEOUT                 seconds for a request's body                   (30)
      BASEKEEPER_IDLE_TIMEOUT                 seconds between requests of a connection       (60)
      BASEKEEPER_DRAIN_TIME                   seconds of serving while not ready, at the end (0)
      BASEKEEPER_SHUTDOWN_TIMEOUT             seconds that running requests get at the end   (20)
      BASEKEEPER_TRASH_DAYS                   days until a deleted base is gone for good     (30)
    """
}
