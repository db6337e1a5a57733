#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "datasync/page_parser.hpp"
#include "demo_api/event_generator.hpp"
#include "demo_api/page.hpp"

/// The body of a response with `events` events, as demo_api serves it; 5000 are about 1.7 MB.
inline std::string sample_body(std::size_t events = 5000) {
  demo_api::generator_settings settings;
  settings.events = events * 2;
  const demo_api::event_generator store(settings);
  demo_api::page_details details;
  details.limit = events;
  details.next_cursor = "eyJpZCI6IjU3NzUyNjRhIiwidHMiOjE3NjkwMDAwMDAwMDB9";
  details.cursor_expires_in_s = 116;
  details.total = settings.events;
  details.request_id = "9c0002e0-1d4a-475e-87b7-6c954434f7e4";
  std::string body;
  demo_api::write_page(store, {0, events, 0, settings.events}, details, body);
  return body;
}

/// The same events as rows of COPY text.
inline std::shared_ptr<const std::string> sample_rows(std::size_t events = 5000) {
  auto rows = std::make_shared<std::string>();
  ingest::make_page_parser()->parse(sample_body(events), ingest::keyed_encoder(), *rows);
  return rows;
}
