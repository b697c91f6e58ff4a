#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace gabor {

namespace {

const char* text(const char* name) {
    const char* value = getenv(name);
    return value == nullptr ? "" : value;
}

long long number(const char* name, long long otherwise, long long least, long long most) {
    const char* value = text(name);
    if (*value == 0) {
        return otherwise;
    }
    char* end = nullptr;
    long long result = strtoll(value, &end, 10);
    if (*end != 0 || result < least || result > most) {
        fprintf(stderr, "emulator: %s must be a number from %lld to %lld; found '%s'\n", name, least, most, value);
        abort();
    }
    return result;
}

Options read() {
    Options o;
    o.devices = static_cast<int>(number("GABOR_EMU_DEVICES", 1, 0, 8));
    o.compute_capability = static_cast<int>(number("GABOR_EMU_CC", 80, 10, 999));
    o.driver_version = static_cast<int>(number("GABOR_EMU_DRIVER", 12060, 1000, 99000));
    o.memory = static_cast<size_t>(number("GABOR_EMU_MEMORY", 4LL << 30, 0, 1LL << 38));
    unsigned processors = std::thread::hardware_concurrency();
    o.threads = static_cast<int>(number("GABOR_EMU_THREADS", processors == 0 ? 1 : processors, 1, 256));
    o.orders = static_cast<int>(number("GABOR_EMU_ORDERS", 3, 1, 3));
    o.checked = static_cast<long>(number("GABOR_EMU_CHECKED", -1, -1, 1L << 40));
    o.deferred = number("GABOR_EMU_DEFERRED", 1, 0, 1) != 0;
    o.report = text("GABOR_EMU_REPORT");
    o.fail = text("GABOR_EMU_FAIL");
    return o;
}

}  // namespace

const Options& options() {
    static const Options all = read();
    return all;
}

}  // namespace gabor
