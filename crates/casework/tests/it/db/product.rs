//! The product's own migrations.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use casework::db::MIGRATIONS;
use casework::db::testing::on_each_engine;

/// I16: every file of `migrations/` is applied, in the order of its name.
#[test]
fn every_migration_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8"))
        .collect();
    let listed: Vec<String> = MIGRATIONS.iter().map(|(name, _)| format!("{name}.sql")).collect();
    assert_eq!(listed, files.into_iter().collect::<Vec<_>>());
}

/// I16: they apply on both engines, and a second time change nothing.
#[test]
fn migrations_apply() {
    on_each_engine(|db| {
        let again = db.migrate().expect("a migrated database opens");
        assert_eq!((again.from, again.to, again.backup), (MIGRATIONS.len(), MIGRATIONS.len(), None));
        let health = db.check().expect("the database can be checked");
        assert_eq!((health.version, health.damage), (MIGRATIONS.len(), Vec::<String>::new()));
    });
}

/// docs/sql.md, "Tables": what a migration does not use.
#[test]
fn migrations_keep_to_the_dialect() {
    const LEFT_OUT: &[&str] = &[
        "boolean",
        "collate",
        "date",
        "decimal",
        "default",
        "deferrable",
        "double",
        "generated",
        "identity",
        "int",
        "integer",
        "json",
        "jsonb",
        "numeric",
        "real",
        "serial",
        "timestamp",
        "timestamptz",
        "trigger",
        "uuid",
        "varchar",
        "view",
        "without",
    ];
    for (name, sql) in MIGRATIONS {
        let code: String =
            sql.lines().filter_map(|line| line.split("--").next()).collect::<Vec<_>>().join(" ");
        let code = code.to_ascii_lowercase();
        let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let found: Vec<_> = LEFT_OUT.iter().filter(|word| words.contains(*word)).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        for table in code.split("create table ").skip(1) {
            let table = table.split_once('(').map_or(table, |(table, _)| table).trim();
            let county = format!("create table {table} ( county text not null");
            let code = code.split_whitespace().collect::<Vec<_>>().join(" ").replace("(county", "( county");
            assert!(code.contains(&county), "{name}: the key of {table} begins with county");
        }
    }
}
