#include "rest/authenticators/token_asking.hpp"

namespace ingest::rest {

namespace {

thread_local int askings = 0;

}  // namespace

token_asking::token_asking() {
  ++askings;
}

token_asking::~token_asking() {
  --askings;
}

bool token_asking::goes_on() {
  return askings > 0;
}

}  // namespace ingest::rest
