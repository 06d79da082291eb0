// How the C++ library gives up. The addon is built without exceptions, so that all of it ends the process;
// said here, the library's own way is not linked in, with its unwinder and what that needs of a newer C
// library. For the same reason there is no make_shared and no std::condition_variable in the addon.
#include <cstdlib>
#include <functional>
#include <new>

namespace std {

void __throw_bad_alloc() { ::abort(); }
void __throw_bad_array_new_length() { ::abort(); }
void __throw_bad_function_call() { ::abort(); }
void __throw_length_error(const char*) { ::abort(); }
void __throw_logic_error(const char*) { ::abort(); }
void __throw_out_of_range_fmt(const char*, ...) { ::abort(); }
void __throw_system_error(int) { ::abort(); }

}  // namespace std

void* operator new(size_t size) {
  if (void* memory = ::malloc(size == 0 ? 1 : size)) return memory;
  ::abort();
}

void* operator new[](size_t size) { return ::operator new(size); }
void operator delete(void* memory) noexcept { ::free(memory); }
void operator delete(void* memory, size_t) noexcept { ::free(memory); }
void operator delete[](void* memory) noexcept { ::free(memory); }
void operator delete[](void* memory, size_t) noexcept { ::free(memory); }

/** glibc 2.32 has one of its own, which tells the library to do without locks: that we never are. */
extern "C" {
char __libc_single_threaded = 0;
}
