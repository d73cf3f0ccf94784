//! The one list of operations: every capability is declared here once, and every interface serves this list.
//!
//! An operation is a file of this folder, a `mod` line, and a line in `operations!`: its name, its request and response,
//! what it may change, and its call into [`crate::Escher`]. From the list come dispatch by name ([`call`]), the document
//! of all operations with their JSON Schemas ([`document`]), and [`Op`], which each interface (a door) matches without a wildcard:
//! one that does not handle a new operation does not compile.

mod dispatch;
mod operation;

pub mod ask;
pub mod changes;
pub mod connect;
pub mod connect_sim;
pub mod connections;
pub mod conversation;
pub mod conversation_delete;
pub mod conversation_new;
pub mod conversations;
pub mod demo;
pub mod describe;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod import;
pub mod init;
pub mod interpret;
pub mod plan;
pub mod plan_approve;
pub mod plan_approve_run;
pub mod plan_check;
pub mod plan_dry_run;
pub mod plan_reject;
pub mod plan_run;
pub mod plans;
pub mod policy_check;
pub mod policy_show;
pub mod run;
pub mod run_resume;
pub mod run_undo;
pub mod runs;
pub mod search;
pub mod status;
pub mod sync;

pub use dispatch::{Declared, call, document, find};
pub use operation::{Cx, Effect, Event, Events, NoEvent, Nothing, Operation};

/// Makes the list: one line per operation, its type in its module.
macro_rules! operations {
    ($($module:ident::$name:ident,)+) => {
        /// Every operation. An interface matches it without a wildcard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Op { $(#[doc = concat!("[`", stringify!($module), "`]")] $name,)+ }

        impl Op {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its declaration.
            pub fn declared(self) -> &'static Declared {
                match self {
                    $(Self::$name => { static IT: Declared = Declared::of::<$module::$name>(); &IT })+
                }
            }
        }

        $(pub use $module::$name;)+
    };
}

operations! {
    status::Status,
    search::Search,
    changes::Changes,
    ask::Ask,
    conversation_new::ConversationNew,
    conversations::Conversations,
    conversation::Conversation,
    conversation_delete::ConversationDelete,
    interpret::Interpret,
    explain::Explain,
    describe::Describe,
    sync::Sync,
    import::Import,
    export::Export,
    init::Init,
    demo::Demo,
    connections::Connections,
    connect::Connect,
    connect_sim::ConnectSim,
    plans::Plans,
    plan::Plan,
    plan_check::PlanCheck,
    plan_dry_run::PlanDryRun,
    plan_approve::PlanApprove,
    plan_reject::PlanReject,
    plan_run::PlanRun,
    plan_approve_run::PlanApproveRun,
    policy_show::PolicyShow,
    policy_check::PolicyCheck,
    runs::Runs,
    run::Run,
    run_resume::RunResume,
    run_undo::RunUndo,
    doctor::Doctor,
}
