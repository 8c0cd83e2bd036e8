// swift-tools-version: 6.2
// Basekeeper's modules, built for libFuzzer: each edge is counted and each comparison traced. Built by script/fuzz.
import PackageDescription

let instrumented: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .unsafeFlags(["-sanitize=fuzzer", "-parse-as-library", "-enable-testing"]),
]

/// One of the product's modules, through a link to its sources.
func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: instrumented)
}

let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CLibPQ"),
    .systemLibrary(name: "CCrypto"),
    .systemLibrary(name: "CSodium"),
    .systemLibrary(name: "CUnistring"),
    .systemLibrary(name: "CZip"),
    .systemLibrary(name: "CExpat"),
    .systemLibrary(name: "CQREncode"),
    .target(name: "Assets"),
    module("Ground", "CSodium", "CUnistring"),
    module("Loop", "CLinux"),
    module("HTTP", "Ground"),
    module("Grid", "Ground"),
    module("Query", "Ground"),
    module("Crypto", "Ground", "Loop", "CCrypto", "CSodium"),
    module("Postgres", "Ground", "Loop", "CLibPQ"),
    module("Access", "Ground", "HTTP", "Postgres", "Crypto"),
    module("Spreadsheet", "CZip", "CExpat"),
    module("QR", "CQREncode"),
    module("Domain", "Access", "Ground", "Postgres", "Grid", "Query", "Crypto", "Assets"),
    module("API", "Domain", "Access", "Ground", "HTTP", "Postgres", "Crypto", "Spreadsheet", "QR", "Assets"),
    .target(
      name: "FuzzTargets", dependencies: ["API", "Domain", "Access", "Ground", "HTTP", "Postgres", "Query", "Crypto"],
      path: "Targets", swiftSettings: instrumented),
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Entry", swiftSettings: instrumented,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
)
