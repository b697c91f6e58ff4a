#include "shared.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "block.h"
#include "memory.h"
#include "report.h"

namespace gabor {

namespace {

constexpr size_t MARGIN = 256;  // bytes before an array that are looked at after the block

struct Declaration {
    const char* name;
    size_t bytes;
};

std::mutex& lock() {
    static std::mutex* one = new std::mutex;
    return *one;
}

// One for each GABOR_SHARED that was reached; templates have one for each instance.
std::vector<Declaration>& declarations() {
    static auto* all = new std::vector<Declaration>;
    return *all;
}

Declaration declaration(size_t slot) {
    std::lock_guard<std::mutex> hold(lock());
    return declarations()[slot];
}

}  // namespace

SharedArray::SharedArray(const char* name, size_t bytes) {
    std::lock_guard<std::mutex> hold(lock());
    declarations().push_back({name, bytes});
    slot_ = static_cast<int>(declarations().size()) - 1;
    if (declarations().size() > SharedMemory::SPANS || bytes > SharedMemory::DATA) {
        fprintf(stderr, "emulator: shared array %s: too many arrays, or %zu bytes are too much\n", name, bytes);
        abort();
    }
}

void* SharedArray::memory() const { return runner->shared.array(slot_); }

SharedMemory::SharedMemory() {
    void* memory = mmap(nullptr, SPANS * SPAN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "emulator: no addresses for shared memory\n");
        abort();
    }
    start_ = reinterpret_cast<uintptr_t>(memory);
}

SharedMemory::~SharedMemory() { munmap(reinterpret_cast<void*>(start_), SPANS * SPAN); }

void* SharedMemory::array(int slot) {
    size_t at = static_cast<size_t>(slot);
    if (at >= arrays_.size()) {
        arrays_.resize(at + 1);
    }
    Array& array = arrays_[at];
    if (array.block != block_) {
        size_t bytes = declaration(at).bytes;
        if (array.memory == nullptr) {
            // ... fence | data, ending at a page | fence
            char* data = reinterpret_cast<char*>(start_) + at * SPAN + 2 * DATA;
            mprotect(data, DATA, PROT_READ | PROT_WRITE);
            array.memory = data + DATA - (bytes + 3) / 4 * 4;
        }
        size_t margin = DATA - (bytes + 3) / 4 * 4;
        margin = margin < MARGIN ? margin : MARGIN;
        poison(array.memory - margin, margin + (bytes + 3) / 4 * 4);
        array.block = block_;
    }
    return array.memory;
}

std::string SharedMemory::damage() {
    for (size_t i = 0; i < arrays_.size(); i++) {
        if (arrays_[i].memory == nullptr || arrays_[i].block != block_) {
            continue;
        }
        size_t bytes = (declaration(i).bytes + 3) / 4 * 4;
        size_t margin = DATA - bytes < MARGIN ? DATA - bytes : MARGIN;
        for (size_t before = 4; before <= margin; before += 4) {
            if (std::memcmp(arrays_[i].memory - before, &POISON, 4) != 0) {
                return format("somebody wrote %zu bytes before the start of the shared array %s", before,
                              declaration(i).name);
            }
        }
    }
    return "";
}

bool SharedMemory::aligned(uintptr_t address, size_t bytes) const {
    size_t slot = (address - start_) / SPAN;
    if (slot >= arrays_.size() || arrays_[slot].memory == nullptr) {
        return true;
    }
    return ((address - reinterpret_cast<uintptr_t>(arrays_[slot].memory)) & (bytes - 1)) == 0;
}

std::string SharedMemory::describe(uintptr_t address) const {
    size_t slot = (address - start_) / SPAN;
    if (slot >= arrays_.size() || arrays_[slot].memory == nullptr) {
        return format("address 0x%zx, far from any shared array", static_cast<size_t>(address));
    }
    Declaration array = declaration(slot);
    uintptr_t start = reinterpret_cast<uintptr_t>(arrays_[slot].memory);
    if (address < start) {
        return format("%zu bytes before the start of the shared array %s of %zu bytes",
                      static_cast<size_t>(start - address), array.name, array.bytes);
    }
    return format("byte %zu of the shared array %s of %zu bytes", static_cast<size_t>(address - start), array.name,
                  array.bytes);
}

bool aligned_slowly(const void* address, size_t bytes) {
    uintptr_t a = reinterpret_cast<uintptr_t>(address);
    return runner == nullptr || !runner->shared.contains(a) || runner->shared.aligned(a, bytes);
}

}  // namespace gabor
