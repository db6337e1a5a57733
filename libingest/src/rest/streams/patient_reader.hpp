#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ingest/retry.hpp"
#include "ingest/stop.hpp"
#include "rest/streams/slice_reader.hpp"

namespace ingest::rest {

/// Reads a slice with patience: an answer that cannot be right (errc::bad_data that may pass) is asked for again, later
/// and later, before it is what it is. A server that is being restarted gives such answers for some seconds. What else
/// fails has been tried again by whoever sent the request.
class patient_reader final : public slice_reader {
 public:
  /// `where` names the stream.
  patient_reader(std::unique_ptr<slice_reader> of, std::string where, retry_options patience, timing time)
      : of_(std::move(of)), where_(std::move(where)), patience_(patience), time_(std::move(time)) {}

  void open(const std::optional<std::string>& position) override;

  /// Throws bad_data as what does not pass, once patience has come to its end.
  std::optional<stream_page> read(const std::stop_token& stop) override;

 private:
  std::unique_ptr<slice_reader> of_;
  std::string where_;
  retry_options patience_;
  timing time_;
  std::optional<std::string> position_;
};

}  // namespace ingest::rest
