internal import Ground

extension JSONWriter.Members {
  /// Adds the address of the default picture, which every person has.
  mutating func addAvatar(_ name: StaticString = "avatar_url") { add(name, address: "/media/avatars/default.png") }

  /// Adds the address of the default picture, which every group has.
  mutating func addGroupAvatar() { add("avatar_url", address: "/media/avatars/groups/default.png") }
}
