#include "ptx.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

#include "options.h"
#include "report.h"

namespace gabor {

namespace {

Failure invalid(const std::string& why) { return {CUDA_ERROR_INVALID_PTX, "the module is not valid PTX: " + why}; }

// The newest PTX version that a driver of this CUDA version reads (PTX ISA documentation, release history).
int newest_ptx(int driver) {
    static const int table[][2] = {{13000, 90}, {12090, 88}, {12080, 87}, {12070, 86}, {12050, 85}, {12040, 84},
                                   {12030, 83}, {12020, 82}, {12010, 81}, {12000, 80}, {11080, 78}, {11070, 77},
                                   {11060, 76}, {11050, 75}, {11040, 74}, {11030, 73}, {11020, 72}, {11010, 71},
                                   {11000, 70}, {10020, 65}, {10010, 64}, {10000, 63}, {9020, 62},  {9010, 61},
                                   {9000, 60},  {8000, 50},  {0, 43}};
    for (const auto& row : table) {
        if (driver >= row[0]) {
            return row[1];
        }
    }
    return 0;
}

bool name_character(char c) {
    return isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '%';
}

// PTX without its comments. False when there is something else than ASCII text.
bool strip(const std::string& text, std::string* result) {
    for (size_t i = 0; i < text.size(); i++) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (c >= 127 || (c < 32 && c != '\n' && c != '\t' && c != '\r')) {
            return false;
        }
        if (text.compare(i, 2, "//") == 0) {
            i = text.find('\n', i);
            if (i == std::string::npos) {
                return true;
            }
            c = '\n';
        } else if (text.compare(i, 2, "/*") == 0) {
            i = text.find("*/", i);
            if (i == std::string::npos) {
                return false;
            }
            i++;
            c = ' ';
        }
        *result += static_cast<char>(c);
    }
    return true;
}

// A statement of a body: a directive, a label or an instruction. Catches what a damaged file would have there.
bool looks_like_a_statement(const std::string& s) {
    size_t i = s.find_first_not_of(" \t\n\r");
    if (i == std::string::npos) {
        return false;
    }
    // labels before it
    size_t colon = s.find(':', i);
    while (colon != std::string::npos && s.find_first_of(" \t\n\r.,;[", i) > colon) {
        i = s.find_first_not_of(" \t\n\r", colon + 1);
        if (i == std::string::npos) {
            return true;
        }
        colon = s.find(':', i);
    }
    if (s[i] == '.') {
        return i + 1 < s.size() && isalpha(static_cast<unsigned char>(s[i + 1])) != 0;
    }
    if (s[i] == '@') {
        i = s.find_first_of(" \t", i);
        if (i == std::string::npos) {
            return false;
        }
        i = s.find_first_not_of(" \t", i);
    }
    size_t letters = 0;
    size_t end = i;
    for (; end < s.size() && (name_character(s[end]) || s[end] == '.' || s[end] == ':'); end++) {
        letters += static_cast<size_t>(islower(static_cast<unsigned char>(s[end])) != 0);
        if (isupper(static_cast<unsigned char>(s[end])) != 0) {
            return false;
        }
    }
    if (letters < 2) {
        return false;
    }
    for (; end < s.size(); end++) {
        if (!name_character(s[end]) && std::strchr(" \t\n\r,.[]{}()+-<>|!:\"&", s[end]) == nullptr) {
            return false;
        }
    }
    return true;
}

class Reader {
public:
    explicit Reader(std::string text) : text_(std::move(text)) {}

    Failure read(Ptx* result) {
        std::string word;
        double version = 0;
        if (!directive(".version", &word) || (version = atof(word.c_str())) < 1) {
            return invalid("no .version at its start");
        }
        result->version = static_cast<int>(version * 10 + 0.5);
        if (!directive(".target", &word) || word.compare(0, 3, "sm_") != 0) {
            return invalid("no .target after .version");
        }
        result->target = atoi(word.c_str() + 3);
        if (!directive(".address_size", &word) || word != "64") {
            return invalid("no .address_size 64");
        }
        for (size_t at = text_.find(".entry"); at != std::string::npos; at = text_.find(".entry", at + 6)) {
            Failure failure = entry(at + 6, result);
            if (failure.happened()) {
                return failure;
            }
        }
        return braces();
    }

private:
    bool directive(const char* name, std::string* value) const {
        size_t at = text_.find(name);
        if (at == std::string::npos) {
            return false;
        }
        at = text_.find_first_not_of(" \t", at + std::strlen(name));
        size_t end = text_.find_first_of(" \t\r\n,", at);
        if (at == std::string::npos || end == std::string::npos) {
            return false;
        }
        *value = text_.substr(at, end - at);
        return true;
    }

