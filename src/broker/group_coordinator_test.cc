#include "broker/group_coordinator.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace souk::broker {
namespace {

constexpr int64_t kSession = 10'000, kRebalance = 60'000;

// A coordinator whose time stands still, and members that remember what they were told.
struct GroupFixture : testing::Test {
  void Open(int64_t initial_delay_ms = 0) {
    groups.reset();
    store.reset();
    log::StoreOptions options;
    options.background = false;
    options.defaults.flush = log::FlushMode::kOs;
    store = *log::LogStore::Open(directory.path() + "/log", options, clock);
    GroupOptions group_options;
    group_options.initial_rebalance_delay_ms = initial_delay_ms;
    group_options.now_ms = [this] { return now; };
    groups = std::make_unique<GroupCoordinator>(*store, group_options);
  }
  void SetUp() override { Open(); }

  JoinRequest Request(const std::string& member_id, std::optional<std::string> instance = std::nullopt,
                      std::vector<GroupProtocol> protocols = {{"range", "topics"}}) {
    JoinRequest request;
    request.group = "g";
    request.member_id = member_id;
    request.instance_id = std::move(instance);
    request.client_id = "client";
    request.session_timeout_ms = kSession;
    request.rebalance_timeout_ms = kRebalance;
    request.protocol_type = "consumer";
    request.protocols = std::move(protocols);
    request.id_required = true;
    request.can_skip_assignment = true;
    return request;
  }

  std::shared_ptr<std::optional<JoinAnswer>> Join(JoinRequest request) {
    auto answer = std::make_shared<std::optional<JoinAnswer>>();
    groups->Join(std::move(request), [answer](const JoinAnswer& given) { *answer = given; });
    return answer;
  }

  // With an id, as clients do: the first answer gives it, the second join uses it.
  std::pair<std::string, std::shared_ptr<std::optional<JoinAnswer>>> JoinNew() {
    auto first = Join(Request(""));
    EXPECT_EQ((*first)->error, ErrorCode::kMemberIdRequired);
    std::string id = (*first)->member_id;
    return {id, Join(Request(id))};
  }

  std::shared_ptr<std::optional<SyncAnswer>> Sync(const std::string& member, int32_t generation,
                                                  std::map<std::string, std::string> assignments = {}) {
    SyncRequest request;
    request.group = "g";
    request.generation = generation;
    request.member_id = member;
    request.assignments = std::move(assignments);
    auto answer = std::make_shared<std::optional<SyncAnswer>>();
    groups->Sync(std::move(request), [answer](const SyncAnswer& given) { *answer = given; });
    return answer;
  }

  ErrorCode Beat(const std::string& member, int32_t generation,
                 std::optional<std::string> instance = std::nullopt) {
    return groups->Heartbeat({"g", generation, member, std::move(instance)});
  }

  void Advance(int64_t ms) {
    now += ms;
    groups->Tick();
  }

  // One member, alone and stable in generation 1.
  std::string Alone() {
    auto [id, joined] = JoinNew();
    EXPECT_EQ((*joined)->error, ErrorCode::kNone);
    EXPECT_EQ((**Sync(id, 1, {{id, "all"}})).assignment, "all");
    return id;
  }

