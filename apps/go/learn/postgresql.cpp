#include <tengen/apps/go/learn/database.h>

namespace tengen::go {

std::unique_ptr<Database> open_postgresql(const std::string& url) {
  fail<StoreError>(url, ": this tengen-go was built without PostgreSQL (libpq)");
}

}  // namespace tengen::go
