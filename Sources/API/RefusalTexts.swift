internal import Access

/// For existing links and for new ones.
let noPublicLinks = "The team of this base has closed its external links."

extension Duty {
  /// What somebody is told who has not done it yet.
  var demand: String {
    switch self {
    case .choosePassword:
      "Your password was set by somebody else: choose your own at /api/v2.1/user/password/ first."
    case .enrol:
      "Two-factor authentication is required: enrol a second factor at /api/v2.1/user/two-factor-auth/ first."
    }
  }
}

extension Cap {
  /// What somebody is told who wants one more.
  var refusal: String {
    let (owner, things) =
      switch self {
      case .basesPerPerson: ("This person", "bases")
      case .basesPerGroup: ("This group", "bases")
      case .groupsPerPerson: ("This person", "groups")
      case .foldersPerWorkspace: ("This workspace", "folders")
      case .tokensPerBase: ("This base", "API tokens")
      case .sharesPerBase: ("This base", "shares")
      case .linksPerBase: ("This base", "links")
      case .linksPerGroup: ("This group", "invite links")
      case .linksPerPerson: ("You", "links")
      }
    let verb = self == .linksPerPerson ? "have" : "has"
    return "\(owner) already \(verb) as many \(things) as allowed: delete some first, or ask the operator for more "
      + "(\(setting))."
  }
}
