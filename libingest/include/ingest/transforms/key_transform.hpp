#pragma once

#include <memory>
#include <string>

#include "ingest/transform.hpp"

namespace ingest {

class json_pointer;

/// Turns lines of JSON, as ndjson_source and csv_source give them, into the rows that the PostgreSQL sink loads: COPY
/// text with the columns id and data, by keyed_encoder. Batches must hold whole lines; blank ones are left out. A
/// line without an id that can be used becomes a row without id, and it is the table's to refuse it or to give it one.
/// One that is no JSON, or that the source has marked as no record, becomes a row that the sink sets aside with the
/// reason and counts. Neither fails anything else. Positions stay what they were.
class key_transform final : public transform {
 public:
  /// `id_pointer` leads to the key inside a record. Throws errc::config, naming `id_pointer`, if it is no JSON pointer.
  explicit key_transform(const std::string& id_pointer = "/id");

  std::optional<batch> apply(batch input) override;
  bool parallel() const override { return true; }

 private:
  std::shared_ptr<const json_pointer> id_;
};

}  // namespace ingest
