//! What must not compile: changes without approval, without a journal line, or twice on one permit.

#[test]
fn what_is_not_allowed_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
