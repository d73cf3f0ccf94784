//! The documents, held against the program: commands of the README run, its samples are what is printed, the
//! selector reference says what selectors do, and files and tests that are named exist.
//!
//! In the README, an HTML comment before a `sh` block says where its commands run: `<!-- test: moto -->` on a local AWS,
//! `<!-- test: machine -->` not here, for they prepare or build a machine; without a comment on a demo's data directory.
//! A `text` block right after a `sh` block is a sample of its output: lines left out are shown as `…`.

use std::collections::BTreeSet;
use std::path::Path;

use escher::ErrorKind;
use escher::core::selector::World;
use escher::core::{Resource, Selector};
use escher_providers::sim::Faults;
use jiff::Timestamp;

use crate::local_aws::{CREDENTIALS, Moto};
use crate::support::{Desk, Ran, ran};

const README: &str = include_str!("../README.md");
const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");
const CONTRIBUTING: &str = include_str!("../CONTRIBUTING.md");
const SELECTORS: &str = include_str!("../docs/selectors.md");
const FAULTS: &str = include_str!("../docs/faults.md");
const DOORS: &str = include_str!("../docs/doors.md");
const POLICY: &str = include_str!("../docs/policy.md");
const CONVERSATIONS: &str = include_str!("../docs/conversations.md");
const INTRODUCTION: &str = include_str!("../docs/introduction.md");
const ASKING: &str = include_str!("../docs/asking.md");
const CHANGING: &str = include_str!("../docs/changing.md");
const SECURITY: &str = include_str!("../SECURITY.md");
const DOCUMENTS: [(&str, &str); 12] = [
    ("README.md", README),
    ("ARCHITECTURE.md", ARCHITECTURE),
    ("CONTRIBUTING.md", CONTRIBUTING),
    ("docs/selectors.md", SELECTORS),
    ("docs/faults.md", FAULTS),
    ("docs/doors.md", DOORS),
    ("docs/policy.md", POLICY),
    ("docs/introduction.md", INTRODUCTION),
    ("docs/asking.md", ASKING),
    ("docs/changing.md", CHANGING),
    ("SECURITY.md", SECURITY),
    ("docs/conversations.md", CONVERSATIONS),
];

/// A fenced block: what stands after the fence, the last comment before it, and its lines.
struct Block {
    info: String,
    place: Option<String>,
    lines: Vec<String>,
    /// Whether only blank lines part it from the block before it.
    follows: bool,
}

fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    let (mut place, mut follows) = (None, false);
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some("")) => {
                blocks.extend(open.take());
                follows = true;
            }
            (Some(block), _) => block.lines.push(line.to_owned()),
            (None, Some(info)) => {
                open = Some(Block { info: info.to_owned(), place: place.take(), lines: Vec::new(), follows });
            }
            (None, None) => {
                follows &= line.is_empty();
                if let Some(comment) = line.strip_prefix("<!-- test: ") {
                    place = Some(comment.trim_end_matches("-->").trim().to_owned());
                }
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The words of a command line, quotes read as a shell reads them; a comment ends it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote is not closed: {line}");
    words.extend(word);
    words
}

/// Runs commands in their order; `PLAN`, `RUN` and `CHAT` stand for the ids that were printed last.
struct Shell<'a> {
    desk: &'a Desk,
    moto: Option<Moto>,
    plan: Option<String>,
    run: Option<String>,
    chat: Option<String>,
}

