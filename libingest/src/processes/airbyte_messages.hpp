#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "json/json_pointer.hpp"
#include "processes/message.hpp"

namespace ingest::processes {

/// The messages of an Airbyte source (Airbyte protocol v0).
class airbyte_messages final : public message_reader {
 public:
  /// `space`: the stream's namespace, empty where it has none. `id_pointer`: where a record has its key. `renewed` is
  /// called with the settings of the connection when the source says that they have changed, as when a refresh token
  /// was used up.
  airbyte_messages(std::string process, std::string stream, std::string space, const std::string& id_pointer,
                   std::function<void(std::string_view config)> renewed = nullptr);

  message read(std::string_view line) override;

  /// A source that tells of the stream's status has to say that it is complete.
  void check_end() const override;
  bool has_spoken_of_stream() const override { return has_spoken_; }

  std::string passed_over() const override { return lines_.passed_over(); }

 private:
  message meaning(std::string_view line, const message_lines::typed_line& what);
  message record_of(std::string_view line, bool is_json);
  message state_of(std::string_view line);
  void check_count(std::string_view count);
  void hear_trace(std::string_view line);
  void hear_status(std::string_view status);
  void log_what(std::string_view line) const;
  void hear_control(std::string_view line);
  bool is_ours(const detail::json_value& name, const detail::json_value& space);

  std::string process_;
  std::string stream_;
  std::string space_;
  std::function<void(std::string_view)> renewed_;
  std::array<detail::json_value, 5> found_;
  message_lines lines_;
  std::uint64_t since_state_ = 0;  ///< records of ours
  bool has_spoken_ = false;
  bool tells_status_ = false;
  bool is_complete_ = false;
  std::string scratch_;
  std::string state_;
};

}  // namespace ingest::processes
