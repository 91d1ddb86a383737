#pragma once
// LibTorch defines a CHECK of its own (glog's): it must be gone before Catch's is. Its header also
// prints any vector, so compare vectors of structs in double parentheses.
#include <ATen/ATen.h>
#undef CHECK

#include <catch2/catch.hpp>
