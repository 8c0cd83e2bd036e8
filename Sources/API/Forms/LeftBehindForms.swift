package import Domain
package import Ground

extension LeftBehindCounts: JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      $0.add("count", count)
      $0.add("api_tokens", apiTokens)
      $0.add("external_links", externalLinks)
      $0.add("invite_links", inviteLinks)
      $0.add("group_invite_links", groupLinks)
      $0.add("user_shares", userShares)
      $0.add("group_shares", groupShares)
      $0.add("accepted_invite_links", acceptedLinks)
      $0.add("account_tokens", accountTokens)
    }
  }
}

/// A person was deleted; what they have left behind.
struct Departure: Output, JSONEncodable {
  let left: LeftBehindCounts

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("left_behind", left)
    }
  }
}

/// What a person had left behind was ended; how much it was.
struct EndedLeftBehind: Output, JSONEncodable {
  let ended: LeftBehindCounts

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("success", true)
      $0.add("ended", ended)
    }
  }
}

extension LeftBehindList: Output, JSONEncodable {
  package func write(to json: inout JSONWriter) {
    json.object {
      person.write(to: &$0)
      $0.add("left_behind", counts)
      $0.add("api_tokens", apiTokens)
      $0.add("external_links", externalLinks.map { ExternalLink(link: $0) })
      $0.add("invite_links", inviteLinks.map(InviteLink.init))
      $0.add("group_invite_links", groupLinks)
      $0.add("user_shares", userShares)
      $0.add("group_shares", groupShares)
      $0.add("accepted_invite_links", acceptedLinks)
    }
  }
}
