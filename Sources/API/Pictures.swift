internal import Access

extension App.Settings {
  /// The picture of everybody who has none of his own.
  var avatarURL: String { "\(publicURL)/media/avatars/default.png" }
  /// The picture of every group.
  var groupAvatarURL: String { "\(publicURL)/media/avatars/groups/default.png" }
}
