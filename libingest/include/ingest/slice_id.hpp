#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>

namespace ingest {

/// Names a slice: an independent part of a source, such as a time window, with a position and an end of its own. Two
/// texts name it, for ever and on every machine: the stream that it is a part of, and its name within the stream. Of a
/// source with a single stream that has no name is empty; slices that are counted have their number for a name, from 0,
/// and a source that is not divided is slice 0.
///
/// A value; copies share the texts.
class slice_id {
 public:
  slice_id() = default;

  /// The slice of that number, of the stream without a name.
  template <std::integral Number>
  slice_id(Number number) : slice_id("", std::to_string(number)) {}  // a number is what a counted slice is called

  slice_id(std::string stream, std::string name);

  const std::string& stream() const;
  const std::string& name() const;

  /// Of a counted slice. Throws errc::internal for one that has another name.
  std::uint32_t number() const;

  bool operator==(const slice_id& other) const { return (*this <=> other) == 0; }  // NOLINT(modernize-use-nullptr)
  std::strong_ordering operator<=>(const slice_id& other) const;

 private:
  struct texts {
    std::string stream;
    std::string name;
    auto operator<=>(const texts&) const = default;  // NOLINT(modernize-use-nullptr)
  };

  const texts& get() const;

  std::shared_ptr<const texts> texts_;  ///< null: slice 0
};

/// As messages name it: "slice 3", or "slice 3 of invoices" where the stream has a name.
std::string to_string(const slice_id& s);

}  // namespace ingest
