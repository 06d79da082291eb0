// Strings without a libc: see text.h.
#include "text.h"

namespace jailer {

size_t length(const char* text) {
  size_t size = 0;
  while (text[size]) size++;
  return size;
}

bool same(const char* left, const char* right) {
  while (*left && *left == *right) left++, right++;
  return *left == *right;
}

bool starts_with(const char* text, const char* prefix) {
  while (*prefix && *text == *prefix) text++, prefix++;
  return *prefix == 0;
}

const char* find(const char* text, char wanted) {
  for (; *text; text++) {
    if (*text == wanted) return text;
  }
  return nullptr;
}

bool read_number(const char* text, uint64_t most, uint64_t& value, unsigned base) {
  if (*text == 0) return false;
  uint64_t sum = 0;
  for (; *text; text++) {
    const unsigned digit = static_cast<unsigned char>(*text) - static_cast<unsigned>('0');
    if (digit >= base || sum > (most - (digit < most ? digit : most)) / base) return false;
    sum = sum * base + digit;
    if (sum > most) return false;
  }
  value = sum;
  return true;
}

namespace {

bool read_digit(char letter, uint8_t& value) {
  if (letter >= '0' && letter <= '9')
    value = static_cast<uint8_t>(value << 4 | (letter - '0'));
  else if (letter >= 'a' && letter <= 'f')
    value = static_cast<uint8_t>(value << 4 | (letter - 'a' + 10));
  else
    return false;
  return true;
}

}  // namespace

bool read_bytes(const char* digits, uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < 2 * count; i++) {
    if (!read_digit(digits[i], bytes[i / 2])) return false;
  }
  return digits[2 * count] == 0;
}

bool read_signed(const char* text, int64_t least, int64_t most, int64_t& value) {
  const bool negative = *text == '-';
  // The least number of all has one more than the greatest.
  const uint64_t bound = uint64_t{INT64_MAX} + (negative ? 1 : 0);
  uint64_t size = 0;
  if (!read_number(text + (negative ? 1 : 0), bound, size)) return false;
  const auto number = static_cast<int64_t>(negative ? -size : size);
  if (number < least || number > most) return false;
  value = number;
  return true;
}

}  // namespace jailer
