//! The brain: turns words into frames and frames into plan templates, offline.
