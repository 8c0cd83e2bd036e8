/// Whether all of a text is seen: no controls, no line ends, nothing that turns the direction of the text around it, and
/// none of the characters that Unicode has to be shown as nothing, but where their script or their emoji needs them.
func isVisible(_ text: String) -> Bool {
  var previous: Unicode.Scalar?
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    guard isPrintable(scalar) || belongs(scalar, between: previous, and: rest.first) else { return false }
    previous = scalar
  }
  return true
}

/// Whether a character can be seen wherever it stands, be it as a blank.
func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
  default: !scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isBidiControl && !isBlankBeside(scalar)
  }
}

/// What is shown as nothing without being ignorable by its properties: the blank pattern of Braille, what stands around
/// annotations, an object's place, a filler of Khitan, a note without a head.
private func isBlankBeside(_ scalar: Unicode.Scalar) -> Bool {
  [0x2800, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0x1_6fe4, 0x1_d159].contains(scalar.value)
}

/// Whether a character that is not seen changes how the ones beside it look, or whether they join.
private func belongs(
  _ scalar: Unicode.Scalar, between previous: Unicode.Scalar?, and next: Unicode.Scalar?
) -> Bool {
  guard let previous else { return false }
  let isJoined = isVirama(previous) || joins(previous) && next.map(joins) ?? false
  switch scalar.value {
  // Joiners (RFC 5892, A.1 and A.2, without asking of Arabic letters on which side they join), and parts of an emoji.
  case 0x200c: return isJoined
  case 0x200d: return isJoined || isPicture(previous) && next.map(isPicture) ?? false
  // As text, or as an emoji.
  case 0xfe0e, 0xfe0f: return previous.properties.isEmoji
  // Forms of Mongolian letters, and of ideographs, which stand in names.
  case 0x180b...0x180f: return (0x1820...0x18aa).contains(previous.value)
  case 0xe0100...0xe01ef: return previous.properties.isIdeographic
  default: return false
  }
}

/// Letters and marks of the scripts whose letters join.
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

/// A part of an emoji, behind or in front of which another one may be joined.
private func isPicture(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value > 0xff && (scalar.properties.isEmoji || scalar.value == 0xfe0f)
}