  TempDir directory;
  FakeClock clock{1'700'000'000'000'000};
  int64_t now = 1'000'000;
  std::unique_ptr<log::LogStore> store;
  std::unique_ptr<GroupCoordinator> groups;
};
using GroupCoordinatorTest = GroupFixture;

TEST_F(GroupCoordinatorTest, OneMemberLeadsAndGetsWhatItAssignsItself) {
  auto [id, joined] = JoinNew();
  ASSERT_TRUE(*joined);
  EXPECT_EQ((*joined)->generation, 1);
  EXPECT_EQ((*joined)->leader, id);
  EXPECT_EQ((*joined)->protocol, "range");
  ASSERT_EQ((*joined)->members.size(), 1u);
  EXPECT_EQ((*joined)->members[0].metadata, "topics");
  auto synced = Sync(id, 1, {{id, "partition 0"}});
  ASSERT_TRUE(*synced);
  EXPECT_EQ((*synced)->assignment, "partition 0");
  EXPECT_EQ(Beat(id, 1), ErrorCode::kNone);
  EXPECT_EQ(Beat(id, 2), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(Beat("someone", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(groups->Describe("g").state, "Stable");
}

TEST_F(GroupCoordinatorTest, AnotherMemberMakesTheFirstJoinAgain) {
  std::string one = Alone();
  auto [two, joined_two] = JoinNew();
  EXPECT_FALSE(*joined_two) << "it waits for the first member";
  EXPECT_EQ(Beat(one, 1), ErrorCode::kRebalanceInProgress);
  auto joined_one = Join(Request(one));
  ASSERT_TRUE(*joined_one);
  ASSERT_TRUE(*joined_two);
  EXPECT_EQ((*joined_one)->generation, 2);
  EXPECT_EQ((*joined_one)->members.size(), 2u);
  EXPECT_TRUE((*joined_two)->members.empty()) << "only the leader divides";
  auto follower = Sync(two, 2);
  EXPECT_FALSE(*follower);
  auto leader = Sync(one, 2, {{one, "0"}, {two, "1"}});
  ASSERT_TRUE(*follower);
  EXPECT_EQ((*leader)->assignment, "0");
  EXPECT_EQ((*follower)->assignment, "1");
}

TEST_F(GroupCoordinatorTest, AMemberThatIsNotHeardOfIsRemoved) {
  std::string one = Alone();
  auto [two, joined_two] = JoinNew();
  Join(Request(one));
  Sync(one, 2, {{one, "0"}, {two, "1"}});
  Sync(two, 2);
  now += kSession - 1;
  EXPECT_EQ(Beat(one, 2), ErrorCode::kNone);
  Advance(2);  // the session of the second one is over
  EXPECT_EQ(Beat(one, 2), ErrorCode::kRebalanceInProgress);
  auto joined = Join(Request(one));
  ASSERT_TRUE(*joined);
  EXPECT_EQ((*joined)->members.size(), 1u);
  EXPECT_EQ(Beat(two, 2), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupCoordinatorTest, ARebalanceGoesOnWithoutThoseWhoDoNotCome) {
  std::string one = Alone();
  auto [two, joined_two] = JoinNew();
  for (int64_t left = kRebalance; left > 0; left -= 5000) {
    EXPECT_FALSE(*joined_two);
    EXPECT_EQ(Beat(one, 1), ErrorCode::kRebalanceInProgress);  // alive, but does not join
    Advance(5000);
  }
  ASSERT_TRUE(*joined_two);
  EXPECT_EQ((*joined_two)->leader, two);
  EXPECT_EQ((*joined_two)->members.size(), 1u);
}

TEST_F(GroupCoordinatorTest, AMemberThatDoesNotSyncIsRemoved) {
  std::string one = Alone();
  auto [two, joined_two] = JoinNew();
  Join(Request(one));
  Sync(one, 2, {{one, "0"}, {two, "1"}});
  for (int64_t left = kRebalance; left > 0; left -= 5000) {
    Advance(5000);
    Beat(one, 2);
    Beat(two, 2);
  }
  EXPECT_EQ(Beat(two, 2), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(Beat(one, 2), ErrorCode::kRebalanceInProgress);
}

TEST_F(GroupCoordinatorTest, WhoLeavesIsGoneAtOnce) {
  std::string one = Alone();
  EXPECT_EQ(groups->Leave("g", {{one, std::nullopt}}), std::vector{ErrorCode::kNone});
  EXPECT_EQ(groups->Describe("g").state, "Empty");
  EXPECT_EQ(groups->Leave("g", {{one, std::nullopt}}), std::vector{ErrorCode::kUnknownMemberId});
  EXPECT_EQ(groups->Delete("g"), ErrorCode::kNone);
  EXPECT_EQ(groups->Delete("g"), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(groups->Describe("g").state, "Dead");
}

TEST_F(GroupCoordinatorTest, AStaticMemberComesBackWithoutARebalance) {
  auto joined = Join(Request("", "host-1"));
  std::string one = (*joined)->member_id;
  Sync(one, 1, {{one, "all"}});
  auto again = Join(Request("", "host-1"));
  ASSERT_TRUE(*again);
  EXPECT_EQ((*again)->error, ErrorCode::kNone);
  EXPECT_EQ((*again)->generation, 1);
  EXPECT_NE((*again)->member_id, one);
  EXPECT_TRUE((*again)->skip_assignment);
  EXPECT_EQ((**Sync((*again)->member_id, 1)).assignment, "all");
  EXPECT_EQ(Beat(one, 1, "host-1"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(Beat((*again)->member_id, 1, "host-1"), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, AStaticMemberWaitingToJoinIsFencedByItsSuccessor) {
  std::string one = Alone();
  auto first = Join(Request("", "host-1"));
  EXPECT_FALSE(*first);
  auto second = Join(Request("", "host-1"));
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->error, ErrorCode::kFencedInstanceId);
  Join(Request(one));
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->generation, 2);
}

TEST_F(GroupCoordinatorTest, AnEmptyGroupWaitsForMoreMembers) {
  Open(3000);
  auto [one, joined_one] = JoinNew();
  EXPECT_FALSE(*joined_one);
  Advance(2000);
  auto [two, joined_two] = JoinNew();
  Advance(1000);
  EXPECT_FALSE(*joined_one) << "somebody came, so it waits once more";
  Advance(3000);
  ASSERT_TRUE(*joined_one);
  ASSERT_TRUE(*joined_two);
  EXPECT_EQ((*joined_one)->generation, 1);
  EXPECT_EQ((*joined_two)->generation, 1);
}

TEST_F(GroupCoordinatorTest, ProtocolsThatNotAllHaveAreRefused) {
  Alone();
  auto joined = Join(Request("", "x", {{"sticky", ""}}));
  ASSERT_TRUE(*joined);
  EXPECT_EQ((*joined)->error, ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(GroupCoordinatorTest, TheProtocolMostPreferAndAllHaveIsChosen) {
  auto first = Join(Request("", "a", {{"cooperative-sticky", ""}, {"range", ""}}));
  std::string one = (*first)->member_id;
  auto second = Join(Request("", "b", {{"roundrobin", ""}, {"range", ""}}));
  auto again = Join(Request(one, "a", {{"cooperative-sticky", ""}, {"range", ""}}));
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->protocol, "range");
}

TEST_F(GroupCoordinatorTest, RefusesWhatCannotBe) {
  JoinRequest request = Request("");
  request.group = "";
  EXPECT_EQ((**Join(request)).error, ErrorCode::kInvalidGroupId);
  request = Request("");
  request.session_timeout_ms = 10;
  EXPECT_EQ((**Join(request)).error, ErrorCode::kInvalidSessionTimeout);
  EXPECT_EQ((**Join(Request("never-heard-of"))).error, ErrorCode::kUnknownMemberId);
}

TEST_F(GroupCoordinatorTest, OnlyMembersCommitInAGroupThatHasSome) {
  EXPECT_EQ(groups->CheckCommit({"g", -1, "", std::nullopt}), ErrorCode::kNone) << "a consumer on its own";
  std::string one = Alone();
  EXPECT_EQ(groups->CheckCommit({"g", 1, one, std::nullopt}), ErrorCode::kNone);
  EXPECT_EQ(groups->CheckCommit({"g", 0, one, std::nullopt}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(groups->CheckCommit({"g", -1, "", std::nullopt}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(groups->CheckCommit({"other", 3, one, std::nullopt}), ErrorCode::kGroupIdNotFound);
}

TEST_F(GroupCoordinatorTest, MembersAndAssignmentsSurviveARestart) {
  std::string one = Alone();
  ASSERT_TRUE(store->Close());
  Open();
  EXPECT_EQ(groups->Describe("g").state, "Stable");
  EXPECT_EQ(Beat(one, 1), ErrorCode::kNone);
  EXPECT_EQ((**Sync(one, 1)).assignment, "all");
  Advance(kSession + 1);
  EXPECT_EQ(groups->Describe("g").state, "Empty");
}

TEST_F(GroupCoordinatorTest, GroupsOfWhichNothingIsLeftAreForgotten) {
  groups->CheckCommit({"passer-by", -1, "", std::nullopt});
  Alone();
  EXPECT_EQ(groups->List().size(), 2u);
  groups->Tidy();
  ASSERT_EQ(groups->List().size(), 1u);
  EXPECT_EQ(groups->List()[0].id, "g");
}

TEST_F(GroupCoordinatorTest, StoppingAnswersThoseWhoWait) {
  std::string one = Alone();
  auto [two, waiting] = JoinNew();
  EXPECT_FALSE(*waiting);
  groups->Stop();
  ASSERT_TRUE(*waiting);
  EXPECT_EQ((*waiting)->error, ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace souk::broker
