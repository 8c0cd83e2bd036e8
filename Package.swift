// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A module, built with the common settings.
func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a module, in `Tests/<name>`.
func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "basekeeper",
  products: [.executable(name: "basekeeper", targets: ["basekeeper"])],
  targets: [
    // C libraries and system calls: module.modulemap and shim.h, each imported by one module below,
    // libsodium and Linux by two.
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CLibPQ"),
    .systemLibrary(name: "COpenSSL"),
    .systemLibrary(name: "CCrypto"),
    .systemLibrary(name: "CSodium"),
    .systemLibrary(name: "CUnistring"),
    .systemLibrary(name: "CZip"),
    .systemLibrary(name: "CExpat"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CQREncode"),

    // openapi.yaml and Migrations/*.sql, compiled into the binary.
    .target(name: "Assets"),

    // From the ground up: a module imports only modules above it.
    module("Ground", "CSodium", "CUnistring", "CZlib"),
    module("Loop", "CLinux"),
    module("HTTP", "Ground"),
    module("Grid", "Ground"),
    module("Query", "Ground"),
    module("Crypto", "Ground", "Loop", "CCrypto", "CSodium"),
    module("Postgres", "Ground", "Loop", "CLibPQ"),
    module("Jobs", "Ground", "Loop", "Postgres"),
    module("Cluster", "Ground", "Loop", "Postgres"),
    module("Wire", "Ground", "HTTP"),
    module("Server", "Ground", "Loop", "HTTP", "Wire", "CLinux", "COpenSSL"),
    module("Spreadsheet", "CZip", "CExpat"),
    module("QR", "CQREncode"),
    module("Access", "Ground", "HTTP", "Postgres", "Crypto"),
    module("Domain", "Access", "Ground", "Postgres", "Jobs", "Grid", "Query", "Crypto", "Assets"),
    module("API", "Domain", "Access", "Ground", "HTTP", "Grid", "Postgres", "Crypto", "Spreadsheet", "QR", "Assets"),
    .executableTarget(
      name: "basekeeper",
      dependencies: [
        "API", "Domain", "Access", "Ground", "HTTP", "Postgres", "Jobs", "Cluster", "Crypto", "Server", "Loop",
        "Assets",
      ],
      swiftSettings: strict),

    // The server alone, for script/http-fuzz.
    .executableTarget(
      name: "echo", dependencies: ["Server", "HTTP", "Loop"], path: "Tests/Echo", swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["API", "Access", "Ground", "HTTP", "Postgres", "Cluster", "Crypto", "Loop", "Assets"],
      path: "Tests/TestSupport", swiftSettings: strict),
    tests("LoopTests", "Loop"),
    tests("GroundTests", "Ground", "TestSupport"),
    tests("HTTPTests", "Ground", "HTTP", "TestSupport"),
    tests("GridTests", "Grid", "Ground", "TestSupport"),
    tests("QueryTests", "Ground", "Query"),
    tests("CryptoTests", "Crypto", "Ground", "Loop"),
    tests("PostgresTests", "Ground", "Postgres", "Cluster", "Loop", "TestSupport"),
    tests("JobsTests", "Ground", "Jobs", "Postgres", "Loop", "TestSupport"),
    tests("SpreadsheetTests", "Spreadsheet"),
    tests("WireTests", "Ground", "HTTP", "Wire"),
    tests("ServerTests", "Server", "HTTP", "Loop", "COpenSSL", "TestSupport"),
    .testTarget(
      name: "FuzzTests", dependencies: ["API", "Domain", "Access", "Ground", "HTTP", "Postgres", "Query", "Crypto"],
      path: "Tests/Fuzz",
      exclude: ["Package.swift", "Sources", "Entry", "Corpus", "Words"], swiftSettings: strict),
    tests(
      "APITests", "API", "Domain", "Access", "Ground", "HTTP", "Postgres", "Grid", "Query", "Crypto", "Loop",
      "TestSupport"),
  ]
)
