#include "rules/functions.h"

const struct function_row function_rows[] = {
#define X(id, name, style, result, arguments, text) {id, name, style, result, arguments, text},
    FUNCTION_TABLE(X)
#undef X
};
const unsigned function_row_count = sizeof function_rows / sizeof *function_rows;
