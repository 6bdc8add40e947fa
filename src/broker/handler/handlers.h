// The list of what the broker answers: one type per API, with the versions it takes. What ApiVersions tells
// clients and what the server refuses are both made from this list; each API's source stands beside it under
// its own name.
//
// Versions are those that an unmodified client of the tests uses, with success and with an error:
// tests/interop/kafka_versions.py fails on others.
#pragma once

#include <tuple>

#include "broker/core.h"
#include "protocol/kafka/message/alter_configs.h"
#include "protocol/kafka/message/api_versions.h"
#include "protocol/kafka/message/create_partitions.h"
#include "protocol/kafka/message/create_topics.h"
#include "protocol/kafka/message/delete_groups.h"
#include "protocol/kafka/message/delete_records.h"
#include "protocol/kafka/message/delete_topics.h"
#include "protocol/kafka/message/describe_cluster.h"
#include "protocol/kafka/message/describe_configs.h"
#include "protocol/kafka/message/describe_groups.h"
#include "protocol/kafka/message/fetch.h"
#include "protocol/kafka/message/find_coordinator.h"
#include "protocol/kafka/message/heartbeat.h"
#include "protocol/kafka/message/incremental_alter_configs.h"
#include "protocol/kafka/message/init_producer_id.h"
#include "protocol/kafka/message/join_group.h"
#include "protocol/kafka/message/leave_group.h"
#include "protocol/kafka/message/list_groups.h"
#include "protocol/kafka/message/list_offsets.h"
#include "protocol/kafka/message/metadata.h"
#include "protocol/kafka/message/offset_commit.h"
#include "protocol/kafka/message/offset_delete.h"
#include "protocol/kafka/message/offset_fetch.h"
#include "protocol/kafka/message/produce.h"
#include "protocol/kafka/message/sync_group.h"

namespace souk::broker {

namespace wire = protocol::kafka;

// Where a handler runs: on the connection's thread when it only touches memory and files that are open, else
// on a thread that may wait for the disk.
enum class Place { kNetwork, kWorker };

template <typename RequestType, int16_t Min, int16_t Max, Place Where = Place::kNetwork>
struct Handler {
  using Request = RequestType;
  static constexpr int16_t kMinVersion = Min;
  static constexpr int16_t kMaxVersion = Max;
  static constexpr Place kPlace = Where;
  static_assert(Min >= RequestType::kMinVersion && Max <= RequestType::kMaxVersion && Min <= Max);
};

// Views in a request are valid until Handle returns; the answer may come later, from any thread.
#define SOUK_HANDLER(NAME, MIN, MAX, PLACE)                                                  \
  struct NAME##Handler : Handler<wire::NAME##Request, MIN, MAX, PLACE> {                     \
    static constexpr const char* kName = #NAME;                                              \
    static void Handle(Core& core, const CallPtr& call, const wire::NAME##Request& request); \
  }

SOUK_HANDLER(Produce, 3, 13, Place::kNetwork);
SOUK_HANDLER(Fetch, 4, 17, Place::kNetwork);
SOUK_HANDLER(ListOffsets, 1, 10, Place::kNetwork);
SOUK_HANDLER(Metadata, 0, 13, Place::kNetwork);
SOUK_HANDLER(OffsetCommit, 2, 9, Place::kNetwork);
SOUK_HANDLER(OffsetFetch, 1, 9, Place::kNetwork);
SOUK_HANDLER(FindCoordinator, 0, 6, Place::kNetwork);
SOUK_HANDLER(JoinGroup, 0, 9, Place::kNetwork);
SOUK_HANDLER(Heartbeat, 0, 4, Place::kNetwork);
SOUK_HANDLER(LeaveGroup, 0, 5, Place::kNetwork);
SOUK_HANDLER(SyncGroup, 0, 5, Place::kNetwork);
SOUK_HANDLER(DescribeGroups, 0, 6, Place::kNetwork);
SOUK_HANDLER(ListGroups, 0, 5, Place::kNetwork);
SOUK_HANDLER(ApiVersions, 0, 4, Place::kNetwork);
SOUK_HANDLER(CreateTopics, 2, 7, Place::kWorker);
SOUK_HANDLER(DeleteTopics, 1, 6, Place::kWorker);
SOUK_HANDLER(DeleteRecords, 0, 2, Place::kWorker);
SOUK_HANDLER(InitProducerId, 0, 5, Place::kWorker);
SOUK_HANDLER(DescribeConfigs, 1, 4, Place::kNetwork);
SOUK_HANDLER(AlterConfigs, 0, 2, Place::kWorker);
SOUK_HANDLER(CreatePartitions, 0, 3, Place::kWorker);
SOUK_HANDLER(DeleteGroups, 0, 2, Place::kWorker);
SOUK_HANDLER(IncrementalAlterConfigs, 0, 1, Place::kWorker);
SOUK_HANDLER(OffsetDelete, 0, 0, Place::kWorker);
SOUK_HANDLER(DescribeCluster, 0, 2, Place::kNetwork);

#undef SOUK_HANDLER

// In the order of their keys.
using Handlers = std::tuple<ProduceHandler, FetchHandler, ListOffsetsHandler, MetadataHandler,
                            OffsetCommitHandler, OffsetFetchHandler, FindCoordinatorHandler, JoinGroupHandler,
                            HeartbeatHandler, LeaveGroupHandler, SyncGroupHandler, DescribeGroupsHandler,
                            ListGroupsHandler, ApiVersionsHandler, CreateTopicsHandler, DeleteTopicsHandler,
                            DeleteRecordsHandler, InitProducerIdHandler, DescribeConfigsHandler,
                            AlterConfigsHandler, CreatePartitionsHandler, DeleteGroupsHandler,
                            IncrementalAlterConfigsHandler, OffsetDeleteHandler, DescribeClusterHandler>;

}  // namespace souk::broker
