// What GABOR_EMU_... environment variables ask for. Read once, at the first call.
#pragma once

#include <cstddef>
#include <string>

namespace gabor {

struct Options {
    int devices;             // GABOR_EMU_DEVICES: how many devices there are; 1
    int compute_capability;  // GABOR_EMU_CC: 10 * major + minor; 80
    int driver_version;      // GABOR_EMU_DRIVER: 1000 * major + 10 * minor; 12060
    size_t memory;           // GABOR_EMU_MEMORY: bytes of device memory; 4 GiB
    int threads;             // GABOR_EMU_THREADS: threads of the operating system that run blocks; one for each processor
    int orders;              // GABOR_EMU_ORDERS: in how many orders the threads of a kernel are run: 1, 2 or 3; 3
    long checked;            // GABOR_EMU_CHECKED: how many launches of one geometry are run in all orders; -1: all
    bool deferred;           // GABOR_EMU_DEFERRED: queued work runs as late as a GPU could run it; 1
    std::string report;      // GABOR_EMU_REPORT: the file for the report; none
    std::string fail;        // GABOR_EMU_FAIL: function:code[:n]: this function's n-th call (all) returns the code
};

const Options& options();

}  // namespace gabor
