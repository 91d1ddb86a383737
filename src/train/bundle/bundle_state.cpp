// Keeps each member's end, cost and timeline, asks for control flags after each step, and saves checkpoints.
#include "train/bundle/bundle_state.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/data/label_matrix.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::train {

namespace {
constexpr double kProgressEvery_s = 0.5;
constexpr std::size_t kControlFlags = 3;  ///< values of ControlFlag: go on, stop, cancel
}  // namespace

task::Timeline timeline_of(const Job& job) {
  const task::Timeline whole(job.images->size(), task::training(job.task).batch, task::training(job.task).length);
  return job.smoke ? whole.cut(1) : whole;
}

BundleState::BundleState(const std::vector<Job>& jobs, DeviceContext& context, Control& control, Sink& sink,
                         model::Reducer* group)
    : jobs_(jobs),
      device_context_(context),
      control_(control),
      sink_(sink),
      closed_(jobs.size()),
      spent_(jobs.size()),
      group_(group),
      control_flags_(kControlFlags + jobs.size()) {
  for (const Job& job : jobs) timelines_.push_back(timeline_of(job));
}

Members BundleState::open_of(const Members& members) const {
  Members open;
  std::copy_if(members.begin(), members.end(), std::back_inserter(open), [&](std::size_t m) { return is_open(m); });
  return open;
}

void BundleState::end(std::size_t member, task::End end, const std::string& text) {
  if (!is_open(member)) return;
  closed_[member] = true;
  spent_[member].end = end;
  spent_[member].text = end == task::End::done && text.empty() ? remarks_of(member) : text;
  sink_.ended(member, spent_[member]);
}

void BundleState::remark(std::size_t member, const std::string& text) { remarks_[member].insert(text); }

std::string BundleState::remarks_of(std::size_t member) const {
  std::string all;
  const auto found = remarks_.find(member);
  if (found == remarks_.end()) return all;
  for (const auto& one : found->second) all += (all.empty() ? "" : "; ") + one;
  return all;
}

const task::StopSpec* BundleState::rule(std::size_t member) const {
  const auto& rule = task::training(jobs_[member].task).stop;
  return rule.on() && !jobs_[member].smoke ? &rule : nullptr;
}

void BundleState::end_all(const Members& members, task::End end, const std::string& text) {
  for (const std::size_t member : members) this->end(member, end, text);
}

ControlFlag BundleState::ask(const Members& members, task::Moment at) {
  const Members open = open_of(members);
  if (!open.empty() && seconds_since(told_) >= kProgressEvery_s) {
    sink_.progress(open.front(), at, spent_[open.front()].epoch_images);
    told_ = Clock::now();
  }
  const ControlFlag flag = control_.after_step(open, at);
  if (group_) {
    if (flag != ControlFlag::go_on) control_flags_[static_cast<std::size_t>(flag)] = 1;
    for (const std::size_t member : open) control_flags_[kControlFlags + member] = control_.is_cancelled(member);
    return agreed_;
  }
  for (const std::size_t member : open) {
    if (control_.is_cancelled(member)) end(member, task::End::cancelled);
  }
  return flag;
}

void BundleState::agree() {
  for (const ControlFlag flag : {ControlFlag::stop, ControlFlag::cancel}) {
    if (control_flags_[static_cast<std::size_t>(flag)] > 0) agreed_ = flag;
  }
  for (std::size_t member = 0; member < jobs_.size(); ++member) {
    if (control_flags_[kControlFlags + member] > 0) end(member, task::End::cancelled);
  }
  std::fill(control_flags_.begin(), control_flags_.end(), 0);
}

void BundleState::charge(const Members& members, std::int64_t images) {
  const double spent = seconds_since(charged_);
  charged_ = Clock::now();
  const Members open = open_of(members);
  for (const std::size_t member : open) spent_[member].seconds += spent / static_cast<double>(open.size());
  if (!open.empty()) spent_[open.front()].epoch_images += images;
}

void BundleState::save(const Members& members, const Snapshot& snapshot) {
  const Members open = open_of(members);
  if (open.empty() || jobs_[open.front()].smoke || !leads()) return;
  const Job& job = jobs_[open.front()];
  const auto at = snapshot.position.at;
  const auto file = train::save(
      job.output_dir, task::prefix_state_id(task::training(job.task), timelines_[open.front()], at), snapshot);
  for (const std::size_t member : open)
    sink_.checkpoint(member, {task::ArtifactKind::training, at, file.id, file.bytes});
}

at::Tensor labels_at(const data::ImageSet& set, const std::vector<std::int64_t>& positions) {
  if (data::are_several(set.labels)) return set.labels.index_select(0, at::tensor(positions, at::kLong));
  at::Tensor labels = at::empty({static_cast<std::int64_t>(positions.size())}, at::kLong);
  const auto* all = set.labels.const_data_ptr<std::int64_t>();
  auto* out = labels.mutable_data_ptr<std::int64_t>();
  for (const std::int64_t position : positions) *out++ = all[position];
  return labels;
}

std::string divergence_text(const std::string& what, double loss, task::Moment at) {
  return what + " is " + (std::isnan(loss) ? "not a number" : "infinite") + " at epoch " + std::to_string(at.epoch) +
         ", step " + std::to_string(at.step);
}

}  // namespace espalier::train
