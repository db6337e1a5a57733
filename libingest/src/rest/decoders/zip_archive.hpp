#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rest/decoders/byte_stream.hpp"

namespace ingest::rest {

/// The members of a ZIP archive that is in memory, which must outlive this.
class zip_archive {
 public:
  /// `most`: bytes that may come of all its members. Throws errc::bad_data, which a new attempt may mend, for what is
  /// no whole archive.
  zip_archive(std::string_view bytes, std::size_t most);
  ~zip_archive();
  zip_archive(const zip_archive&) = delete;
  zip_archive& operator=(const zip_archive&) = delete;

  /// In the order of the archive's directory, folders among them.
  std::uint64_t size() const { return size_; }
  std::string name(std::uint64_t index) const;
  bool is_folder(std::uint64_t index) const;

  /// The content of a member, unpacked piece by piece; must not outlive the archive. Throws errc::bad_data, naming the
  /// member, for one that is encrypted or packed by a method that is not known here; what it gives, for one that is
  /// damaged or too large.
  std::unique_ptr<byte_stream> open(std::uint64_t index) const;

 private:
  struct opened;
  std::unique_ptr<opened> opened_;
  std::uint64_t size_ = 0;
};

}  // namespace ingest::rest
