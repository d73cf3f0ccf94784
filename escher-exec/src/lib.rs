//! The hands: policy, approval, run, verify, undo, journal, resume.