impl Shell<'_> {
    fn run(&mut self, line: &str) -> Ran {
        let mut args = words(line);
        assert_eq!(args.remove(0), "escher", "only escher is run here: {line}");
        for arg in &mut args {
            let known = match arg.as_str() {
                "PLAN" => &self.plan,
                "RUN" => &self.run,
                "CHAT" => &self.chat,
                _ => continue,
            };
            *arg = known.clone().unwrap_or_else(|| panic!("nothing was printed for {arg} in: {line}"));
        }
        if let Some(moto) = &self.moto
            && args.starts_with(&["connect".to_owned(), "aws".to_owned()])
        {
            args.extend(["--endpoint".to_owned(), moto.endpoint()]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut command = self.desk.command(&args);
        if self.moto.is_some() {
            command.envs(CREDENTIALS);
        }
        let ran = ran(command.output().unwrap());
        assert!(ran.code == 0 || ran.code == 3, "{line}: exit code {}\n{}\n{}", ran.code, ran.out, ran.err);
        for word in format!("{}\n{}", ran.out, ran.err).split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if word.starts_with("pl_") {
                self.plan = Some(word.to_owned());
            } else if word.starts_with("run_") {
                self.run = Some(word.to_owned());
            } else if word.starts_with("cv_") {
                self.chat = Some(word.to_owned());
            }
        }
        ran
    }
}

/// A line without what differs from one call or machine to the next: ids, digests, times, scores, where the program is, how
/// wide a column is.
fn steady(line: &str) -> String {
    let steady = |word: &str| {
        let bare = word.trim_matches(['(', ')', ':', ',', '.', ';']);
        match ["pl_", "run_", "sha256:"].into_iter().find(|prefix| bare.starts_with(prefix)) {
            Some(prefix) => word.replace(bare, prefix),
            None if bare.parse::<Timestamp>().is_ok() => word.replace(bare, "TIME"),
            None if bare.len() == 4 && bare.starts_with("0.") => "0.".to_owned(),
            None if word.ends_with("/escher") => "escher".to_owned(),
            None => word.to_owned(),
        }
    };
    line.split_whitespace().map(steady).collect::<Vec<_>>().join(" ")
}

/// Every line of the sample stands in the output, in this order.
fn holds_sample(output: &str, sample: &[String], what: &str) {
    let mut printed = output.lines().map(steady);
    for line in sample.iter().map(|line| steady(line)).filter(|line| !line.is_empty() && line != "…") {
        // A line that ends in `…` was cut there.
        let same = |is: String| line.strip_suffix('…').map_or(is == line, |begin| is.starts_with(begin.trim_end()));
        assert!(printed.by_ref().any(same), "the sample of `{what}` shows a line that is not printed there:\n{line}\n\nprinted:\n{output}");
    }
}

fn run_blocks(text: &str, place: Option<&str>, desk: &Desk, moto: Option<Moto>) -> usize {
    let mut shell = Shell { desk, moto, plan: None, run: None, chat: None };
    let (mut count, mut last) = (0, None);
    for block in blocks(text) {
        if block.info == "sh" && block.place.as_deref() == place {
            let mut printed = String::new();
            for line in block.lines.iter().filter(|line| !words(line).is_empty()) {
                let ran = shell.run(line);
                printed.push_str(&ran.out);
                printed.push_str(&ran.err);
                count += 1;
            }
            last = Some((block.lines.join("; "), printed));
        } else if let (Some((what, printed)), "text", true) = (last.take(), block.info.as_str(), block.follows) {
            holds_sample(&printed, &block.lines, &what);
        }
    }
    count
}

#[test]
fn the_commands_of_the_readme_work_on_the_demo_and_print_what_it_shows() {
    let desk = Desk::empty();
    assert!(run_blocks(README, None, &desk, None) > 10);
}

#[test]
fn the_commands_of_the_guide_work_on_the_demo() {
    for page in [ASKING, CHANGING] {
        let desk = Desk::demo();
        assert!(run_blocks(page, None, &desk, None) > 5);
    }
}

#[test]
fn the_aws_commands_of_the_readme_work_on_a_local_aws() {
    let moto = Moto::start();
    moto.boto3(&["seed", "30", "us-east-1", "us-west-2"]);
    assert!(run_blocks(README, Some("moto"), &Desk::empty(), Some(moto)) >= 5);
}

