// Strings without a libc: comparing, strict numbers, and a buffer of fixed size that cuts what does not fit.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace jailer {

size_t length(const char* text);
bool same(const char* left, const char* right);
bool starts_with(const char* text, const char* prefix);
/** The first `wanted` in `text`, or null. */
const char* find(const char* text, char wanted);

/** Digits of `base` and nothing else, at most `most`. False: `value` is as it was. */
bool read_number(const char* text, uint64_t most, uint64_t& value, unsigned base = 10);
/** The same with an optional minus sign. */
bool read_signed(const char* text, int64_t least, int64_t most, int64_t& value);

/** `count` bytes, of two hexadecimal digits each. */
bool read_bytes(const char* digits, uint8_t* bytes, size_t count);

/** Text of at most N bytes, always ended by NUL; more is cut off. */
template <size_t N>
class Text {
 public:
  Text& operator<<(char letter) {
    if (size_ + 1 < N) bytes_[size_++] = letter;
    bytes_[size_] = 0;
    return *this;
  }

  Text& operator<<(const char* text) {
    while (*text) *this << *text++;
    return *this;
  }

  Text& operator<<(uint64_t number) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0) *this << digits[--count];
    return *this;
  }

  Text& operator<<(int number) {
    if (number < 0) *this << '-';
    return *this << (number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number));
  }

  void clear() { bytes_[size_ = 0] = 0; }
  const char* text() const { return bytes_; }
  size_t size() const { return size_; }
  bool full() const { return size_ + 1 == N; }

 private:
  char bytes_[N] = {};
  size_t size_ = 0;
};

}  // namespace jailer
