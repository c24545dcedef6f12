// Every operation of the step graph, by the kind's name. One file a family defines them.
#pragma once

#include <string>
#include <unordered_map>

#include "program.h"

namespace tickwork {

using Operations = std::unordered_map<std::string, Operation>;

void addElementwise(Operations&);
void addReductions(Operations&);
void addStructure(Operations&);
void addConvolutions(Operations&);
void addPools(Operations&);
void addUpdates(Operations&);

}  // namespace tickwork
