//! One file an operation. Each is a method of [`crate::Escher`] with typed input and a serializable result.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod changes;
pub(crate) mod chat;
pub(crate) mod connect;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod readings;
pub(crate) mod reply;
pub(crate) mod search;
pub(crate) mod shown;
pub(crate) mod sound;
pub(crate) mod sync;
pub(crate) mod trust;
