"""The parts of an NWB file that a recording is made of: trials, units and behavior, under any layout."""
