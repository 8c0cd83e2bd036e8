/// Every message that the log can have. docs/log.md says of each when it is written, with which fields, and what to do
/// about it; a test compares the two.
enum LogMessage: String {
  case request
  case moreRequestsFailed = "more requests failed"
  case security
  case auditEntry = "audit entry"
  case auditHead = "audit head"
  case linesDropped = "log lines were dropped"
  case cannotServe = "cannot serve"
  case settingToCheck = "setting to check"
  case waitingForDatabase = "waiting for the database"
  case databaseReached = "database reached"
  case databaseLost = "database lost"
  case embeddedDatabase = "embedded PostgreSQL"
  case migrationApplied = "migration applied"
  case newerMigration = "migration of a newer version"
  case servesAsSuperuser = "serves as a superuser of the database"
  case servesAsOwner = "serves as the owner of the database's tables"
  case firstPasswordsKept = "the first start's passwords are in a file until an administrator has signed in"
  case ready
  case stopping
  case stopped
  case stoppedWithoutWaiting = "stopped without waiting"
  case certificateRead = "certificate read"
  case certificateNotRead = "certificate not read"
  case jobFailed = "job failed"
  case jobRunsAgain = "job runs again"
  case workGivenUp = "work given up"
  case listsFromStandby = "lists come from the standby"
  case listsFromPrimary = "lists come from the primary"
  case trashCleared = "trash cleared"
  case clocksDiffer = "this clock differs from the database's"
}
