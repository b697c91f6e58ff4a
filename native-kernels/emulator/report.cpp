#include "report.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "memory.h"
#include "options.h"

namespace gabor {

namespace {

struct State {
    std::mutex lock;
    std::map<std::string, long> launches;
    std::map<std::string, long> calls;
    std::vector<std::string> stories;
    long launched = 0;
    long checked = 0;
    long leaked = 0;
    bool at_exit = false;
};

State& state() {
    static State* all = new State;  // never destroyed: atexit and other threads may come late
    return *all;
}

}  // namespace

std::string format(const char* pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    char buffer[2048];
    vsnprintf(buffer, sizeof buffer, pattern, arguments);
    va_end(arguments);
    return buffer;
}

void report_error(const std::string& story) {
    fprintf(stderr, "emulator: %s\n", story.c_str());
    {
        std::lock_guard<std::mutex> hold(state().lock);
        state().stories.push_back(story);
    }
    write_report();
}

std::string last_error() {
    std::lock_guard<std::mutex> hold(state().lock);
    return state().stories.empty() ? "" : state().stories.back();
}

void count_launch(const std::string& kernel) {
    std::lock_guard<std::mutex> hold(state().lock);
    state().launches[kernel]++;
    state().launched++;
    if (!state().at_exit) {
        state().at_exit = true;
        atexit(write_report);
    }
}

void count_call(const std::string& what) {
    std::lock_guard<std::mutex> hold(state().lock);
    state().calls[what]++;
}

void count_check() {
    std::lock_guard<std::mutex> hold(state().lock);
    state().checked++;
}

void count_leak(size_t buffers, size_t bytes, const std::string& list) {
    {
        std::lock_guard<std::mutex> hold(state().lock);
        state().leaked += static_cast<long>(buffers);
    }
    report_error(format("%zu buffers of %zu bytes were not freed before their context ended: %s", buffers, bytes,
                        list.c_str()));
}

long launches() {
    std::lock_guard<std::mutex> hold(state().lock);
    return state().launched;
}

long errors() {
    std::lock_guard<std::mutex> hold(state().lock);
    return static_cast<long>(state().stories.size());
}

long leaks() {
    std::lock_guard<std::mutex> hold(state().lock);
    return state().leaked;
}

void write_report() {
    if (options().report.empty()) {
        return;
    }
    size_t live = live_buffers();
    size_t bytes = live_bytes();
    std::lock_guard<std::mutex> hold(state().lock);
    FILE* file = fopen(options().report.c_str(), "w");
    if (file == nullptr) {
        fprintf(stderr, "emulator: cannot write the report %s\n", options().report.c_str());
        return;
    }
    fprintf(file, "launches %ld\nchecked %ld\nlive_buffers %zu\nlive_bytes %zu\nleaked_buffers %ld\nerrors %zu\n",
            state().launched, state().checked, live, bytes, state().leaked, state().stories.size());
    for (const auto& entry : state().calls) {
        fprintf(file, "calls.%s %ld\n", entry.first.c_str(), entry.second);
    }
    for (const auto& entry : state().launches) {
        fprintf(file, "launches.%s %ld\n", entry.first.c_str(), entry.second);
    }
    for (const std::string& story : state().stories) {
        fprintf(file, "error %s\n", story.c_str());
    }
    fclose(file);
}

}  // namespace gabor
