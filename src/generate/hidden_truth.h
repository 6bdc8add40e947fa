// What nobody can see in the files, and what a platform can only find out: the versions of some customers and
// products, tastes and lifetimes. Parts of truth.json.
#pragma once

#include <string>
#include <vector>

#include "generate/shop.h"

namespace souk::generate {

// Each appends members of an object, without braces, to `json`.
// "versions" and "sample_users", "sample_products".
void PutVersions(std::string& json, const Shop& shop, const std::vector<int32_t>& stock);
// "tastes": the parameters, a hundred customers, and the most popular products.
void PutTastes(std::string& json, const Shop& shop);

}  // namespace souk::generate
