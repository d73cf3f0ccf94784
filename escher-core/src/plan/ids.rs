//! Ids of plans, runs, steps and conversations: separate types that cannot be confused.

use ulid::Ulid;

/// The maximum length of an id, without its prefix.
const LONGEST: usize = 64;

/// Declares an id: a string of a fixed shape; any other shape is rejected wherever it is read.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $what:literal, $prefix:literal, $is_part:expr, |$error:ident| $help:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The id as a string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<Self> {
                let is_part: fn(&[u8]) -> bool = $is_part;
                match text.strip_prefix($prefix) {
                    Some(rest) if !rest.is_empty() && rest.len() <= LONGEST && is_part(rest.as_bytes()) => Ok(Self(text.to_owned())),
                    _ => {
                        let shown: String = text.chars().take(LONGEST).collect();
                        let $error = $crate::Error::invalid(format!("`{shown}` is not a {} id", $what));
                        Err($help)
                    }
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        /// An id can be used where a string is expected; the reverse is parsing.
        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, text: &String) -> bool {
                self.0 == *text
            }
        }

        $crate::words::text_form!($name);
    };
}

fn is_plain(rest: &[u8]) -> bool {
    rest.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

id! {
    /// A plan's id: `pl_` and lower-case letters and digits that sort by the time at which the plan was made.
    ///
    /// ```
    /// use escher_core::PlanId;
    /// assert_eq!("pl_01jhmfx35".parse::<PlanId>()?.to_string(), "pl_01jhmfx35");
    /// assert!("run_01jhmfx35".parse::<PlanId>().is_err());
    /// assert!(serde_json::from_str::<PlanId>(r#""pl_../x""#).is_err());
    /// # Ok::<(), escher_core::Error>(())
    /// ```
    PlanId, "plan", "pl_", is_plain, |error| error.hint("a plan's id begins with `pl_`").next(crate::Next::Plans)
}

id! {
    /// A run's id: `run_` and lower-case letters and digits that sort by the time when the run started.
    RunId, "run", "run_", is_plain, |error| error.hint("a run's id begins with `run_`").next(crate::Next::Runs)
}

id! {
    /// A step's id, unique in its plan or template: `s1`, `s2`, … in plans; in templates any lower-case word.
    StepId, "step", "", |rest| rest[0].is_ascii_lowercase() && rest.iter().all(|byte| is_plain(&[*byte]) || matches!(byte, b'-' | b'_')),
    |error| error.hint("a step's id is a lower-case word such as `s1`")
}

id! {
    /// A conversation's id: `cv_` and lower-case letters and digits that sort by the time when it was started.
    ConversationId, "conversation", "cv_", is_plain,
    |error| error.hint("a conversation's id begins with `cv_`").next(crate::Next::Conversations)
}

impl From<Ulid> for ConversationId {
    fn from(ulid: Ulid) -> Self {
        Self(format!("cv_{}", ulid.to_string().to_ascii_lowercase()))
    }
}

impl From<Ulid> for PlanId {
    fn from(ulid: Ulid) -> Self {
        Self(format!("pl_{}", ulid.to_string().to_ascii_lowercase()))
    }
}

impl From<Ulid> for RunId {
    fn from(ulid: Ulid) -> Self {
        Self(format!("run_{}", ulid.to_string().to_ascii_lowercase()))
    }
}

impl StepId {
    /// The id of step `number` of a plan, counted from 1.
    pub fn numbered(number: usize) -> Self {
        Self(format!("s{number}"))
    }
}