#[test]
fn commands_that_prepare_a_machine_exist() {
    let xtask = include_str!("../xtask/src/main.rs");
    let known = |word: &str| xtask.lines().any(|line| line.trim().trim_end_matches(',').split('(').next() == Some(&capitalized(word)));
    let mut xtasks = BTreeSet::new();
    for (name, text) in DOCUMENTS {
        for line in blocks(text).iter().filter(|block| block.info == "sh").flat_map(|block| &block.lines) {
            if let ["cargo", "xtask", command, ..] = words(line).iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                assert!(known(command), "{name}: there is no `cargo xtask {command}`");
                xtasks.insert((*command).to_owned());
            }
        }
    }
    assert!(xtasks.contains("demo") && xtasks.contains("test"), "{xtasks:?}");
    let places: BTreeSet<_> = blocks(README).into_iter().filter_map(|block| block.place).collect();
    assert!(places.iter().all(|place| ["moto", "machine"].contains(&place.as_str())), "{places:?}");
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[test]
fn the_example_for_rust_is_the_one_that_is_compiled() {
    let facade = include_str!("../src/lib.rs");
    let example = blocks(README).into_iter().find(|block| block.info == "rust").expect("the README has an example in Rust");
    for line in example.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        assert!(
            facade.lines().any(|have| have.trim_start_matches("//!").trim().trim_start_matches("# ") == line),
            "not in src/lib.rs: {line}"
        );
    }
}

#[test]
fn selectors_of_the_reference_read_and_print_as_it_says() {
    let (mut read, mut refused) = (0, 0);
    for block in blocks(SELECTORS) {
        match block.info.as_str() {
            "selector" => {
                for line in &block.lines {
                    let (text, printed) = line.split_once("=>").map_or((line.as_str(), None), |(text, printed)| (text, Some(printed)));
                    let selector = Selector::parse(text.trim()).unwrap_or_else(|e| panic!("{e}"));
                    if let Some(printed) = printed {
                        assert_eq!(selector.to_string(), printed.trim());
                    }
                    read += 1;
                }
            }
            "selector-error" => {
                let (text, message) = block.lines.split_first().unwrap();
                assert_eq!(Selector::parse(text).unwrap_err().to_string(), message[1..].join("\n"));
                refused += 1;
            }
            _ => {}
        }
    }
    let of_readme = README.split_once("## Selectors").unwrap().1.split_once("\n## ").unwrap().0;
    for text in of_readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(text, _)| text) {
        Selector::parse(text).unwrap_or_else(|e| panic!("{e}"));
        read += 1;
    }
    assert!(read > 20 && refused > 1);
}

#[test]
fn answers_of_the_reference_are_those_of_the_program() {
    let all = blocks(SELECTORS);
    let line = &all.iter().find(|block| block.info == "json resource").unwrap().lines[0];
    let resource = Resource::from_line(line).unwrap();
    let now = "2026-11-22T18:00:00Z".parse().unwrap();
    let mut answers = BTreeSet::new();
    for row in SELECTORS.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [text, answer @ ("yes" | "no" | "unknown"), ..] = cells.as_slice() else { continue };
        let selector = Selector::parse(text.trim_matches('`')).unwrap_or_else(|e| panic!("{e}"));
        let said = match selector.matches(&resource, now) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        assert_eq!(said, *answer, "{text}");
        answers.insert(said);
    }
    assert_eq!(answers.len(), 3);
}

#[test]
fn relations_of_the_reference_are_followed_as_it_says() {
    let estate = blocks(SELECTORS).into_iter().find(|block| block.info == "json estate").unwrap();
    let resources: Vec<Resource> = estate.lines.iter().map(|line| Resource::from_line(line).unwrap()).collect();
    let world = World::new(&resources);
    let table = SELECTORS.split_once("| selector | matches | unknown |").unwrap().1.split_once("\n\n").unwrap().0;
    let mut asked = 0;
    for row in table.lines().filter_map(|line| line.strip_prefix("| `")) {
        let [text, matches, unknown] = row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
        let selector = Selector::parse(text.trim_end_matches('`')).unwrap_or_else(|e| panic!("{e}"));
        let truths = world.truths(&selector, "2026-11-22T18:00:00Z".parse().unwrap());
        let named = |truth: Option<bool>| {
            let names: Vec<&str> = resources.iter().zip(&truths).filter(|(_, t)| **t == truth).map(|(r, _)| r.name.as_str()).collect();
            if names.is_empty() { "–".to_owned() } else { names.join(", ") }
        };
        assert_eq!((named(Some(true)).as_str(), named(None).as_str()), (matches, unknown), "{text}");
        asked += 1;
    }
    assert!(asked > 5);
}

