//! The data directory: whose it is, what is in it that Escher did not make, and who may read it.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use escher::{Config, Escher};

use crate::support::{Desk, python, ran};

/// Every file and folder below a folder, links not followed: what it is, its rights, its content.
fn picture(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let found = fs::symlink_metadata(&path).unwrap();
        let content = if found.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            Vec::new()
        } else if found.is_symlink() {
            fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
        } else if found.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        all.insert(path, (found.mode(), content));
    }
    all
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn database(path: &Path) {
    rusqlite::Connection::open(path).unwrap().execute_batch("CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Tom');").unwrap();
}

#[test]
fn a_folder_of_somebody_else_is_refused_untouched() {
    type Make = Box<dyn Fn(&Path, &Path)>;
    let folders: Vec<(&str, Make)> = vec![
        ("a lock", Box::new(|folder, _| fs::write(folder.join("lock"), "mine").unwrap())),
        ("an empty lock", Box::new(|folder, _| fs::write(folder.join("lock"), "").unwrap())),
        ("a lock that is a link", Box::new(|folder, victim| symlink(victim, folder.join("lock")).unwrap())),
        ("an index that is a link", Box::new(|folder, victim| symlink(victim.parent().unwrap(), folder.join("index")).unwrap())),
        (
            "an index",
            Box::new(|folder, _| {
                fs::create_dir_all(folder.join("index/estate/segments")).unwrap();
                fs::write(folder.join("index/estate/segments/precious"), "mine").unwrap();
            }),
        ),
        ("somebody's text", Box::new(|folder, _| fs::write(folder.join("thesis.txt"), "mine").unwrap())),
        ("a hidden file", Box::new(|folder, _| fs::write(folder.join(".bashrc"), "mine").unwrap())),
        ("a version alone", Box::new(|folder, _| fs::write(folder.join("version"), "1\n").unwrap())),
        (
            "another program's store",
            Box::new(|folder, _| {
                database(&folder.join("store.db"));
                fs::write(folder.join("version"), "1\n").unwrap();
            }),
        ),
        ("another marker", Box::new(|folder, _| fs::write(folder.join("escher-data"), "a painter").unwrap())),
        ("a marker that is a link", Box::new(|folder, victim| symlink(victim, folder.join("escher-data")).unwrap())),
        ("a pipe", Box::new(|folder, _| pipe(&folder.join("connections.toml")))),
    ];

    for (what, make) in folders {
        let desk = Desk::empty();
        let victim = desk.file("victim", "dear to somebody");
        fs::create_dir(desk.data()).unwrap();
        make(&desk.data(), &victim);
        let before = picture(desk.data().parent().unwrap());
        for args in [&["search", "web"][..], &["demo", "--quiet"], &["doctor"], &["export"]] {
            let ran = desk.run(args);
            assert_eq!(ran.code, 2, "{what}, {args:?}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains("error:") && ran.err.contains("hint:"), "{what}: {}", ran.err);
        }
        assert!(picture(desk.data().parent().unwrap()) == before, "{what}: something was touched");
    }
    // A file where the folder should be.
    let desk = Desk::empty();
    fs::write(desk.data(), "mine").unwrap();
    assert_eq!(desk.run(&["search", "web"]).code, 2);
    assert_eq!(fs::read_to_string(desk.data()).unwrap(), "mine");
}

#[test]
fn what_took_the_place_of_a_file_of_ours_is_refused_at_once() {
    let demo = Desk::demo();
    let names = [
        "lock",
        "version",
        "connections.toml",
        "store.db",
        "journal.db",
        "sim.db",
        "escher-data",
        "store.db-wal",
        "store.db-journal",
        "journal.db-journal",
    ];
    type Make = fn(&Path, &Path);
    let kinds: [(&str, Make); 5] = [
        ("a link", |path, victim| symlink(victim, path).unwrap()),
        ("a second name", |path, victim| fs::hard_link(victim, path).unwrap()),
        ("a pipe", |path, _| pipe(path)),
        ("a folder", |path, _| fs::create_dir(path).unwrap()),
        ("a device", |path, _| symlink("/dev/zero", path).unwrap()),
    ];
    for (number, name) in names.into_iter().enumerate() {
        for (what, make) in &kinds {
            let victim = demo.file("victim", "dear to somebody");
            let (path, aside) = (demo.data().join(name), demo.data().parent().unwrap().join("aside"));
            let had = path.exists();
            if had {
                fs::rename(&path, &aside).unwrap();
            }
            make(&path, &victim);
            let args = [&["search", "web"][..], &["ask", "list all vms"], &["doctor"]][number % 3];
            let ran = demo.run(args);
            assert_eq!(ran.code, 2, "{name} is {what}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(name) && ran.err.contains("hint:"), "{name} is {what}: {}", ran.err);
            assert_eq!(fs::read_to_string(&victim).unwrap(), "dear to somebody", "{name} is {what}");
            if path.symlink_metadata().unwrap().is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) }.unwrap();
            if had {
                fs::rename(&aside, &path).unwrap();
            }
        }
    }
    // What is far too large for what it should be.
    for name in ["connections.toml", "version"] {
        let desk = Desk::demo();
        fs::File::options().write(true).open(desk.data().join(name)).unwrap().set_len(3 << 30).unwrap();
        let ran = desk.run(&["ask", "list all vms"]);
        assert_eq!(ran.code, 2, "{name}: {}", ran.err);
        assert!(ran.err.contains("too many"), "{name}: {}", ran.err);
    }
    demo.ok(&["search", "web"]);
}

