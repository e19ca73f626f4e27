//! Which room may know which: the walls of ARCHITECTURE.md, read from `cargo metadata`, and the two habits
//! that every source file keeps. It must not test what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

/// Each room and the rooms it may name. A room missing here fails, so that a new one states its place.
const ROOMS: &[(&str, &[&str])] = &[
    ("rules", &[]),
    ("linkage", &["rules"]),
    ("documents", &["rules"]),
    ("casework", &["rules", "linkage", "documents"]),
    ("courier", &[]),
    ("web", &["rules", "documents", "casework", "courier"]),
    ("baoxue", &["rules", "linkage", "documents", "casework", "courier", "web"]),
];

/// Rooms that decide and never act: what they pull in, at any depth, may not touch the outside world.
const PURE: &[&str] = &["rules", "linkage"];

/// Crates that touch it: files, processes, sockets, event loops, databases, HTTP.
const OUTSIDE: &[&str] = &[
    "async-std",
    "axum",
    "csv",
    "diesel",
    "duct",
    "fs-err",
    "futures",
    "hyper",
    "memmap2",
    "mio",
    "notify",
    "postgres",
    "reqwest",
    "rusqlite",
    "sea-orm",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio",
    "tower",
    "ureq",
    "walkdir",
];

/// Each kind of file or work, and the only room that may name the crates for it.
const OWNERS: &[(&str, &[&str])] = &[
    (
        "documents",
        &[
            "calamine",
            "cfb",
            "crc32fast",
            "csv",
            "encoding_rs",
            "flate2",
            "hayro",
            "html5ever",
            "image",
            "memchr",
            "quick-xml",
            "rust_xlsxwriter",
            "typst",
            "typst-pdf",
            "umya-spreadsheet",
            "zip",
        ],
    ),
    ("linkage", &["pinyin", "rapidfuzz", "strsim", "unicode-normalization"]),
    (
        "casework",
        &[
            "aes-gcm",
            "argon2",
            "ed25519-dalek",
            "hmac",
            "postgres",
            "qrcodegen",
            "rusqlite",
            "sm2",
            "sm4",
            "totp-rs",
        ],
    ),
    ("courier", &["ring", "rustls", "rustls-native-certs", "ureq"]),
    ("web", &["askama", "axum", "tower", "tower-http"]),
    ("baoxue", &["clap", "indicatif"]),
];

/// A file longer than this says why, in a line that begins with [`EXCUSE`].
const LONGEST: usize = 500;
const EXCUSE: &str = "// long because: ";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()
        .expect("cargo metadata runs in the workspace")
}

/// What ships with `package`: dependencies for tests and build scripts do not count.
fn named(package: &Package) -> BTreeSet<&str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

/// Names of all packages that `start` ships with, at any depth.
fn reached<'a>(metadata: &'a Metadata, start: &PackageId) -> BTreeSet<&'a str> {
    let graph = metadata.resolve.as_ref().expect("metadata carries the resolved graph");
    let mut open = vec![start];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = graph.nodes.iter().find(|node| node.id == *id).expect("every id has a node");
        open.extend(
            node.deps
                .iter()
                .filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal))
                .map(|edge| &edge.pkg),
        );
    }
    seen.into_iter().map(|id| metadata[id].name.as_str()).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("a folder entry is readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every offence in one list, so that one run shows them all.
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

/// ARCHITECTURE.md, "Directions": rules ← linkage, documents ← baoxue.
#[test]
fn rooms_name_only_the_rooms_below_them() {
    let metadata = metadata();
    let rooms: BTreeSet<&str> = metadata.workspace_packages().iter().map(|room| room.name.as_str()).collect();
    let placed: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(rooms, placed, "the rooms in ROOMS and under crates/ are the same");

    let mut offences = Vec::new();
    for room in metadata.workspace_packages() {
        let may: BTreeSet<&str> = ROOMS
            .iter()
            .find(|(name, _)| *name == room.name.as_str())
            .map(|(_, may)| may.iter().copied().collect())
            .unwrap_or_default();
        for other in named(room).intersection(&rooms) {
            if !may.contains(other) {
                offences.push(format!("{} names the room {other}, which is not below it", room.name));
            }
        }
    }
    none(&offences);
}

/// ARCHITECTURE.md, "Directions": `rules` and `linkage` are pure, and stay so through what they pull in.
#[test]
fn pure_rooms_reach_nothing_outside() {
    let metadata = metadata();
    let mut offences = Vec::new();
    for room in metadata.workspace_packages().into_iter().filter(|room| PURE.contains(&room.name.as_str())) {
        let reached = reached(&metadata, &room.id);
        assert!(reached.len() > 1, "{}: the graph was walked", room.name);
        offences.extend(
            OUTSIDE
                .iter()
                .filter(|name| reached.contains(*name))
                .map(|name| format!("{} reaches {name}", room.name)),
        );
    }
    none(&offences);
}

/// ARCHITECTURE.md, "Directions": one kind of file, one room.
#[test]
fn only_the_owner_names_a_crate_for_its_kind_of_work() {
    let metadata = metadata();
    let mut offences = Vec::new();
    for room in metadata.workspace_packages() {
        let named = named(room);
        for (owner, crates) in OWNERS.iter().filter(|(owner, _)| *owner != room.name.as_str()) {
            offences.extend(
                crates
                    .iter()
                    .filter(|name| named.contains(*name))
                    .map(|name| format!("{} names {name}, which belongs to {owner}", room.name)),
            );
        }
    }
    none(&offences);
}

/// CONTRIBUTING.md, house rules: a file says what it is for, and stays short or says why not.
#[test]
fn source_files_say_what_they_are_for_and_stay_short() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    assert!(files.len() >= ROOMS.len(), "the source files were found");

    let mut offences = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        let lines = text.lines().count();
        if !text.starts_with("//! ") {
            offences.push(format!("{}: the first line does not begin with `//! `", path.display()));
        }
        if lines > LONGEST && !text.lines().any(|line| line.starts_with(EXCUSE)) {
            offences.push(format!("{}: {lines} lines and no line `{EXCUSE}…`", path.display()));
        }
    }
    none(&offences);
}
