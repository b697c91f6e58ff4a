// What the emulator saw: errors in words, launches by kernel, memory left behind.
#pragma once

#include <string>

namespace gabor {

// One error, in words; goes to stderr and into the report.
void report_error(const std::string& story);

// The last error in words, or "".
std::string last_error();

void count_launch(const std::string& kernel);
void count_call(const std::string& what);  // graph launches, GEMMs
void count_check();                        // a launch that was run in all orders
void count_leak(size_t buffers, size_t bytes, const std::string& list);

long launches();
long errors();
long leaks();

// Writes the report to the file of GABOR_EMU_REPORT, if there is one. Lines of a word and a number, then the errors.
void write_report();

std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

}  // namespace gabor
