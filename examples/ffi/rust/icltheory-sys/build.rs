//! Finds libicltheory through pkg-config, which is all that tells where it is.

use std::env;
use std::process::{exit, Command};

/// What the declarations of this crate need at least.
const REQUIREMENT: &str = "icltheory >= 0.1";

fn main() {
    let variables =
        ["PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR", "ICLTHEORY_STATIC"];
    for variable in variables {
        println!("cargo:rerun-if-env-changed={}", variable);
    }
    println!("cargo:rerun-if-changed=build.rs");
    let linked_statically = matches!(env::var("ICLTHEORY_STATIC"), Ok(value) if !value.is_empty() && value != "0");
    match pkg_config(linked_statically) {
        Ok(flags) => words(&flags).iter().for_each(|flag| link(flag, linked_statically)),
        Err(reason) => {
            eprintln!("{}\nPKG_CONFIG_PATH has to name the folder of icltheory.pc.", reason);
            exit(1);
        }
    }
}

/// What to link, as the linker is told it.
fn pkg_config(linked_statically: bool) -> Result<String, String> {
    let program = env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    let mut command = Command::new(&program);
    if linked_statically {
        command.arg("--static");
    }
    let output = command.args(["--libs", "--print-errors", REQUIREMENT]).output();
    let output = output.map_err(|error| format!("{} could not be run: {}", program.to_string_lossy(), error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The words of a line in which a backslash takes the next character as it is: a space in a folder's name, say.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => words.last_mut().unwrap().extend(characters.next()),
            _ if character.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// One flag of the linker as an instruction to cargo.
fn link(flag: &str, linked_statically: bool) {
    if let Some(folder) = flag.strip_prefix("-L") {
        println!("cargo:rustc-link-search=native={}", folder);
    } else if let Some(library) = flag.strip_prefix("-l") {
        let kind = if linked_statically && library == "icltheory" { "static" } else { "dylib" };
        println!("cargo:rustc-link-lib={}={}", kind, library);
    } else if flag == "-pthread" {
        println!("cargo:rustc-link-lib=dylib=pthread");
    } else {
        println!("cargo:warning=pkg-config's flag {} is not passed on", flag);
    }
}
