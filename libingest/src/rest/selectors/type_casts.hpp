#pragma once

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What Python's str(), float(), int() and bool() make of a value; the value itself where they would raise, or where
/// JSON has no such number. Numbers stay as they are spelt where they are of the kind already, and an integer is a
/// number; texts become numbers with all their digits.
value as_text(const value& content);
value as_number(const value& content);
value as_integer(const value& content);
/// Of a text: y, yes, t, true, on, 1 and n, no, f, false, off, 0, in letters of either case.
value as_boolean(const value& content);

}  // namespace ingest::rest
