// The mutator for plans: see mutator.h.
#include "mutator.h"

#include <stdlib.h>
#include <string.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace fuzz {

namespace {

constexpr uint8_t kMark[] = {0xff, 0xfe, 0xfd};
constexpr size_t kLongestWord = 600;
const char* const kWords[] = {
    "",          "0",      "1",       "5",      "-1",   "60",        "4294967295", "18446744073709551615",
    "found",     "inf",    "/",       "-",      "/tmp", "must-work", "may-fail",   "file",
    "directory", "fs",     "dir",     "socket", "all",  "777",       "ro:/",       "skip",
    "wait",      "create", "appendn", "net:1",  "*:*:1"};

using Step = std::vector<std::string>;
using Random = std::minstd_rand;

/** What of it can be read as steps; the rest is lost. */
std::vector<Step> read(const char* at, const char* end) {
  std::vector<std::string> words;
  for (const char* nul;
       at < end && (nul = static_cast<const char*>(memchr(at, 0, static_cast<size_t>(end - at))));
       at = nul + 1)
    words.emplace_back(at, nul);
  std::vector<Step> steps;
  for (size_t i = 0; i + 1 < words.size();) {
    const size_t count = static_cast<size_t>(atoi(words[i + 1].c_str()));
    Step step = {words[i]};
    for (i += 2; step.size() <= count && i < words.size(); i++) step.push_back(words[i]);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::string write(const std::vector<Step>& steps) {
  std::string bytes;
  for (const Step& step : steps) {
    bytes += step[0] + '\0' + std::to_string(step.size() - 1) + '\0';
    for (size_t i = 1; i < step.size(); i++) bytes += step[i] + '\0';
  }
  return bytes;
}

size_t below(Random& random, size_t bound) { return random() % bound; }

void change_word(std::string& word, const std::vector<Step>& steps, Random& random) {
  const size_t kind = below(random, 3);
  if (kind == 0) word = kWords[below(random, sizeof kWords / sizeof kWords[0])];
  if (kind == 1) {
    const Step& other = steps[below(random, steps.size())];
    word = other[below(random, other.size())];
  }
  if (kind != 2) return;
  const size_t size = word.size();
  word.resize(kLongestWord);
  word.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(word.data()),
                               size < kLongestWord ? size : kLongestWord, kLongestWord));
  std::erase(word, '\0');
}

void change_steps(std::vector<Step>& steps, Random& random) {
  if (steps.empty()) steps.push_back({"session"});
  const size_t one = below(random, steps.size());
  const size_t other = below(random, steps.size());
  switch (below(random, 7)) {
    case 0:
      steps.insert(steps.begin() + static_cast<long>(other), Step(steps[one]));
      return;
    case 1:
      steps.erase(steps.begin() + static_cast<long>(one));
      return;
    case 2:
      std::swap(steps[one], steps[other]);
      return;
    case 3:
      steps[one].emplace_back(kWords[below(random, sizeof kWords / sizeof kWords[0])]);
      return;
    case 4:
      if (steps[one].size() > 1) steps[one].pop_back();
      return;
    default:
      if (steps[one].size() > 1)
        change_word(steps[one][1 + below(random, steps[one].size() - 1)], steps, random);
  }
}

}  // namespace

Parts parts_of(const uint8_t* data, size_t size) {
  for (size_t i = 0; i + sizeof kMark <= size; i++) {
    if (memcmp(data + i, kMark, sizeof kMark) == 0) return {data, i, data + i + sizeof kMark};
  }
  return {data, size, data + size};
}

size_t mutate(uint8_t* data, size_t size, size_t most, unsigned seed) {
  Random random(seed);
  const Parts parts = parts_of(data, size);
  std::string tape(reinterpret_cast<const char*>(parts.tape), static_cast<size_t>(data + size - parts.tape));
  std::string plan(reinterpret_cast<const char*>(parts.plan), parts.plan_size);
  const size_t kind = below(random, 8);
  if (kind == 0) return LLVMFuzzerMutate(data, size, most);
  if (kind < 5) {
    std::vector<Step> steps = read(plan.data(), plan.data() + plan.size());
    change_steps(steps, random);
    plan = write(steps);
  } else {
    const size_t before = tape.size();
    tape.resize(before + 64);
    tape.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(tape.data()), before, before + 64));
  }
  const std::string all = plan + std::string(reinterpret_cast<const char*>(kMark), sizeof kMark) + tape;
  if (all.size() > most) return LLVMFuzzerMutate(data, size, most);
  memcpy(data, all.data(), all.size());
  return all.size();
}

}  // namespace fuzz
