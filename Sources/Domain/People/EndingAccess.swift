internal import Access
internal import Postgres

extension Transaction {
  /// Waits until the writes of a person that are under way are done, and lets them write nothing more before the
  /// transaction ends. The condition holds for their one row of `account`. Call it before touching rows of theirs:
  /// whoever writes locks their own access first and may touch these rows afterwards.
  func holdAccess(of person: SQL) async throws(PostgresError) {
    try await run("select hold_access(account.id, true) from account where \(person)")
  }

  /// Ends all account tokens of a person, who has to sign in again.
  func endAccountTokens(of user: UserID) async throws(PostgresError) {
    try await run("delete from account_token where account_id = (select id from account where uid = \(user))")
  }

  /// Ends a person's account tokens except one; nil ends all.
  func endAccountTokens(of person: ID<Account>, except token: ID<AccountToken>? = nil) async throws(PostgresError) {
    try await run(
      "delete from account_token where account_id = \(person) and id is distinct from \(token)::bigint")
  }

  /// Ends those of a person's account tokens that are more than they may have, but neither the one that was just `made` nor
  /// the one that was `shown` for it.
  func keepAccountTokens(
    of person: ID<Account>, _ app: App, made: ID<AccountToken>, shown: ID<AccountToken>? = nil
  ) async throws(PostgresError) {
    let limits = app.settings.accountTokens
    try await run(
      """
      select keep_account_tokens(
        \(person), \(limits.most)::integer, \(made), \(shown), \(limits.longestDays)::integer,
        \(limits.longestIdle)::integer)
      """)
  }

  /// Keeps the password as it was confirmed until the end.
  ///
  /// - Throws: `DomainError.refused` if it was changed in the meantime.
  func holdPassword(of caller: SignedIn, _ confirmed: ConfirmedPassword) async throws {
    let isOpen = try await run(
      "select from account where id = \(caller.account) and password_hash = \(confirmed.hash) for update")
    guard isOpen == 1 else { throw DomainError.refused("The password was changed in the meantime.") }
  }

  /// Removes a person's second factor and its recovery codes.
  func removeSecondFactor(of user: UserID) async throws(PostgresError) {
    try await run(
      """
      with person as (
        update account set totp_sealed = null, totp_confirmed_at = null, totp_last_step = null, totp_used_steps = '{}'
        where uid = \(user) returning id
      )
      delete from recovery_code using person where recovery_code.account_id = person.id
      """)
  }

  /// Checks what administrators change of their own account by the operations for other people's. These ask for no proof,
  /// so whoever has a second factor does not get around it there; nor anybody around the password that the operator or
  /// the team wants for another address.
  func checkOwnChange(to new: PersonChange, of caller: SignedIn, _ settings: AppSettings) async throws {
    if new.mustUseTwoFactors == true { try await requireSecondFactor(of: caller) }
    let resets = new.password != nil || new.losesSecondFactor
    let count = try await run(
      """
      select from account left join team on team.id = account.team_id
      where account.id = \(caller.account) and (
        totp_confirmed_at is not null and \(resets)
        or email <> \(new.email?.text)::text and (
          totp_confirmed_at is not null or \(settings.confirmsEmailChange) or coalesce(confirms_email_change, false)))
      """)
    guard count == 0 else {
      throw DomainError.forbidden(
        "This is your own account: change its password, second factor and address at /api/v2.1/user/, with a proof.")
    }
  }

  /// Throws unless the caller has a second factor: if they require one of themselves without having it, they lock
  /// themselves out.
  func requireSecondFactor(of caller: SignedIn) async throws {
    let count = try await run(
      "select from account where id = \(caller.account) and totp_confirmed_at is not null")
    guard count == 1 else {
      throw DomainError.refused("First enrol a second factor of your own, at /api/v2.1/user/two-factor-auth/.")
    }
  }
}