#[test]
fn an_index_that_is_not_ours_is_left_alone() {
    type Make = fn(&Path, &Path);
    let kinds: [(&str, Make); 5] = [
        ("a link", |index, elsewhere| symlink(elsewhere, index).unwrap()),
        ("a file", |index, _| fs::write(index, "mine").unwrap()),
        ("somebody's folder", |index, _| {
            fs::create_dir_all(index.join("estate")).unwrap();
            fs::write(index.join("estate/precious"), "mine").unwrap();
        }),
        ("a folder with a link", |index, elsewhere| {
            fs::create_dir(index).unwrap();
            symlink(elsewhere, index.join("estate")).unwrap();
        }),
        ("somebody's notes under our name", |index, _| {
            fs::create_dir(index).unwrap();
            fs::write(index.join("index.json"), "mine").unwrap();
        }),
    ];
    for (what, make) in kinds {
        let desk = Desk::demo();
        let (index, elsewhere) = (desk.data().join("index"), desk.data().parent().unwrap().join("elsewhere"));
        fs::remove_dir_all(&index).unwrap();
        fs::create_dir_all(elsewhere.join("estate")).unwrap();
        fs::write(elsewhere.join("estate/precious"), "mine").unwrap();
        make(&index, &elsewhere);
        let before = (picture(&elsewhere), picture(&index));
        let ran = desk.run(&["search", "web"]);
        assert_eq!(ran.code, 2, "{what}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("index") && ran.err.contains("hint:"), "{what}: {}", ran.err);
        let mut after = (picture(&elsewhere), picture(&index));
        // The rights of the folder itself may be narrower than they were.
        for pictures in [&mut after.1] {
            if let Some(folder) = pictures.get_mut(&index) {
                folder.0 = before.1[&index].0;
            }
        }
        assert!(after == before, "{what}: something was touched");
    }
}

#[test]
fn a_directory_of_the_version_before_is_taken_over() {
    let desk = Desk::demo();
    let found = || desk.json(&["search", "--json", "web", "--limit", "5"])["hits"].clone();
    let before = found();
    let markers = [desk.data().join("escher-data"), desk.data().join("index/escher-index"), desk.data().join("index/seal.json")];
    markers.iter().for_each(|marker| fs::remove_file(marker).unwrap());
    assert_eq!(found(), before);
    assert!(markers.iter().all(|marker| marker.is_file()), "it has its markers now");
    // Begun and cut short, it is begun again.
    let begun = Desk::empty();
    fs::create_dir(begun.data()).unwrap();
    let whole = fs::read(&markers[0]).unwrap();
    for length in [0, 10, whole.len() - 1] {
        fs::write(begun.data().join("escher-data"), &whole[..length]).unwrap();
        begun.ok(&["export"]);
        assert_eq!(fs::read(begun.data().join("escher-data")).unwrap(), whole);
        fs::remove_dir_all(begun.data()).unwrap();
        fs::create_dir(begun.data()).unwrap();
    }
}

#[test]
fn nothing_is_exported_into_a_data_directory() {
    let (desk, other) = (Desk::demo(), Desk::demo());
    // A copy counts as touched: what is derived is written anew when it is first opened.
    desk.ok(&["plan", "list"]);
    let before = (picture(&other.data()), fs::read(desk.data().join("store.db")).unwrap());
    let link = desk.data().parent().unwrap().join("link");
    symlink(desk.data().join("store.db"), &link).unwrap();
    let folder = desk.data().parent().unwrap().join("folder");
    symlink(other.data(), &folder).unwrap();
    for path in [
        desk.data().join("store.db"),
        desk.data().join("journal.db"),
        desk.data().join("new.jsonl"),
        desk.data().join("index/estate/new.jsonl"),
        desk.data().join("index/../connections.toml"),
        other.data().join("store.db"),
        folder.join("new.jsonl"),
        link,
    ] {
        let ran = desk.run(&["export", "-o", path.to_str().unwrap()]);
        assert_eq!(ran.code, 2, "{}: {}", path.display(), ran.err);
        assert!(ran.err.contains("data directory"), "{}", ran.err);
    }
    assert!(picture(&other.data()) == before.0 && fs::read(desk.data().join("store.db")).unwrap() == before.1);
    assert!(!desk.data().join("new.jsonl").exists());
}

#[test]
fn an_export_replaces_a_file_whole_or_not_at_all() {
    let desk = Desk::demo();
    let expected = desk.ok(&["export"]);
    let old = desk.file("old.jsonl", "what was there before\n");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
    let second = old.with_file_name("second");
    fs::hard_link(&old, &second).unwrap();
    desk.ok(&["export", "-o", old.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&old).unwrap(), expected);
    assert_eq!(fs::metadata(&old).unwrap().mode() & 0o777, 0o640, "its rights are kept");
    assert_eq!(fs::read_to_string(&second).unwrap(), "what was there before\n", "another name of the old file keeps it");
    // Through a link, and to standard output by its name.
    let link = old.with_file_name("link");
    symlink(&old, &link).unwrap();
    fs::write(&old, "").unwrap();
    desk.ok(&["export", "-o", link.to_str().unwrap()]);
    assert!(fs::read_to_string(&old).unwrap() == expected && link.is_symlink());
    assert_eq!(desk.ok(&["export", "-o", "/dev/stdout"]), expected);
    // Without room for it, what was there stays, and nothing is left beside it.
    let script = "import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))
os.execv(sys.argv[1], sys.argv[1:])";
    let mut command = Command::new(python());
    command.args(["-c", script, env!("CARGO_BIN_EXE_escher"), "export", "-o", old.to_str().unwrap()]);
    let failed = ran(desk.environment(&mut command).output().unwrap());
    assert_eq!(failed.code, 1, "{}", failed.err);
    assert_eq!(fs::read_to_string(&old).unwrap(), expected);
    let left: Vec<_> = fs::read_dir(old.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("part")), "{left:?}");
    assert_eq!(desk.run(&["export", "-o", "/dev/full"]).code, 1);
}

