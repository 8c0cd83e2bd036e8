/// Whether the whole text is visible: no control characters, no line ends, no bidirectional controls, and no
/// default-ignorable characters except where their script or their emoji needs them.
func isVisible(_ text: String) -> Bool {
  var previous: Unicode.Scalar?
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    guard isPrintable(scalar) || belongs(scalar, between: previous, and: rest.first) else { return false }
    previous = scalar
  }
  return true
}

/// Whether a character is visible everywhere, if only as a space.
func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
  default: !scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isBidiControl && !isBlankBeside(scalar)
  }
}

/// Characters that show nothing although Unicode does not call them ignorable: the blank Braille pattern, the
/// interlinear annotation characters, the object replacement character, the Khitan filler, the null notehead.
private func isBlankBeside(_ scalar: Unicode.Scalar) -> Bool {
  [0x2800, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0x1_6fe4, 0x1_d159].contains(scalar.value)
}

/// Whether an invisible character changes how the characters beside it look or join.
private func belongs(
  _ scalar: Unicode.Scalar, between previous: Unicode.Scalar?, and next: Unicode.Scalar?
) -> Bool {
  guard let previous else { return false }
  let isJoined = isVirama(previous) || joins(previous) && next.map(joins) ?? false
  switch scalar.value {
  // Joiners (RFC 5892, A.1 and A.2, but without checking the joining types of Arabic letters), and parts of an emoji.
  case 0x200c: return isJoined
  case 0x200d: return isJoined || isPicture(previous) && next.map(isPicture) ?? false
  // Variation selectors for text and for emoji.
  case 0xfe0e, 0xfe0f: return previous.properties.isEmoji
  // Variation selectors for Mongolian letters, and for ideographs, which occur in names.
  case 0x180b...0x180f: return (0x1820...0x18aa).contains(previous.value)
  case 0xe0100...0xe01ef: return previous.properties.isIdeographic
  default: return false
  }
}

/// Whether it is a letter or a mark of a script whose letters join.
private func joins(_ scalar: Unicode.Scalar) -> Bool {
  let scripts: [ClosedRange<UInt32>] = [
    0x600...0x6ff,  // Arabic
    0x700...0x8ff,  // Syriac, Arabic, Thaana, NKo, Mandaic
    0x900...0xdff,  // the scripts of India and Sri Lanka
    0x1000...0x109f,  // Myanmar
    0x1780...0x17ff,  // Khmer
    0x1800...0x18af,  // Mongolian
    0x1_e900...0x1_e95f,  // Adlam
  ]
  return scripts.contains { $0.contains(scalar.value) } && (scalar.properties.isAlphabetic || isVirama(scalar))
}

private func isVirama(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.canonicalCombiningClass == .virama }

/// Whether it is a part of an emoji to which a joiner can join another.
private func isPicture(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value > 0xff && (scalar.properties.isEmoji || scalar.value == 0xfe0f)
}
