#include "generate/stock.h"

#include <algorithm>

#include "generate/rows.h"

namespace souk::generate {

std::vector<int32_t> StockLevels(const Assortment& assortment, const Ledger& ledger, uint64_t seed) {
  std::vector<int32_t> levels(assortment.version_count());
  for (uint32_t product = 0; product < assortment.catalog().size(); ++product) {
    uint32_t first = assortment.first_version(product);
    uint32_t end = first + static_cast<uint32_t>(assortment.VersionsOf(product).size());
    int64_t stock = 0;
    for (uint32_t version = first; version < end; ++version) {
      if (version == first || assortment.version(version).restock) {
        // Enough until the next delivery.
        int64_t sold = 0, needed = 0;
        for (uint32_t next = version; next < end; ++next) {
          if (next > version && assortment.version(next).restock) break;
          sold += ledger.sold(next);
          needed = std::max(needed, sold);
        }
        needed += SpareStock(seed, assortment.catalog(), product, version);
        int64_t delivered = std::max<int64_t>(0, needed - stock);
        stock += version == first ? delivered : (delivered + 9) / 10 * 10;
      }
      levels[version] = static_cast<int32_t>(stock);
      stock -= ledger.sold(version);
    }
  }
  return levels;
}

}  // namespace souk::generate
