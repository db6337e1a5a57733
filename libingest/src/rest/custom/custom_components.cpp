#include "ingest/custom_components.hpp"

namespace ingest::custom {

bool components::has(std::string_view type, std::string_view class_name) const {
  return (type == "CustomAuthenticator" && authenticators.contains(class_name)) ||
         (type == "CustomRequester" && requesters.contains(class_name)) ||
         (type == "CustomErrorHandler" && error_handlers.contains(class_name)) ||
         (type == "CustomBackoffStrategy" && backoff_strategies.contains(class_name)) ||
         (type == "CustomDecoder" && decoders.contains(class_name)) ||
         (type == "CustomRecordExtractor" && record_extractors.contains(class_name)) ||
         (type == "CustomRecordFilter" && record_filters.contains(class_name)) ||
         (type == "CustomTransformation" && transformations.contains(class_name)) ||
         (type == "CustomSchemaNormalization" && schema_normalizations.contains(class_name)) ||
         (type == "CustomPaginationStrategy" && pagination_strategies.contains(class_name)) ||
         (type == "CustomPartitionRouter" && partition_routers.contains(class_name));
}

}  // namespace ingest::custom
