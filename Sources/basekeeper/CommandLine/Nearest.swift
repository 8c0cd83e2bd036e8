/// The word that was probably meant by an unknown one: the one with the fewest slips; nil if even that has too many.
func nearest(to word: String, among words: [String]) -> String? {
  let most = min(3, max(1, word.count / 4))
  let distances = words.map { (word: $0, distance: slips(between: Array(word.utf8), and: Array($0.utf8))) }
  guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= most else { return nil }
  return best.word
}

/// How many bytes must be inserted, left out, replaced or swapped with their neighbour to turn one word into the other.
private func slips(between first: [UInt8], and second: [UInt8]) -> Int {
  var before: [Int] = []
  var last = Array(0...second.count)
  for (row, byte) in first.enumerated() {
    var this = [row + 1]
    for (column, other) in second.enumerated() {
      var least = min(last[column] + (byte == other ? 0 : 1), last[column + 1] + 1, this[column] + 1)
      if row > 0, column > 0, byte == second[column - 1], first[row - 1] == other {
        least = min(least, before[column - 1] + 1)
      }
      this.append(least)
    }
    (before, last) = (last, this)
  }
  return last[second.count]
}
