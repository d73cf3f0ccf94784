//! Kleene's three-valued logic: true, false, and unknown as `None`.

/// True, false or unknown.
pub type Truth = Option<bool>;

/// False if either is false, else unknown if either is unknown.
pub fn and(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// True if either is true, else unknown if either is unknown.
pub fn or(a: Truth, b: Truth) -> Truth {
    not(and(not(a), not(b)))
}

/// Unknown stays unknown.
pub fn not(a: Truth) -> Truth {
    a.map(|value| !value)
}
