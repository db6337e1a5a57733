#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "rest/decoders/decoder.hpp"
#include "rest/requests/answer.hpp"
#include "rest/selectors/record_extractor.hpp"

namespace ingest::rest {

/// The records of one answer of a download, one after the other. What is not asked for yet is not unpacked yet.
class download {
 public:
  /// `by` must outlive it.
  download(answer from, const decoder& by, const record_extractor& extractor, const decoding_limits& most);
  download(const download&) = delete;
  download& operator=(const download&) = delete;

  /// Nothing behind the last one. Throws errc::bad_data for what cannot be read.
  std::optional<value> next();

  const answer& from() const { return from_; }
  /// Of the whole answer, once next() has given nothing: whether any of its documents has the place of records.
  bool place_found() const { return place_found_; }
  bool has_documents() const { return begun_; }

  std::size_t taken() const { return taken_; }         ///< by next()
  std::uint64_t fingerprint() const { return like_; }  ///< of these
  const value& last() const { return last_; }          ///< of these; None before the first

  /// What pagination calls `response`: the first document, where the decoder shows it.
  const value& response() const { return response_; }

 private:
  bool next_document();

  answer from_;
  const record_extractor& extractor_;
  bool shows_response_;
  std::unique_ptr<document_stream> documents_;
  std::deque<value> records_;  // of the document before
  bool begun_ = false;
  bool place_found_ = false;
  std::size_t taken_ = 0;
  std::uint64_t like_ = 0;
  value last_;
  value response_ = value::dict_of({});
};

}  // namespace ingest::rest
