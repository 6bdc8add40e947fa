// The text of a .properties file, as java.util.Properties reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace souk::kafka {

struct JavaProperty {
  int line = 0;  // where it begins, from 1
  std::string name;
  std::string value;
};

// Comments (#, !), name and value parted by '=', ':' or blanks, lines that go on after a backslash, and the
// escapes \t \n \r \f \uXXXX. Whatever the text is, something comes out, as in Java.
std::vector<JavaProperty> ReadJavaProperties(std::string_view content);

}  // namespace souk::kafka
