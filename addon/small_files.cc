// Many small files in one go: see small_files.h.
#include "small_files.h"

#include <fcntl.h>
#include <unistd.h>

#include "unique_fd.h"

namespace tsjail {

namespace {

/** The members of a group that is full of processes. */
constexpr size_t kMost = 1024 * 1024;
constexpr size_t kLongestLink = 256;

void append_from(int directory, const std::string& path, std::string& texts) {
  const UniqueFd file(::openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return;
  char part[4096];
  for (size_t left = kMost; left > 0;) {
    const ssize_t size = ::read(file.get(), part, left < sizeof part ? left : sizeof part);
    if (size <= 0) return;
    // A NUL in it would be taken for the end of the text.
    for (ssize_t at = 0; at < size; at++) texts += part[at] == '\0' ? ' ' : part[at];
    left -= static_cast<size_t>(size);
  }
}

void append_file(const std::string& path, std::string& texts) { append_from(AT_FDCWD, path, texts); }

void append_link(const std::string& path, std::string& texts) {
  char text[kLongestLink];
  const ssize_t size = ::readlink(path.c_str(), text, sizeof text);
  if (size > 0 && size < static_cast<ssize_t>(sizeof text)) texts.append(text, static_cast<size_t>(size));
}

std::string append_each(std::string_view paths, void (*append)(const std::string&, std::string&)) {
  std::string texts;
  for (;;) {
    const size_t end = paths.find('\0');
    append(std::string(paths.substr(0, end)), texts);
    if (end == std::string_view::npos) return texts;
    texts += '\0';
    paths.remove_prefix(end + 1);
  }
}

}  // namespace

std::string read_file(int directory, const std::string& path) {
  std::string text;
  append_from(directory, path, text);
  return text;
}

std::string read_files(std::string_view paths) { return append_each(paths, append_file); }
std::string read_links(std::string_view paths) { return append_each(paths, append_link); }

}  // namespace tsjail
