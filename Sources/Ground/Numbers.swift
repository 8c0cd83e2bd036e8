/// The number in decimal, with leading zeros up to `width` digits. Longer numbers are not cut.
public func zeroPadded(_ number: some BinaryInteger, to width: Int) -> String {
  let digits = String(number)
  guard digits.utf8.count < width else { return digits }
  return String(repeating: "0", count: width - digits.utf8.count) + digits
}

extension Int64 {
  /// Divides so that the remainder is not negative: -1 divided by 60 is -1, with a remainder of 59.
  public func dividedFlooring(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