/// What other users may do with anything below a folder.
fn open_to_others(folder: &Path) -> Vec<String> {
    let wide = |(path, (mode, _)): (PathBuf, (u32, Vec<u8>))| (mode & 0o077 != 0).then(|| format!("{mode:o} {}", path.display()));
    picture(folder).into_iter().filter_map(wide).collect()
}

/// Runs a command of the desk with the widest of masks.
fn unmasked(desk: &Desk, args: &[&str]) {
    let script = "import os, sys\nos.umask(0)\nos.execv(sys.argv[1], sys.argv[1:])";
    let mut command = Command::new(python());
    command.args(["-c", script, env!("CARGO_BIN_EXE_escher")]).args(args);
    let ran = ran(desk.environment(&mut command).output().unwrap());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
}

#[test]
fn nobody_else_can_read_a_data_directory_whatever_the_mask_and_the_rights_it_had() {
    let desk = Desk::empty();
    unmasked(&desk, &["demo", "--quiet"]);
    assert_eq!(open_to_others(&desk.data()), [""; 0]);
    // Also while it is at work: what SQLite and the engine write meanwhile is behind a closed door.
    let owner = Escher::open(Config::new(desk.data())).unwrap();
    assert_eq!(open_to_others(&desk.data()), [""; 0]);
    drop(owner);
    // One that others could read.
    let widened: Vec<PathBuf> = picture(&desk.data()).into_keys().collect();
    for path in &widened {
        let mode = if path.is_dir() { 0o777 } else { 0o666 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    unmasked(&desk, &["search", "web", "--quiet"]);
    assert_eq!(open_to_others(&desk.data()), [""; 0]);
    // One that was there, empty and open to everybody.
    let desk = Desk::empty();
    fs::create_dir(desk.data()).unwrap();
    fs::set_permissions(desk.data(), fs::Permissions::from_mode(0o777)).unwrap();
    unmasked(&desk, &["demo", "--quiet"]);
    unmasked(&desk, &["sync", "--quiet"]);
    assert_eq!(open_to_others(&desk.data()), [""; 0]);
}

#[test]
fn a_disk_that_is_small_or_full_is_an_error_that_says_what_to_free() {
    let desk = Desk::empty();
    let disk = desk.data();
    fs::create_dir(&disk).unwrap();
    // In a mount namespace of its own, so that nothing of it is left whatever happens.
    let script = format!(
        "mount -t tmpfs -o size=$1 tmpfs '{0}' || exit 99
        shift
        '{1}' demo --quiet --sim 5:$1 > /dev/null; echo \"demo $?\"
        '{1}' search web --limit 1 --quiet > /dev/null; echo \"search $?\"
        dd if=/dev/zero of='{0}/fill' bs=64k 2> /dev/null
        '{1}' --data-dir '{0}/data' search web --quiet > /dev/null; echo \"full $?\"
        '{1}' --data-dir '{0}/data' sync --quiet > /dev/null; echo \"sync $?\"
        '{1}' --data-dir '{0}/data' ask --quiet 'list all vms' > /dev/null; echo \"ask $?\"
        rm '{0}/fill'
        '{1}' export > '{0}/out'; echo \"export $? $(wc -l < '{0}/out')\"",
        disk.display(),
        env!("CARGO_BIN_EXE_escher")
    );
    for (size, count, fits) in [("24m", 600, false), ("48m", 600, true), ("48m", 3_000, false), ("80m", 6_000, false)] {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &script, "sh", size, &count.to_string()]);
        let Ok(output) = desk.environment(&mut command).env("ESCHER_DATA_DIR", disk.join("data")).output() else {
            return println!("skipped: there is no unshare here");
        };
        if output.status.code() == Some(99) || output.stdout.is_empty() {
            return println!("skipped: a small disk can be mounted by root only");
        }
        let ran = ran(output);
        let ended: BTreeMap<&str, &str> = ran.out.lines().filter_map(|line| line.split_once(' ')).collect();
        assert!(!ran.err.contains("panicked"), "{size} {count}: {}", ran.err);
        assert_eq!(ended["demo"] == "0", fits, "{size} {count}: {}{}", ran.out, ran.err);
        for (what, code) in &ended {
            // 128 and above is a signal.
            let codes: &[&str] = if *what == "export" { &["0 "] } else { &["0", "1"] };
            assert!(codes.iter().any(|good| code.starts_with(good)), "{size} {count}, {what}: {code}\n{}", ran.err);
        }
        assert_eq!(ended["full"], "1", "{size} {count}: {}", ran.err);
        let failed = ended.values().filter(|code| **code == "1").count();
        assert_eq!(ran.err.matches("error:").count(), failed, "{size} {count}: each says why: {}", ran.err);
        assert!(ran.err.matches("hint: free").count() >= failed, "{size} {count}: each says what to free: {}", ran.err);
    }
}
