import Testing
@testable import Grid
@Suite struct GridKeyTests {}
