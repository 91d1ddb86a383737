// Groups a bundle's jobs into families and replicas, runs them, and splits them where memory runs out.
#include "espalier/train/training.hpp"

#include <c10/util/Exception.h>

#include <exception>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/device/device.hpp"
#include "espalier/task/sharing.hpp"
#include "espalier/train/numeric_form.hpp"
#include "train/batched/batched_training.hpp"
#include "train/bundle/tree_training.hpp"

namespace espalier::train {

namespace {

/// How often a bundle that cannot be halved further is tried again, with less kept each time.
constexpr int kTries = 3;

/// Members that go through the bundle together: one family in one state, or several families as replicas.
struct JobGroup {
  std::vector<Members> families;
  bool batched = false;
};

std::vector<JobGroup> groups_of(const std::vector<Job>& jobs, std::size_t most_families) {
  std::map<std::tuple<std::uint64_t, std::string, std::size_t>, std::size_t> family_index;
  std::vector<Members> families;
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    const std::size_t alone = jobs[m].share_stages ? 0 : m + 1;
    const auto key = std::tuple(task::sharing_of(jobs[m].task).family, jobs[m].resume.hex, alone);
    const auto [known, is_new] = family_index.try_emplace(key, families.size());
    if (is_new) families.emplace_back();
    families[known->second].push_back(m);
  }
  using ReplicaKey = std::tuple<std::uint64_t, std::int32_t, std::int64_t>;
  std::map<ReplicaKey, std::size_t> replicas_index;
  std::vector<JobGroup> groups;
  for (auto& family : families) {
    const Job& job = jobs[family.front()];
    const ReplicaKey key{task::sharing_of(job.task).replicas, job.classes, job.images->size()};
    const bool joins = job.task.form.batched && job.resume.empty();  // jobs that resume are at different moments
    const auto known = replicas_index.find(key);
    if (joins && known != replicas_index.end() && groups[known->second].families.size() < most_families) {
      groups[known->second].families.push_back(std::move(family));
      continue;
    }
    if (joins) replicas_index[key] = groups.size();
    groups.push_back({{std::move(family)}, job.task.form.batched});
  }
  return groups;
}

Members members_of(const JobGroup& group) {
  Members all;
  for (const auto& family : group.families) all.insert(all.end(), family.begin(), family.end());
  return all;
}

ControlFlag run(const JobGroup& group, BundleState& bundle);

/// Runs the families one by one, because one of them cannot be trained and the others must not be refused with it.
ControlFlag run_each(const JobGroup& group, BundleState& bundle) {
  ControlFlag flag = ControlFlag::go_on;
  for (const auto& family : group.families) {
    if (flag == ControlFlag::go_on) flag = run({{family}, group.batched}, bundle);
  }
  return flag;
}

ControlFlag run(const JobGroup& group, BundleState& bundle) {
  const task::Task& first = bundle.job(group.families.front().front()).task;
  apply(first.form);
  device::allow_tf32(bundle.device_context().device(), task::training(first).precision == task::Precision::tf32);
  try {
    if (group.batched && bundle.group()) throw UsageError("a group cannot train replicas", "the plan is wrong", "");
    if (group.batched) return BatchedTraining(bundle, group.families).run();
    return TreeTraining(bundle, group.families.front()).run();
  } catch (const UsageError& error) {  // the tasks' own fault: trying again would not help
    if (group.families.size() > 1) return run_each(group, bundle);
    bundle.end_all(members_of(group), task::End::refused, error.what());
    return ControlFlag::go_on;
  }
}

/// The part of a group whose members have not ended.
JobGroup open_of(const JobGroup& group, const BundleState& bundle) {
  JobGroup open{{}, group.batched};
  for (const auto& family : group.families) {
    if (auto members = bundle.open_of(family); !members.empty()) open.families.push_back(std::move(members));
  }
  return open;
}

/// Works on all parts even if one of them runs out of memory alone, so that the others are not charged for it. Throws
/// that part's error at the end.
template <class JobPart, class Work>
ControlFlag work_on_all(const std::vector<JobPart>& parts, BundleState& bundle, const Work& work) {
  ControlFlag flag = ControlFlag::go_on;
  std::exception_ptr given_up;
  for (const JobPart& part : parts) {
    try {
      if (flag == ControlFlag::go_on) flag = work(part);
    } catch (const c10::Error& error) {
      if (bundle.group() || !device::is_out_of_memory(error)) throw;
      given_up = std::current_exception();
    }
  }
  if (given_up && flag == ControlFlag::go_on) std::rethrow_exception(given_up);
  return flag;
}

/// Runs a group; where the device's memory runs out, keeps less there and runs it in halves.
ControlFlag run_in_memory(const JobGroup& group, BundleState& bundle, int tries) {
  try {
    return run(group, bundle);
  } catch (const c10::Error& error) {
    if (!device::is_out_of_memory(error) || bundle.group() || (group.families.size() == 1 && tries == 0)) throw;
    const auto count = group.families.size();
    bundle.sink().remark("a device's memory ran out with " + std::to_string(count) +
                         (count == 1 ? " training" : " trainings at once") + "; less is tried (" +
                         device::sizes_in(error) + ")");
  }
  bundle.device_context().shrink();
  const JobGroup open = open_of(group, bundle);
  if (open.families.size() == 1) return run_in_memory(open, bundle, tries - 1);
  const auto middle = open.families.begin() + static_cast<std::ptrdiff_t>(open.families.size() / 2);
  const std::vector<JobGroup> halves{{{open.families.begin(), middle}, group.batched},
                                     {{middle, open.families.end()}, group.batched}};
  return work_on_all(halves, bundle, [&](const JobGroup& half) {
    return half.families.empty() ? ControlFlag::go_on : run_in_memory(half, bundle, tries);
  });
}

}  // namespace

void train(const std::vector<Job>& jobs, DeviceContext& context, Control& control, Sink& sink, model::Reducer* group) {
  BundleState bundle(jobs, context, control, sink, group);
  const auto parts = groups_of(jobs, context.most_families());
  const ControlFlag flag =
      work_on_all(parts, bundle, [&](const JobGroup& part) { return run_in_memory(part, bundle, kTries); });
  if (flag == ControlFlag::go_on) return;
  for (const JobGroup& part : parts) {
    bundle.end_all(members_of(part), flag == ControlFlag::stop ? task::End::stopped : task::End::cancelled);
  }
}

}  // namespace espalier::train
