#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rest/document/node.hpp"

namespace ingest::rest {

/// How a stream is the child of another: by what fields of the parent's records its requests differ.
struct parent_link {
  std::string parent;
  std::string key;                  ///< the field that makes a partition; ""  where the stream is no child
  std::set<std::string> more = {};  ///< other fields of the parent that are referred to
  bool is_child() const { return !key.empty(); }
};

/// What is gathered while a short spelling is read: what is wrong in it, and the settings that it takes from outside.
class spelling {
 public:
  explicit spelling(std::string file) : file_(std::move(file)) {}

  std::map<std::string, parent_link, std::less<>> links;  ///< of all streams, by name

  void complain(const node& at, const std::string& problem);
  /// Throws errc::config with all complaints, if there are some.
  void finish() const;

  /// Complains of members of `dict` that are not `known`; and of one that is no dict. `what` names it: "`auth`".
  bool check(const node& dict, const std::string& what, std::initializer_list<std::string_view> known);

  /// The member, unless it is missing or null.
  static const node* at(const node& dict, std::string_view name);

  /// The member, a text or another scalar as it is spelt, with its settings; complains of anything else, and where
  /// there must be one and is none.
  std::string text(const node& dict, std::string_view name, const std::string& what, bool secret = false);
  std::string required_text(const node& dict, std::string_view name, const std::string& what, bool secret = false);

  /// A text of the file as one of a manifest: `${…}` and `{stream.field}` become expressions. `of`: the stream that it
  /// is of; null: of none, so that nothing is referred to. `secret`: what is put in must not be shown.
  std::string expressed(const node& text, const parent_link* of, bool secret);

  /// The same of a path, where what `{stream.field}` stands for is percent-encoded, so that it is one segment;
  /// `{+stream.field}` has its slashes left (RFC 6570, section 3.2.3).
  std::string expressed_path(const node& text, const parent_link& of);

  /// The same for all texts in it, at any depth. `typed`: texts that spell a number stay texts, as JSON has both; else
  /// all scalars become texts. `holds_key`: what is put in is a secret, and nothing else.
  node expressed_all(const node& content, const parent_link* of, bool typed, bool holds_key = false);

  /// The streams and fields that texts in it refer to, in their order.
  std::vector<std::pair<std::string, std::string>> references_in(const node& content) const;

  node settings(int line) const;       ///< name → `${…}`
  node specification(int line) const;  ///< of type Spec

 private:
  struct setting {
    std::string text;
    bool secret = false;  ///< or may be: it is in no log
    bool is_key = false;  ///< nothing but a secret: another one is no other account
  };

  enum class usage : std::uint8_t { plain, secret, request, path };

  std::string setting_named(const std::string& asked, const node& at, usage what);

  std::string expressed_for(usage what, const node& text, const parent_link* of);
  std::string reference(const std::string& inner, const parent_link& of, const node& at, usage what);
  std::optional<std::pair<std::string, std::string>> reference_in_braces(std::string_view inner) const;

  std::string file_;
  std::string problems_;
  std::map<std::string, setting> settings_;
};

/// The name of a partition's value: what `{parent.field}` becomes a member of.
std::string partition_name(std::string_view parent, std::string_view field);

/// "P30D" of "30d"; a duration of ISO 8601 as it is; nothing for what is neither.
std::optional<std::string> iso_duration(std::string_view text);

node spelled_auth(spelling& s, const node& auth);
node spelled_rate(spelling& s, const node& rate);
/// A paginator; `body`: how the stream spells its requests' bodies, "json", "form" or "".
node spelled_pages(spelling& s, const node& paginate, const node& params, const std::string& body);
/// DatetimeBasedCursor.
node spelled_window(spelling& s, const node& incremental, const std::string& body);
node spelled_errors(spelling& s, const node* errors, int line);
node spelled_schema(spelling& s, const node& schema);
std::vector<node> spelled_transformations(spelling& s, const node& stream, const parent_link& of);
/// RequestOption.
node spelled_option(int line, const std::string& name, const std::string& place);

}  // namespace ingest::rest
