/// What the help and the manual page say of each command.
enum Text {
  static let serve = """
    Applies the migrations, makes the first administrator, and serves until SIGTERM or Ctrl-C: then it takes no new
    requests, finishes those that run, and stops its own PostgreSQL. A second signal ends it at once. SIGHUP lets it
    read its certificate again, where it has one; it also does that by itself when the file has changed.

    Without DATABASE_URL it makes and runs a PostgreSQL of its own, in BASEKEEPER_DATA_DIR. What it generates at the
    first start is shown then, and stands in first-start.txt in that directory until the administrator has signed in.

    The log goes to standard output: lines for people on a terminal, elsewhere a JSON object a line, with nothing else
    among them. It has a line for every request, never with a token, a password or a body.
    """

  static let migrate = """
    Applies what is missing of the schema, each file in a transaction of its own, one process at a time, and says what
    it applied. What a newer program has added is no obstacle; a database from which one has taken something away is
    refused, and one whose files were changed since. `serve` does the same at its start.
    """

  static let seed = """
    Makes the first system administrator (BASEKEEPER_ADMIN_EMAIL, BASEKEEPER_ADMIN_PASSWORD) and, with
    BASEKEEPER_DEMO=yes, a team with an admin, a member, a group, bases and API tokens. What was generated is printed
    now, and stands in first-start.txt in the data directory until the administrator has signed in. Each of the two is
    seeded once: later calls change nothing. `serve` does the same at its start.
    """

  static let adminCreate = """
    Makes a system administrator. The password is generated and printed, or read from standard input; it is held to the
    rules of the API: 8 characters or more, and none that many people would guess.
    """

  static let adminList = """
    Prints a line for every system administrator: address, name, whether the account is active, whether it has a second
    factor, and when it was used last. Works beside a running service, as all of `basekeeper admin` does.
    """

  static let resetPassword = """
    Gives an account a new password and ends its sessions: for whom no administrator can help any more. The password is
    generated and printed, or read from standard input. A second factor stays: `basekeeper admin disable-2fa`.
    """

  static let disableSecondFactor = """
    Takes away an account's second factor with its recovery codes, and the duty to have one that was put on the account,
    and ends its sessions. The password stays.
    """

  static let auditVerify = """
    Goes through the audit log of every team, in which each entry has the hash of the one before it, and says how many
    entries it has found as they were written; or names the first that was changed, taken out or put in, and ends with
    status 1. Works beside a running service.
    """

  static let keys = """
    The keys that sign base tokens are kept in the database, sealed under the master key, for all copies of the service.
    `keys rotate` makes a new one, which all copies know before it signs, half a minute later; the one before goes on
    being accepted. `keys retire` ends that: what a retired key has signed is refused. Public keys stand at
    /.well-known/jwks.json. The secret in JWT_PRIVATE_KEY, where that is set, is changed there. All of it works beside a
    running service.
    """

  static let backup = """
    Writes the whole database, as it stands at one moment, to FILE, or to standard output where that is "-". Works beside
    a running service, and changes nothing. FILE is an archive of PostgreSQL's pg_dump, which only its owner may read; it
    is there when it is whole, and not before. Runs pg_dump of the server's major version, or of a newer one, from
    BASEKEEPER_PG_BIN or the newest installed.

    The master key is NOT in it, and no service starts on the restored database without it: keep BASEKEEPER_MASTER_KEY,
    or the file master.key of the data directory, in another place.
    """

  static let restore = """
    Brings back what `basekeeper backup` has written to FILE, or to standard input where that is "-", all or nothing, and
    checks it: the schema is one that this version knows, and is brought up to its own; the audit logs are as they were
    written; the master key fits. Where one of these fails, nothing is changed. The service must not run, and the database
    must be empty. It needs the master key.
    """

  static let healthCheck = """
    Asks the service that listens on BASEKEEPER_LISTEN of this machine whether it is ready for requests: status 0 where
    it is, 1 where it is not, or does not answer in five seconds.
    """

  static let config = """
    Prints every setting, its value, and where that comes from. Secrets are masked. Ends with status 2 where one of the
    values cannot be used, and says which. Starts nothing.
    """

  static let routes = """
    Prints a line for every route, in the order of openapi.yaml, with tabs between method, path, operation id,
    principal (who may call it) and the status of success.
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
