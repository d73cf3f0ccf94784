//! Escher.
