#include "store/driver.h"
const struct store_driver store_postgres = {.open = NULL};
