// The jailer's static variables, each time as a new process has them: found in the symbol table of this
// program.
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "kernel.h"

namespace fuzz {

namespace {

/** The large ones are lists, whose number of entries is a variable of its own. */
constexpr size_t kMost = 8192;

struct Variable {
  char* at;
  std::vector<char> first;
};

/** Of an anonymous namespace, or of a function, of `jailer`. */
bool is_ours(const char* name) {
  return strncmp(name, "_ZN6jailer", 10) == 0 || strncmp(name, "_ZZN6jailer", 11) == 0;
}

/** What lies between variables is forbidden ground to memcpy(3). */
[[clang::no_sanitize("address")]] void copy(char* to, const char* from, size_t size) {
  for (size_t i = 0; i < size; i++) to[i] = from[i];
}

std::vector<Variable> find() {
  std::vector<Variable> found;
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct stat about = {};
  if (file < 0 || fstat(file, &about) < 0) broken("this program cannot be read");
  void* mapped = mmap(nullptr, static_cast<size_t>(about.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (mapped == MAP_FAILED) broken("this program cannot be read");
  const char* bytes = static_cast<const char*>(mapped);
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(bytes);
  if (header->e_type != ET_EXEC) broken("this program must be linked with -no-pie");
  const auto* sections = reinterpret_cast<const Elf64_Shdr*>(bytes + header->e_shoff);
  for (int i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const auto* symbols = reinterpret_cast<const Elf64_Sym*>(bytes + sections[i].sh_offset);
    const char* names = bytes + sections[sections[i].sh_link].sh_offset;
    for (size_t n = 0; n < sections[i].sh_size / sizeof(Elf64_Sym); n++) {
      const Elf64_Sym& symbol = symbols[n];
      if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_size > kMost) continue;
      if (symbol.st_shndx >= header->e_shnum || !(sections[symbol.st_shndx].sh_flags & SHF_WRITE)) continue;
      if (!is_ours(names + symbol.st_name)) continue;
      Variable variable = {reinterpret_cast<char*>(symbol.st_value), std::vector<char>(symbol.st_size)};
      copy(variable.first.data(), variable.at, symbol.st_size);
      found.push_back(std::move(variable));
    }
  }
  munmap(mapped, static_cast<size_t>(about.st_size));
  if (found.empty()) broken("this program has no symbols of the jailer");
  return found;
}

}  // namespace

void reset_statics() {
  static const std::vector<Variable> variables = find();
  for (const Variable& each : variables) copy(each.at, each.first.data(), each.first.size());
}

}  // namespace fuzz
