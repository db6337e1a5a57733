#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rest/document/document.hpp"

namespace ingest::rest {

/// What comes once in place of a recorded answer, which comes when it is asked for again.
enum class exchange_fault : std::uint8_t {
  rate_limited,  ///< "429", with Retry-After
  cut,           ///< the connection ends in the middle of the answer
  slow,          ///< the answer is not there within the time that a request may take
  expired,       ///< "expired": 401, as for a token that is not valid any more
};
std::string_view name_of(exchange_fault f);

/// By the number of the exchange, from 1 on, in the order of the stream's file.
using exchange_faults = std::map<std::size_t, exchange_fault>;

/// By stream. Adds "STREAM:N=429"; throws errc::usage for what is none.
void add_fault(std::map<std::string, exchange_faults>& to, const std::string& order);

/// Adds those of a file: {orders: {3: 429, 5: cut}}. Throws errc::config with the line.
void add_faults(std::map<std::string, exchange_faults>& to, const document& file);

}  // namespace ingest::rest
