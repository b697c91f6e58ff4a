// The threads of a block as the kernels see them: each a fibre with an index; barriers and warp operations switch fibres.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gabor {

struct Index3 {
    unsigned x, y, z;
};

// What the threads of a block have in common. See block.cpp for the part that the kernels do not see.
struct Block {
    Index3 index;
    Index3 size;
    Index3 grid;
};

// One thread of the running block.
struct Thread {
    Index3 index;
    int lane;
    Block* block;
};

// The thread that runs now on this thread of the operating system.
extern __thread Thread* current __attribute__((tls_model("initial-exec")));

// __syncthreads(): returns when every thread of the block has called it.
void barrier();

// Waits for all lanes of the warp; *theirs is what lane `source` gave as *mine. With nullptr nothing is exchanged.
void warp_exchange(unsigned mask, const char* what, const uint64_t* mine, uint64_t* theirs, int source);

// One bit for each lane of the warp.
unsigned warp_ballot(unsigned mask, const char* what, bool predicate);

// See memory.cpp.
extern uintptr_t arena_start;
extern size_t arena_bytes;
extern const uint8_t* arena_misalignment;
extern int page_shift;

bool aligned_slowly(const void* address, size_t bytes);

// Whether an address is aligned as it would be on a GPU, where every buffer starts at a multiple of 256.
inline bool aligned(const void* address, size_t bytes) {
    uintptr_t a = reinterpret_cast<uintptr_t>(address);
    // a variable of the thread itself: most copies are from or to one
    if (a - reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) + (64 << 10) < (128 << 10)) {
        return true;
    }
    if (a - arena_start < arena_bytes) {
        return ((a - arena_misalignment[(a - arena_start) >> page_shift]) & (bytes - 1)) == 0;
    }
    return aligned_slowly(address, bytes);
}

[[noreturn]] void misaligned(const void* address, size_t bytes);

// Stops the kernel when a vector in device or shared memory is not at a multiple of its size.
inline void check_aligned(const void* address, size_t bytes) {
    if (!aligned(address, bytes)) {
        misaligned(address, bytes);
    }
}

// A GABOR_SHARED declaration: the same memory for all threads of a block.
class SharedArray {
public:
    SharedArray(const char* name, size_t bytes);
    void* memory() const;

private:
    int slot_;
};

// ---- kernels by name ---------------------------------------------------------------------------------------------------

// What a kernel's signature says of one parameter.
struct Parameter {
    size_t bytes;
    bool pointer;
    bool pointee_const;
    size_t pointee_bytes;  // 0 for void
    bool floating;
};

// A kernel: calls the function with the arguments that cuLaunchKernel's pointers lead to.
struct Kernel {
    const char* file;
    const char* name;
    size_t name_length;
    int parameter_count;
    const Parameter* parameters;
    void (*call)(void* function, void* const* arguments);
    void* function;
};

void add_kernel(const Kernel& kernel);

template <typename T>
struct Pointee {
    static constexpr bool pointer = false, is_const = false;
    static constexpr size_t bytes = 0;
};
template <typename T>
struct Pointee<T*> {
    static constexpr bool pointer = true, is_const = false;
    static constexpr size_t bytes = std::is_void<T>::value ? 0 : sizeof(std::conditional_t<std::is_void<T>::value, char, T>);
};
template <typename T>
struct Pointee<const T*> {
    static constexpr bool pointer = true, is_const = true;
    static constexpr size_t bytes = std::is_void<T>::value ? 0 : sizeof(std::conditional_t<std::is_void<T>::value, char, T>);
};

template <typename T>
constexpr Parameter parameter_of() {
    return {sizeof(T), Pointee<T>::pointer, Pointee<T>::is_const, Pointee<T>::bytes,
            std::is_floating_point<T>::value};
}

template <typename... P, size_t... I>
void call_unpacked(void (*function)(P...), void* const* arguments, std::index_sequence<I...>) {
    (void) arguments;
    function(*static_cast<P*>(arguments[I])...);
}

template <typename... P>
struct Signature {
    static constexpr Parameter parameters[sizeof...(P) + 1] = {parameter_of<P>()..., {}};

    static void call(void* function, void* const* arguments) {
        call_unpacked(reinterpret_cast<void (*)(P...)>(function), arguments, std::index_sequence_for<P...>());
    }
};

// The kernels of one source file.
class Family {
public:
    template <typename... F>
    Family(const char* file, const char* names, F... functions) {
        (add(file, names, functions), ...);
    }

private:
    template <typename... P>
    static void add(const char* file, const char*& names, void (*function)(P...)) {
        const char* end = names;
        while (*end != 0 && *end != ',' && *end != ' ') {
            end++;
        }
        add_kernel({file, names, static_cast<size_t>(end - names), static_cast<int>(sizeof...(P)),
                    Signature<P...>::parameters, &Signature<P...>::call, reinterpret_cast<void*>(function)});
        while (*end == ',' || *end == ' ') {
            end++;
        }
        names = end;
    }
};

}  // namespace gabor