#[test]
fn the_page_on_faults_is_true() {
    assert_eq!(run_blocks(FAULTS, None, &Desk::empty(), None), 4);
    let of = |info: &'static str| blocks(FAULTS).into_iter().filter(move |block| block.info == info).flat_map(|block| block.lines);
    for line in of("faults") {
        assert!(!line.parse::<Faults>().unwrap_or_else(|e| panic!("{line}: {e}")).is_empty());
    }
    for line in of("faults-error") {
        assert_eq!(line.parse::<Faults>().map(drop).unwrap_err().kind(), ErrorKind::Invalid, "{line}");
    }
    assert!(of("faults").count() > 5 && of("faults-error").count() > 5);
}

#[test]
fn what_the_policy_page_says_is_so() {
    assert_eq!(run_blocks(POLICY, None, &Desk::demo(), None), 3);
    let desk = Desk::demo();
    let example = blocks(POLICY).into_iter().find(|block| block.info == "toml").expect("an example").lines.join("\n");
    std::fs::write(desk.data().join("policy.toml"), &example).unwrap();
    let shown = desk.json(&["policy", "show", "--json"]);
    for key in ["max_risk", "max_blast_radius", "forbid", "freeze", "approvers"] {
        assert!(
            POLICY.contains(&format!("| `{key}` |")) && shown["rules"].as_array().unwrap().iter().any(|rule| rule["kind"] == key),
            "{key}"
        );
    }
    let places = "cloud kind type service account region geo env name id idle public encrypted attached backed-up untagged";
    for place in places.split(' ') {
        assert!(POLICY.contains(&format!("`{place}`")), "{place}");
        // As a field or as a flag.
        let reads = |condition: &str| {
            std::fs::write(desk.data().join("policy.toml"), format!("forbid = [{{ action = '*.*', where = '{condition}' }}]")).unwrap();
            desk.run(&["policy", "check"]).code == 0
        };
        assert!(reads(&format!("{place} EXISTS")) || reads(place), "{place}");
    }
}

#[test]
fn what_the_documents_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text) in DOCUMENTS {
        let folder = root.join(name).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap();
            assert!(file.is_empty() || folder.join(file).exists(), "{name} links to {link}");
        }
        let mut file = None;
        for code in text.split('`').skip(1).step_by(2).filter(|code| !code.contains(['<', '*', ' ', '\n'])) {
            let (path, test) = code.split_once("::").map_or((code, None), |(path, test)| (path, Some(test)));
            if [".rs", ".toml", ".py", ".txt", ".md"].iter().any(|end| path.ends_with(end)) && path.contains('/') {
                let path = root.join(path);
                assert!(path.is_file(), "{name} names {code}");
                file = Some(std::fs::read_to_string(path).unwrap());
            }
            if let (Some(test), Some(file)) = (test, &file)
                && code.contains(".rs::")
            {
                assert!(file.contains(&format!("fn {test}(")), "{name} names {code}");
            }
        }
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = include_str!("../Cargo.toml");
    let listed = manifest.split_once("[workspace.dependencies]").unwrap().1.split_once("\n[").unwrap().0;
    let reasons = ARCHITECTURE.split_once("| crate | why |").unwrap().1.split_once("\n## ").unwrap().0;
    let named: BTreeSet<&str> = reasons.split(['|', ',', ' ']).collect();
    for name in listed.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim()) {
        assert!(name.starts_with("escher") || named.contains(name), "ARCHITECTURE.md does not say why {name} is used");
    }
}
