// Gives each distinct image set of the jobs a number; a set that is the training's own shares number 0.
#include "train/bundle/image_sets.hpp"

namespace espalier::train {

ImageSets::ImageSets(const Job& job) : sets_{job.images} {
  numbers_[task::id_of(task::training(job.task).images)] = kTrainingImages;
  add(job);
}

void ImageSets::add(const Job& job) {
  for (const MeasuredSet& measured : job.evaluations) {
    if (numbers_.try_emplace(measured.id, sets_.size()).second) sets_.push_back(measured.images);
  }
}

}  // namespace espalier::train
