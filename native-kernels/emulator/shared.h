// Shared memory of the block that runs on this thread of the operating system: each array ends where a page that may not
// be touched begins, and is full of NaN when the block starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gabor {

class SharedMemory {
public:
    // A span of addresses for each array, fences included.
    static constexpr size_t SPAN = 512 << 10;
    static constexpr size_t DATA = 128 << 10;  // the most that an array may have
    static constexpr size_t SPANS = 1024;

    SharedMemory();
    ~SharedMemory();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    void new_block() { block_++; }
    void* array(int slot);

    // A write before the start of an array of this block, in words, or "".
    std::string damage();

    bool contains(uintptr_t address) const { return address - start_ < SPANS * SPAN; }
    bool aligned(uintptr_t address, size_t bytes) const;
    std::string describe(uintptr_t address) const;

private:
    struct Array {
        char* memory = nullptr;
        uint64_t block = 0;
    };

    uintptr_t start_;
    uint64_t block_ = 0;
    std::vector<Array> arrays_;
};

}  // namespace gabor
