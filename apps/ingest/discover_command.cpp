#include "discover_command.hpp"

#include "postgres/libpq_connection.hpp"
#include "postgres/typed_view.hpp"

namespace ingest::app {

int discover_command(const settings& s, std::ostream& out) {
  const detail::database_address address(s.database_url);
  detail::libpq_connection connection(address, "ingest", {s.connect_timeout, s.database_io_timeout}, {});
  out << detail::typed_view(connection, detail::table_name::parse(s.table));
  return 0;
}

}  // namespace ingest::app
