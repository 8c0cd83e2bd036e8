internal import Access
internal import Crypto
internal import Glibc
internal import Postgres

/// Where this copy of the service finds its master key, and the one that will replace it. Settings take precedence over
/// the files in the data directory.
struct MasterKeys: Sendable {
  private let given: String?
  private let givenNext: String?
  private let file: KeyFile
  private let nextFile: KeyFile
  /// Whether no other copy can use the database: it is this data directory's own.
  private let isAlone: Bool

  init(_ configuration: Configuration) {
    (given, givenNext) = (configuration.masterKey, configuration.nextMasterKey)
    isAlone = configuration.databaseURL == nil
    file = KeyFile(path: "\(configuration.dataDirectory)/master.key")
    nextFile = KeyFile(path: "\(configuration.dataDirectory)/master.key.next")
  }

  /// Whether there is a master key.
  var isThere: Bool { get throws { try given != nil || file.existing() != nil } }

  /// Makes the file if there is no master key.
  func make() throws { _ = try given ?? file.read() }

  /// The master key, and then its successor if there is one. Reads the files anew.
  func vaults() throws -> [Vault] {
    let keys = [try given ?? file.existing(), try givenNext ?? (given == nil ? nextFile.existing() : nil)]
    return try keys.compactMap(\.self).map { try Vault(masterKey: $0) }
  }

  /// The key that is to replace the present one. It is in a setting, or else in a file, which is made.
  ///
  /// - Throws: `Missing` if it cannot be in a file because other copies of the service could not read it there.
  func successor() throws -> (vault: Vault, isInFile: Bool) {
    if let givenNext { return (try Vault(masterKey: givenNext), false) }
    guard given == nil && isAlone else {
      throw Missing(
        description: "set BASEKEEPER_NEXT_MASTER_KEY for all copies of the service, restart each, and for this command")
    }
    return (try Vault(masterKey: nextFile.read()), true)
  }

  /// If the database is sealed with the successor's file, that becomes the master key's.
  func settle(_ current: Vault) throws {
    guard given == nil, givenNext == nil, let next = try nextFile.existing(),
      try Vault(masterKey: next).fingerprint == current.fingerprint
    else { return }
    try nextFile.replace(file)
  }
}

/// `basekeeper keys master`.
func replaceMasterKey(_ options: Options) throws {
  try withInstallation(options) { installation in
    let store = try installation.neededKeys()
    let new = try installation.masterKeys.successor()
    let former = try installation.withDatabase { try await store.load($0).vaults.current }
    guard former.fingerprint != new.vault.fingerprint else {
      try installation.masterKeys.settle(former)
      return say("The database is sealed with this master key already. \(advice(new.isInFile))")
    }
    if new.isInFile && installation.isBeside {
      say("The running service reads the new master key, which takes half a minute.")
      sleep(UInt32(KeyStore.overlap.components.seconds))
    }
    var settings = installation.owner
    settings.statementTime = .seconds(600)
    let outcome = try installation.withDatabase(at: settings) {
      try await MasterKeyReplacement(of: former, by: new.vault).run($0)
    }
    try installation.masterKeys.settle(new.vault)
    let counts = outcome.map { "signing keys: \($0.signingKeys), second factors: \($0.secondFactors)" }
    say("Sealed with the new master key: \(counts ?? "everything, by somebody else"). \(advice(new.isInFile))")
    say("Backups made before need the former master key: keep it as long as you keep them.")
  }
}

private func advice(_ isInFile: Bool) -> String {
  isInFile
    ? "It is in master.key in the data directory: keep a copy in another place."
    : "Now set BASEKEEPER_MASTER_KEY to it for all copies of the service, and BASEKEEPER_NEXT_MASTER_KEY no more."
}
