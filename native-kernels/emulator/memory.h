// Device memory with fences: each buffer ends where a page that may not be touched begins. Freed buffers stay fenced for
// ever, their addresses are not given again. Fresh buffers are full of NaN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gabor {

// As a float a quiet NaN, as an int 2,143,346,349: hard to mistake for data.
constexpr uint32_t POISON = 0x7fc0deadu;

void poison(void* memory, size_t bytes);

struct Buffer {
    long number;      // 1, 2, ...: the order of allocation
    uintptr_t start;  // what the caller sees
    size_t bytes;
    uintptr_t pages;  // the first page
    size_t page_bytes;
    const void* context;
    bool live;
};

enum class Allocation { done, too_much, no_address_space };

Allocation allocate(size_t bytes, const void* context, uintptr_t* start);

// False when no live buffer starts there.
bool release(uintptr_t start);

// The live or freed buffer whose fences the address is in, or nullptr. `end` may be its own end.
const Buffer* buffer_around(uintptr_t address);

// The live buffer that holds all these bytes, or nullptr.
const Buffer* buffer_holding(uintptr_t address, size_t bytes);

std::vector<const Buffer*> buffers_of(const void* context);

// Whether someone wrote into the page before the buffer's start, where no fence can be.
bool damaged_before(const Buffer& buffer, uintptr_t* address);
void repair_before(const Buffer& buffer);

size_t live_buffers();
size_t live_bytes();
bool in_arena(uintptr_t address);

// "12 bytes after the end of buffer #3 (400 bytes)", "not device memory", ...
std::string describe(uintptr_t address);

}  // namespace gabor
