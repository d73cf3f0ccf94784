//! The clouds: one folder a cloud, one file a service.
