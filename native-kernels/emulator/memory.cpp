#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <mutex>

#include "options.h"
#include "report.h"
#include "threads.h"

namespace gabor {

// Read by aligned() in every copy of a vector: kept apart from the rest, which needs the lock.
uintptr_t arena_start = 0;
size_t arena_bytes = 0;
const uint8_t* arena_misalignment = nullptr;  // for each page: the low bits of its buffer's start
int page_shift = 12;

namespace {

constexpr size_t FENCE = 256 << 10;

struct State {
    std::mutex lock;
    std::map<uintptr_t, Buffer> buffers;  // by first page, live and freed
    uintptr_t next = 0;
    uint8_t* misalignment = nullptr;
    size_t page = 4096;
    long count = 0;
    size_t live = 0;
    size_t bytes = 0;
};

State& state() {
    static State* all = new State;
    return *all;
}

void* reserve(size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

// Reserves addresses, not memory: a tebibyte, or what the system gives.
void open(State& s) {
    s.page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    while ((static_cast<size_t>(1) << page_shift) < s.page) {
        page_shift++;
    }
    for (size_t bytes = static_cast<size_t>(1) << 40; bytes >= (static_cast<size_t>(1) << 30); bytes /= 2) {
        void* memory = reserve(bytes);
        if (memory != nullptr) {
            void* table = mmap(nullptr, bytes >> page_shift, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (table == MAP_FAILED) {
                munmap(memory, bytes);
                continue;
            }
            s.misalignment = static_cast<uint8_t*>(table);
            arena_misalignment = s.misalignment;
            arena_start = reinterpret_cast<uintptr_t>(memory);
            arena_bytes = bytes;
            s.next = arena_start + FENCE;
            return;
        }
    }
}

size_t round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

const Buffer* around(State& s, uintptr_t address) {
    auto after = s.buffers.upper_bound(address + FENCE / 2);
    if (after == s.buffers.begin()) {
        return nullptr;
    }
    const Buffer& buffer = std::prev(after)->second;
    return address < buffer.pages + buffer.page_bytes + FENCE / 2 ? &buffer : nullptr;
}

}  // namespace

void poison(void* memory, size_t bytes) {
    uint32_t pattern = POISON;
    char* to = static_cast<char*>(memory);
    size_t words = bytes / 4;
    for (size_t i = 0; i < words; i++) {
        std::memcpy(to + 4 * i, &pattern, 4);
    }
    std::memcpy(to + 4 * words, &pattern, bytes % 4);
}

Allocation allocate(size_t bytes, const void* context, uintptr_t* start) {
    State& s = state();
    std::lock_guard<std::mutex> hold(s.lock);
    if (arena_start == 0) {
        open(s);
    }
    if (bytes > options().memory || s.bytes + bytes > options().memory) {
        return Allocation::too_much;
    }
    // floats stay at multiples of 4: up to 3 bytes behind the end can be read, as poison, and are checked after a write
    size_t padded = round_up(bytes, 4);
    size_t page_bytes = round_up(padded, s.page);
    if (arena_start == 0 || s.next + page_bytes + FENCE > arena_start + arena_bytes) {
        return Allocation::no_address_space;
    }
    if (mprotect(reinterpret_cast<void*>(s.next), page_bytes, PROT_READ | PROT_WRITE) != 0) {
        return Allocation::no_address_space;
    }
    Buffer buffer;
    buffer.number = ++s.count;
    buffer.pages = s.next;
    buffer.page_bytes = page_bytes;
    buffer.start = s.next + page_bytes - padded;
    buffer.bytes = bytes;
    buffer.context = context;
    buffer.live = true;
    s.next += round_up(page_bytes + FENCE, s.page);
    poison(reinterpret_cast<void*>(buffer.pages), page_bytes);
    std::memset(s.misalignment + ((buffer.pages - arena_start) >> page_shift), static_cast<int>(buffer.start & 15),
                page_bytes >> page_shift);
    s.live++;
    s.bytes += bytes;
    *start = buffer.start;
    s.buffers[buffer.pages] = buffer;
    return Allocation::done;
}

bool release(uintptr_t start) {
    State& s = state();
    std::lock_guard<std::mutex> hold(s.lock);
    auto after = s.buffers.upper_bound(start);
    if (after == s.buffers.begin()) {
        return false;
    }
    Buffer& buffer = std::prev(after)->second;
    if (!buffer.live || buffer.start != start) {
        return false;
    }
    // as the arena was made, so that the system joins it to its neighbours: a process may have only some 65,000 pieces
    mmap(reinterpret_cast<void*>(buffer.pages), buffer.page_bytes, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    buffer.live = false;
    s.live--;
    s.bytes -= buffer.bytes;
    return true;
}

const Buffer* buffer_around(uintptr_t address) {
    State& s = state();
    std::lock_guard<std::mutex> hold(s.lock);
    return around(s, address);
}

const Buffer* buffer_holding(uintptr_t address, size_t bytes) {
    const Buffer* buffer = buffer_around(address);
    bool inside = buffer != nullptr && buffer->live && address >= buffer->start && bytes <= buffer->bytes
            && address - buffer->start <= buffer->bytes - bytes;
    return inside ? buffer : nullptr;
}

std::vector<const Buffer*> buffers_of(const void* context) {
    State& s = state();
    std::lock_guard<std::mutex> hold(s.lock);
    std::vector<const Buffer*> result;
    for (const auto& entry : s.buffers) {
        if (entry.second.live && entry.second.context == context) {
            result.push_back(&entry.second);
        }
    }
    return result;
}

bool damaged_before(const Buffer& buffer, uintptr_t* address) {
    for (uintptr_t p = buffer.start; p > buffer.pages; p -= 4) {
        if (std::memcmp(reinterpret_cast<const void*>(p - 4), &POISON, 4) != 0) {
            *address = p - 4;
            return true;
        }
    }
    // the padding behind a size that is no multiple of 4
    for (size_t i = buffer.bytes; i % 4 != 0; i++) {
        const unsigned char* byte = reinterpret_cast<const unsigned char*>(buffer.start + i);
        if (*byte != ((POISON >> (8 * (i % 4))) & 255)) {
            *address = buffer.start + i;
            return true;
        }
    }
    return false;
}

void repair_before(const Buffer& buffer) {
    poison(reinterpret_cast<void*>(buffer.pages), buffer.start - buffer.pages);
    for (size_t i = buffer.bytes; i % 4 != 0; i++) {
        *reinterpret_cast<unsigned char*>(buffer.start + i) = static_cast<unsigned char>(POISON >> (8 * (i % 4)));
    }
}

size_t live_buffers() {
    std::lock_guard<std::mutex> hold(state().lock);
    return state().live;
}

size_t live_bytes() {
    std::lock_guard<std::mutex> hold(state().lock);
    return state().bytes;
}

bool in_arena(uintptr_t address) { return address - arena_start < arena_bytes; }

std::string describe(uintptr_t address) {
    if (address < 4096) {
        return format("a null pointer (address 0x%zx)", static_cast<size_t>(address));
    }
    if (!in_arena(address)) {
        return format("address 0x%zx, which is not device memory", static_cast<size_t>(address));
    }
    const Buffer* buffer = buffer_around(address);
    if (buffer == nullptr) {
        return format("address 0x%zx, far from any buffer", static_cast<size_t>(address));
    }
    std::string name = format("buffer #%ld of %zu bytes%s", buffer->number, buffer->bytes,
                              buffer->live ? "" : ", which was freed");
    if (address < buffer->start) {
        return format("%zu bytes before the start of %s", static_cast<size_t>(buffer->start - address), name.c_str());
    }
    size_t offset = address - buffer->start;
    if (offset >= buffer->bytes) {
        return format("byte %zu, beyond the end of %s", offset, name.c_str());
    }
    return format("byte %zu of %s", offset, name.c_str());
}

}  // namespace gabor
