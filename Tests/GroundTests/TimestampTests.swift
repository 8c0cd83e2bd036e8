import Ground
import Testing

@Suite struct Timestamps {
  @Test func `times are added to, compared and subtracted`() {
    let time = Timestamp(seconds: 10)
    #expect(time + .milliseconds(1500) == Timestamp(microseconds: 11_500_000))
    #expect(time - .microseconds(1) == Timestamp(microseconds: 9_999_999))
    #expect(time - Timestamp(seconds: 4) == .seconds(6))
    #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
    #expect(Timestamp(microseconds: -1).seconds == -1)
    #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
  }

  @Test(
    arguments: [
      ("2021-03-02T09:47:41+00:00", 1_614_678_461), ("2021-03-02T09:47:41Z", 1_614_678_461),
      ("2021-03-02 09:47:41", 1_614_678_461), ("2021-03-02T09:47:41.999z", 1_614_678_461),
      ("2021-03-02T10:47:41+01:00", 1_614_678_461), ("2021-03-02T10:47:41 01:00", 1_614_678_461),
      ("2021-03-02T04:17:41-0530", 1_614_678_461), ("2021-03-02T09:47", 1_614_678_420), ("2021-03-02", 1_614_643_200),
      ("1970-01-01", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29", 951_782_400), ("0001-01-01", -62_135_596_800),
      ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] as [(String, Int64)])
  func `a time is read`(_ text: String, _ seconds: Int64) {
    #expect(Timestamp(wire: text) == Timestamp(seconds: seconds))
  }

  @Test(arguments: [
    "", "2021", "2021-3-2", "2021-02-29", "1900-02-29", "2021-13-01", "2021-00-01", "2021-01-00", "2021-01-32",
    "0000-01-01", "2021-03-02T24:00:00Z", "2021-03-02T09:60:00Z", "2021-03-02T09:47:60Z", "2021-03-02T",
    "2021-03-02T09",
    "2021-03-02T09:47:41+24:00", "2021-03-02T09:47:41+00:60", "2021-03-02T09:47:41+1", "2021-03-02T09:47:41Zz",
    "２021-03-02", " 2021-03-02", "+021-03-02", "1614678461",
  ])
  func `other texts are not times`(_ text: String) {
    #expect(Timestamp(wire: text) == nil)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00+00:00"), (951_868_799, "2000-02-29T23:59:59+00:00"), (-1, "1969-12-31T23:59:59+00:00"),
      (-62_135_596_800, "0001-01-01T00:00:00+00:00"), (253_402_300_799, "9999-12-31T23:59:59+00:00"),
    ] as [(Int64, String)])
  func `a time is written to the second, with its offset`(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(seconds: seconds).wire == text)
    #expect(Timestamp(seconds: seconds).dateAndTime + "+00:00" == text)
    #expect(Timestamp(microseconds: seconds * 1_000_000 + (seconds < 0 ? 0 : 999_999)).wire == text)
  }

  @Test func `every day survives a round trip, over more than the calendar's period of 400 years`() {
    for day in Int64(-150_000)...150_000 {
      let time = Timestamp(seconds: day * 86_400 + 86_399)
      #expect(Timestamp(wire: time.wire) == time)
    }
  }
}

@Suite struct Durations {
  @Test func `microseconds are exact, even far from zero`() {
    for microseconds in [0, 1, 999_999, 1_795_747_818_123_457, 9_007_199_254_740_993, -1] as [Int64] {
      #expect(Duration.microseconds(microseconds).microseconds == microseconds)
      #expect(Duration.microseconds(microseconds).milliseconds == microseconds / 1000)
    }
  }
}