    Failure entry(size_t at, Ptx* result) const {
        size_t start = text_.find_first_not_of(" \t\r\n", at);
        size_t end = start;
        while (end < text_.size() && name_character(text_[end])) {
            end++;
        }
        std::string name = text_.substr(start, end - start);
        size_t open = text_.find_first_not_of(" \t\r\n", end);
        size_t close = text_.find(')', end);
        size_t body = text_.find('{', end);
        if (name.empty() || open == std::string::npos || text_[open] != '(' || close == std::string::npos
            || body == std::string::npos || close > body) {
            return invalid("an .entry without parameters and body");
        }
        PtxEntry& found = result->entries[name];
        for (size_t p = text_.find(".param", open); p < close; p = text_.find(".param", p + 6)) {
            size_t type = text_.find('.', p + 6);
            // .param .u64 .ptr .global .align 1 name: the type comes first
            size_t type_end = text_.find_first_of(" \t", type);
            found.parameters.push_back(text_.substr(type + 1, type_end - type - 1));
        }
        size_t limit = text_.find(".maxntid", close);
        if (limit < body) {
            found.max_threads = 1;
            const char* p = text_.c_str() + limit + 8;
            for (int axis = 0; axis < 3; axis++) {
                char* after = nullptr;
                found.max_threads *= static_cast<int>(strtol(p, &after, 10));
                p = *after == ',' ? after + 1 : after;
                if (*after != ',') {
                    break;
                }
            }
        }
        return statements(name, body, &found);
    }

    Failure statements(const std::string& name, size_t body, PtxEntry* found) const {
        int depth = 0;
        std::string statement;
        for (size_t i = body; i < text_.size(); i++) {
            char c = text_[i];
            if (c == '{' && !in_operand(statement)) {
                depth++;
                statement.clear();
            } else if (c == '}' && !in_braces(statement)) {
                depth--;
                statement.clear();
                if (depth == 0) {
                    return {};
                }
            } else if (c == ';') {
                if (!looks_like_a_statement(statement)) {
                    return invalid("in the entry " + name + ": '" + statement.substr(0, 80) + "'");
                }
                if (statement.find(".shared") != std::string::npos
                    && statement.find_first_not_of(" \t\r\n") == statement.find(".shared")) {
                    size_t bracket = statement.find('[');
                    found->shared_bytes += bracket == std::string::npos ? 8 : atoi(statement.c_str() + bracket + 1);
                }
                statement.clear();
            } else {
                statement += c;
            }
        }
        return invalid("the entry " + name + " does not end");
    }

    // Whether a brace that follows belongs to an operand ({%f1, %f2}), not to a block.
    static bool in_operand(const std::string& statement) {
        size_t i = statement.find_first_not_of(" \t\r\n");
        return i != std::string::npos && statement.find_last_not_of(" \t\r\n") > i
                && statement.find(':') != statement.find_last_not_of(" \t\r\n");
    }

    static bool in_braces(const std::string& statement) { return statement.find('{') != std::string::npos; }

    Failure braces() const {
        int depth = 0;
        for (char c : text_) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth < 0) {
                break;
            }
        }
        return depth == 0 ? Failure{} : invalid("its braces do not match: it is cut off or damaged");
    }

    std::string text_;
};

}  // namespace

Failure read_ptx(const char* image, Ptx* result) {
    std::string text;
    if (image == nullptr || !strip(image, &text)) {
        return invalid("it is not text");
    }
    Failure failure = Reader(text).read(result);
    if (failure.happened()) {
        return failure;
    }
    int newest = newest_ptx(options().driver_version);
    if (result->version > newest) {
        return {CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                format("the module has PTX version %d.%d; the driver's newest is %d.%d", result->version / 10,
                       result->version % 10, newest / 10, newest % 10)};
    }
    if (result->target > options().compute_capability) {
        return {CUDA_ERROR_NO_BINARY_FOR_GPU, format("the module is for sm_%d; the device is sm_%d", result->target,
                                                     options().compute_capability)};
    }
    return {};
}

std::string signature_difference(const PtxEntry& entry, const Kernel& kernel) {
    if (static_cast<int>(entry.parameters.size()) != kernel.parameter_count) {
        return format("%zu parameters in the PTX, %d in the source", entry.parameters.size(), kernel.parameter_count);
    }
    for (int i = 0; i < kernel.parameter_count; i++) {
        const std::string& type = entry.parameters[static_cast<size_t>(i)];
        const Parameter& parameter = kernel.parameters[i];
        size_t bytes = static_cast<size_t>(atoi(type.c_str() + 1)) / 8;
        if (bytes != parameter.bytes || (type[0] == 'f') != parameter.floating) {
            return format("parameter %d is .%s in the PTX and a %s of %zu bytes in the source", i + 1, type.c_str(),
                          parameter.pointer ? "pointer" : parameter.floating ? "floating-point number" : "number",
                          parameter.bytes);
        }
    }
    return "";
}

}  // namespace gabor
