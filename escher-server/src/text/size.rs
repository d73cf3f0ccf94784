//! Machine sizes of the three clouds, by their looks.

/// Whether a word is the size of a machine: `m5.large`, `Standard_D2s_v3`, `e2-medium`, `db.r5.large`.
pub(super) fn is_size(word: &str) -> bool {
    const AWS: &[&str] = &["nano", "micro", "small", "medium", "large", "xlarge", "metal"];
    const FAMILIES: &[&str] = &[
        "e2", "n1", "n2", "n2d", "n4", "c2", "c2d", "c3", "c3d", "c4", "c4a", "m1", "m2", "m3", "a2", "a3", "t2d", "t2a", "f1", "g1", "g2",
        "h3", "z3",
    ];
    const SHAPES: &[&str] = &["standard", "highmem", "highcpu", "small", "medium", "micro", "ultramem", "megamem", "custom", "highgpu"];
    let word = word.to_lowercase();
    if let Some(rest) = ["standard_", "basic_", "gp_", "mo_", "b_standard_"].iter().find_map(|prefix| word.strip_prefix(prefix)) {
        return rest.chars().any(|c| c.is_ascii_digit());
    }
    if let Some(rest) = word.strip_prefix("db-") {
        return FAMILIES.iter().chain(&["custom"]).any(|family| rest.starts_with(&format!("{family}-")));
    }
    if let Some((family, shape)) = word.split_once('-')
        && FAMILIES.contains(&family)
        && SHAPES.contains(&shape.split('-').next().unwrap_or_default())
    {
        return true;
    }
    let bare = word.strip_prefix("db.").or_else(|| word.strip_prefix("cache.")).unwrap_or(&word);
    bare.rsplit_once('.').is_some_and(|(family, size)| {
        let known = AWS.contains(&size)
            || size.strip_suffix("xlarge").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            || size.starts_with("metal-");
        known && !family.contains('.') && family.starts_with(char::is_alphabetic) && family.chars().any(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::is_size;

    #[test]
    fn sizes_and_names() {
        for size in
            ["m5.large", "t3.micro", "m5.24xlarge", "Standard_D2s_v3", "e2-medium", "n2-standard-4", "db.r5.large", "db-custom-2-4096"]
        {
            assert!(is_size(size), "{size}");
        }
        for name in ["web-1", "standard_vms", "m5", "prod.large", "e2-web", "db-1", "web.internal", "StandardSSD_LRS"] {
            assert!(!is_size(name), "{name}");
        }
    }
}
