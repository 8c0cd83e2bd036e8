internal import Domain
internal import Ground

/// A list under the key that its operation uses, with the total count if the operation has one.
struct NamedList<Element: JSONEncodable>: Overview, JSONEncodable {
  let name: StaticString
  let elements: [Element]
  var count: (name: StaticString, value: Int64)?

  init(_ name: StaticString, _ elements: [Element], count: (name: StaticString, value: Int64)? = nil) {
    (self.name, self.elements, self.count) = (name, elements, count)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      if let count { $0.add(count.name, count.value) }
      $0.add(name, elements)
    }
  }
}

/// A page of a list without a total count.
struct NamedPage<Element: JSONEncodable>: Overview, JSONEncodable {
  let name: StaticString
  let elements: [Element]
  let page: Page
  let hasNext: Bool

  /// From rows that were selected with `page.limitAndOneMore`.
  init(_ name: StaticString, _ rows: [Element], _ page: Page) {
    (self.name, self.page) = (name, page)
    (elements, hasNext) = page.cut(rows)
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("page_info") {
        $0.add("has_next_page", hasNext)
        $0.add("current_page", page.number)
      }
      $0.add(name, elements)
    }
  }
}

/// The outcome of a request about several people at once: those for whom it succeeded, and the reasons for the others.
struct Outcomes<Success: JSONEncodable>: Output, JSONEncodable {
  private(set) var failed: [Failure] = []
  var success: [Success] = []

  struct Failure: JSONEncodable {
    let email: String
    let reason: String

    func write(to json: inout JSONWriter) {
      json.object {
        $0.add("email", email)
        $0.add("error_msg", reason)
      }
    }
  }

  mutating func fail(_ email: String, _ reason: String) { failed.append(Failure(email: email, reason: reason)) }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.add("failed", failed)
      $0.add("success", success)
    }
  }
}
