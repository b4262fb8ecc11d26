//! A shared library loads on old machines: it asks for no symbol version of glibc that is newer than
//! the floor of `tools/bazel/glibc_floor.bzl`, and for nothing that would be found by luck. Read from
//! the ELF file, because that is what the dynamic linker goes by.

use anyhow::{Context, Result};
use object::Endianness;
use object::elf::{FileHeader64, SHN_UNDEF, STB_WEAK, VER_NDX_GLOBAL};
use object::read::elf::{ElfFile64, SectionTable, Sym};

/// What keeps a library from loading with glibc of version `floor`: a sentence each.
pub fn obstacles(library: &[u8], floor: &str) -> Result<Vec<String>> {
    let file = ElfFile64::<Endianness>::parse(library)?;
    let endian = file.endian();
    let sections = file.elf_section_table();
    let floor = number(floor).with_context(|| format!("{floor} is no version"))?;
    let mut found = Vec::new();
    for version in needed(sections, endian, library)? {
        let is_newer = version.strip_prefix("GLIBC_").and_then(number).is_none_or(|it| it > floor);
        if version.starts_with("GLIBC_") && is_newer {
            found.push(format!("the library needs {version}, newer than the floor"));
        }
    }
    for symbol in unversioned(sections, endian, library)? {
        found.push(format!(
            "the library needs {symbol} without a version: glibc of the floor lacks it, see \
             tools/bazel/glibc_floor.c"
        ));
    }
    Ok(found)
}

/// `2.28` as a number that can be compared.
fn number(version: &str) -> Option<(u32, u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let first = parts.next()??;
    Some((first, parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0)))
}

/// The symbol versions that a library asks other libraries for.
fn needed(
    sections: &SectionTable<'_, FileHeader64<Endianness>>,
    endian: Endianness,
    library: &[u8],
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let Some((mut libraries, link)) = sections.gnu_verneed(endian, library)? else {
        return Ok(names);
    };
    let strings = sections.strings(endian, library, link)?;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            names.push(String::from_utf8_lossy(version.name(endian, strings)?).into_owned());
        }
    }
    Ok(names)
}

/// Symbols that a library cannot do without and that no version says where to find.
fn unversioned(
    sections: &SectionTable<'_, FileHeader64<Endianness>>,
    endian: Endianness,
    library: &[u8],
) -> Result<Vec<String>> {
    let symbols = sections.symbols(endian, library, object::elf::SHT_DYNSYM)?;
    let Some((versions, _)) = sections.gnu_versym(endian, library)? else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for (index, symbol) in symbols.enumerate() {
        let is_unversioned = versions
            .get(index.0)
            .is_none_or(|version| version.0.get(endian).index() <= VER_NDX_GLOBAL);
        let is_needed = symbol.st_shndx(endian) == SHN_UNDEF && symbol.st_bind() != STB_WEAK;
        if is_needed && index.0 > 0 && is_unversioned {
            let name = symbol.name(endian, symbols.strings())?;
            names.push(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(number("2.28") > number("2.4") && number("2.2.5") < number("2.3"));
        assert_eq!(number("PRIVATE"), None);
    }

    #[test]
    fn this_program_is_newer_than_the_first_glibc() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(!obstacles(&program, "2.0").unwrap().is_empty());
        assert!(obstacles(&program, "9.0").unwrap().is_empty());
    }
}
