//! `cargo xtask book`: the pages of `docs/` as a book, and every link between documents checked.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};
use mdbook_driver::MDBook;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::drift::tracked;
use crate::project::Project;

/// Pages that stand at the root of the repository and have a chapter: the chapter, the page.
const ROOT_PAGES: [(&str, &str); 3] =
    [("architecture.md", "ARCHITECTURE.md"), ("contributing.md", "CONTRIBUTING.md"), ("security.md", "SECURITY.md")];

/// Checks the links and renders the book.
pub(crate) fn run(project: &Project) -> Result<()> {
    let dead = dead_links(&documents(project)?, |path| project.root.join(path).exists());
    if !dead.is_empty() {
        return Err(Error::new(ErrorKind::Stale, dead.join("\n")).hint("correct the link, or the heading that it names"));
    }
    let folder = project.root.join("docs");
    let failed = |e: mdbook_driver::errors::Error| Error::internal(format!("{e:#}")).operation("build the book");
    let mut book = MDBook::load(&folder).map_err(failed)?;
    book.config.build.build_dir = project.state().join("book");
    for (chapter, page) in ROOT_PAGES {
        let text = std::fs::read_to_string(project.root.join(page))
            .map_err(|e| Error::new(ErrorKind::Storage, "a page of the book is not readable").with("file", page).caused_by(e))?;
        book.book.for_each_chapter_mut(|it| {
            if it.source_path.as_deref() == Some(Path::new(chapter)) {
                it.content = within_docs(&text);
            }
        });
    }
    book.build().map_err(failed)?;
    println!("book: {}", book.build_dir_for("html").join("index.html").display());
    Ok(())
}

/// The text of a page at the root as it stands in the book: its links lead to chapters.
fn within_docs(text: &str) -> String {
    let mut text = text.replace("](docs/", "](").replace("](README.md", "](introduction.md");
    for (chapter, page) in ROOT_PAGES {
        text = text.replace(&format!("]({page}"), &format!("]({chapter}"));
    }
    text
}

fn documents(project: &Project) -> Result<Vec<(PathBuf, String)>> {
    let read = |source: crate::drift::Source| {
        let text = String::from_utf8(source.bytes).map_err(|e| Error::invalid("a document is not UTF-8").caused_by(e))?;
        Ok((source.path.into(), text))
    };
    tracked(project, &["*.md"])?.into_iter().map(read).collect()
}

/// What a document links to, and what in it can be linked to.
#[derive(Default)]
struct Links {
    to: Vec<String>,
    anchors: HashSet<String>,
}

fn links(text: &str) -> Links {
    let (mut links, mut heading) = (Links::default(), None::<String>);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => links.to.push(dest_url.into_string()),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => links.anchors.extend(heading.take().map(|it| anchor(&it))),
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|it| it.push_str(&text)),
            _ => {}
        }
    }
    links
}

/// The anchor that both the book and common viewers of repositories give a heading that is there once.
fn anchor(heading: &str) -> String {
    let kept = |c: char| (c.is_alphanumeric() || c == '_' || c == '-').then(|| c.to_lowercase().to_string());
    heading.trim().chars().filter_map(|c| if c.is_whitespace() { Some("-".to_owned()) } else { kept(c) }).collect()
}

/// Every link within the repository that leads nowhere, with the document that it stands in.
fn dead_links(documents: &[(PathBuf, String)], exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let known: HashMap<&Path, Links> = documents.iter().map(|(path, text)| (path.as_path(), links(text))).collect();
    let mut dead = Vec::new();
    for (path, _) in documents {
        for link in known[path.as_path()].to.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, fragment) = link.split_once('#').map_or((link.as_str(), None), |(file, fragment)| (file, Some(fragment)));
            let target = if file.is_empty() { path.clone() } else { joined(path, file) };
            let lives = match (known.get(target.as_path()), fragment) {
                (Some(found), Some(fragment)) => found.anchors.contains(fragment),
                (found, _) => found.is_some() || exists(&target),
            };
            if !lives {
                dead.push(format!("{}: the link `{link}` leads nowhere", path.display()));
            }
        }
    }
    dead
}

/// The path of `file` as seen from the document `from`.
fn joined(from: &Path, file: &str) -> PathBuf {
    let mut path = from.parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(documents: &[(&str, &str)]) -> Vec<String> {
        let documents: Vec<_> = documents.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        dead_links(&documents, |path| path == Path::new("LICENSE"))
    }

    #[test]
    fn a_link_to_nothing_is_named_with_its_document() {
        let readme = "[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#two-words) [d](docs/a.md#three) [e](LICENSE) [f](https://x.org/y)";
        let page = "# `two` Words!\n[up](../README.md) [self](#two-words) [out](../../x.md)";
        assert_eq!(
            dead(&[("README.md", readme), ("docs/a.md", page)]),
            [
                "README.md: the link `docs/b.md` leads nowhere",
                "README.md: the link `docs/a.md#three` leads nowhere",
                "docs/a.md: the link `../../x.md` leads nowhere"
            ]
        );
    }

    #[test]
    fn a_link_in_code_is_none() {
        assert!(dead(&[("README.md", "`[a](b.md)`\n\n```text\n[a](b.md)\n```\n")]).is_empty());
    }

    #[test]
    fn a_root_page_links_to_chapters_in_the_book() {
        assert_eq!(within_docs("[a](docs/a.md) [b](ARCHITECTURE.md#x)"), "[a](a.md) [b](architecture.md#x)");
    }
}
