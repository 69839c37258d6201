"""Records of facts screened by a catalogue of rules (筛查)."""
