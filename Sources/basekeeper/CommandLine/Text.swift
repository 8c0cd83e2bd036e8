/// What the help and the manual page say about each command.
enum Text {
  static let serve = """
    Applies the migrations, creates the first administrator, and serves until SIGTERM or Ctrl-C. Then it takes no new
    requests, finishes those that are running, and stops its own PostgreSQL. A second signal ends it at once. If it has
    a certificate, SIGHUP makes it read that again; it also does so by itself when the file has changed.

    Without DATABASE_URL it creates and runs a PostgreSQL of its own, in BASEKEEPER_DATA_DIR. Passwords and tokens that
    it generates at the first start are shown then. They are also in first-start.txt in that directory, until the
    administrator has signed in.

    The log goes to standard output: on a terminal as text for people, elsewhere as one JSON object per line, and
    nothing else. It has a line for every request, but never a token, a password or a body.
    """

  static let migrate = """
    Applies the migrations that the database lacks, and says which. Each runs in a transaction of its own; only one
    process migrates at a time. Migrations of a newer version may be there already. The database is refused if a newer
    version has removed something from it, or if a migration was edited after it had been applied. `serve` does the
    same when it starts.
    """

  static let seed = """
    Creates the first system administrator (BASEKEEPER_ADMIN_EMAIL, BASEKEEPER_ADMIN_PASSWORD) and, with
    BASEKEEPER_DEMO=yes, a team with an admin, a member, a group, bases and API tokens. Generated passwords and tokens
    are printed. They are also in first-start.txt in the data directory, until the administrator has signed in. Each of
    the two is seeded once: later calls change nothing. `serve` does the same when it starts.
    """

  static let adminCreate = """
    Creates a system administrator. The password is generated and printed, or read from standard input. The API's rules
    apply to it: at least 8 characters, not a common or a leaked password, and not a name.
    """

  static let adminList = """
    Prints a line for every system administrator: address, name, whether the account is active, whether it has a second
    factor, and when the person last signed in. Like all `basekeeper admin` commands, it works while the service runs.
    """

  static let resetPassword = """
    Gives an account a new password and ends its sessions, for people whom no administrator can help any more. The
    password is generated and printed, or read from standard input. The second factor stays; to remove it, use
    `basekeeper admin disable-2fa`.
    """

  static let disableSecondFactor = """
    Removes an account's second factor and its recovery codes, and ends its sessions. The password stays. Anyone who must
    have a second factor enrols another one when they have signed in.
    """

  static let endSessions = """
    Ends an account's sessions: its account tokens, and the base tokens and temporary API tokens that were made from them.
    The password and the second factor stay, and so do API tokens.
    """

  static let auditVerify = """
    Checks the audit log of every team, in which each entry has the hash of the entry before it, and prints the number
    of entries that are unchanged. If an entry was changed, removed or inserted, it names the first one and ends with
    status 1. It works while the service runs.
    """

  static let keys = """
    The keys that sign base tokens are in the database, sealed with the master key, for all copies of the service.
    `keys rotate` makes a new key. All copies know it before it signs, half a minute later; the old key is still
    accepted. `keys retire` ends a key: base tokens that it signed are refused. The public keys are at
    /.well-known/jwks.json. If base tokens are signed with JWT_PRIVATE_KEY, change that variable instead. All of these
    commands work while the service runs.
    """

  static let masterKey = """
    Replaces the master key: seals everything that the present one has sealed with the key that
    BASEKEEPER_NEXT_MASTER_KEY names, in one transaction. It works while the service runs: first set that key for all
    copies and restart each, then run this, then set BASEKEEPER_MASTER_KEY to that key and restart each again. Where
    the master key is in the file master.key, beside an embedded PostgreSQL, a new one is made, and nothing needs to be
    set or restarted. Nobody notices: tokens, sessions and second factors go on. If the command is interrupted, run it
    again.
    """

  static let backup = """
    Writes the whole database, as it is at one moment, to FILE, or to standard output if FILE is "-". It works while the
    service runs, and changes nothing. FILE is an archive of PostgreSQL's pg_dump that only its owner may read; it
    appears only when it is complete. The command runs pg_dump of the server's major version or a newer one, from
    BASEKEEPER_PG_BIN or else the newest that is installed.

    The master key is NOT in the backup, and no service starts on the restored database without it. Keep a copy of
    BASEKEEPER_MASTER_KEY, or of the file master.key in the data directory, in another place.
    """

  static let restore = """
    Restores what `basekeeper backup` has written to FILE, or to standard input if FILE is "-". Then it checks that this
    version knows the schema, which it upgrades; that the audit logs are unchanged; and that the master key fits. If a
    check fails, nothing is changed. The service must not run, the database must be empty, and the master key is needed.
    """

  static let healthCheck = """
    Asks the service at BASEKEEPER_LISTEN on this machine whether it is ready for requests. The status is 0 if it is,
    and 1 if it is not or does not answer within five seconds.
    """

  static let config = """
    Prints every setting, its value, and where the value comes from. Secrets are masked. If a value is wrong, it says so
    and ends with status 2. It starts nothing.
    """

  static let routes = """
    Prints a line for every route, in the order of openapi.yaml: method, path, operation ID, principal (who may call it)
    and the status of success, separated by tabs.
    """

  static let completion = """
    Prints a script that lets a shell complete commands and options:

      bash:  source <(basekeeper completion bash)
      zsh:   basekeeper completion zsh >"${fpath[1]}/_basekeeper"
      fish:  basekeeper completion fish >~/.config/fish/completions/basekeeper.fish
    """

  static let man = """
    Prints the manual page, for `man`:

      basekeeper man >/usr/local/share/man/man1/basekeeper.1
    """
}
