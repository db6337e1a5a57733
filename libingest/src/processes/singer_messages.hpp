#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "json/json_pointer.hpp"
#include "processes/message.hpp"

namespace ingest::processes {

/// The messages of a Singer tap (Singer specification 0.3.0, and ACTIVATE_VERSION as Stitch's taps have it).
class singer_messages final : public message_reader {
 public:
  /// `streams`: what messages call the stream, its name or its `tap_stream_id`. `key`: the fields that are relied on as
  /// its key, which a SCHEMA that names others contradicts; none: any will do. `id_pointer`: where a record has its
  /// key.
  singer_messages(std::string process, std::vector<std::string> streams, std::vector<std::string> key,
                  const std::string& id_pointer);

  message read(std::string_view line) override;
  void check_end() const override {}
  bool has_spoken_of_stream() const override { return has_spoken_; }
  std::string passed_over() const override { return lines_.passed_over(); }

 private:
  message meaning(std::string_view line, const message_lines::typed_line& what);
  message record_of(std::string_view line, bool is_json);
  void check_schema(std::string_view line);
  bool is_ours();
  void refuse_other_case(std::string_view name) const;
  std::string stream_name();

  std::string process_;
  std::vector<std::string> streams_;
  std::vector<std::string> key_;
  std::array<detail::json_value, 6> found_;
  message_lines lines_;
  bool has_spoken_ = false;
  std::string scratch_;
};

}  // namespace ingest::processes
